# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   title: Who may do what, and who pays
# ---

# %% [markdown] label="title" slideshow={"slide_type": "slide"} claims=["C40", "C42"]
# # Who may do what, and who pays
#
# **After this lesson you can run a small AI platform: projects, keys, limits and budgets, a bill for each client, and an incident that does not ruin you.**
#
# About 40 minutes. You need no key and no card: every call goes to a practice platform on your own computer.
#
# You will
# - give four workloads a project, a key, their models and a budget of their own;
# - meet each refusal, and read what it says;
# - bill two clients for exactly what they used;
# - lose a key in public, find out, and measure the damage.

# %% label="start" slideshow={"slide_type": "skip"}
import course

course.start()

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C40", "C41"]
# ## One key for everything
#
# Lantern Travel's functions work. Now there are four: the **website** writes offers, the **support bot** answers at night, and two small hotels, **Seeblick** and **Corte**, pay Lantern to sort their mail as well.
#
# All four use the same key, the one that Tomás made in the first week. At the end of the month there is one number on the bill. Which hotel used how much? Who may use the large model? And when a key gets out, what stops?
#
# From *I use it* to *our team uses it*, to *split it by client* and *decide who may use which model*: this is where many companies find out late that it matters.

# %% label="dashboard" slideshow={"slide_type": "skip"} tags=["hide-input"] claims=["C42"]
from course.widgets import PlatformDashboard

PlatformDashboard()

# %% [markdown] label="dashboard-notes" slideshow={"slide_type": "notes"}
# Leave this panel open beside the notebook (right click, Create New View for Cell Output). It follows everything below.
# Ask: "Which of these numbers does your company know today?"

# %% [markdown] label="seats" slideshow={"slide_type": "slide"} claims=["C43"]
# ## A person's way: governing seats
#
# A chat plan for a team is governed too. A business plan has an admin console: who has a seat, how they sign in, which connectors they may use, sometimes a limit on spending and [logs for compliance](https://help.openai.com/en/articles/20001407). That is real, and for forty people who chat it is enough.
#
# But the thing it governs is a **seat**: a person. There is no seat for a website at night, and no line on the bill for the Seeblick hotel. An API platform governs **workloads**.

# %% [markdown] label="projects" slideshow={"slide_type": "slide"} claims=["C40", "C42"]
# ## A program's way: a project for each workload
#
# A **project** holds what belongs together: keys, members, limits, costs. A **service account** is a member that is not a person: its key goes on working when Tomás leaves. And an **admin key** administers; it cannot run a model.
#
# These are the official package's own calls. With an admin key of yours, they would administer your organization at OpenAI.

# %% label="projects-made" slideshow={"slide_type": "-"} claims=["C40", "C42"]
from openai import OpenAI

organization = OpenAI().admin.organization  # finds the admin key by itself
projects, keys = {}, {}
for name in ("Website", "Support bot", "Hotel Seeblick", "Albergo Corte"):
    projects[name] = organization.projects.create(name=name).id
    account = organization.projects.service_accounts.create(projects[name], name=f"{name} program")
    keys[name] = account.api_key.value  # shown once, and never again
[project.name for project in organization.projects.list()]

# %% [markdown] label="limits" slideshow={"slide_type": "slide"} claims=["C41", "C42"]
# ## Models, rates, budgets
#
# Three questions for each project. **Which models** may it use? The hotels pay for the small one. **How fast** may it be? A loop gone wild should be slow. **How much** may it spend in a month? Amounts are in cents.

# %% label="limits-set" slideshow={"slide_type": "-"} claims=["C41", "C42"]
small, large = course.model("openai", "small"), course.model("openai", "large")
rules = organization.projects
for hotel in ("Hotel Seeblick", "Albergo Corte"):
    rules.model_permissions.update(projects[hotel], mode="allow_list", model_ids=[small])
    rules.spend_limit.update(projects[hotel], currency="USD", interval="month", threshold_amount=2)
(slow,) = [each for each in rules.rate_limits.list_rate_limits(projects["Support bot"]) if each.model == small]
rules.rate_limits.update_rate_limit(slow.id, project_id=projects["Support bot"], max_requests_per_1_minute=60)
alert = rules.spend_alerts.create(
    projects["Website"], currency="USD", interval="month", threshold_amount=1,
    notification_channel={"type": "email", "recipients": ["mei@lantern.example"]})

# %% [markdown] label="work" slideshow={"slide_type": "slide"} claims=["C42"]
# ## A month of work
#
# Each workload now runs with **its own key**. Nothing else changes in the programs: the key says whose call it is. Watch the dashboard.

# %% label="programs" slideshow={"slide_type": "-"} claims=["C42"]
from functools import cache


@cache
def program(key):
    return OpenAI(api_key=key, max_retries=0)


