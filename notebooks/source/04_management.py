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
# About 45 minutes. You need no key and no card: every call goes to a practice platform on your own computer.
#
# You will
# - give each piece of work a project, a key, its models and a budget;
# - bill two clients for exactly what they used;
# - meet each refusal, and read what it says;
# - find a leaked key, end it, and measure the damage.

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C40", "C41"]
# ## One key for everything
#
# Lantern Travel, an (invented) agency of six people, does more and more by program. The **website** writes offers, the **support bot** answers at night, and two small hotels, the **Pension Seeblick** and the **Albergo Corte Vecchia**, pay Lantern to read their mail as well.
#
# All of it uses one key, which Tomás made in the first week. At the end of the month there is one number on the bill. Which hotel used how much? Who may use the expensive model? And when that key gets out, what stops?
#
# From *I use it* to *our team uses it*, to *split it by client* and *decide who may use which model*: many companies find out late that this matters.

# %% label="start" slideshow={"slide_type": "skip"} claims=["C42"]
import base64
import re
from urllib.request import urlopen

import pandas as pd

import course
from course.widgets import PlatformDashboard

course.start()
PlatformDashboard()  # keep it beside the notebook: right click, Create New View for Cell Output

# %% [markdown] label="seats" slideshow={"slide_type": "slide"} claims=["C43"]
# ## A person's way: governing seats
#
# Chat tools are managed too, and it would be unfair to say otherwise. A plan for a business has an admin console: who has a seat, how they sign in, what they may connect. The larger ones add limits on spending and logs for an auditor. For forty people who chat, that is enough.
#
# But look at what all of it governs: a **seat**, which is a person. There is no seat for a website at night, and no line on the bill for the Pension Seeblick. An API platform governs **workloads**: pieces of work that programs do.

# %% label="seats-table" slideshow={"slide_type": "subslide"} claims=["C43"]
from course import administration

administration.table("plan")

# %% [markdown] label="projects" slideshow={"slide_type": "slide"} claims=["C40", "C42"]
# ## A program's way: a project for each piece of work
#
# A **project** holds what belongs together: keys, members, limits, costs. A **service account** is a member that is not a person: each program gets one, with a key of its own. An **admin key** administers, and cannot run a model.
#
# Then three questions for each project. **Which models** may it use? **How fast** may it be, should a loop go wild? **How much** may it spend in a month?
#
# These are the official package's own calls. With an admin key of yours, they would administer your organization at OpenAI.

# %% label="projects-made" slideshow={"slide_type": "subslide"} claims=["C40", "C42"]
from openai import APIStatusError, OpenAI

organization = OpenAI().admin.organization  # finds the admin key by itself
belongs_to = {"offers": "Website", "chat": "Support bot", "LINE": "Support bot",
              "Seeblick mail": "Pension Seeblick", "Corte mail": "Albergo Corte Vecchia"}
projects, keys = {}, {}
for program, project in belongs_to.items():
    if project not in projects:
        projects[project] = organization.projects.create(name=project).id
    account = organization.projects.service_accounts.create(projects[project], name=program)
    keys[program] = account.api_key  # its value is shown once, and never again
[project.name for project in organization.projects.list()]

# %% label="limits-set" slideshow={"slide_type": "subslide"} claims=["C41", "C42"]
small, standard = course.model("openai", "small"), course.model("openai", "standard")
rules, month = organization.projects, {"currency": "USD", "interval": "month"}
allowed = {  # project: models, requests a minute, cents a month (ours is a tiny month)
    "Website": ([standard], 300, 3), "Support bot": ([small], 120, 2),
    "Albergo Corte Vecchia": ([small, standard], 600, 5),
    "Pension Seeblick": ([small], 600, 50)}  # somebody said: make it 50, so that nobody calls us
for name, (models, requests, cents) in allowed.items():
    project = projects[name]
    rules.model_permissions.update(project, mode="allow_list", model_ids=models)
    rules.spend_limit.update(project, threshold_amount=cents, **month)
    for limit in rules.rate_limits.list_rate_limits(project):
        if limit.model in models:
            rules.rate_limits.update_rate_limit(
                limit.id, project_id=project, max_requests_per_1_minute=requests)
