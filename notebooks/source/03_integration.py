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
#   title: What it can be built into
# ---

# %% [markdown] label="title" slideshow={"slide_type": "slide"} claims=["C32", "C34"]
# # What it can be built into
#
# **After this lesson you can wire AI into a website, an inbox, a messenger and a customer file, and you know what makes such a thing a product.**
#
# About 45 minutes. You need no key and no card: every call goes to a practice platform on your own computer.
#
# You will
# - plug short functions into a running business;
# - teach a program to say "I don't know";
# - make the platform fail, on purpose;
# - change the model only after you have measured.

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C32", "C35", "C39"]
# ## A business with holes in it
#
# Lantern Travel is an (invented) agency of six people. It has a website, a document inbox, a LINE channel (LINE is a messenger app) and a customer file. All of it is plain software, running on your computer, and none of it is intelligent: whoever fills in the form reads *"a colleague will answer within a day"*.
#
# Mei has used a chat tool for months. *"I want to ask a few questions today"* is what it is good at: a **task**. Now she wants something else: *"whoever fills in the form gets a proposal at once"*. That is a **function** of her website, and a chat tool cannot become one. Nobody is there to paste.
#
# Below is the website. Fill in the form as a customer would, and send it.

# %% label="start" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C32"]
import json
import time
from datetime import date
from typing import Literal

import course
from course.agency import Agency

course.start()
agency = Agency(today=date(2026, 11, 26))
agency.open("trip")

# %% [markdown] label="website-notes" slideshow={"slide_type": "notes"}
# *For whoever teaches.* Let somebody in the room fill in the form with nonsense first: the website refuses it politely and keeps what was typed.
# Everything that follows plugs a function into this website. It stays the same website.

# %% [markdown] label="form-intro" slideshow={"slide_type": "slide"} claims=["C34", "C36"]
# ## A form is submitted, a proposal appears
#
# The website does not want a nice paragraph. It wants a destination, two dates, a number of people: fields that it can print, store, and add up. So the function describes the **form of the answer** as a class and lets the platform fill it. What comes back is checked against the class before anything else happens.
#
# `agency.on_form = …` is the plug. From then on the website calls your function, and you do nothing.

# %% label="on-form" slideshow={"slide_type": "-"} claims=["C33", "C36"]
from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()


class Proposal(BaseModel):
    destination: str
    start_date: date
    end_date: date
    adults: int
    children: int
    budget: int | None


# %% label="plug-form" slideshow={"slide_type": "subslide"} claims=["C33", "C36"]
def fill(form, task, text, tier="standard"):
    reply = client.chat.completions.parse(
        model=course.model("openai", tier), response_format=form, max_completion_tokens=500,
        messages=[{"role": "system", "content": task}, {"role": "user", "content": text}])
    return reply.choices[0].message.parsed


def on_form(sent):
    text = "\n".join(f"{field}: {value}" for field, value in sent.items())
    return fill(Proposal, "Prepare a proposal for this trip request.", text).model_dump(mode="json")


agency.on_form = on_form

# %% label="forms-sent" slideshow={"slide_type": "subslide"} claims=["C36"]
from dataclasses import asdict

import pandas as pd

from course.agency.records import forms

visitor = agency.visitor()  # fills in forms as a browser does
for request in [each for each in forms() if not each.problems][:5]:
    visitor.fill_in(asdict(request))
agency.wait()
pd.DataFrame([request["proposal"] for request in agency.requests() if request["proposal"]])

# %% [markdown] label="chat-intro" slideshow={"slide_type": "slide"} claims=["C33", "C37"]
# ## A support chat that knows the house, and knows what it does not know
#
# A model knows nothing of Lantern's deposit. So the program looks the answer up first and sends it along: this is **retrieval**. Each article of the knowledge base becomes an **embedding**, a list of numbers that lies near the lists of texts with a similar meaning. The question becomes one too, and the nearest article wins.
#
# If even the nearest is far away, the program must not ask the model at all. It says *I don't know*, and names a human. And when it does answer, it says where from: a **citation**.

# %% label="knowledge" slideshow={"slide_type": "-"} claims=["C33", "C37"]
import numpy as np

from course.agency.records import articles

knowledge = articles()


def embed(texts):
    made = client.embeddings.create(model=course.model("openai", "embedding"), input=texts)
    return np.array([each.embedding for each in made.data])


vectors = embed([f"{article.title} {article.answer}" for article in knowledge])