def ask(key, text, model=small, retries=0):
    return program(key).with_options(max_retries=retries).chat.completions.create(
        model=model, max_completion_tokens=300,
        messages=[{"role": "user", "content": f"Summarise in one sentence:\n{text}"}])

# %% label="work-run" slideshow={"slide_type": "subslide"} claims=["C42"]
from course.agency.records import documents, messages

inbox, papers = messages(), documents()
shares = {"Website": papers[:20], "Hotel Seeblick": papers[20:30], "Albergo Corte": papers[30:35],
          "Support bot": inbox[:25]}
for name, texts in shares.items():
    for each in course.track(texts, name):
        ask(keys[name], each.text)

# %% [markdown] label="bill" slideshow={"slide_type": "slide"} claims=["C41", "C42"]
# ## A bill for each client
#
# The platform knows who used what. **Usage** counts tokens; **costs** counts dollars. Both can be asked by project, by model and by key, also by a program: this is how a client's invoice writes itself.

# %% label="bill-read" slideshow={"slide_type": "-"} claims=["C41", "C42"]
import time

import pandas as pd

since = int(time.time()) - 86_400
buckets = organization.usage.completions(start_time=since, bucket_width="1d", group_by=["project_id"], limit=2).data
used = pd.DataFrame([row.model_dump() for bucket in buckets for row in bucket.results])
names = {project: name for name, project in projects.items()}
used["project"] = used["project_id"].map(names)
used.groupby("project")[["num_model_requests", "input_tokens", "output_tokens"]].sum()

# %% label="bill-costs" slideshow={"slide_type": "subslide"} claims=["C41", "C42"]
buckets = organization.usage.costs(start_time=since, group_by=["project_id"], limit=2).data
costs = pd.DataFrame([{"project": names[row.project_id], "usd": row.amount.value}
                      for bucket in buckets for row in bucket.results])
bill = costs.groupby("project")["usd"].sum().to_frame()
bill["share"] = bill["usd"] / bill["usd"].sum()
bill.round({"usd": 6, "share": 3})

# %% [markdown] label="refusals" slideshow={"slide_type": "slide"} claims=["C41", "C42"]
# ## Every *no* has a meaning
#
# A platform that never says no protects nobody. Each refusal has a status and a **code**. Read the code: it says whether waiting helps.

# %% label="refusals-met" slideshow={"slide_type": "-"} claims=["C41", "C42"]
from openai import APIStatusError


def show_refusal(key, texts, model=small):
    try:
        for text in texts:
            ask(key, text, model)
    except APIStatusError as refusal:
        print(refusal.status_code, refusal.code)


show_refusal(keys["Albergo Corte"], ["Is the large model better?"], large)  # not a model of this project
rules.rate_limits.update_rate_limit(slow.id, project_id=projects["Support bot"], max_requests_per_1_minute=1)
show_refusal(keys["Support bot"], ["Hello?"] * 100)  # a loop gone wild: too fast
show_refusal("the key of somebody who left", ["Hello?"])  # no such key

# %% [markdown] label="incident" slideshow={"slide_type": "slide"} claims=["C41", "C42"]
# ## Incident: a key in a public notebook
#
# Friday evening. An intern has shared a notebook, and in its first cell stands the key of the Seeblick project. Programs search public pages for keys, all day, and they are quick. You know nothing of it yet.

# %% label="leak" slideshow={"slide_type": "-"} claims=["C42"]
leaked = keys["Hotel Seeblick"]
served = 0
try:
    for number in range(10_000):
        ask(leaked, papers[number % len(papers)].text * 20)
        served += 1
except APIStatusError as refusal:
    print(f"The stranger was served {served} times, then:", refusal.code)

# %% [markdown] label="respond" slideshow={"slide_type": "subslide"} claims=["C42"]
# The budget of two cents a month stopped it. **Find** out whose calls these are, by key. **Revoke** the key: from this moment it is worthless. **Rotate**: make a new one and give it to the program. Then **measure**, and look in the **audit log** who did what.

# %% label="respond-try" slideshow={"slide_type": "-"} claims=["C42"]
from openai import AuthenticationError

seeblick = projects["Hotel Seeblick"]
(found,) = rules.api_keys.list(seeblick).data
rules.api_keys.delete(found.id, project_id=seeblick)
keys["Hotel Seeblick"] = rules.service_accounts.create(seeblick, name="Seeblick program, second key").api_key.value
try:
    ask(leaked, "More, please.")
except AuthenticationError as refusal:
    print("The stranger now hears:", refusal.code)
spent = course.ledger().query("project == 'Hotel Seeblick'")["cost_usd"].sum()
print(f"The damage: {served} calls. The project has cost ${spent:.4f} this month.")
[entry.type for entry in organization.audit_logs.list(limit=3, project_ids=[seeblick]).data]