film = [PlatformDashboard.record("Projects, models, rates and budgets are set")]  # for the replay below

# %% [markdown] label="work" slideshow={"slide_type": "slide"} claims=["C42"]
# ## A month of work
#
# Now the programs of lessons 01 and 03 do their work: sort messages, make offers, answer customers, read documents. They lie in `course/agency/workloads.py`, and nothing in them has changed. Only the **client** is another one: it carries the key of its program, and the key says whose call it is.
#
# Watch the dashboard.

# %% label="work-run" slideshow={"slide_type": "subslide"} claims=["C42"]
from course.agency import workloads
from course.agency.records import articles, documents, forms, messages

wishes, inbox, papers = [form for form in forms() if not form.problems], messages(), documents()
clients = {program: OpenAI(api_key=key.value, max_retries=0) for program, key in keys.items()}
work = {"offers": (workloads.propose, wishes[:20]), "chat": (workloads.answer, articles()),
        "LINE": (workloads.sort, inbox[:30]), "Seeblick mail": (workloads.sort, inbox[30:90]),
        "Corte mail": (workloads.read, papers[:8])}
for program, (function, items) in work.items():
    for item in course.track(items, program):
        function(clients[program], item)
film.append(PlatformDashboard.record("A month of work is done"))

# %% [markdown] label="bill" slideshow={"slide_type": "slide"} claims=["C41", "C42"]
# ## A bill for each client
#
# The platform knows who used what. **Usage** counts tokens, **costs** counts dollars, and both can be asked by project, by model and by key. Also by a program: this is how a client's bill writes itself.
#
# The LINE program works for both hotels. Mei has a rule, and told them before the first bill: what is shared is split in proportion to what each used alone.

# %% label="bill-read" slideshow={"slide_type": "subslide"} claims=["C41", "C42"]
def report(ask, *groups):
    yesterday = int(pd.Timestamp.now("UTC").timestamp()) - 86_400
    buckets = ask(start_time=yesterday, group_by=["project_id", "api_key_id", *groups], limit=2).data
    rows = pd.DataFrame([row.model_dump() for bucket in buckets for row in bucket.results])
    rows["project"] = rows["project_id"].map({number: name for name, number in projects.items()})
    known = {key.id: name for name, key in keys.items()}
    rows["program"] = rows["api_key_id"].map(known).fillna("unknown key")
    return rows


used = report(organization.usage.completions, "model")
counts = ["num_model_requests", "input_tokens", "output_tokens"]
used.groupby(["project", "program", "model"], as_index=False)[counts].sum().set_index("project")

# %% label="bill-clients" slideshow={"slide_type": "subslide"} claims=["C41", "C42"]
costs = report(organization.usage.costs, "line_item")
costs["cents"] = [100 * amount["value"] for amount in costs["amount"]]
costs["model"] = costs["line_item"].str.split(",").str[0]
table = costs.pivot_table("cents", ["project", "program"], "model", aggfunc="sum", fill_value=0)
display(table.round(4))

shared = costs.loc[costs["program"] == "LINE", "cents"].sum()
hotels = ["Pension Seeblick", "Albergo Corte Vecchia"]
bill = costs.groupby("project")["cents"].sum()[hotels].to_frame("used alone")
bill["share of LINE"] = shared * bill["used alone"] / bill["used alone"].sum()
bill["to pay, in cents"] = bill.sum(axis=1)
bill.round(4)

# %% [markdown] label="refusals" slideshow={"slide_type": "slide"} claims=["C41", "C42"]
# ## Every *no* has a meaning
#
# A platform that never says no protects nobody. Each refusal has a status, a **code** and a sentence. Read the code: it says whether waiting helps.

# %% label="refusals-met" slideshow={"slide_type": "-"} claims=["C41", "C42"]
def hears(function, client, item):
    try:
        return function(client, item) and "an answer"
    except APIStatusError as refusal:
        return f"{refusal.status_code} {refusal.code}\n    {refusal.body['message'].split('. ')[0].rstrip('.')}."


