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
#   title: What happens to the data
# ---

# %% [markdown] label="title" slideshow={"slide_type": "slide"} claims=["C44", "C46"]
# # What happens to the data
#
# **After this lesson you can read what a vendor may do with your data, and set up a flow that a careful client accepts.**
#
# About 40 minutes. You need no key and no card: every call goes to a practice platform on your own computer.
#
# You will
# - follow one guest's message to every place where it rests;
# - take personal data out before it leaves, and measure how well that works;
# - delete a text so that no byte of it is left, and prove it;
# - answer an auditor from a log that nobody can change unseen.

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C44"]
# ## The client's lawyer writes
#
# Lantern Travel is an (invented) agency of six people. It reads the guests' mail of a small hotel, the Pension Seeblick, by AI. On Monday the hotel's lawyer writes to Mei, who owns the agency:
#
# > 1. Does anybody **train** a model with our guests' letters?
# > 2. Where do the letters **rest**, and for how long?
# > 3. **Who** could read them, and can you prove it?
#
# Kenji says: *We use an API, so it is private.* Mei wants to sign nothing that she has not seen. Begin with what the vendors say themselves.

# %% label="start" slideshow={"slide_type": "slide"} tags=["hide-input"] claims=["C44", "C45"]
import course
from course.widgets import DataTerms

course.start()
DataTerms("Claude Free, Pro and Max", "Claude API")

# %% [markdown] label="start-notes" slideshow={"slide_type": "notes"}
# *For whoever teaches.* Give the room two minutes: which product would you have thought private, and is not? Which answer is nowhere stated?
# Every answer has the day on which the vendor's page was read. Such pages change: a table like this has a date, or it is worth nothing.

# %% [markdown] label="person" slideshow={"slide_type": "slide"} claims=["C45", "C47"]
# ## A person's way: a switch in an account
#
# Ingrid drafts letters in a chat tool on her own account. It has a data setting, and she can find it. But it is **her** setting: nobody at Lantern can see it, and when she leaves, her chats leave with her.
#
# A **business plan** is another thing. There the vendor does not train on chats by default, an administrator decides, and some plans have regions, retention periods and audit logs. To say *chat is unsafe, API is safe* would be wrong.
#
# What neither has: a place in the design of a product. A website's visitors have no seat and no settings page.

# %% [markdown] label="corrections" slideshow={"slide_type": "slide"} claims=["C44", "C45"]
# ## Five sentences that sound right
#
# | People say | The vendors' own pages say |
# |---|---|
# | An API is private. | Not by itself. What is sent to the **unpaid** Gemini API may improve Google's products, and people may read it. |
# | With an API nothing is kept. | By default it is, for weeks, against abuse. **Zero retention** is mostly by approval, and not for every function. |
# | What I write in chat trains the model. | In consumer accounts often, until you switch it off. In **business** chat not by default. |
# | Only an API can stay in Europe. | Some chat plans have **regions** too. And some APIs have no choice of region. |
# | We use an API, so health data is fine. | It needs an **agreement** with the vendor (in the United States a BAA), and only the functions that it covers. |
#
# Do not believe this table either. Ask for the pages behind one of its lines:

# %% label="evidence" slideshow={"slide_type": "-"} claims=["C44"]
from course import governance

governance.asked("training", "Gemini API, unpaid", "Gemini API, paid",
                 "ChatGPT Business", "Claude Team", "OpenAI API")

# %% [markdown] label="follow" slideshow={"slide_type": "slide"} claims=["C46", "C47"]
# ## A program's way: follow one letter
#
# The guest mail gets a project of its own. Then one letter goes through, as it would in production. A **stored response** is what the vendor's API keeps so that a conversation can go on; it is on unless you say no.

# %% label="follow-send" slideshow={"slide_type": "-"} claims=["C46"]
from openai import OpenAI

