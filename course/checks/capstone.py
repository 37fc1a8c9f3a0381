"""Checks of 07_capstone: the tries, the names, one call, a month's cost, and what is missing before a start.

Dollars are US dollars, all numbers are invented, and so is the hotel.
"""

from __future__ import annotations

from course.checks import expect
from course.checks.task import Wrong, task


@task("capstone.1", answer="after_the_tries", points=3, claims=("C57", "C59"))
def after_the_tries(
    answer,
    cases=(
        ({"good": 20, "mended": 8, "wrong": 2}, 28 / 30, "connect"),
        ({"good": 12, "mended": 3, "wrong": 5}, 0.75, "write better rules"),
        ({"good": 6, "wrong": 14}, 0.3, "stop"),
        ({"good": 7, "wrong": 3, "rwong": 15}, 0.7, "try more"),
        ({}, None, "try more"),
    ),
):
    """(how often each word was noted, the usable share, what to do next)"""
    for counts, usable, then in cases:
        notes = [word for word, times in counts.items() for _ in range(times)]
        said = f"after_the_tries, for {_counted(counts)},"
        given = expect.mapping(answer(notes), ("usable", "next"), said)
        expect.one_of(given["next"], ("try more", "stop", "write better rules", "connect"), f'The "next" of {said}')
        if usable is None and given["usable"] is not None:
            raise Wrong(
                f"{said} gave the share {expect.shown(given['usable'])}.",
                "Nothing that counts was tried: there is no share, and 0 would say that all of it was bad.",
            )
        if usable is not None and not expect.close(expect.number(given["usable"], f'The "usable" of {said}'), usable):
            raise Wrong(
                f"{said} gave the share {given['usable']}.",
                "Good and mended answers, divided by all that count. Slips of the pen count nowhere.",
            )
        if given["next"] != then:
            raise Wrong(
                f'{said} said "{given["next"]}".',
                "Look at the number of tries first, then at the two borders. Which case lies exactly on a border?",
            )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{times} times {word!r}" for word, times in counts.items()) or "no note"


@task("capstone.2", answer="hide", points=4, claims=("C44", "C45"))
def hide(
    answer,
    cases=(
        (
            "Ana wants a room. Write to ana@example.org.",
            {"NAME": ["Ana"], "EMAIL": ["ana@example.org"]},
            "[NAME_1] wants a room. Write to [EMAIL_1].",
        ),
        ("Lea comes with Ahmed, and Lea is nine.", {"NAME": ["Ahmed", "Lea"]}, None),
        ("Ana Ribeiro and Ana ask for a room.", {"NAME": ["Ana", "Ana Ribeiro"]}, None),
    ),
):
    """(mail, values by kind, the text that may leave, or None where students shall find it themselves)"""
    for mail, values, hidden in cases:
        said = f"hide, for the mail {expect.shown(mail)},"
        given = expect.mapping(answer(mail, values), ("text", "table"), said)
        text, table = expect.text(given["text"], f'The "text" of {said}'), given["table"]
        if not isinstance(table, dict):
            raise Wrong(
                f'The "table" of {said} is {expect.shown(table)}.', "It is a dictionary: placeholder → value."
            )
        names = {f"[{kind}_{number}]": value for kind, each in values.items() for number, value in enumerate(each, 1)}
        _nothing_left(text, names, said)
        if hidden is not None and text != hidden:
            raise Wrong(f"{said} gave {expect.shown(text)}.", _PLACEHOLDERS)
        _mail_comes_back(mail, text, table, names, said)


_PLACEHOLDERS = (
    "Each value becomes its own placeholder, wherever it stands, and nothing else changes. Which number has a value "
    "in its list? What does a dot mean to `re`, if you use it? Was something looked for inside a placeholder?"
)


