"""Wrong but plausible answers to 01_operator. Those that call the platform run after the notebook has started it."""

import json
import math
from collections import Counter
from functools import cache
from typing import Literal

from desk import wrong
from pydantic import BaseModel

import course

# operator.1: one message, one call


class Sorted(BaseModel):
    language: Literal["en", "zh-Hant", "ja", "ko", "es", "de"]
    intent: Literal[
        "booking",
        "change",
        "cancellation",
        "refund",
        "complaint",
        "invoice",
        "question",
        "praise",
        "emergency",
        "spam",
    ]
    urgency: Literal["low", "normal", "high"]


@cache
def client():
    from openai import OpenAI

    return OpenAI()


def sort(text):
    messages = [
        {"role": "system", "content": "Sort the message of a travel agency's customer."},
        {"role": "user", "content": text},
    ]
    reply = client().chat.completions.parse(
        model=course.model("openai"), messages=messages, response_format=Sorted, max_completion_tokens=200
    )
    return reply.choices[0].message.parsed


def ask(text):
    messages = [{"role": "user", "content": text}]
    reply = client().chat.completions.create(
        model=course.model("openai", "standard"), messages=messages, max_completion_tokens=500
    )
    return reply.choices[0].message.content


@wrong("operator.1", "returns the object, not a dictionary")
def _(text):
    return sort(text)


@wrong("operator.1", "returns JSON as a text")
def _(text):
    return sort(text).model_dump_json()


@wrong("operator.1", "asks without a form, and gets prose")
def _(text):
    return ask(f"Which language is this, what does the customer want, and how urgent is it?\n{text}")


@wrong("operator.1", "asks without a form, and hopes for JSON")
def _(text):
    return json.loads(ask(f"Sort this message:\n{text}"))


@wrong("operator.1", "sends the word text instead of the text")
def _(text):
    return sort("text").model_dump()


@wrong("operator.1", "sends the message of the example each time")
def _(text):
    return sort("How much is the deposit, and when is the rest due?").model_dump()


@wrong("operator.1", "returns the language alone")
def _(text):
    return sort(text).language


@wrong("operator.1", "takes the first word of the message only")
def _(text):
    return sort(text.split()[0]).model_dump()


@wrong("operator.1", "forgets to return")
def _(text):
    sort(text).model_dump()


@wrong("operator.1", "returns a list of values")
def _(text):
    return list(sort(text).model_dump().values())


@wrong("operator.1", "renames a field")
def _(text):
    found = sort(text).model_dump()
    return {"language": found["language"], "intention": found["intent"], "urgency": found["urgency"]}


@wrong("operator.1", "looks for words instead of calling")
def _(text):
    urgent = "!" in text or "urgent" in text.lower()
    return {
        "language": "en",
        "intent": "question" if "?" in text else "booking",
        "urgency": "high" if urgent else "normal",
    }


@wrong("operator.1", "treats every message as urgent, to be safe")
def _(text):
    return sort(text).model_dump() | {"urgency": "high"}


@wrong("operator.1", "adds the message to the dictionary")
def _(text):
    return sort(text).model_dump() | {"text": text}


# operator.2: which mistakes


def rows_of(labels, answers):
    counts = Counter((label, said) for label, said in zip(labels, answers, strict=True) if label != said)
    return [[label, said, count] for (label, said), count in counts.items()]