# %% label="on-chat" slideshow={"slide_type": "subslide"} claims=["C33", "C37"]
def on_chat(conversation):
    question = conversation[-1]["content"]
    nearness = vectors @ embed([question])[0]
    best = nearness.argmax()
    if nearness[best] < 0.3:
        return "I don't know. A colleague will write to you: please leave your e-mail address."
    article = knowledge[best]
    answer = client.chat.completions.create(
        model=course.model("openai"), max_completion_tokens=300,
        messages=[{"role": "system", "content": article.answer}, {"role": "user", "content": question}])
    return f"{answer.choices[0].message.content}  [source: {article.title}]"


agency.on_chat = on_chat

# %% label="chat-try" slideshow={"slide_type": "subslide"} claims=["C37"]
for question in ["How much is the deposit?", "Can I cancel my trip?", "Do I need a visa?",
                 "What is the capital of France?", "Can you fix my washing machine?"]:
    print(question, "\n   →", agency.visitor().say(question))

# %% [markdown] label="line-intro" slideshow={"slide_type": "slide"} claims=["C18", "C37"]
# ## A messenger calls you: the webhook
#
# On LINE, nobody asks your program anything. LINE's servers **call an address of yours**, a *webhook*, when a customer writes. Anybody in the world can call that address too. So LINE signs each call with a secret that only you and LINE know, over the raw bytes of the body, and [your program checks the signature before it reads a word](https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature).
#
# Lantern's website checks it with LINE's own package, `line-bot-sdk`. LINE may also [deliver an event twice](https://developers.line.biz/en/docs/messaging-api/receiving-messages), when your answer was slow. Whoever answers twice looks foolish; whoever *books* twice pays twice. To do a thing once, however often one is told, is called **idempotency**.
#
# Forty recorded events come in. Some are forged, some come again, and two hold no text: a sticker and a new follower.

# %% label="on-line" slideshow={"slide_type": "-"} claims=["C18", "C37"]
def on_line(text):
    return on_chat([{"role": "user", "content": text}])


agency.on_line = on_line
delivered = pd.DataFrame(agency.line.play())
agency.wait()
print(delivered.groupby(["signature", "status"]).size().rename("events"), "\n")
answered = (agency.log()["kind"] == "line").sum()
print(f"{len(delivered)} events, {answered} answers: forged ones refused, repeated ones answered once.")

# %% [markdown] label="documents-intro" slideshow={"slide_type": "slide"} claims=["C33", "C38"]
# ## Documents sort themselves as they arrive
#
# Invoices, contracts, complaints: somebody reads each one to find out which it is. The inbox calls a function instead. It gets a text and gives back a class, the key fields and one sentence.

# %% label="on-document" slideshow={"slide_type": "-"} claims=["C33", "C38"]
class Paper(BaseModel):
    kind: Literal["invoice", "contract", "policy", "minutes", "complaint", "offer", "itinerary"]
    date: date
    amount: float | None
    reference: str | None
    summary: str


def on_document(document):
    task = "Sort this document, read its key fields, and sum it up in one sentence."
    paper = fill(Paper, task, document.text)
    fields = paper.model_dump(mode="json", exclude={"kind", "summary"})
    return {"class": paper.kind, "fields": fields, "summary": paper.summary}


# %% label="documents-try" slideshow={"slide_type": "subslide"} claims=["C38"]
from course.agency.records import documents

agency.on_document = on_document
papers = documents()
for paper in papers:
    visitor.drop(paper.file, paper.text)
agency.wait()
read = pd.DataFrame({"read as": [each["result"]["class"] for each in agency.documents()],
                     "label": [paper.kind for paper in papers]}, index=[paper.file for paper in papers])
right = (read["read as"] == read["label"]).mean()
print(f"{len(read)} documents, {right:.0%} in the right class. The first three:")
for each in agency.documents()[:3]:
    print(each["name"], *each["result"].values(), sep="\n   ")

# %% [markdown] label="tools-intro" slideshow={"slide_type": "slide"} claims=["C18", "C33"]
# ## The model wishes, your program decides
#
# A customer writes: *my number has changed*. The model cannot change your customer file, and should not. It can answer with a **tool call**: the name of one of your functions and the values for it. That is a wish, nothing more. Your program looks at it and decides.
#
# Reading a contact is harmless, so the program just does it. **Writing** is not: the customer file asks a human first.

# %% label="tools" slideshow={"slide_type": "-"} claims=["C18", "C33"]
from openai import pydantic_function_tool


class ChangePhone(BaseModel):
    """Change the phone number of a customer in the customer file."""
    customer: str
    phone: str


note = "Hello, this is Priya Raman. Please change my phone number to +44 1632 960077."
reply = client.chat.completions.parse(
    model=course.model("openai", "standard"), tools=[pydantic_function_tool(ChangePhone)],
    max_completion_tokens=500, messages=[{"role": "user", "content": note}]).choices[0]
