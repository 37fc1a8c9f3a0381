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
#   title: Who operates the AI?
# ---

# %% [markdown] label="title" slideshow={"slide_type": "slide"} claims=["C20", "C21"]
# # Who operates the AI?
#
# **After this lesson you can look at any job and say whether a person or a program should operate the AI, and defend it with numbers.**
#
# About 40 minutes. You need no key and no card: every call goes to a practice platform on your own computer.
#
# You will
# - do a job by hand in a chat panel, against the clock;
# - watch a program do the same job hundreds of times, with each of three vendors' packages;
# - measure how often it is right, and whether it says the same twice;
# - find the volume from which the program pays, and name what blurs the line.

# %% label="start" slideshow={"slide_type": "skip"}
import course

course.start()

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C20"]
# ## Monday, nine o'clock, hundreds of messages
#
# Lantern Travel is an (invented) agency of six people. Its customers write from everywhere: through the website, by email, on LINE (a messenger app), in six languages. Each message must be **sorted** before anybody can answer it: which language, what does the customer want, how urgent is it?
#
# Mei has a chat tool, and it is good at this. So on Monday she sits down, copies the first message into it, reads the answer, and writes the result into a table. Then the second one.
#
# Do it with her. Below are five of the messages. Paste each into the panel, ask *"Which language is this, what does the customer want, and how urgent is it?"*, and send it. A stopwatch runs while you work.

# %% label="panel" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C20", "C26"]
from course.agency.records import messages
from course.widgets import ChatPanel

inbox = messages()
five = [inbox[place].text for place in (3, 4, 8, 15, 22)]
panel = ChatPanel(recording=[f"Which language is this? {text}" for text in five[:3]])
panel

# %% [markdown] label="panel-notes" slideshow={"slide_type": "notes"}
# *For whoever teaches.* Give the room three minutes. Half will finish two messages; somebody will paste the wrong one twice. Both are the point.
# Ask: "Who decided that the next message is sent?" A person, each time.

# %% label="five" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C20"]
for number, text in enumerate(five, 1):
    print(f"{number}  {text}\n")

# %% [markdown] label="by-hand" slideshow={"slide_type": "slide"} claims=["C20", "C22", "C26"]
# ## A person's way: open, paste, read, copy
#
# In a **chat tool** the **operator** is a person. You open it, type, attach, click, read, and carry the result to where it is needed. That is its strength: no set-up at all, and you see every answer. For three questions today, nothing beats it.
#
# The panel measured how long one message took you. If you did not try it, we assume two minutes. What does that make in a month?

# %% label="month-by-hand" slideshow={"slide_type": "-"} claims=["C20", "C22"]
seconds = panel.seconds_per_message or 120
hours = seconds * len(inbox) / 3600
print(f"{seconds:.0f} seconds for each of {len(inbox)} messages: {hours:.1f} hours a month by hand.")

# %% [markdown] label="program" slideshow={"slide_type": "slide"} claims=["C21", "C26"]
# ## A program's way: one function, called by nobody
#
# Through an **API** the operator is a program. It does not paste. It calls, and it must be told exactly what to send back, because no human eye will find the answer in a friendly paragraph. So we describe the form of the answer as a Python class, and the platform fills it. This is called **structured output**.
#
# The *practice model* that answers is a set of rules, not a language model. It knows the words of a travel agency's inbox. The calls, the classes and the packages are the real ones.

# %% label="form" slideshow={"slide_type": "subslide"} claims=["C21"]
from typing import Literal

from pydantic import BaseModel


class Sorted(BaseModel):
    language: Literal["en", "zh-Hant", "ja", "ko", "es", "de"]
    intent: Literal["booking", "change", "cancellation", "refund", "complaint",
                    "invoice", "question", "praise", "emergency", "spam"]
    urgency: Literal["low", "normal", "high"]


# %% label="one-call" slideshow={"slide_type": "subslide"} claims=["C21"]
from openai import OpenAI

openai = OpenAI()
task = "Sort the message of a travel agency's customer."


def ask_openai(text):
    reply = openai.chat.completions.parse(
        model=course.model("openai"), response_format=Sorted, max_completion_tokens=200,
        messages=[{"role": "system", "content": task}, {"role": "user", "content": text}])
    return reply.choices[0].message.parsed


ask_openai(five[1])

# %% [markdown] label="loop" slideshow={"slide_type": "slide"} claims=["C21", "C26"]
# ## And now all of them
#
# The loop below is the whole difference. Nobody opens anything. If the inbox had a hundred times as many messages, you would change nothing.
#
# Then comes the same job with Anthropic's package, and with Google's. Look at what changes between the three cells: names and places of the same four things, a model, a task, a message, a form. Look at what does not: the idea.