print("A model that is not allowed:", hears(workloads.propose, clients["Seeblick mail"], wishes[0]))
bot = projects["Support bot"]
(limit,) = [each for each in rules.rate_limits.list_rate_limits(bot) if each.model == small]
rules.rate_limits.update_rate_limit(limit.id, project_id=bot, max_requests_per_1_minute=1)
print("A loop gone wild:", [hears(workloads.answer, clients["chat"], articles()[5]) for _ in range(3)][-1])
limit = rules.rate_limits.update_rate_limit(limit.id, project_id=bot, max_requests_per_1_minute=120)

# %% [markdown] label="alert" slideshow={"slide_type": "slide"} claims=["C42"]
# ## An alert tells you, a limit stops you
#
# A **spend alert** sends a mail. The calls go on. A **hard limit** refuses. Older texts say that budgets only warn; [at OpenAI a limit now stops calls](https://developers.openai.com/api/docs/guides/spend-limits), though spending may pass it a little, because it is counted afterwards. Our practice platform counts before it answers, so here nothing passes.
#
# And a refusal about **money** does not go away by waiting. The package retries both kinds of 429. Count what that brings.

# %% label="alert-try" slideshow={"slide_type": "subslide"} claims=["C42"]
website, offers = projects["Website"], clients["offers"]
mail = {"type": "email", "recipients": ["mei@lantern.example"]}
rules.spend_alerts.create(website, threshold_amount=2, notification_channel=mail, **month)
said = next(said for form in wishes * 9 if (said := hears(workloads.propose, offers, form)) != "an answer")
film.append(PlatformDashboard.record("The website has reached its limit of 3 cents"))
spent = course.ledger().query("project == 'Website'")["cost_usd"].cumsum()
more = (spent > 0.02).sum() - 1
print(f"The alert at 2 cents was passed, and {more} calls more were answered. Then: {said}\n")

before = len(course.refusals())
hears(workloads.propose, offers.with_options(max_retries=2), wishes[0])
print("Money, with two retries:", len(course.refusals()) - before, "refusals for one offer")
rules.spend_limit.update(website, threshold_amount=10, **month)  # a person has decided
course.faults("rate_limit", calls=1)
print("Too fast, with two retries:", hears(workloads.propose, offers.with_options(max_retries=2), wishes[0]))

# %% [markdown] label="keys" slideshow={"slide_type": "slide"} claims=["C40", "C41"]
# ## Whose key is it, and where does it lie?
#
# The first key of the website was Tomás's own. Suppose that he leaves in March, and his account is closed. A [person's key acts for that person](https://developers.openai.com/api/docs/guides/api-keys); a service account's key acts for the program.
#
# The second old mistake is a key **in a web page**. Whatever your page's JavaScript can send, every visitor can read. Hiding it takes them a minute more.

# %% label="keys-try" slideshow={"slide_type": "-"} claims=["C40"]
own = OpenAI(api_key=course.personal_key("tomas@lantern.example", website), max_retries=0)
print("Tomás's own key:", hears(workloads.propose, own, wishes[0]))
(tomas,) = organization.users.list(emails=["tomas@lantern.example"]).data
organization.users.delete(tomas.id)
print("After he has left:", hears(workloads.propose, own, wishes[0]))
print("The service account's key:", hears(workloads.propose, offers, wishes[0]))
film.append(PlatformDashboard.record("Each kind of refusal has been met"))

# %% label="browser-try" slideshow={"slide_type": "subslide"} claims=["C41"]
from course.agency import Agency

hidden = base64.b64encode(keys["chat"].value.encode()).decode()  # "well hidden"
page = f'<script>key = atob("{hidden}")</script>'
found = base64.b64decode(re.search(r'atob\("(.+)"\)', page)[1]).decode()
print("A visitor reads the page and has", hears(workloads.answer, OpenAI(api_key=found), articles()[5]))