wish = reply.message.tool_calls[0].function.parsed_arguments
print(reply.finish_reason, repr(wish))

# %% label="approve" slideshow={"slide_type": "subslide"} claims=["C18"]
(contact,) = agency.crm.find("Priya Raman")
number = agency.crm.ask_to_write(contact["id"], {"phone": wish.phone}, reason=note)
print("Before the human: ", agency.crm.contact(contact["id"])["phone"] or "no phone on file")
agency.crm.approve(number)  # on the website: the page Approvals
print("After the human:  ", agency.crm.contact(contact["id"])["phone"])

# %% [markdown] label="batch-intro" slideshow={"slide_type": "slide"} claims=["C32", "C39"]
# ## What can wait until morning costs half
#
# Nobody waits for last year's documents. A **batch** is a file with one request on each line. You hand it in, the platform answers within a day, usually sooner, and all three big vendors give about half the price for the patience. The practice platform answers within seconds; in live mode, a vendor may take hours.

# %% label="batch" slideshow={"slide_type": "-"} claims=["C32", "C39"]
bodies = [{"model": course.model("openai"), "max_completion_tokens": 300, "messages": [
    {"role": "user", "content": f"Summarise in one sentence:\n{paper.text}"}]} for paper in papers[:10]]
lines = [json.dumps({"custom_id": paper.file, "method": "POST", "url": "/v1/chat/completions",
                     "body": body})
         for paper, body in zip(papers, bodies, strict=False)]
upload = client.files.create(purpose="batch", file=("night.jsonl", "\n".join(lines).encode()))
batch = client.batches.create(
    input_file_id=upload.id, endpoint="/v1/chat/completions", completion_window="24h")
print(f"{len(lines)} requests handed in.")

# %% label="batch-done" slideshow={"slide_type": "subslide"} claims=["C32", "C39"]
patience = time.monotonic() + 60  # seconds
while batch.status in ("validating", "in_progress", "finalizing") and time.monotonic() < patience:
    time.sleep(0.2)
    batch = client.batches.retrieve(batch.id)
if batch.status == "completed":
    by_night = course.ledger().tail(10)["cost_usd"].sum()
    for body in bodies:
        client.chat.completions.create(**body)
    by_day = course.ledger().tail(10)["cost_usd"].sum()
    done = batch.request_counts.completed
    print(f"{done} of 10 done, for {by_night / by_day:.0%} of what they cost by day.")
else:
    print(f"The batch is {batch.status}. Run this cell again later: it was handed in once, and is not lost.")

# %% [markdown] label="vendors-intro" slideshow={"slide_type": "slide"} claims=["C18", "C34"]
# ## Another vendor, by one argument
#
# A product outlives its model. An **aggregator** such as OpenRouter speaks one wire format for many vendors: the same package, another address, and the model's name says whose it is. `models` names a second choice for the day when the first is down. The last call below meets that day.

# %% label="vendors" slideshow={"slide_type": "subslide"} claims=["C18", "C34"]
import os

router = OpenAI(base_url=os.environ["OPENROUTER_BASE_URL"], api_key=os.environ["OPENROUTER_API_KEY"])
names = {vendor: f"{vendor}/{course.model(vendor)}" for vendor in ("openai", "anthropic", "google")}

def ask(vendor, second="openai"):
    reply = router.chat.completions.create(
        model=names[vendor], extra_body={"models": [names[vendor], names[second]]},
        messages=[{"role": "user", "content": "What is a webhook?"}])
    print(reply.model, "→", reply.choices[0].message.content[:60], "…")

for vendor in names:
    ask(vendor)
course.faults("overload", calls=1)
ask("google")  # is down: the second choice answers

# %% [markdown] label="product" slideshow={"slide_type": "slide"} claims=["C34"]
# ## What makes it a product
#
# So far everything went well. Platforms are overloaded, networks break, limits are reached. A chat user shrugs and clicks again. A function of your website has nobody who clicks.
#
# - **Timeout**: how long may this take, before the visitor gets another answer?
# - **Retry** with growing pauses, for what passes by itself: *too many requests* (429), *overloaded* (503). The vendors' packages do it for you, twice.
# - **No retry** for what does not pass: a wrong key, a bad request, an empty budget.
# - **Nothing lost, nothing doubled**: a form is stored *before* the function runs, and has a number. It can be handed over again, and is done once: idempotency once more.
# - **A log without names**: which function, what came of it, how long. More people read a log than you think, and it is kept for longer.
#
# Now we make the platform fail.

# %% label="faults" slideshow={"slide_type": "subslide"} claims=["C34"]
from openai import APIStatusError, APITimeoutError

question = {"model": course.model("openai"), "max_completion_tokens": 300,
            "messages": [{"role": "user", "content": "What is a token?"}]}
