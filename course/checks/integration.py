"""Checks of 03_integration: a signature, a webhook, a record, a tool call, a pause, and a chat that may not know."""

from __future__ import annotations

from course.checks import expect
from course.checks.task import Wrong, task

_SECRET = "lantern-practice-secret"
_BODY = '{"destination": "U1", "events": []}'
_SIGNED = (  # body, signature, channel secret, whether LINE signed it, what it is
    (_BODY, "1pFfQWdduwW4hcfbY1KGlK5/EiZIg5px+by/24SGaG0=", _SECRET, True, "a genuine call"),
    (_BODY + " ", "1pFfQWdduwW4hcfbY1KGlK5/EiZIg5px+by/24SGaG0=", _SECRET, False, "a body changed after signing"),
    (_BODY, None, _SECRET, False, "a call without a signature"),
)


@task("integration.1", answer="signed_by_line", points=2, claims=("C18", "C37"))
def signed_by_line(answer, cases=_SIGNED):
    for body, signature, secret, genuine, what in cases:
        given = answer(body, signature, secret)
        if given is not True and given is not False:
            raise Wrong(
                f"For {what}, signed_by_line gave {expect.shown(given)}.",
                "The webhook asks one question. Let a comparison answer it: True or False.",
            )
        if given and not genuine:
            raise Wrong(
                f"signed_by_line let {what} pass.",
                "Anybody can call your address. Only who knows the secret can sign this body, letter by letter.",
            )
        if genuine and not given:
            raise Wrong(
                f"signed_by_line refused {what}: LINE did sign it.",
                "LINE makes an HMAC with SHA-256: the channel secret is the key, the body's bytes as they came are "
                "the message. The raw digest (not hex) is then written in standard base64.",
            )


def _event(number, text=None, kind="message", again=False):
    event = {"type": kind, "webhookEventId": f"E{number}", "deliveryContext": {"isRedelivery": again}}
    if kind == "message":
        event["message"] = {"type": "sticker"} if text is None else {"type": "text", "text": text}
    return event


_DELIVERIES = (  # body, IDs seen before, texts to answer, IDs seen afterwards
    ({"events": [_event(1, "Is the office open?")]}, [], ["Is the office open?"], ["E1"]),
    ({"events": [_event(1, "Is the office open?", again=True)]}, ["E1"], [], ["E1"]),
    ({"events": [_event(2), _event(3, "Hello")]}, ["E1"], ["Hello"], ["E1", "E2", "E3"]),
)


@task("integration.2", answer="new_texts", points=3, claims=("C18", "C37"))
def new_texts(answer, cases=_DELIVERIES):
    for body, seen, texts, afterwards in cases:
        given = answer(body, seen)
        events = ", ".join(
            f"{event['webhookEventId']} ({event.get('message', event)['type']}"
            f"{', delivered again' if event['deliveryContext']['isRedelivery'] else ''})"
            for event in body["events"]
        )
        said = f"With the events [{events}], and {seen} seen before, new_texts"
        expect.mapping(given, ("answer", "seen"), said)
        answered, noted = given["answer"], given["seen"]
        for name in ("answer", "seen"):
            if not isinstance(given[name], list):
                raise Wrong(f'{said} gave {expect.shown(given[name])} as "{name}".', "Both values are lists.")
        if len(answered) > len(texts):
            raise Wrong(
                f"{said} would answer {len(answered)} texts. That is too many.",
                "Which of these events have no text? And which one has been answered already?",
            )
        if len(answered) < len(texts):
            raise Wrong(
                f"{said} would leave a customer without an answer.",
                "`isRedelivery` says that LINE sends it again, not that you ever got it. Only `seen` tells that. And "
                "two customers may write the same words.",
            )
        if answered != texts:
            raise Wrong(f"{said} gave other texts, or another order.", "Answer in the order in which they came.")
        if sorted(set(noted)) != sorted(noted):
            raise Wrong(f"{said} noted an ID twice.", "One ID is enough, however often the event comes.")
        if noted != afterwards:
            raise Wrong(
                f"{said} noted other IDs than it should, or in another order.",
                "Keep what was seen before, then add each new event: also stickers and followers.",
            )


_WISH = "Hello, two adults and one child (6) would like to go to Madeira from 12 May to 19 May."
_TRIPS = (  # message, day on which it came, what a careful reader finds: None where no offer can be made
    (
        _WISH,
        "2025-11-26",
        {"destination": "Madeira", "start_date": "2026-05-12", "end_date": "2026-05-19", "adults": 2, "children": 1},
    ),
    ("Thank you, Rome was wonderful.", "2025-11-26", None),
    ("Two adults, Rome, from 19 May 2027 to 12 May 2027.", "2026-11-26", None),
)
_FIELDS = ("destination", "start_date", "end_date", "adults", "children")


@task("integration.3", answer="read_trip", points=3, claims=("C33", "C36"))
def read_trip(answer, cases=_TRIPS):
    for text, received, trip in cases:
        said = expect.call("read_trip", text, received)
        given = answer(text, received)
        if trip is None:
            if given is not None:
                raise Wrong(
                    f"{said} gave {expect.shown(given)}.",
                    "Nobody can make an offer for that. Which field is missing, or which two contradict each other? "
                    "An answer that fits the schema can still be no trip.",
                )
            continue
        if given is None:
            raise Wrong(f"{said} gave None.", "There is a destination and a day of departure: that is enough.")
        expect.mapping(given, _FIELDS, said)
        for field in _FIELDS:
            if given[field] != trip[field]:
                raise Wrong(f"{said} gave {field} = {expect.shown(given[field])}.", _TRIP_HINTS[field])