organization = OpenAI().admin.organization
project = organization.projects.create(name="Guest mail").id
account = organization.projects.service_accounts.create(project, name="mail reader")
reader = OpenAI(api_key=account.api_key.value)
letter = """Good evening, I am Perpetua Thistlewood. My daughter Lea, 9, is allergic to nuts.
Please call me on +44 1632 960 231. The card for the deposit is 4111 1111 1111 1111."""
small = course.model("openai", "small")
reply = reader.responses.create(model=small, input=f"Summarise in one sentence:\n{letter}")
print(reply.output_text)

# %% [markdown] label="places" slideshow={"slide_type": "slide"} claims=["C46", "C47"]
# ## Where does her name rest now?
#
# It is night, and a backup runs. Then we do what a thief or an auditor would do: we do not ask the platform, we search its **files**, byte by byte.

# %% label="places-search" slideshow={"slide_type": "-"} claims=["C46", "C47"]
from course import custody

custody.backup()
custody.rests("Perpetua Thistlewood")

# %% [markdown] label="places-all" slideshow={"slide_type": "subslide"} claims=["C46", "C47"]
# You did not see the places that lie outside these files:
#
# - **the client:** this notebook holds the letter in a cell. A browser keeps the chat for the reload.
# - **the vendor's log against abuse:** with a real vendor there would be one, for weeks, and you cannot search it. You can only read what the vendor promises.
# - **people:** whoever printed it, forwarded it, took a screenshot.
#
# So the lawyer's second question has several answers, one for each place. The cheapest text to protect is the one that never leaves.

# %% [markdown] label="redact" slideshow={"slide_type": "slide"} claims=["C44", "C47"]
# ## Take it out before it leaves
#
# A **regex** is a pattern for texts. Most people begin with two: one for mail addresses, one for telephone numbers. How good is that? We have 276 messages in six languages in which every name, phone, mail address and number is marked.
#
# **Recall:** of all that should be found, how much was? **Precision:** of all that was found, how much was right (`NaN`: none found)?
#
# Look at the telephones: dates, cards and booking numbers look alike. And no pattern finds a **name**, which is most of what there is. So below that stands the platform's own filter. It has check digits, lists of names, and the words around them: *my name is*, *敬上*, *さん*. It is still made of rules.

# %% label="redact-regex" slideshow={"slide_type": "-"} claims=["C44", "C47"]
import re

from course.personal_data import score

PATTERNS = {"email": r"[\w.+-]+@[\w-]+\.[\w.]+\w", "phone": r"\+?\d[\d ()-]{7,}\d"}


def two_patterns(text):
    return [(*match.span(), kind) for kind, pattern in PATTERNS.items()
            for match in re.finditer(pattern, text)]


score(two_patterns).round(2)

# %% label="redact-rules" slideshow={"slide_type": "subslide"} claims=["C44", "C47"]
from course.gateway.redaction import find, redact

display(score(find).round(3))
for text in (
    "Hope will join us in Lisbon, with Blessing and the twins.",
    "My number is oh seven seven double-oh, nine hundred, four six one.",
    "The only bride from Tonga in our May group travels with her twin, who uses a wheelchair.",
):
    masked, found = redact(text)
    print(found or "nothing found:", masked)

# %% [markdown] label="anonymous" slideshow={"slide_type": "subslide"} claims=["C47"]
# The figures above are too good to be true, because the rules were mended while looking at those messages. Four times we wrote new texts that they had never met: at first sight they found 89, 93, 97 and 88 of 100 pieces. Measure on **your own** texts. And in these three, nothing was found:
#
# *Hope* is a word, a spoken number has no digits, and the last sentence has no name at all: yet whoever knows the group knows who she is.
#
# Nothing found, and nothing **anonymous**. European law calls the person whom data is about the **data subject**. Removing a name hides her from a stranger. Anonymity means more: that nobody can find her again by any likely means. And ask whose data it is: the mother wrote, but Lea is the child with the allergy, and she agreed to nothing.

