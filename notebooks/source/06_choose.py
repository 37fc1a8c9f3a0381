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
#   title: Which one for my case?
# ---

# %% [markdown] label="title" slideshow={"slide_type": "slide"} claims=["C58", "C60"]
# # Which one for my case?
#
# **After this lesson you can decide for your own case, say why, and say what would change your mind.**
#
# About 45 minutes. You need no key and no card: every call goes to a practice platform on your own computer.
#
# You will
# - put a case through seven plain questions, and then 34 cases at once;
# - try four things that many people believe, and watch each of them fail;
# - go the route that goes wrong least often: by chat, by API, with rules;
# - take home one page about a case of your own.

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C53", "C60"]
# ## Six people, six wishes
#
# Monday at Lantern Travel, an (invented) agency. It has become known what AI can do, and now everybody wants something.
#
# 1. **Mei** writes three offers a week and wants better first drafts.
# 2. **Tomás** wants the website to answer at night.
# 3. **Kenji** wants to ask about contracts, and new ones summarised as they arrive.
# 4. **Ingrid** sorts mail for two hotels. Each wants a bill of its own.
# 5. **Sofia** asks for a partner agency: forty people there ask and translate, all under one contract.
# 6. **Daniel** wants a caption for each photo that his walkers send. Nobody has tried it.
#
# Which of the six can stay in a chat tool? Guess. Then answer the questions below for one of them after the other.

# %% label="start" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C58", "C60"]
import os
from typing import Literal

import pandas as pd
from anthropic import Anthropic
from google import genai
from openai import OpenAI
from pydantic import BaseModel

import course
from course import capstone, catalog, data, decision, use_record
from course.agency.records import messages
from course.widgets import ChatPanel, DecisionGuide, Quiz

course.start()
DecisionGuide(case="The website answers at night", trigger="event", destination="system",
              audience="yes", volume="many", data="personal")

# %% [markdown] label="guide-notes" slideshow={"slide_type": "notes"}
# *For whoever teaches.* Let the room vote on each wish before you set the guide: 1 chat, 2 API, 3 a mix, 4 API with governance,
# 5 a business plan, 6 chat first. Number 6 divides every room: "but in the end it is an API!" Yes. In the end.
# Then change one answer only and ask which recommendation will come. "What would change the answer" tells.

# %% [markdown] label="suits" slideshow={"slide_type": "slide"} claims=["C48", "C49", "C50", "C51", "C52", "C53", "C58", "C66"]
# ## Who suits what
#
# | A chat tool is usually enough for | An API becomes important for |
# |---|---|
# | learning, first drafts, ordering ideas, summaries of meetings, translation, questions, advertising texts, brainstorming | a function of a website or an app, customer service, a CRM, forms, files that sort themselves, internal tools |
# | writers, students, freelancers, and the one person in a company who wants to see whether it helps | product, engineering and SaaS teams, and everybody whose work starts without a person |
# | You need not think of metering, keys, models, permissions | You must, and you can |
#
# The right column does not say *I want to use AI*. It says *I want the **system** to use AI by itself*. Companies meet it more often, because they have more systems, more budgets and more rules. But forty people who only ask need seats, not keys.
#
# You clicked through the guide as a person. It is also a table of rules and a function, so a program can click: below it judges 34 cases. More than half of them are **near misses**: pairs that look alike and get different answers. The table shows four such pairs. The last column breaks the tie.

# %% label="cases" slideshow={"slide_type": "subslide"} claims=["C53", "C58"]
pd.options.display.max_colwidth = None
cases = pd.read_csv(data.path("decision_cases.csv"))
questions = [question.name for question in decision.load().questions]
answers = [decision.decide(case).outcome.label for case in cases[questions].to_dict("records")]
print(len(cases), "cases:", pd.Series(answers).value_counts().to_dict())
near = cases.assign(answer=answers).query("kind == 'near miss'").set_index("case")
near[["answer", "tie_breaker"]].iloc[[0, 1, 6, 7, 8, 9, 10, 11]]

# %% [markdown] label="belief-plan" slideshow={"slide_type": "slide"} claims=["C54"]
# ## Belief 1: "I pay for a plan, so I can use the API"
#
# Then let us knock at all three doors with what a subscriber has: the password of a chat plan. And let us look into the plans themselves: is there a key in any of them? The table shows those that pay for *some* use by programs (Claude Code is Anthropic's coding tool).