@wrong("operator.2", "lists what was right, too")
def _(labels, answers):
    counts = Counter(zip(labels, answers, strict=True))
    rows = [[label, said, count] for (label, said), count in counts.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


@wrong("operator.2", "lists what was right alone")
def _(labels, answers):
    counts = Counter((label, said) for label, said in zip(labels, answers, strict=True) if label == said)
    return sorted([label, said, count] for (label, said), count in counts.items())


@wrong("operator.2", "swaps what is right and what was said")
def _(labels, answers):
    return sorted(
        ([said, label, n] for label, said, n in rows_of(labels, answers)), key=lambda r: (-r[2], r[0], r[1])
    )


@wrong("operator.2", "lists each mistake by itself")
def _(labels, answers):
    return [[label, said, 1] for label, said in zip(labels, answers, strict=True) if label != said]


@wrong("operator.2", "keeps the order in which they come")
def _(labels, answers):
    return rows_of(labels, answers)


@wrong("operator.2", "sorts by the alphabet alone")
def _(labels, answers):
    return sorted(rows_of(labels, answers))


@wrong("operator.2", "puts the rarest first")
def _(labels, answers):
    return sorted(rows_of(labels, answers), key=lambda row: (row[2], row[0], row[1]))


@wrong("operator.2", "turns the whole order round, and with it the alphabet")
def _(labels, answers):
    return sorted(rows_of(labels, answers), key=lambda row: (row[2], row[0], row[1]), reverse=True)


@wrong("operator.2", "gives shares instead of counts")
def _(labels, answers):
    rows = sorted(rows_of(labels, answers), key=lambda row: (-row[2], row[0], row[1]))
    return [[label, said, count / len(labels)] for label, said, count in rows]


@wrong("operator.2", "counts how many are wrong")
def _(labels, answers):
    return sum(label != said for label, said in zip(labels, answers, strict=True))


@wrong("operator.2", "gives a dictionary")
def _(labels, answers):
    return {f"{label}>{said}": count for label, said, count in rows_of(labels, answers)}


@wrong("operator.2", "leaves the count out")
def _(labels, answers):
    return [row[:2] for row in rows_of(labels, answers)]


@wrong("operator.2", "keeps the commonest alone")
def _(labels, answers):
    return sorted(rows_of(labels, answers), key=lambda row: (-row[2], row[0], row[1]))[:1]


@wrong("operator.2", "sorts both lists before it compares them")
def _(labels, answers):
    return sorted(rows_of(sorted(labels), sorted(answers)), key=lambda row: (-row[2], row[0], row[1]))


@wrong("operator.2", "counts all mistakes of a label in each of its rows")
def _(labels, answers):
    rows = rows_of(labels, answers)
    total = Counter()
    for label, _said, count in rows:
        total[label] += count
    return sorted(([label, said, total[label]] for label, said, _ in rows), key=lambda r: (-r[2], r[0], r[1]))


@wrong("operator.2", "expects at least one mistake")
def _(labels, answers):
    rows = sorted(rows_of(labels, answers), key=lambda row: (-row[2], row[0], row[1]))
    return [rows[0], *rows[1:]]


# operator.3: from how many does it pay


def by_hand(job):
    return job["minutes"] / 60 * job["hourly"]


def checking(job):
    return job["checked_share"] * job["check_minutes"] / 60 * job["hourly"]


def building(job):
    return job["build_hours"] * job["hourly"] / job["months"]


def saved(job):
    return by_hand(job) - checking(job) - job["call_dollars"]


@wrong("operator.3", "does not round up")
def _(job):
    return building(job) / saved(job) if saved(job) > 0 else None


@wrong("operator.3", "rounds down")
def _(job):
    return int(building(job) / saved(job)) if saved(job) > 0 else None


@wrong("operator.3", "wants the program to be cheaper, not as cheap", points=2)
def _(job):
    return math.floor(building(job) / saved(job)) + 1 if saved(job) > 0 else None


@wrong("operator.3", "pays for the building every month")
def _(job):
    return math.ceil(building(job) * job["months"] / saved(job)) if saved(job) > 0 else None


@wrong("operator.3", "forgets the checks", points=2)
def _(job):
    left = by_hand(job) - job["call_dollars"]
    return math.ceil(building(job) / left) if left > 0 else None


@wrong("operator.3", "checks every result", points=2)
def _(job):
    left = by_hand(job) - job["check_minutes"] / 60 * job["hourly"] - job["call_dollars"]
    return math.ceil(building(job) / left) if left > 0 else None


@wrong("operator.3", "takes a check for as long as the work itself", points=2)
def _(job):
    left = by_hand(job) * (1 - job["checked_share"]) - job["call_dollars"]
    return math.ceil(building(job) / left) if left > 0 else None


@wrong("operator.3", "forgets the building")
def _(job):
    return 1 if saved(job) > 0 else None


@wrong("operator.3", "forgets what a call costs")
def _(job):
    left = by_hand(job) - checking(job)
    return math.ceil(building(job) / left) if left > 0 else None


@wrong("operator.3", "takes minutes for hours")
def _(job):
    left = job["minutes"] * job["hourly"] - checking(job) - job["call_dollars"]
    return math.ceil(building(job) / left) if left > 0 else None


@wrong("operator.3", "counts hours of building, not what they cost")
def _(job):
    return math.ceil(job["build_hours"] / job["months"] / saved(job)) if saved(job) > 0 else None


@wrong("operator.3", "gives a negative number where it never pays", points=2)
def _(job):
    return math.ceil(building(job) / saved(job)) if saved(job) else None


@wrong("operator.3", "gives 0 where it never pays", points=2)
def _(job):
    return math.ceil(building(job) / saved(job)) if saved(job) > 0 else 0


@wrong("operator.3", "gives the dollars of the building")
def _(job):
    return building(job)


# operator.4: who operates


def warn(tool):
    if tool["trigger"] != "person" and tool["login"] == "account":
        return "account"
    return "plan" if (tool["login"], tool["pays"]) == ("key", "plan") else None


def who(tool):
    return "person" if tool["trigger"] == "person" else "program"


@wrong("operator.4", "judges by the login")
def _(tool):
    return {"operator": "person" if tool["login"] == "account" else "program", "warning": warn(tool)}


@wrong("operator.4", "judges by the bill")
def _(tool):
    return {"operator": "person" if tool["pays"] == "plan" else "program", "warning": warn(tool)}


@wrong("operator.4", "calls it a person wherever anything says person")
def _(tool):
    person = tool["trigger"] == "person" or tool["login"] == "account"
    return {"operator": "person" if person else "program", "warning": warn(tool)}


@wrong("operator.4", "takes the majority of the three")
def _(tool):
    votes = (tool["trigger"] == "person") + (tool["login"] == "account") + (tool["pays"] == "plan")
    return {"operator": "person" if votes >= 2 else "program", "warning": warn(tool)}


@wrong("operator.4", "takes an event for a person's doing")
def _(tool):
    return {"operator": "program" if tool["trigger"] == "clock" else "person", "warning": warn(tool)}


@wrong("operator.4", "never warns")
def _(tool):
    return {"operator": who(tool), "warning": None}


@wrong("operator.4", "warns of every account")
def _(tool):
    return {"operator": who(tool), "warning": "account" if tool["login"] == "account" else warn(tool)}


@wrong("operator.4", "warns of every plan")
def _(tool):
    return {"operator": who(tool), "warning": "plan" if tool["pays"] == "plan" else warn(tool)}


@wrong("operator.4", "warns of the plan where a program signs in as somebody")
def _(tool):
    swapped = {"account": "plan", "plan": "account", None: None}
    return {"operator": who(tool), "warning": swapped[warn(tool)]}


@wrong("operator.4", "warns of a person who uses a key")
def _(tool):
    odd = tool["trigger"] == "person" and tool["login"] == "key"
    return {"operator": who(tool), "warning": "plan" if odd else warn(tool)}


@wrong("operator.4", "warns of plans for programs alone")
def _(tool):
    found = warn(tool)
    return {"operator": who(tool), "warning": None if found == "plan" and who(tool) == "person" else found}


@wrong("operator.4", "writes no warning as the text None")
def _(tool):
    return {"operator": who(tool), "warning": str(warn(tool))}


@wrong("operator.4", "gives a list of warnings")
def _(tool):
    return {"operator": who(tool), "warning": [warn(tool)] if warn(tool) else []}


@wrong("operator.4", "gives the word alone")
def _(tool):
    return who(tool)


# operator.5: three jobs

SUMMARISE = "Summarise in one sentence:"
REPLY = "Write a short reply to this customer, in the customer's language:"
PLACES = {"click": "page", "message": "approval", "document": "list"}


def handled(event, prompts=None, places=PLACES):
    prompt = (prompts or {}).get(event["kind"], REPLY if event["kind"] == "message" else SUMMARISE)
    if event["kind"] not in PLACES:
        return {"goes_to": "person", "text": event["text"]}
    return {"goes_to": places[event["kind"]], "text": ask(f"{prompt}\n{event['text']}")}


@wrong("operator.5", "sends the reply to the customer at once", points=3)
def _(event):
    return handled(event, places=PLACES | {"message": "customer"})


@wrong("operator.5", "puts a document's sentence on the page", points=3)
def _(event):
    return handled(event, places=PLACES | {"document": "page"})


@wrong("operator.5", "lets every result wait for a nod", points=3)
def _(event):
    return handled(event, places=dict.fromkeys(PLACES, "approval"))


@wrong("operator.5", "replies to everybody in English", points=3)
def _(event):
    return handled(event, {"message": "Write a short reply to this customer, in English:"})


@wrong("operator.5", "writes a reply to a document", points=3)
def _(event):
    return handled(event, {"document": REPLY})


@wrong("operator.5", "sends the prompt and forgets the message", points=3)
def _(event):
    if event["kind"] != "message":
        return handled(event)
    return {"goes_to": "approval", "text": ask(REPLY)}


@wrong("operator.5", "passes the customer's words on as the reply", points=3)
def _(event):
    return {"goes_to": "approval", "text": event["text"]} if event["kind"] == "message" else handled(event)


@wrong("operator.5", "passes texts on without a call", points=1)
def _(event):
    return {"goes_to": PLACES.get(event["kind"], "person"), "text": event["text"]}


@wrong("operator.5", "answers what it was not built for", points=4)
def _(event):
    if event["kind"] in PLACES:
        return handled(event)
    return {"goes_to": "person", "text": ask(f"{REPLY}\n{event['text']}")}


@wrong("operator.5", "takes everything else for a document", points=4)
def _(event):
    return handled(event if event["kind"] in PLACES else event | {"kind": "document"})


@wrong("operator.5", "stops at what it does not know", points=4)
def _(event):
    return handled({"kind": list(PLACES)[list(PLACES).index(event["kind"])], "text": event["text"]})


@wrong("operator.5", "throws away what it does not know", points=4)
def _(event):
    return handled(event) if event["kind"] in PLACES else {"goes_to": "person", "text": ""}


@wrong("operator.5", "does not mind capitals", points=4)
def _(event):
    return handled(event | {"kind": event["kind"].lower()})


@wrong("operator.5", "gives the text alone")
def _(event):
    return handled(event)["text"]


@wrong("operator.5", "adds what it thinks of the event")
def _(event):
    return handled(event) | {"kind": event["kind"]}