# %% [markdown] label="policy" slideshow={"slide_type": "slide"} claims=["C44", "C46"]
# ## One rule for the whole project
#
# A filter in each program is forgotten in one of them. So the platform has the rule, and every call of the project passes it: **off**, **warn** (let it pass, and count), **mask** or **block**. Vendors sell this under names such as *guardrails*; here it is the practice platform's own.

# %% label="policy-try" slideshow={"slide_type": "-"} claims=["C44", "C46"]
from openai import BadRequestError

for rule in ("warn", "mask", "block"):
    custody.set_rules(project, redaction=rule)
    try:
        reply = reader.responses.create(model=small, input=f"Summarise in one sentence:\n{letter}")
        print(f"{rule}: {reply.output_text}")
    except BadRequestError as refusal:
        print(f"{rule}: {refusal.code}")
custody.set_rules(project, redaction="mask")
custody.findings().pivot_table(index="action", columns="kind", values="count", aggfunc="sum", sort=False)

# %% [markdown] label="retention" slideshow={"slide_type": "slide"} claims=["C46", "C47"]
# ## Delete it, and prove it
#
# **Retention** is how long contents are kept. Mei sets 30 days for this project. What is older is deleted by a job, but *deleted* is a word: most databases only mark a row as free, and its bytes stay in the file, in its log of changes and in last night's backup.
#
# So we let 31 days pass, run the job, and search the bytes again. The **ledger** shall stay: the books need amounts, not what Perpetua wrote.
#
# The job cannot reach a copy that somebody carried away. And at the vendor, retention is a setting and a promise: [zero retention at OpenAI](https://developers.openai.com/api/docs/guides/your-data) is for approved customers, by organization or project.

# %% label="retention-run" slideshow={"slide_type": "-"} claims=["C46", "C47"]
custody.set_rules(project, retention_days=30)
print("Stored contents deleted:", custody.run_retention(after_days=31))
ledger = course.ledger()
print("Calls in the ledger:", len(ledger), "with", ledger["input"].sum(), "tokens of prompts")
custody.rests(["Perpetua Thistlewood", "4111 1111 1111 1111"])

# %% [markdown] label="region" slideshow={"slide_type": "slide"} claims=["C44", "C46"]
# ## Pin a region, and be refused
#
# A contract says *in the United States only*. Where a text **rests** and where the model **runs** are two settings. At Anthropic a workspace says [where models may run](https://platform.claude.com/docs/en/manage-claude/data-residency); a call that asks for another place must fail. A rule that gives way is no rule.

# %% label="region-try" slideshow={"slide_type": "-"} claims=["C44", "C46"]
from anthropic import Anthropic
from anthropic import BadRequestError as Refused

custody.set_rules(project, region="us")
claude = Anthropic(api_key=account.api_key.value)
question = {"role": "user", "content": "What is a token?"}
for place in ("us", "global"):
    try:
        claude.messages.create(model=course.model("anthropic", "small"), max_tokens=50,
                               inference_geo=place, messages=[question])
        print(f"{place}: answered")
    except Refused as refusal:
        print(f"{place}:", refusal.body["error"]["message"])

# %% [markdown] label="auditor" slideshow={"slide_type": "slide"} claims=["C46", "C47"]
# ## Three questions of an auditor
#
# *Who could use the key? What left the house? Who changed the rules?* On a personal chat account there is no answer. Here there are three lists: the **members and keys**, the **ledger** with what the filter found, and the **audit log**.

# %% label="auditor-answers" slideshow={"slide_type": "-"} claims=["C46", "C47"]
members = organization.projects.service_accounts.list(project).data
print("1. Who:", [member.name for member in members])
mine = course.ledger().query("project == 'Guest mail'")
print("2. What left:", len(mine), "calls,", mine["input"].sum(), "tokens, to", *sorted(set(mine["model"])))
log = custody.audit_log()
print("3. Who changed the rules:")
log[log["action"] == "project.updated"][["actor", "change"]]