# %% label="belief-plan-try" slideshow={"slide_type": "subslide"} claims=["C54", "C62", "C63"]
password = "the password of my chat plan"
google = genai.Client(api_key=password)
doors = {"OpenAI": OpenAI(api_key=password).models.list,
         "Anthropic": Anthropic(api_key=password).models.list,
         "Google": lambda: google.models.generate_content(model=course.model("google"), contents="Hello")}
for vendor, knock in doors.items():
    try:
        knock()
    except Exception as refusal:
        print(f"{vendor}: {getattr(refusal, 'status_code', None) or refusal.code} {type(refusal).__name__}")
plans = pd.DataFrame(catalog.load().plans)
print("Plans with an API key in them:", (plans["api_included"] == "yes").sum(), "of", len(plans))
some = (plans["included_api_credit"] != "none") | ~plans["plan_usage_via_sign_in"].isin(["no", "not stated"])
columns = ["included_api_credit", "plan_usage_via_sign_in", "accessed_on"]
plans[some].groupby(columns)["name"].agg(", ".join).reset_index().set_index("name")

# %% [markdown] label="belief-advanced" slideshow={"slide_type": "slide"} claims=["C55", "C61"]
# ## Belief 2: "The API is an advanced chat tool for engineers"
#
# Good. Then let us chat with it. We tell it something, and then we ask about it, as one does.
#
# While it runs, look for what it is *not* good at, and for what it does keep. An API platform is another layer of product: its heart is being called by programs, for teams, with bills and rules.

# %% label="belief-advanced-try" slideshow={"slide_type": "subslide"} claims=["C55", "C61"]
client, model, ROLES = OpenAI(), course.model("openai"), ("user", "assistant", "user")


def chat(*messages):
    turns = [{"role": role, "content": text} for role, text in zip(ROLES, messages, strict=False)]
    reply = client.chat.completions.create(model=model, messages=turns, max_completion_tokens=300)
    return reply.choices[0].message.content


tell = "Summarise in one sentence:\nThe deposit is thirty percent, due within seven days."
print("You tell it.      ", told := chat(tell))
print("You ask.          ", chat("How much is the deposit?"))
print("You send it again.", chat(tell, told, "How much is the deposit?"))
print("No window, no history: it forgot what you said. This it remembers:")
course.ledger()[["project", "key", "model", "input", "output", "cost_usd"]]

# %% [markdown] label="belief-interface" slideshow={"slide_type": "slide"} claims=["C56"]
# ## Belief 3: "Only the interface differs"
#
# Fair enough: ask both sides the same thing. The panel and the API reach the same practice model. Then give the API to two hotels, and count what each side knows afterwards.
#
# The sentence will be the same, word for word. Everything *around* it differs: whose call it was, which model it may use, what it may spend, which tool it may call, and that a program could ask at all.

# %% label="belief-interface-try" slideshow={"slide_type": "subslide"} claims=["C56"]
organization, standard = client.admin.organization, course.model("openai", "standard")
keys, before = {}, len(course.ledger())
for hotel in ("Pension Seeblick", "Albergo Corte Vecchia"):
    project = organization.projects.create(name=hotel).id
    organization.projects.model_permissions.update(project, mode="allow_list", model_ids=[standard])
    keys[hotel] = organization.projects.service_accounts.create(project, name="program").api_key.value
question = {"messages": [{"role": "user", "content": "What is a webhook?"}], "max_completion_tokens": 300}
panel = ChatPanel(recording=["What is a webhook?"]).recording[0]["answer"]
print("Lines on a bill after the panel answered:", len(course.ledger()) - before)
for key in keys.values():
    reply = OpenAI(api_key=key).chat.completions.create(model=standard, **question)
    print("The API says the same, word for word:", reply.choices[0].message.content == panel)
course.ledger()[["project", "key", "input", "output", "cost_usd"]].tail(2)

# %% [markdown] label="belief-serious" slideshow={"slide_type": "slide"} claims=["C57"]
# ## Belief 4: "Serious work starts with the API"
#
# Tomás is serious, so he skips the chat tool. "Customers book, ask or complain," he says, and builds a form with three boxes. He lets it run over sixty messages.

# %% label="belief-serious-try" slideshow={"slide_type": "subslide"} claims=["C57"]
class Box(BaseModel):
    intent: Literal["booking", "question", "complaint"]