# %% label="openai-all" slideshow={"slide_type": "-"} claims=["C21", "C26"]
answers = {"OpenAI": [ask_openai(message.text) for message in course.track(inbox, "OpenAI")]}

# %% label="anthropic-all" slideshow={"slide_type": "subslide"} claims=["C21", "C26"]
from anthropic import Anthropic

anthropic = Anthropic()


def ask_anthropic(text):
    reply = anthropic.messages.parse(
        model=course.model("anthropic"), max_tokens=200, output_format=Sorted,
        system=task, messages=[{"role": "user", "content": text}])
    return reply.parsed_output


answers["Anthropic"] = [ask_anthropic(message.text) for message in course.track(inbox, "Anthropic")]

# %% label="google-all" slideshow={"slide_type": "subslide"} claims=["C21", "C26"]
from google import genai

google = genai.Client()
form = {"system_instruction": task, "max_output_tokens": 200,
        "response_mime_type": "application/json", "response_schema": Sorted}


def ask_google(text):
    return google.models.generate_content(
        model=course.model("google"), contents=text, config=form).parsed


answers["Google"] = [ask_google(message.text) for message in course.track(inbox, "Google")]

# %% [markdown] label="right" slideshow={"slide_type": "slide"} claims=["C22"]
# ## Is it right?
#
# When a person operates, the person notices a wrong answer. When a program operates, **nobody is looking**. So you look before: you let the program do a job whose right answers you know, and count.
#
# Lantern's messages carry **labels**: what a careful reader found in each. Below is the share of answers that agree. All three vendors' packages reached the same practice model, so the columns are equal; with real models they would not be.

# %% label="accuracy" slideshow={"slide_type": "subslide"} claims=["C22"]
import pandas as pd


def share_right(vendor, field):
    pairs = zip(answers[vendor], inbox, strict=True)
    right = [getattr(answer, field) == getattr(message, field) for answer, message in pairs]
    return sum(right) / len(inbox)


fields = ["language", "intent", "urgency"]
shares = {vendor: [share_right(vendor, field) for field in fields] for vendor in answers}
scores = pd.DataFrame(shares, index=fields)
scores.map("{:.1%}".format)

# %% label="confusion" slideshow={"slide_type": "subslide"} claims=["C22"]
from course import charts

pairs = pd.DataFrame({"label": [message.intent for message in inbox],
                      "answer": [answer.intent for answer in answers["OpenAI"]]})
charts.confusion(pairs)

# %% [markdown] label="confusion-read" slideshow={"slide_type": "subslide"} claims=["C22"]
# This picture is a **confusion matrix**. A row is what the customer meant, a column what the program said. On the diagonal they agree. Every number beside it is a customer who would have got the wrong answer.
#
# Now you can evaluate as an operator of programs does. Not "is the AI clever?", but: *which mistakes does it make, how often, and what does one cost?* A complaint taken for praise costs a customer. A question taken for spam is never answered.

# %% label="again" slideshow={"slide_type": "-"} claims=["C26"]
again = [ask_openai(message.text) for message in inbox[:100]]
same = sum(first == second for first, second in zip(answers["OpenAI"], again, strict=False))
print(f"Asked twice, {same} of {len(again)} answers were the same.")

# %% [markdown] label="repeat" slideshow={"slide_type": "subslide"} claims=["C26"]
# **Repeatable** means: the same input, treated the same way, every time, with a record. The program sends the same task with each message, at three in the morning too. A person's ninetieth paste is not like the first.
#
# Be exact about what repeats. The practice model gives the same answer to the same prompt. A real model may not, whoever operates it. What the program repeats is the *procedure*. Whether the *answers* hold, you measure, as you just did.

# %% [markdown] label="changed" slideshow={"slide_type": "slide"} claims=["C20", "C21", "C22", "C26"]
# ## What changed?
#
# | | A person operates | A program operates |
# |---|---|---|
# | It starts when | somebody sits down | something happens: a message, a click, midnight |
# | The task is | typed anew, a little different each time | written once, tested, the same each time |
# | The answer goes | to a pair of eyes | into a field of a table, a page, a queue |
# | A wrong answer | is noticed, if the person is awake | is noticed, if you measured and keep measuring |
# | Twice the messages | twice the hours | twice the tokens |
# | Set-up | none | hours or weeks |
# | You ask of the tool | is it pleasant, is it clever? | does it keep to the form, how often is it wrong, what does a call cost? |

# %% [markdown] label="three" slideshow={"slide_type": "slide"} claims=["C21", "C23", "C24", "C25"]
# ## Three jobs with nobody at the keyboard
#
# Every program that operates AI has three parts: a **trigger**, a **call**, a **result**. Here are three that agencies build.
#
# 1. A visitor **clicks** on a topic → the program asks for a short text about it → it stands on the page.
# 2. A message **arrives** → the program asks which language it is, and for a reply in that language → it waits for a colleague's nod.
# 3. A document **arrives** → the program asks for one sentence about it → it stands in the list.