# %% [markdown] label="alert" slideshow={"slide_type": "slide"} claims=["C42"]
# ## An alert tells you, a limit stops you
#
# A **spend alert** sends a mail. The calls go on. A **hard limit** refuses. Older texts say that budgets are only soft; [at OpenAI a limit now stops calls](https://developers.openai.com/api/docs/guides/spend-limits.md), though spending may pass it a little, because it is counted after the fact. Our practice platform reserves before it answers, so here it cannot.
#
# And do not retry a refusal that is about **money**. Waiting a second helps against *too many requests*. It does nothing for *the budget is spent*.

# %% label="retry" slideshow={"slide_type": "-"} claims=["C42"]
try:
    ask(keys["Hotel Seeblick"], "Once more: " + papers[0].text * 200, retries=2)
except APIStatusError as refusal:
    print("After two retries, with a good key:", refusal.code)
rules.spend_limit.update(seeblick, currency="USD", interval="month", threshold_amount=10)
reply = ask(keys["Hotel Seeblick"], "The hotel opens in May.")
print("After raising the limit:", reply.choices[0].message.content)

# %% [markdown] label="browser" slideshow={"slide_type": "subslide"} claims=["C41"]
# **A key in a web page is a leaked key.** Whatever your page's JavaScript sends, every visitor can read; hiding it only takes them a minute more. The page calls **your** server, the server holds the key, and limits what one visitor may ask.
#
# And a key of a **person** leaves with the person. Production runs on a service account.

# %% [markdown] label="vendors" slideshow={"slide_type": "slide"} claims=["C40", "C42"]
# ## Other platforms cut it differently
#
# | | OpenAI | Anthropic | Google (Gemini API) |
# |---|---|---|---|
# | The box for a workload | [project](https://help.openai.com/en/articles/9186755) | [workspace](https://platform.claude.com/docs/en/build-with-claude/workspaces) | [Google Cloud project](https://ai.google.dev/gemini-api/docs/api-key) |
# | Make a key by API | yes | no, in the console | in Google Cloud |
# | Limits hold for | organization and project | organization and workspace | [billing account](https://ai.google.dev/gemini-api/docs/billing) and project: more keys do not help |
# | When the own cap is reached | 429, `project_spend_limit_exceeded` | 400 | 429, `RESOURCE_EXHAUSTED` |
#
# Try the second column: making a workspace works, making a key does not.

# %% label="anthropic" slideshow={"slide_type": "-"} claims=["C40", "C42"]
import os

import httpx

admin = httpx.Client(base_url=os.environ["ANTHROPIC_BASE_URL"], trust_env=False,
                     headers={"x-api-key": os.environ["OPENAI_ADMIN_KEY"], "anthropic-version": "2023-06-01"})
workspace = admin.post("/v1/organizations/workspaces", json={"name": "Hotel Alm"}).json()
print(workspace["type"], workspace["name"])
answer = admin.post("/v1/organizations/api_keys", json={"name": "program", "workspace_id": workspace["id"]})
print("a key by API:", answer.status_code, answer.reason_phrase)

# %% [markdown] label="changed" slideshow={"slide_type": "slide"} claims=["C40", "C41", "C42", "C43"]
# ## What changed?
#
# | | Governing seats (chat plan) | Governing workloads (API platform) |
# |---|---|---|
# | The unit | a person who logs in | a project with its keys |
# | Somebody leaves | close the seat | nothing: service accounts stay |
# | Who used what | by person, in the plans that show it | by project, model and key, to the token |
# | A client's share | not on the bill | a line of the bill |
# | Which model | what the plan offers | what the project is allowed |
# | Too much | the plan's limit for the person | rate limit, alert, hard budget |
# | Something leaks | change a password | revoke one key; the others go on |

# %% label="after" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C42"]
PlatformDashboard(recording=[PlatformDashboard.record("The month after the incident")])

# %% label="quiz" slideshow={"slide_type": "slide"} tags=["hide-input"] claims=["C40", "C41", "C42", "C43"]
from course.widgets import Quiz

Quiz("04_management")

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C40", "C41", "C42"]
# ## Three things to remember
#
# 1. A **project** for each workload or client, with a **service account's** key: then the bill, the limits and the damage are separate too.
# 2. An **alert** tells, a **limit** stops. Read the code of a refusal: money does not come back by retrying.
# 3. A leaked key is found by its calls and ended by **revoking** it. What it could cost, you decided before: by the budget.
#
# **Your turn.** Draw your own organization: which projects, who may use which model, and how much may one of them lose in a weekend?

# %% label="sources" slideshow={"slide_type": "skip"}
from course import data

sources = pd.DataFrame(data.sources("04_management")).set_index("title")
sources[["checked", "url"]]