def sort(text, form, program=client):
    ask = [{"role": "user", "content": f"Sort this message of a travel agency's customer:\n{text}"}]
    reply = program.chat.completions.parse(model=model, response_format=form, max_completion_tokens=100, messages=ask)
    return reply.choices[0].message.parsed.intent


inbox = messages()[:60]
boxes = [sort(message.text, Box) for message in course.track(inbox, "Tomás")]
print(sum(box == message.intent for box, message in zip(boxes, inbox, strict=True)), "of 60 lie in the right box.")
for place in (27, 38, 51):
    print(f"{boxes[place]:9} ← {inbox[place].text[:90]}…")

# %% [markdown] label="route" slideshow={"slide_type": "slide"} claims=["C57", "C58", "C59"]
# ## The route that goes wrong least often
#
# A wife in hospital, filed as a booking. The program did what it was told, sixty times. Building was the expensive way to find out that three boxes are too few. Ask in this order:
#
# 1. **What starts it:** a person, or an event?
# 2. **Where must the result land:** with that person, or in a system?
# 3. **Has it been tried,** with good answers?
# 4. **How many come,** and does anybody wait?
# 5. **Who shares the bill:** one team, or several?
# 6. **What data goes in?**
#
# | | The stage is over when | It costs |
# |---|---|---|
# | **Verify** by chat | five real examples came out well, and you can say what *well* means | an afternoon |
# | **Connect** by API | one kind of event runs by itself, and its mistakes are counted | days; the calls cost cents |
# | **Govern** | each client or team has a project, a key, a limit, an owner, and the data terms are agreed | some hours each month |
#
# Try it with the inbox. Paste Tomás's question and three messages into the panel, one by one: the third stops you. Then more boxes and the same loop, in a project with one model, a limit and a key of its own.

# %% label="verify" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C57", "C59"]
ask = "Is this a booking, a complaint or a question?"
three = [inbox[place].text for place in (21, 27, 38)]
print(ask, *three, sep="\n\n")
ChatPanel(recording=[f"{ask} {text}" for text in three])

# %% label="connect" slideshow={"slide_type": "subslide"} claims=["C59"]
class Box(BaseModel):
    intent: Literal["booking", "change", "cancellation", "refund", "complaint",
                    "invoice", "question", "praise", "emergency", "spam"]


project = organization.projects.create(name="Inbox").id
organization.projects.model_permissions.update(project, mode="allow_list", model_ids=[model])
organization.projects.spend_limit.update(project, currency="USD", interval="month", threshold_amount=50)
account = organization.projects.service_accounts.create(project, name="Inbox program")
program = OpenAI(api_key=account.api_key.value)
boxes = [sort(message.text, Box, program) for message in course.track(inbox, "Inbox")]
right = sum(box == message.intent for box, message in zip(boxes, inbox, strict=True))
print(f"{right} of {len(inbox)} lie in the right box; the wife in hospital is now: {boxes[38]}.")
spent = course.ledger().query("project == 'Inbox'")["cost_usd"].sum()
print(f"The project may spend 50 cents a month. It has spent {100 * spent:.2f}.")

# %% [markdown] label="routes" slideshow={"slide_type": "slide"} claims=["C68"]
# ## From whom do you buy?
#
# | | You have a contract with | Good for | Ask first |
# |---|---|---|---|
# | **Vendor** or its cloud | who makes the model | data terms, regions, support | which tier, which region |
# | **Aggregator** | a platform that passes calls on, [for a fee on the credit](https://openrouter.ai/docs/faq) | many models, [a second choice when one is down](https://openrouter.ai/docs/guides/routing/model-fallbacks) | who else sees the data |
# | **Reseller** | somebody who bought access and sells it on | local bills, a service around it | whose key is it? [Vendors say: do not share keys](https://help.openai.com/en/articles/4936850-where-do-i-find-my-openai-api-key) |
# | **Self-hosted** | nobody: [an open model on your own machine](https://docs.vllm.ai/en/v0.8.1/serving/openai_compatible_server.html) | data that may not leave the house | who runs it at three in the morning |
#
# For your program they look alike: another address, another key. Buy in all four ways, three times the *large* model, and read what came.