_DAY_HINT = (
    "Write a day as a text, such as 2026-12-24, or None. No model knows when the message came in, unless the prompt "
    "says so. Which 12 May does a customer mean?"
)
_TRIP_HINTS = {
    "destination": "Ask for the place, as the customer calls it.",
    "start_date": _DAY_HINT,
    "end_date": _DAY_HINT,
    "adults": "Ask for a number of adults of its own; children do not count among them.",
    "children": "It is a number, also when the message speaks of none.",
}

_TOOLS = {
    "find_contact": {"fields": ["name"], "writes": False},
    "change_phone": {"fields": ["customer", "phone"], "writes": True},
}
_DECISIONS = ("run", "ask a person", "refuse")
_WISHES = (  # name, arguments as the model wrote them, tools, decision, what it is
    ("find_contact", '{"name": "Priya Raman"}', _TOOLS, "run", "a harmless wish"),
    (
        "change_phone",
        '{"customer": "Priya Raman", "phone": "+44 1632 960077"}',
        _TOOLS,
        "ask a person",
        "a wish that writes",
    ),
    ("delete_everything", "{}", _TOOLS, "refuse", "a tool that does not exist"),
    ("change_phone", '{"customer": "Priya Raman"', _TOOLS, "refuse", "arguments that broke off"),
)


@task("integration.4", answer="decide", points=3, claims=("C18", "C33"))
def decide(answer, cases=_WISHES):
    for name, arguments, tools, decision, what in cases:
        said = f"For {what}, {expect.call('decide', name, arguments)}"
        given = answer(name, arguments, tools)
        if given == decision:
            continue
        if given not in _DECISIONS:
            hint = "There are three words for a decision: the task names them. Give one of them, letter by letter."
        elif given == "run":
            hint = "The model's wish may run by itself only if it is complete, known, and changes nothing."
        elif given == "ask a person":
            hint = "A person should get to see only wishes that can be carried out, and that change something."
        else:
            hint = "This wish is complete: a known tool with exactly its fields, each a text with something in it."
        raise Wrong(f"{said} gave {expect.shown(given)}.", hint)


_REFUSALS = (  # status, code, number of the try, what the platform asks for, pause in seconds
    (429, "rate_limit_exceeded", 1, None, 1),
    (503, None, 3, None, 4),
    (429, "project_spend_limit_exceeded", 1, None, None),
    (401, "invalid_api_key", 1, None, None),
    (429, "rate_limit_exceeded", 1, 8, 8),
)


@task("integration.5", answer="pause", points=3, claims=("C34",))
def pause(answer, cases=_REFUSALS):
    for status, code, attempt, retry_after, seconds in cases:
        said = expect.call("pause", status, code, attempt, retry_after)
        given = answer(status, code, attempt, retry_after)
        if seconds is None:
            if given is not None:
                raise Wrong(
                    f"{said} gave {expect.shown(given)}, so the program would try again.",
                    "Ask: will it pass by itself, soon, and is a try left? If not, the answer is None.",
                )
        elif given is None:
            raise Wrong(
                f"{said} gave None, so the program would give up.",
                "This passes by itself, and a try is left. Is there a 0 that looks like nothing?",
            )
        elif not expect.close(expect.number(given, said), seconds):
            raise Wrong(
                f"{said} gave {given} seconds.",
                "The first pause is one second, and each is twice the one before. But if the platform says how long, "
                "it knows better, also when it says a shorter time.",
            )


_QUESTIONS = (  # question, file of the article that knows (None: nobody does), words that the answer must hold
    ("How much is the deposit?", "deposit-and-rest", "thirty percent"),
    ("Can I pay by card?", "how-to-pay", "by card"),
    ("What is the capital of France?", None, "colleague"),
    ("Tell me a joke", None, "colleague"),
)


@task("integration.6", answer="support", points=4, claims=("C33", "C37"))
def support(answer, cases=_QUESTIONS):
    from course.agency.records import articles

    titles = {article.id: article.title for article in articles()}
    for question, article, words in cases:
        title = article and titles[article]
        said = expect.call("support", question)
        given = expect.mapping(answer(question), ("answer", "source"), said)
        text, source = expect.text(given["answer"], f'The "answer" of {said}'), given["source"]
        if title is None and source is not None:
            raise Wrong(
                f"{said} named the source {expect.shown(source)}.",
                "No article knows this. Print how near the nearest one is, for this question and for the others: "
                "where would you draw the line?",
            )
        if title is not None and source is None:
            raise Wrong(
                f"{said} found no source, and the house does know this.",
                "Print how near the nearest article is. Is your line too high?",
            )
        if source != title:
            raise Wrong(
                f"{said} named the source {expect.shown(source)}.",
                "The source is the title of the nearest article: the one whose numbers give the largest product.",
            )
        if words.lower() not in text.lower():
            raise Wrong(
                f"{said} answered {expect.shown(text)}",
                "Where nobody knows, name a colleague. Where an article knows, the model needs its text to answer: "
                "send it along, and send the question too.",
            )
