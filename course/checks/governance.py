"""Checks of 05_governance: what leaves the house, where it may go, when it is gone, and whether a log is true."""

from __future__ import annotations

import hashlib
import json

from course.checks import expect
from course.checks.task import Wrong, task


@task("governance.1", answer="mask", points=3, claims=("C44", "C47"))
def mask(
    answer,
    cases=(
        ("Write to ana@example.com.", "Write to [EMAIL].", (), ()),
        (
            "The card is 4111 1111 1111 1111, for booking 2026 1126 0001 0043.",
            "The card is [CARD], for booking 2026 1126 0001 0043.",
            ("4111 1111 1111 1111",),
            ("2026 1126 0001 0043",),
        ),
    ),
):
    """(text, the text when masked, cards in it, numbers in it that are no cards)"""
    for text, masked, cards, numbers in cases:
        said = expect.call("mask", text)
        given = expect.text(answer(text), said)
        for card in cards:
            if card in given:
                raise Wrong(
                    f"{said} lets the card {card} out.",
                    "Its check digit is right: double every second digit from the right, and add all digits. And is "
                    "each match looked at, with its spaces and hyphens taken out first?",
                )
        for number in numbers:
            if number not in given:
                raise Wrong(
                    f"{said} took {number} out, which is no card.",
                    "Not each long number is a card. The check digit decides: the sum must end in 0.",
                )
        if given != masked:
            raise Wrong(
                f"{said} gave {expect.shown(given, 120)}",
                "What was found is replaced by [EMAIL] or [CARD], and no other letter changes.",
            )


_REASONS = ("training", "health", "region", "retention")
_GUEST_MAIL = {"personal": True, "health": False, "region": "eu", "max_days": 30}
_CAREFUL = {"trains": False, "days": 30, "regions": ["eu", "us"], "health_agreement": None}


@task("governance.2", answer="reasons_against", points=3, claims=("C44", "C45"))
def reasons_against(
    answer,
    cases=(
        (_GUEST_MAIL, _CAREFUL, []),
        (_GUEST_MAIL, _CAREFUL | {"trains": True, "regions": ["us"]}, ["training", "region"]),
        (_GUEST_MAIL, _CAREFUL | {"days": None}, ["retention"]),
    ),
):
    """(what a text needs, what a product's vendor states) → the reasons why it may not go there."""
    for need, offer, reasons in cases:
        said = f"For the need {need} and the offer {offer}, reasons_against"
        given = answer(need, offer)
        if not isinstance(given, list):
            raise Wrong(f"{said} gave {expect.shown(given)}.", "Return a list, empty where nothing speaks against.")
        for reason in _REASONS:
            if reason in given and reason not in reasons:
                raise Wrong(f'{said} gave "{reason}", and that rule is kept.', _KEPT[reason])
            if reason not in given and reason in reasons:
                raise Wrong(f"{said} gave {expect.shown(given)}. Something is missing.", _BROKEN[reason])
        if given != reasons:
            raise Wrong(f"{said} gave {expect.shown(given)}.", "Each reason once, in the order of the task's list.")


_KEPT = {
    "training": "Training matters for personal data alone, and a vendor that says No has said enough.",
    "health": "Either no health data is in it, or there is an agreement.",
    "region": "Where no region is asked for, each is right. Else look into the whole list.",
    "retention": "Just so long is allowed; and where nobody sets a limit, any time is.",
}
_BROKEN = {
    "training": "What nobody states is no promise. And health data is personal data, whatever the need says.",
    "health": "Health data needs an agreement. What nobody states is none.",
    "region": "Is the place that the contract names among the vendor's? What nobody states is no place.",
    "retention": "What is kept without a stated end is kept too long. A limit of 0 days is a limit, too.",
}
_PLACES = ("database", "backup", "vendor", "last")


@task("governance.3", answer="gone_on", points=4, claims=("C46", "C47"))
def gone_on(
    answer,
    cases=(
        (("2026-11-01", 30, 0, 30, None), ("2026-12-01", None, "2026-12-01", "2026-12-01")),
        (("2026-11-01", 30, 14, 30, None), ("2026-12-01", "2026-12-14", "2026-12-01", "2026-12-14")),
        (("2026-11-01", 30, 0, None, None), ("2026-12-01", None, "no end", "no end")),
        (("2026-11-01", 0, 14, 0, None), (None, None, None, None)),
    ),
):
    """((received, days in the database, of a backup, at the vendor, hold), (the day for each place, and the last))"""
    for terms, days in cases:
        said = expect.call("gone_on", *terms)
        given = expect.mapping(answer(*terms), _PLACES, said)
        for place, day in zip(_PLACES, days, strict=True):
            if given[place] != day:
                raise Wrong(f'{said} gave "{place}": {expect.shown(given[place])}.', _GONE_HINTS[place])


