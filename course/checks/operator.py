"""Checks of 01_operator: a sorted message, counted mistakes, the volume that pays, who operates, three jobs wired.

The messages in the cases are invented. What the practice model makes of them is known; a live model may differ.
"""

from __future__ import annotations

from course.checks import expect
from course.checks.task import Wrong, task


@task("operator.1", answer="sort_message", points=3, claims=("C21", "C24"))
def sort_message(
    answer,
    cases=(
        ("How much is the deposit, and when is the rest due?", "en", "question", "normal"),
        ("Guten Tag, ich muss meine Reise nach Wien leider stornieren.", "de", "cancellation", "normal"),
        (
            "여권을 잃어버렸어요! 비행기가 두 시간 후에 출발합니다. 도와주세요!",
            "ko",
            "emergency",
            "high",
        ),
    ),
):
    """(a customer's message) → its language, intent and urgency."""
    for text, language, intent, urgency in cases:
        said = expect.call("sort_message", text)
        given = answer(text)
        if isinstance(given, str):
            raise Wrong(f"{said} gave a text, not a dictionary.", "Give the call the form, and read `.parsed`.")
        expect.mapping(given, ("language", "intent", "urgency"), said)
        if given["language"] != language:
            raise Wrong(
                f"{said} gave the language {expect.shown(given['language'])}.",
                "Does the message itself go along with the call? The platform sees what you send, and nothing else.",
            )
        for field, wanted in (("intent", intent), ("urgency", urgency)):
            if given[field] != wanted:
                raise Wrong(
                    f"{said} gave the {field} {expect.shown(given[field])}, though the language is right.",
                    "Send the task and the message as they are, and take each field as it comes back.",
                )


@task("operator.2", answer="mistakes", points=3, claims=("C22",))
def mistakes(
    answer,
    cases=(
        (["praise"], ["praise"], []),
        (["question", "refund", "question"], ["praise", "refund", "praise"], [["question", "praise", 2]]),
        (
            ["spam", "question", "cancellation", "question"],
            ["question", "praise", "spam", "praise"],
            [["question", "praise", 2], ["cancellation", "spam", 1], ["spam", "question", 1]],
        ),
    ),
):
    """(what is right, what the program said) → [right, said, how often] for each kind of mistake, commonest first."""
    for labels, answers, found in cases:
        said = expect.call("mistakes", labels, answers)
        given = answer(labels, answers)
        if not isinstance(given, list):
            raise Wrong(f"{said} gave {expect.shown(given)}, which is not a list.", "Give a list of lists.")
        for row in given:
            if not isinstance(row, list) or len(row) != 3:
                raise Wrong(
                    f"{said} has a row {expect.shown(row)}.",
                    "Each row holds three things: what is right, what the program said, and how often.",
                )
        _compare_rows(said, given, found)


@task("operator.3", answer="pays_from", points=4, claims=("C22", "C26"))
def pays_from(
    answer,
    cases=(
        ((2, 30.0, 0.0, 0.0, 0, 40, 12), 100),
        ((2, 30.0, 0.002, 0.1, 1, 40, 12), 106),
        ((1, 30.0, 0.002, 1.0, 1, 40, 12), None),
    ),
):
    """(minutes by hand, dollars of an hour, dollars of a call, checked share, minutes of a check, hours to build,
    months of use) → the fewest items a month with which the program costs no more, or None.
    """
    names = ("minutes", "hourly", "call_dollars", "checked_share", "check_minutes", "build_hours", "months")
    for numbers, items in cases:
        job = dict(zip(names, numbers, strict=True))
        said = f"pays_from, for {', '.join(f'{name} {number:g}' for name, number in job.items())},"
        given = answer(job)
        if items is None:
            if given is not None:
                raise Wrong(
                    f"{said} gave {expect.shown(given)}, though an item costs the program as much, or more.",
                    "Then no volume makes up for the building. Return None.",
                )
            continue
        expect.number(given, said)
        if given != items:
            way = "few" if given < items else "many"
            raise Wrong(f"{said} gave {given:g} items: too {way}.", _items_hint(job, given, items))


@task("operator.4", answer="review", points=3, claims=("C20", "C21"))
def review(
    answer,
    cases=(
        (("person", "account", "plan"), "person", None),
        (("clock", "key", "meter"), "program", None),
        (("event", "account", "plan"), "program", "account"),
        (("person", "key", "plan"), "person", "plan"),
    ),
):
    """(what triggers it, how it logs in, what pays) → who operates, and what to warn of."""
    for (trigger, login, pays), operator, warning in cases:
        said = f"review, for the trigger {trigger}, the login {login} and the {pays},"
        given = expect.mapping(
            answer({"trigger": trigger, "login": login, "pays": pays}), ("operator", "warning"), said
        )
        if given["operator"] != operator:
            raise Wrong(
                f"{said} gave the operator {expect.shown(given['operator'])}.",
                "Who starts it, operates it. How clever or how friendly it is does not count, nor who pays.",
            )
        if given["warning"] != warning:
            hints = {
                None: "This one is as it should be: no rule below the table speaks against it. None is no warning.",
                "account": "Nobody is there, and it signs in as somebody. Which rule below the table speaks of that?",
                "plan": "It logs in with a key. Can a plan pay for that?",
            }
            raise Wrong(f"{said} gave the warning {expect.shown(given['warning'])}.", hints[warning])