for fault, retries, seconds in (
    ("slow", 0, 1), ("rate_limit", 2, 10), ("overload", 2, 10), ("overload", 0, 10)
):
    course.faults(fault, calls=1)
    try:
        answer = OpenAI(max_retries=retries, timeout=seconds).chat.completions.create(**question)
        print(f"   {retries} retries: {answer.choices[0].message.content[:30]}…")
    except APITimeoutError:
        print(f"   no answer within {seconds} second: the visitor is told so, and does not wait")
    except APIStatusError as refusal:
        print(f"   {retries} retries: {refusal.status_code} {refusal.body['message']}")

# %% label="away" slideshow={"slide_type": "subslide"} claims=["C34"]
course.faults("server_error", share=1)
client.max_retries = 0
visitor.fill_in(asdict(forms()[0]))
agency.wait()
print(agency.log().iloc[-1][["kind", "status", "problem"]].to_dict())
course.faults()
print("Handed over again:", agency.retry())
agency.wait()
print(agency.log().iloc[-1][["kind", "status", "result"]].to_dict())

# %% [markdown] label="evaluate-intro" slideshow={"slide_type": "slide"} claims=["C33", "C34"]
# ## Measure before you change anything
#
# Customers write *"we leave on 12 May"* and mean the next one. Read out of their messages, more than a quarter of the departures come out wrong, most by a year. Tomás has two ideas: take the larger model, or say in the prompt **when the message came in**, because no model knows that by itself. (Here both models are the practice model, at two prices. With real ones, you must count too.)
#
# In a chat you would try one and have a feeling. A product has **labelled cases** and counts, before and after, whenever somebody changes the model or a word of the prompt.

# %% label="evaluate" slideshow={"slide_type": "subslide"} claims=["C33", "C34"]
from course.agency.records import messages


class Departure(BaseModel):
    start_date: date | None


dated = [message for message in messages() if message.start_date][:60]
for tier in ("small", "standard"):
    for prompt in ("Read the day of departure.", "Read the day of departure.\nReceived: {day}"):
        found = [fill(Departure, prompt.format(day=each.received), each.text, tier) for each in dated]
        right = sum(got.start_date == each.start_date for got, each in zip(found, dated, strict=True))
        bill = course.ledger().tail(len(dated))["cost_usd"].sum()
        print(f"{tier:9} {right} of {len(dated)} right, for ${bill:.4f}, with {prompt!r}")

# %% [markdown] label="changed" slideshow={"slide_type": "slide"} claims=["C32", "C34", "C35", "C39"]
# ## What changed?
#
# | | A chat tool assists the work | An API becomes part of the product |
# |---|---|---|
# | Who sees the answer | you, then perhaps a customer | the customer, at once |
# | It is | a task: done once, by you | a function: done each time, by the software |
# | It starts | when you open it | when a form, a message, a document arrives |
# | The answer is | text for your eyes | fields that are checked, stored and added up |
# | It does not know | you notice | it must say so, and name a human |
# | The platform fails | you try again | timeout, retry, and nothing lost |
# | You improve it | by feeling | by counting, before and after: one line of the prompt did what a model at twenty times the price did not |
#
# And be fair: the API brings **none** of the right column. It brings the answer. You build the rest.

# %% [markdown] label="quiz-intro" slideshow={"slide_type": "slide"}
# ## Check yourself: what would you build?
#
# Eighteen short cases. A wrong answer tells what would happen to the customer.

# %% label="quiz" slideshow={"slide_type": "-"} tags=["hide-input"] claims=["C18", "C32", "C33", "C34", "C35", "C36", "C37", "C38", "C39"]
from course.widgets import Quiz

Quiz("03_integration")

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C32", "C34", "C39"]
# ## Three things to remember
#
# 1. A chat tool assists the work; an API becomes **part of the product**. Tasks for the one, functions for the other.
# 2. Ask for **fields**, check them, cite sources, say "I don't know", and let a human approve what writes.
# 3. What makes it a product is the rest: signatures, once and only once, timeouts, retries, a log without names, and a **count** before each change.
#
# **Your turn.** Open the page *Chat with us* of the website. Find a question that it should answer and does not. Then change the `0.3` in `on_chat`, run that cell and the next one again, and count: what does it answer now, and is all of it right? (The practice model finds a sentence only by words that it shares with the question. Where it finds none, it says so.)
#
# **Exercise.** In [the exercise of this lesson](../exercises/release/03_integration/03_integration.ipynb) you plug in functions of your own; it checks each one.

# %% label="sources" slideshow={"slide_type": "skip"}
from IPython.display import display

from course.widgets import ProgressPanel

display(ProgressPanel())
course.sources("03_integration")