# %% label="routes-try" slideshow={"slide_type": "subslide"} claims=["C68"]
def buy(route, address, key, *asked):
    shop = OpenAI(base_url=os.environ[address], api_key=key)
    second = {"extra_body": {"models": asked[1:]}} if asked[1:] else {}
    reply = shop.chat.completions.create(model=asked[0], **second, **question)
    cost = getattr(reply.usage, "cost", "no bill")
    return route, asked[0], reply.model, cost, shop.base_url.path

router, mine, resold = "OPENROUTER_BASE_URL", os.environ["OPENROUTER_API_KEY"], keys["Albergo Corte Vecchia"]
gpt, claude = (f"{vendor}/{course.model(vendor, 'large')}" for vendor in ("openai", "anthropic"))
rows = [buy("vendor", router, mine, gpt)]
course.faults("overload", calls=1)
rows += [buy("aggregator", router, mine, claude, gpt),
         buy("reseller", router, resold, gpt, f"openai/{standard}"),
         buy("self-hosted", "OPENAI_BASE_URL", os.environ["OPENAI_API_KEY"], model)]
pd.DataFrame(rows, columns=["route", "asked", "answered", "usd", "at"]).set_index("route")

# %% [markdown] label="routes-read" slideshow={"slide_type": "subslide"} claims=["C68"]
# The **aggregator** was asked for one vendor's model, which was overloaded, and went on to another's: it saved your evening, and another company has read the question. The **reseller**'s key may use the standard model only. You asked for the large one, got a smaller one, and the sentence looked the same. Only `model` in the answer told you.
#
# **Self-hosted** was the same client again, with the address of a server on your own computer. It sends no bill: you pay for the machine, the power, and whoever gets up at three.
#
# Now the honest part. In practice mode all four addresses are this course's own gateway, which plays each role with its stand-in for a model. For a real model at home, start a server that speaks OpenAI's dialect, such as the one in the table, and change three things: `base_url`, the key, and the model's name.

# %% [markdown] label="fair" slideshow={"slide_type": "slide"} claims=["C54", "C56", "C58", "C66"]
# ## Fair to the other side
#
# Each of these is a good reason **not** to build on an API, or not yet. Safe to say: **a subscription is not an API key; some plans pay for some use by programs, under rules that changed in autumn 2026.**
#
# | It exists | So you may not need | But still |
# |---|---|---|
# | [Coding tools that sign in with a plan](https://developers.openai.com/codex/auth) | a key, while a person sits there | a job at night wants a key |
# | [Apps that let users sign in with their plan](https://developers.openai.com/siwc/quickstart) | to pay for those users | no key comes with it; others have no plan |
# | [Plans with monthly API credit](https://support.claude.com/ja/articles/8114531) | a second bill for a small script | a Console account and a key, and the credit ends |
# | [Custom assistants that call your systems](https://help.openai.com/en/articles/9442513-gpt-actions-domain-settings) | a program, while a person asks | an event asks nobody |
# | [Unpaid API tiers](https://ai.google.dev/gemini-api/docs/billing) | to pay for a trial | [what you send may improve products](https://ai.google.dev/gemini-api/terms): invented data only |
# | [Business chat with admin controls](https://help.openai.com/en/articles/20001407-managing-admin-keys-in-admin-console) | an API to have governance | it governs seats, not workloads |
# | [Enterprise seats that pay for tokens](https://support.claude.com/en/articles/11526368-how-am-i-billed-for-my-enterprise-plan) | to think that chat is always flat | then count tokens there too |

# %% [markdown] label="faq-advanced" slideshow={"slide_type": "slide"} claims=["C61"]
# ## Six questions that everybody asks
#
# ### Is an API platform the advanced version of a chat tool?
#
# No. One is a finished product for a person, the other a layer that programs call. You met it as belief 2: as a chat tool, the API is the poorer of the two.

# %% [markdown] label="faq-plus" slideshow={"slide_type": "-"} claims=["C62"]
# ### I have ChatGPT Plus. Must I pay for the API as well?
#
# Yes, if a program of yours calls it: [the two are billed apart](https://help.openai.com/en/articles/9039756-billing-settings-in-chatgpt-vs-platform). In apps that take part, you may spend your plan by signing in.

# %% [markdown] label="faq-pro" slideshow={"slide_type": "-"} claims=["C63"]
# ### Can I wire Claude Pro into my product?
#
# No. [A product takes the API](https://support.claude.com/en/articles/9876003), with a key from the Console. Larger plans bring some API credit; Pro does not.