# %% [markdown] label="tamper" slideshow={"slide_type": "subslide"} claims=["C46", "C47"]
# But can the auditor believe the log? Each entry carries a **hash**, a short number made from itself *and from the entry before it*. Change one entry, remove it or move it, and nothing after it fits.
#
# Let us be the thief, on a copy of the file. (Who can write all of it could make the whole chain anew. So one mails the last hash to the auditor now and then, and checks against it: `course audit verify --noted`. Both lists go out with `course export`.)

# %% label="tamper-try" slideshow={"slide_type": "-"} claims=["C46", "C47"]
print("As it is:", "intact" if custody.verify().intact else "changed")
for trick in ("UPDATE audit SET actor_key = 99 WHERE id = 2", "DELETE FROM audit WHERE id = 3",
              "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)"):
    print(f"{trick}:\n    {custody.tampered(trick).problem}")

# %% [markdown] label="routes" slideshow={"slide_type": "slide"} claims=["C44"]
# ## Four ways to a model
#
# The same model can often be had in several ways. The text passes other hands on each, and each has its own contract: with the vendor, with a cloud, with an aggregator, or with nobody, when you run an open model yourself.
#
# A chain is as careful as its least careful link. So ask each house in it the lawyer's three questions. And ask what is left for **you** to do: the more control, the more work.

# %% label="routes-table" slideshow={"slide_type": "subslide"} claims=["C44"]
governance.routes()

# %% [markdown] label="changed" slideshow={"slide_type": "slide"} claims=["C44", "C45", "C46", "C47"]
# ## What changed?
#
# | | An account in a chat tool | A project on an API platform |
# |---|---|---|
# | Leans to | accounts, subscriptions, one person's work | process, budget, integration, authority, years of maintenance |
# | Who decides about data | the person, or the company's administrator | the company, for each project, in a rule that every call passes |
# | What the documents speak of | plans and settings | billing, projects, keys, workspaces, retention, regions |
# | Personal data goes out | when somebody pastes it | masked, counted, or refused |
# | Proof for an auditor | in some business plans | ledger, findings, audit log |
#
# Capability is one question. With a platform you also answer for governance, compliance, the border of your data and the way to your supplier.

# %% [markdown] label="record" slideshow={"slide_type": "subslide"} claims=["C44", "C47"]
# ## One page for the lawyer
#
# Mei answers with a record of this AI use. What the platform knows, it fills in itself. What only people know, she writes: change the words to a case of yours. The page is saved beside this notebook; print it, sign it, look at it again in half a year.

# %% label="record-page" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C44", "C47"]
from course import use_record

record = use_record.fill(
    "Guest mail", "OpenAI API",
    purpose="Summarise guests' letters for the hotel's front desk",
    people="Guests of the Pension Seeblick, and those they name: children, companions",
    kinds="Names, phones, cards; health (allergies) in what guests write",
    checks="Ingrid reads each summary before the front desk gets it",
    owner="Mei", review="2027-05-26",
)
print("Saved:", record.save())
record

# %% [markdown] label="quiz-intro" slideshow={"slide_type": "slide"}
# ## Check yourself: would the lawyer sign?
#
# Each wrong answer is something that people say in meetings. It tells why that does not hold.

# %% label="quiz" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C44", "C45", "C46", "C47"]
from course.widgets import Quiz

Quiz("05_governance")

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C44", "C46", "C47"]
# ## Three things to remember
#
# 1. Ask of each **product**, not of "chat" or "API": trained on? kept how long? where? who says so, and on which day?
# 2. A text rests in more places than you think. The safest one **never left**; the next best is deleted so that its **bytes** are gone.
# 3. Redaction is **measured**, and it is not anonymity. A rule belongs to the project, and a log to the auditor.
#
# **Your turn.** Take one thing that you sent to an AI this week. Write down each place where it rests now, and who could delete it there.
#
# **Exercise.** In [the exercise of this lesson](../exercises/release/05_governance/05_governance.ipynb) you guard the data yourself; it checks each step.

# %% label="sources" slideshow={"slide_type": "skip"}
from IPython.display import display

from course.widgets import ProgressPanel

display(ProgressPanel())
course.sources("05_governance")