def _nothing_left(text: str, names: dict[str, str], said: str) -> None:
    bare = text
    for placeholder in names:
        bare = bare.replace(placeholder, "")
    for value in names.values():
        if value in bare:
            raise Wrong(
                f"{said} left {value!r} in the text {expect.shown(text)}.",
                "All of it must go, in every place. Does a shorter value break a longer one?",
            )


def _mail_comes_back(mail: str, text: str, table: dict, names: dict[str, str], said: str) -> None:
    for placeholder, value in table.items():
        if names.get(placeholder) != value:
            raise Wrong(
                f"The table of {said} has {placeholder!r}: {expect.shown(value)}.",
                "A key is a placeholder such as [NAME_1], and its value is what stood there. The number is the "
                "value's place in its list.",
            )
        if placeholder not in text:
            raise Wrong(
                f"The table of {said} has {placeholder}, which does not stand in the text.",
                "Only what was taken out belongs there: a table with more is personal data without a use.",
            )
    for placeholder, value in table.items():
        text = text.replace(placeholder, value)
    if text != mail:
        raise Wrong(
            f"With the table of {said} one gets {expect.shown(text)} back.",
            "One must get the mail back, letter by letter. Is a placeholder missing in the table?",
        )


_BREAKFAST = "When is breakfast?"


@task("capstone.3", answer="answer_mail", points=4, claims=("C06", "C14", "C29"))
def answer_mail(
    answer,
    cases=(
        (_BREAKFAST, {}, "from seven to ten"),
        ("My name is Perpetua Thistlewood. May I bring my dog?", {"NAME": ["Perpetua Thistlewood"]}, "eight euros"),
    ),
):
    """(mail, values by kind, words of the answer; no words: a mail that is none)"""
    shortest = _answered(answer, _BREAKFAST, {})["tokens_in"]
    for mail, values, words in cases:
        said = f"answer_mail, for the mail {expect.shown(mail)},"
        given = _answered(answer, mail, values)
        if not words:
            if (given["answer"], given["tokens_in"], given["tokens_out"]) != ("", 0, 0):
                raise Wrong(f"{said} gave {expect.shown(given)}.", "Who asks nothing gets no call and no bill.")
            continue
        if words.lower() not in given["answer"].lower():
            raise Wrong(
                f"{said} answered {expect.shown(given['answer'])}",
                "The rules go along as the system message, the mail as the user's. Return the text of the answer.",
            )
        sent = mail
        for kind, texts in values.items():
            for number, value in enumerate(texts, start=1):
                sent = sent.replace(value, f"[{kind}_{number}]")
        _as_many_tokens(given, _tokens(sent) - _tokens(_BREAKFAST), shortest, said)


def _answered(answer, mail: str, values: dict) -> dict:
    said = f"answer_mail, for the mail {expect.shown(mail)},"
    given = expect.mapping(answer(mail, values), ("answer", "tokens_in", "tokens_out"), said)
    if not isinstance(given["answer"], str):
        raise Wrong(f'The "answer" of {said} is {expect.shown(given["answer"])}.', "Return the text of the answer.")
    for key in ("tokens_in", "tokens_out"):
        expect.number(given[key], f'The "{key}" of {said}')
    return given


def _as_many_tokens(given: dict, more: int, shortest: float, said: str) -> None:
    if given["tokens_in"] < 60:
        raise Wrong(
            f"{said} says that {given['tokens_in']} tokens went in.",
            "The rules alone are more. Count what went in, as `usage` tells it, with the rules sent along.",
        )
    if shortest > 110:
        raise Wrong(
            f"{shortest} tokens went in with the mail {_BREAKFAST!r}.",
            "The rules and the mail are fewer. Is something sent twice, or something more?",
        )
    if abs(given["tokens_in"] - shortest - more) > 3:
        raise Wrong(
            f"{said} sent {given['tokens_in']} tokens: not as many as this mail has when its values are hidden.",
            "Send the text with the placeholders, once, and nothing else. Names that went out cannot be called back.",
        )
    if not 0 < given["tokens_out"] <= 200:
        raise Wrong(f"{said} says that {given['tokens_out']} tokens came out.", "That stands in `usage`, too.")