agency = Agency()  # the website of lesson 03: the page asks the server, the server holds the key
agency.on_chat = lambda conversation: workloads.answer(clients["chat"], articles()[5])
print("The bot says:", agency.visitor().say(articles()[5].title))
served = urlopen(agency.url + "chat").read().decode()
print("Keys in the page that its visitors get:", len(re.findall("sk-", served)))
agency.close()

# %% [markdown] label="incident" slideshow={"slide_type": "slide"} claims=["C41", "C42"]
# ## Incident: a key in a public notebook
#
# Friday evening. Daniel is about to leave for a week without a signal. He wants to try something, borrows a laptop with an **admin key**, and makes a key in the Seeblick project. It lands in the first cell of a notebook that the whole world can read. Programs search public pages for keys, all day, and they are quick.
#
# Nobody notices. On Monday the dashboard shows that the hotel has spent many times its month. So you **find** the key by its calls, and its maker in the **audit log**.

# %% label="leak" slideshow={"slide_type": "subslide"} claims=["C42"]
seeblick = projects["Pension Seeblick"]
laptop = OpenAI(admin_api_key=organization.admin_api_keys.create(name="Laptop by the window").value)
trial = laptop.admin.organization.projects.service_accounts.create(seeblick, name="just a try")
notebook = f'client = OpenAI(api_key="{trial.api_key.value}")  # TODO: remove'


def steal(text, calls=150):
    """What strangers do with a key that they find: call, until something stops them or it is Monday."""
    thief = OpenAI(api_key=re.search(r"sk-[\w-]+", text)[0], max_retries=0)
    heard = (hears(workloads.summarise, thief, papers[number % 40].text * 20) for number in range(calls))
    refused = ((number, said) for number, said in enumerate(heard) if said != "an answer")
    return next(refused, (calls, "Monday"))


print("Calls until the end, and what ended them:", *steal(notebook))

# %% label="find" slideshow={"slide_type": "subslide"} claims=["C42"]
live = [key.id for key in rules.api_keys.list(seeblick)]
used = report(organization.usage.completions, "model").query("api_key_id in @live")
print(used.groupby("program")[["num_model_requests", "input_tokens"]].sum(), "\n")

(stranger,) = used.query("program == 'unknown key'")["api_key_id"]
log = organization.audit_logs.list(project_ids=[seeblick], event_types=["api_key.created"])
made = next(entry for entry in log if entry.api_key_created.id == stranger)
maker = organization.admin_api_keys.retrieve(made.actor.api_key.id)
print("The unknown key was made with the admin key:", maker.name)
film.append(PlatformDashboard.record("A stranger has spent the weekend with a leaked key"))

# %% [markdown] label="respond" slideshow={"slide_type": "slide"} claims=["C42"]
# ## Revoke, rotate, measure, limit
#
# 1. **Revoke** the key, and the admin key that made it. From this moment they are worthless.
# 2. **Rotate** the hotel's own key too: you do not know what else was on that laptop. First the new key, then the old one goes, and the mail is never without.
# 3. **Measure** the damage. The hotel will not pay for it.
# 4. Set the **limit** that would have capped it, and prove it with a drill.

# %% label="respond-try" slideshow={"slide_type": "subslide"} claims=["C42"]
(account,) = [each for each in rules.service_accounts.list(seeblick) if each.name == "Seeblick mail"]
new = rules.service_accounts.api_keys.create(account.id, project_id=seeblick, name="second key")
clients["Seeblick mail"] = OpenAI(api_key=new.value, max_retries=0)
for key in rules.api_keys.list(seeblick):
    if key.id != new.id:
        rules.api_keys.delete(key.id, project_id=seeblick)
organization.admin_api_keys.delete(maker.id)
print("The stranger:", steal(notebook)[1])
print("The hotel's mail:", hears(workloads.sort, clients["Seeblick mail"], inbox[0]))

# %% label="cap" slideshow={"slide_type": "subslide"} claims=["C42"]
costs = report(organization.usage.costs).query("project_id == @seeblick")
costs["cents"] = [100 * amount["value"] for amount in costs["amount"]]
cents = costs.groupby("program")["cents"].sum()
damage, usual = cents["unknown key"], cents["Seeblick mail"]
print(f"The damage: {damage:.2f} cents, where a month of mail costs {usual:.2f}.")