@task("operator.5", answer="handle", points=5, claims=("C21", "C23", "C24", "C25"))
def handle(
    answer,
    cases=(
        (
            "click",
            "Lisbon in four days. Take tram 28 early, before the crowds. The castle opens at nine. Keep the last "
            "evening for Alfama, where fado is sung in small houses and dinner starts late.",
            "page",
        ),
        ("message", "Guten Tag, ich muss meine Reise nach Wien leider stornieren.", "approval"),
        (
            "document",
            "Minutes of 12 October. Present were Mei, Kenji and Sofia. Mei decided to raise the deposit for groups, "
            "because two groups left us with unpaid rooms last year. Sofia tells the partners by Friday.",
            "list",
        ),
        ("phone call", "A guest wants to be called back.", "person"),
    ),
):
    """(kind of event, its text) → where the result goes, and the result."""
    for kind, text, place in cases:
        said = f"handle, for a {kind} ({expect.shown(text, 40)}),"
        given = expect.mapping(answer({"kind": kind, "text": text}), ("goes_to", "text"), said)
        if given["goes_to"] != place:
            raise Wrong(f"{said} sends the result to {expect.shown(given['goes_to'])}.", _PLACE_HINTS[place])
        result = expect.text(given["text"], f'The "text" of {said}')
        if place == "person":
            if result != text:
                raise Wrong(f"{said} changed the text.", "Nobody asked for that. Hand it to a person as it came.")
        elif place == "approval":
            _check_reply(said, text, result)
        elif len(result) >= len(text):
            raise Wrong(f"{said} gave {expect.shown(result)}: no shorter than before.", "Ask for one sentence.")


def _compare_rows(said: str, given: list, found: list) -> None:
    if given == found:
        return
    if any(row[0] == row[1] for row in given):
        raise Wrong(f"{said} lists a right answer as a mistake.", "Leave out what agrees.")
    if sorted([row[1], row[0], row[2]] for row in given) == sorted(found):
        raise Wrong(f"{said} has the two words the other way round.", "First what is right, then what was said.")
    pairs = [tuple(row[:2]) for row in given]
    if len(set(pairs)) < len(pairs):
        raise Wrong(f"{said} lists the same mistake more than once.", "Count equal mistakes together, in one row.")
    if sorted(map(repr, given)) == sorted(map(repr, found)):
        raise Wrong(
            f"{said} has the right rows in another order.",
            "The commonest first. Of equally common ones, the first in the alphabet: `sorted` compares lists item by "
            "item, and a minus turns an order round.",
        )
    if {tuple(row[:2]) for row in found} == set(pairs):
        raise Wrong(f"{said} counts a mistake wrongly.", "How many messages of that label got that answer?")
    raise Wrong(
        f"{said} gave {len(given)} kinds of mistakes, and not these ones.",
        "Go through both lists side by side, with `zip`. The first answer belongs to the first label.",
    )


def _items_hint(job: dict, given: float, items: int) -> str:
    if given != int(given) and abs(given - items) < 1:
        return "There is no part of a message. Round up: below that, the program still costs more."
    if abs(given - items) == 1:
        return "Round up, and let equal costs count for the program."
    if job["checked_share"]:
        return "People check a share of the results, and each check takes minutes, which cost what an hour costs."
    return "Building is paid once, and spread over the months. What does the program save with each item?"


_PLACE_HINTS = {
    "page": "A visitor waits at the page for it.",
    "approval": "What goes to a customer waits for a colleague's nod first.",
    "list": "A document's sentence stands in the list of documents.",
    "person": "A program does what it was built for. What it does not know, it hands to a person.",
}


def _check_reply(said: str, text: str, reply: str) -> None:
    from course.gateway.engines import language

    if reply.strip() == text.strip():
        raise Wrong(f"{said} gave the customer's own words back.", "Ask for a reply to them.")
    if (wanted := language.detect(text)) != (used := language.detect(reply)):
        raise Wrong(
            f"{said} replied in {language.name_of(used)}: {expect.shown(reply, 60)}",
            f"The customer writes {language.name_of(wanted)}. Ask for the customer's language, and send the message.",
        )