_GONE_HINTS = {
    "database": "Count the days from the day on which it came; a hold that ends later moves the day. 0 days: it "
    "never rests there (None). Write days as texts, such as 2026-12-24.",
    "backup": "The last backup that holds it was made on the day before the database lost it, and is kept from then "
    "on. No text in the database, or backups kept for 0 days: no backup (None).",
    "vendor": "Our hold does not reach the vendor. 0 days: it never rests there (None). No stated time: `no end`.",
    "last": "The latest of the three days. `no end` is later than any day, and None is no day at all.",
}


def _entry(number, before, actor):
    entry = {"number": number, "actor": actor, "action": "project.updated"}
    line = json.dumps([before, entry["number"], entry["actor"], entry["action"]])
    return entry | {"hash": hashlib.sha256(line.encode()).hexdigest()}


def _log(actors):
    entries = []
    for number, actor in enumerate(actors, start=1):
        entries.append(_entry(number, entries[-1]["hash"] if entries else "0" * 64, actor))
    return entries


def _tampered(log, trick, number):
    """The log after somebody's trick at one entry."""
    place = number - 1
    if trick == "edit":
        log[place] |= {"actor": "nobody"}
    elif trick == "edit and hash":
        log[place] = _entry(number, log[place - 1]["hash"] if place else "0" * 64, "nobody")
    elif trick == "remove":
        del log[place]
    elif trick == "swap":
        log[place : place + 2] = reversed(log[place : place + 2])
    elif trick == "insert":
        log.insert(place, _entry(number, log[place - 1]["hash"], "nobody"))
    elif trick == "rewrite":
        log = _log(
            [*(entry["actor"] for entry in log[:place]), "nobody", *(entry["actor"] for entry in log[number:])]
        )
    return log


@task("governance.4", answer="first_problem", points=4, claims=("C46", "C47"))
def first_problem(
    answer,
    cases=(
        (("mei", "kenji", "mei", "ingrid"), None, 0, None, None, "as it was written"),
        (("mei", "kenji", "mei", "ingrid"), "edit", 2, None, 2, "where entry 2 names another actor"),
        (("mei", "kenji", "mei", "ingrid"), "remove", 4, 4, 4, "without its last entry, which the auditor has noted"),
    ),
):
    """(actors, trick, number of the entry, number noted by the auditor, the problem's number, what it is)"""
    for actors, trick, number, noted, problem, what in cases:
        original = _log(actors)
        note = noted and {"number": noted, "hash": original[noted - 1]["hash"]}
        said = f"For a log of {len(actors)} entries {what}, first_problem"
        given = answer(_tampered(_log(actors), trick, number), note)
        if given is not None and (isinstance(given, bool) or not isinstance(given, int)):
            raise Wrong(f"{said} gave {expect.shown(given)}.", "The answer is a number of an entry, or None.")
        if problem is None and given is not None:
            raise Wrong(
                f"{said} gave {given}, and nothing is wrong with it.",
                "Each hash is made from the hash before it. What stands before the first? The auditor may have noted "
                "any entry, not only the last, or none.",
            )
        if problem is not None and given is None:
            raise Wrong(
                f"{said} found nothing.",
                "Make each hash anew, from the hash before it, and compare. And compare with what the auditor noted: "
                "is that entry there, with that hash?",
            )
        if given != problem:
            raise Wrong(
                f"{said} gave {given}.",
                "Name the first place that does not fit, counted from 1. Where the end is missing, that is the place "
                "after the last one. Where only the auditor's note does not fit, it is the noted one.",
            )


_HEATING = "The heating in the room of Perpetua Thistlewood failed on 12 March. Call her on +44 1632 960 218."


@task("governance.5", answer="summarise_safely", points=4, claims=("C44", "C46"))
def summarise_safely(
    answer,
    cases=(
        (_HEATING, ("Perpetua", "Thistlewood", "960 218"), "12 March", {"name": 1, "phone": 1}),
        ("The towels were changed every day, and breakfast was good.", (), "towels", {}),
    ),
):
    """(letter, what may not be in the summary, what must be, how many pieces of each kind the filter masks)"""
    for letter, secrets, matter, masked in cases:
        said = expect.call("summarise_safely", letter)
        given = expect.mapping(answer(letter), ("summary", "masked"), said)
        summary = expect.text(given["summary"], f'The "summary" of {said}')
        if leaked := [secret for secret in secrets if secret in summary]:
            raise Wrong(
                f"The summary of {said} still holds {leaked[0]}.",
                "Does the new project have its rule before the call? And does the call carry that project's key?",
            )
        if matter not in summary:
            raise Wrong(
                f"The summary of {said} is {expect.shown(summary)}",
                "The hotel still wants to know what happened. Let the letter pass with what is personal "
                "masked, and ask for one sentence.",
            )
        if not isinstance(given["masked"], dict):
            raise Wrong(f'"masked" of {said} is {expect.shown(given["masked"])}.', "Give a dictionary of counts.")
        if given["masked"] != masked:
            raise Wrong(
                f'"masked" of {said} is {given["masked"]}.',
                "`custody.findings()` lists all findings since the start: which are new since this letter? A row "
                "can stand for more than one piece: look at its `count`.",
            )