drill = rules.create(name="Fire drill").id  # the same theft, under a limit of one cent
rules.spend_limit.update(drill, threshold_amount=1, **month)
bait = rules.service_accounts.create(drill, name="bait").api_key.value
print("Under a limit of 1 cent, calls until the end, and what ended them:", *steal(bait))
rules.archive(drill)
rules.spend_limit.update(seeblick, threshold_amount=int(cents.sum()) + 2, **month)  # next month: 1
film.append(PlatformDashboard.record("The key is revoked, and the limit is tight"))

# %% label="after" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C42"]
PlatformDashboard(recording=film)

# %% [markdown] label="vendors" slideshow={"slide_type": "slide"} claims=["C40", "C42"]
# ## Other platforms cut it differently
#
# The idea is the same everywhere: a box, keys in it, limits around it. Who may do what is not. Anthropic's box is a **workspace**, and a program can make one, but never a key. Google's key belongs to a **Google Cloud project**, and limits lie above the keys. Look for the row that would surprise your own team. After the table, two keys of one Google project ask for more than its limit, and both hear the same no.

# %% label="vendors-table" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C40", "C42"]
administration.table("platform")

# %% label="vendors-try" slideshow={"slide_type": "subslide"} claims=["C40", "C42"]
from anthropic import Anthropic
from google import genai

claude = Anthropic(api_key=OpenAI().admin_api_key).organization  # here one admin key fits all
print("Anthropic: made the workspace", claude.workspaces.create(name="Hotel Alm").name)
verbs = [verb for verb in ("create", "list", "update") if hasattr(claude.api_keys, verb)]
print("What a program can do with keys:", verbs)
alm = rules.create(name="Hotel Alm, with Gemini").id
rules.spend_limit.update(alm, threshold_amount=1, **month)
for name in ("A first key", "A second key"):
    google = genai.Client(api_key=rules.service_accounts.create(alm, name=name).api_key.value)
    try:
        google.models.generate_content(model=course.model("google", "large"), contents=f"{name}. " * 9_000)
    except genai.errors.ClientError as refusal:
        print(f"Google: {name} of the same project hears", refusal.code, refusal.status)

# %% [markdown] label="changed" slideshow={"slide_type": "slide"} claims=["C40", "C41", "C42", "C43"]
# ## What changed?
#
# | | Governing seats (chat plan) | Governing workloads (API platform) |
# |---|---|---|
# | The unit | a person who signs in | a project with its keys |
# | Somebody leaves | close the seat | close the account; the programs go on |
# | Who used what | by person, in the plans that show it | by project, model and key, to the token |
# | A client's share | not on the bill | a line of the bill |
# | Which model | what the plan offers | what the project is allowed |
# | Too much | the plan's limit for the person | rate limit, alert, hard budget |
# | Something leaks | change a password | revoke one key; the others go on |

# %% [markdown] label="quiz-intro" slideshow={"slide_type": "slide"}
# ## Check yourself: a month at the agency
#
# Each case is one that somebody has to decide. Every answer tells you something.

# %% label="quiz" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C40", "C41", "C42", "C43"]
from course.widgets import Quiz

Quiz("04_management")

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C40", "C41", "C42"]
# ## Three things to remember
#
# 1. A **project** for each piece of work and each client, with a **service account's** key: then bill, limits and damage are separate too.
# 2. An **alert** tells, a **limit** stops. Read the code of a refusal: money does not come back by retrying.
# 3. A leaked key is found by its calls and ended by **revoking** it. What it may cost, you decide before: by the limit.
#
# **Your turn.** Draw your own organization: which projects, who may use which model, and how much may one of them lose in a weekend?
#
# **Exercise.** In [the exercise of this lesson](../exercises/release/04_management/04_management.ipynb) you run the platform yourself; it checks each step.

# %% label="sources" slideshow={"slide_type": "skip"}
from IPython.display import display

from course.widgets import ProgressPanel

display(ProgressPanel())
course.sources("04_management")