# %% [markdown] label="faq-gemini" slideshow={"slide_type": "slide"} claims=["C64"]
# ### What is the difference between the Gemini app and the Gemini API?
#
# The app you open and use. With the API you build something for others, launch it and let it grow. Both may carry the same model's name.

# %% [markdown] label="faq-when" slideshow={"slide_type": "-"} claims=["C65"]
# ### When should I start to look at API platforms?
#
# When a website, an app, a form, a service or an internal tool should call AI **by itself**, and a trial by chat went well.

# %% [markdown] label="faq-companies" slideshow={"slide_type": "-"} claims=["C66"]
# ### Is an API platform the better choice for a company?
#
# Often, because companies split budgets, set permissions and must account for both. Not always: people who only ask are governed well by a business chat plan.

# %% [markdown] label="quiz-intro" slideshow={"slide_type": "slide"}
# ## Check yourself: what fits this case?
#
# Nineteen cases, with near misses. Each answer tells what it would cost in money, effort and risk.

# %% label="quiz" slideshow={"slide_type": "-"} tags=["hide-input"] claims=["C48", "C49", "C50", "C51", "C52", "C53", "C54", "C55", "C56", "C57", "C58", "C59", "C60", "C61", "C62", "C63", "C64", "C65", "C66", "C68"]
Quiz("06_choose")

# %% [markdown] label="own" slideshow={"slide_type": "slide"} claims=["C58", "C59", "C60"]
# ## Your own case, on one page
#
# Now a case of yours: from the work, the studies, a club. Four steps, one page.
#
# 1. Set the **guide** below to your case, and give it a name.
# 2. In the cell after it, write your **task** and one **example**. Invent the names in it.
# 3. There too: the **record** that only people can write, as in the lesson on data, and how many **items** come in a month.
# 4. Run that cell. The page lies beside this notebook as `my-ai-case.html`: open it, print it, show it to somebody who says no.
#
# What stands there now is Tomás's case. Overwrite it.

# %% label="own-guide" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C58", "C60"]
own = DecisionGuide(case="The website answers at night", trigger="event", destination="system",
                    audience="yes", volume="many", data="personal")
own

# %% label="own-page" slideshow={"slide_type": "skip"} claims=["C58", "C59", "C60"]
task = "Answer from these rules. The deposit is thirty percent. The rest is due 30 days before the trip."
example = "Hello, we are two and want to go to Portugal in May. How much is the deposit?"
project = organization.projects.create(name=own.case).id
account = organization.projects.service_accounts.create(project, name="program")
reply = OpenAI(api_key=account.api_key.value).chat.completions.create(
    model=model, max_completion_tokens=300,
    messages=[{"role": "system", "content": task}, {"role": "user", "content": example}])
record = use_record.fill(
    own.case, "OpenAI API", purpose="Answer guests' simple questions at night",
    people="Guests who write to us", kinds="Names, dates, what they wish",
    checks="Sofia: all in the first week, then one in ten", owner="Tomás", review="in half a year")
cost = course.ledger()["cost_usd"].iloc[-1]
page = capstone.Case(own.case, own.decision, task, example, reply, cost, items=2000, record=record)
print("Saved:", page.save())
page

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C53", "C59", "C60"]
# ## Three things to remember
#
# 1. The question is not which is more advanced. It is: **how do I use AI**, or **how does my system use AI?**
# 2. **Verify** by chat, **connect** what is proven by API, **govern** it as it grows. Skipping the first costs most.
# 3. A subscription is not an API key. Know **what starts it**, **who pays**, and **from whom you buy**.
#
# **Your turn.** Show your page to the person who would have to pay for it, and change one answer in the guide while you talk.
#
# **Exercises.** [Decide for other people](../exercises/release/06_choose/06_choose.ipynb), then build [the capstone](../exercises/release/07_capstone/07_capstone.ipynb), a case from its first question to its bill.
#
# ### The five topics of the beginning
#
# You met them before the first lesson. Again the first try counts, and the panel below puts the two side by side.

# %% label="posttest" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C53", "C60"]
Quiz("06_posttest")

# %% label="sources" slideshow={"slide_type": "skip"}
from IPython.display import display

from course.widgets import ProgressPanel

display(ProgressPanel())
course.sources("06_choose")