# %% label="click" slideshow={"slide_type": "subslide"} claims=["C23"]
from course.agency.records import articles


def ask(text):
    return openai.chat.completions.create(
        model=course.model("openai", "standard"), max_completion_tokens=500,
        messages=[{"role": "user", "content": text}]).choices[0].message.content


def on_click(text):
    return ask(f"Summarise in one sentence:\n{text}")


for article in [articles()[place] for place in (5, 8, 12)]:  # three visitors click on three topics
    print(f"[{article.title}]  →  {on_click(article.answer)}\n")

# %% label="message" slideshow={"slide_type": "subslide"} claims=["C24"]
def on_message(text):
    language = ask_openai(text).language
    return language, ask(f"Write a short reply to this customer, in the customer's language:\n{text}")


for message in [inbox[place] for place in (0, 2, 4)]:
    language, reply = on_message(message.text)
    print(f"{message.id}  {language}  →  {reply}\n")

# %% label="document" slideshow={"slide_type": "subslide"} claims=["C25"]
from course.agency.records import documents


def on_document(document):
    return ask(f"Summarise in one sentence:\n{document.text}")


for arrived in [each for each in documents() if each.kind in ("complaint", "minutes")][:4]:
    print(f"[{arrived.file}]  →  {on_document(arrived)}\n")

# %% [markdown] label="volume" slideshow={"slide_type": "slide"} claims=["C22", "C26"]
# ## From how many does the program pay?
#
# The calls cost almost nothing. The people do: somebody builds the program, looks after it, and checks a part of its answers. A person needs no building.
#
# Move *items a month* down to ten, and *building* up to a month of work. Where is the honest answer "let a person do it"? Then choose *One busy afternoon*.

# %% label="work-sliders" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C22", "C26"]
from course.widgets import WorkSliders

WorkSliders(job="inbox", items=len(inbox))

# %% [markdown] label="blur" slideshow={"slide_type": "slide"} claims=["C20", "C21", "C22"]
# ## What blurs the line
#
# *A person operates the chat tool, a program operates the API.* True as a rule, and in 2026 each of these blurs it. Three questions make it sharp again: **what triggers it, who authenticates** (proves who is asking)**, who pays?** The *meter* in the table means: a price for each use, not for each month. Lesson 02 reads it.
#
# | | What triggers it | Who authenticates | Who pays |
# |---|---|---|---|
# | [A custom assistant that calls your API](https://help.openai.com/en/articles/9442513-gpt-actions-domain-settings) | a person, in the chat | the person, and your API checks the assistant's key | the chat plan; your server |
# | [A coding tool, signed in with a plan](https://developers.openai.com/codex/auth) | a person, then long work by itself | the person's account | the plan's allowance |
# | [The same tool with a key, at night](https://developers.openai.com/codex/auth) | a clock | a program's key | the meter |
# | [An agent that runs on a schedule](https://developers.openai.com/api/docs/guides/agents-api/sessions/automations) | a clock | a program's key | the meter |
# | A no-code automation | an event | a key that somebody once pasted in | the meter, and the automation's fee |
#
# If the answers are *a person, the person's account, the plan*: a person operates, however clever the tool. If they are *an event, a key, the meter*: a program does, however friendly the window.

# %% [markdown] label="quiz-intro" slideshow={"slide_type": "slide"}
# ## Check yourself: who should operate here?
#
# Each case has a tempting wrong answer. It will tell you what it would have cost.

# %% label="quiz" slideshow={"slide_type": "-"} tags=["hide-input"] claims=["C20", "C21", "C22", "C23", "C24", "C25", "C26"]
from course.widgets import Quiz

Quiz("01_operator")

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C20", "C21", "C22", "C26"]
# ## Three things to remember
#
# 1. In a chat tool a **person** operates: no set-up, every answer seen. Through an API a **program** operates: no hands, any hour, any number.
# 2. A program needs the task written down, the answer's **form** described, and its mistakes **counted** before it runs alone.
# 3. Ask what **triggers** it, who **authenticates**, who **pays**. Low volume honestly favours the person.
#
# **Your turn.** Take a job that you do each week. Count the items, time three of them, and put your numbers into the sliders.
#
# **Exercise.** In [the exercise of this lesson](../exercises/release/01_operator/01_operator.ipynb) you write the program yourself; it checks each answer.

# %% label="sources" slideshow={"slide_type": "skip"}
from IPython.display import display

from course.widgets import ProgressPanel

display(ProgressPanel())
course.sources("01_operator")