def _tokens(text: str) -> int:
    from course import tokens

    return len(tokens.encode(text))


@task("capstone.4", answer="month", points=4, claims=("C29", "C65"))
def month(
    answer,
    cases=(
        ((600, 0.5, 3, 20.0, 0.01, 44.0, 1000.0), {"before": 600.0, "after": 350.0, "pays_after": 4}),
        ((100, 0.9, 3, 20.0, 0.05, 50.0, 100.0), {"before": 100.0, "after": 145.0, "pays_after": None}),
        ((600, 0.5, 3, 20.0, 0.01, 44.0, 600.0), {"before": 600.0, "after": 350.0, "pays_after": 3}),
    ),
):
    """((mails, share handed over, minutes, dollars an hour, a call, fixed, building), what the month came to)"""
    for numbers, told in cases:
        said = expect.call("month", *numbers)
        given = expect.mapping(answer(*numbers), told, said)
        for key in ("before", "after"):
            if not expect.close(expect.number(given[key], f'The "{key}" of {said}'), told[key]):
                raise Wrong(f'{said} gave "{key}": {expect.shown(given[key])}.', _MONTH[key])
        if given["pays_after"] != told["pays_after"] or isinstance(given["pays_after"], bool):
            raise Wrong(f'{said} gave "pays_after": {expect.shown(given["pays_after"])}.', _MONTH["pays_after"])


_MONTH = {
    "before": "Each mail takes her minutes, and an hour of hers has a price. An hour has sixty of them.",
    "after": "Three parts: her time for what is handed over, a call for every mail, and what the app costs.",
    "pays_after": "How much does a month save? How often does that fit into the price of building it, in whole "
    "months, the last one counted in full? If a month saves nothing, no number is right.",
}


_READY = {
    "key_owner": "service account",
    "monthly_limit": 20,
    "expected_cost": 10,
    "kinds": ["NAME", "EMAIL"],
    "hides": ["EMAIL", "NAME", "PHONE"],
    "kept_days": 30,
    "reviewer": "Ingrid",
}
_LIST = ("key", "limit", "names out", "retention", "reviewer")


@task("capstone.5", answer="missing", points=3, claims=("C40", "C42", "C59"))
def missing(
    answer,
    cases=(
        ({}, [], []),
        ({"key_owner": "Mei", "kept_days": 90}, [], ["key", "retention"]),
        ({"monthly_limit": 500}, [], ["limit"]),
        ({"kinds": ["NAME", "PASSPORT"]}, ["reviewer"], ["names out", "reviewer"]),
        ({}, list(_READY), ["key", "limit", "retention", "reviewer"]),
    ),
):
    """(fields that differ from a case that is ready, fields that are absent, what is missing)"""
    for changes, absent, lacks in cases:
        case = {key: value for key, value in (_READY | changes).items() if key not in absent}
        said = f"missing, for a case with {_fields(changes, absent)},"
        given = answer(case)
        if not isinstance(given, list) or not all(word in _LIST for word in given):
            raise Wrong(f"{said} gave {expect.shown(given)}.", "A list of the five words of the task, or of none.")
        if too_much := [word for word in given if word not in lacks]:
            raise Wrong(f'{said} says that "{too_much[0]}" is missing.', "It is there. Read that line once more.")
        if too_few := [word for word in lacks if word not in given]:
            raise Wrong(
                f'{said} does not miss "{too_few[0]}".',
                "Read that line once more. What of a field that is absent, None, zero, or just on the border?",
            )
        if given != lacks:
            raise Wrong(f"{said} gave {expect.shown(given)}.", "Each word once, in the order of the list.")


def _fields(changes: dict, absent: list[str]) -> str:
    told = [f"{key}: {value!r}" for key, value in changes.items()] + [f"no {key}" for key in absent]
    return ", ".join(told) or "all that it needs"
