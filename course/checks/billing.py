"""Checks of 02_billing: price a call, a bill with a cache, a growing conversation, and a plan beside a meter.

Dollars are US dollars. The prices in the cases are invented round numbers, so that one can follow them in one's head.
"""

from __future__ import annotations

from course.checks import expect
from course.checks.task import Wrong, task


@task("billing.1", answer="cost_of_call", points=2, claims=("C29", "C69"))
def cost_of_call(
    answer,
    cases=((2000, 500, 2.0, 8.0, 0.008), (1_000_000, 0, 3.0, 12.0, 3.0), (0, 250_000, 1.0, 4.0, 1.0)),
):
    """(tokens in, tokens out, dollars for a million of each) → dollars."""
    for tokens_in, tokens_out, price_in, price_out, dollars in cases:
        said = expect.call("cost_of_call", tokens_in, tokens_out, price_in, price_out)
        given = expect.number(answer(tokens_in, tokens_out, price_in, price_out), said)
        _compare_dollars(given, dollars, said)
    tokens = 30_000
    dearer = [answer(tokens, 0, 2.0, price) for price in (4.0, 40.0)]
    if dearer[0] != dearer[1]:
        raise Wrong(
            "With no token out, the cost changes when the price of output changes.",
            "Each kind of token is counted at its own price.",
        )


@task("billing.2", answer="price_of_usage", points=4, claims=("C29", "C69"))
def price_of_usage(
    answer,
    cases=(
        ((2000, 300, 0, 0), (2.0, 0.5, 8.0), 0.0064),
        ((2000, 300, 1500, 0), (2.0, 0.5, 8.0), 0.00415),
        ((2000, 300, 2000, 0), (2.0, 0.5, 8.0), 0.0034),
        ((2000, 300, 1500, 200), (2.0, 0.5, 8.0), 0.00415),
        ((2000, 300, None, None), (2.0, 0.5, 8.0), 0.0064),
    ),
):
    """((prompt, completion, cached, reasoning tokens), (dollars for a million of input, cached input, output))
    → dollars. `None` for cached or reasoning tokens: the platform sends no such details.
    """
    for (prompt, completion, cached, reasoning), prices, dollars in cases:
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "prompt_tokens_details": None if cached is None else {"cached_tokens": cached},
            "completion_tokens_details": None if reasoning is None else {"reasoning_tokens": reasoning},
        }
        given = answer(usage, dict(zip(("input", "cached_input", "output"), prices, strict=True)))
        said = f"price_of_usage, for {_usage_in_words(prompt, completion, cached, reasoning)},"
        expect.number(given, said)
        hint = ""
        if reasoning:
            hint = "Reasoning tokens are a part of completion_tokens. Whoever adds them pays for them twice."
        elif cached:
            hint = "Cached tokens are a part of prompt_tokens, at a price of their own. The rest is plain input."
        _compare_dollars(given, dollars, said, hint)


@task("billing.3", answer="input_of_each_turn", points=3, claims=("C29", "C69"))
def input_of_each_turn(
    answer,
    cases=(
        (0, [20], [50], [20]),
        (100, [20], [50], [120]),
        (0, [20, 30], [50, 60], [20, 100]),
        (100, [20, 30, 10], [50, 60, 40], [120, 200, 270]),
    ),
):
    """(tokens of the instructions, of each question, of each answer) → input tokens of each turn."""
    for system, questions, answers, turns in cases:
        said = expect.call("input_of_each_turn", system, questions, answers)
        given = expect.items(
            answer(system, questions, answers), len(turns), said, "One number for each question, in order."
        )
        for turn, (counted, wanted) in enumerate(zip(given, turns, strict=True), start=1):
            expect.number(counted, f"Turn {turn} of {said}")
            if not expect.close(counted, wanted):
                way = "few" if counted < wanted else "many"
                raise Wrong(
                    f"{said} counts {counted:g} tokens in turn {turn}: too {way}.", _turn_hint(turn, system, way)
                )


@task("billing.4", answer="break_even", points=4, claims=("C28", "C29", "C31"))
def break_even(
    answer,
    cases=(
        (20.0, 6, 1, 0.02, 20, 50.0),
        (20.0, 1, 1, 0.02, 20, 50.0),
        (25.0, 2, 5, 0.05, 20, 62.5),
        (20.0, 6, 1, 0.0, 20, None),
    ),
):
    """(fee of a seat, people, fewest seats one can buy, dollars of a conversation, working days) → conversations of
    each person on each day, or None where the meter costs nothing.
    """
    for fee, people, min_seats, dollars, days, conversations in cases:
        said = expect.call("break_even", fee, people, min_seats, dollars, days)
        given = answer(fee, people, min_seats, dollars, days)
        if conversations is None:
            if given is not None:
                raise Wrong(
                    f"{said} gave {expect.shown(given)}, though the meter costs nothing.",
                    "No volume makes the meter as dear as the plan then. Return None: there is no such number.",
                )
            continue
        expect.number(given, said)
        if expect.close(given, conversations):
            continue
        hint = "Six seats for six people: what one person pays, and what one person uses, meet at the same volume."
        if min_seats > people:
            hint = "The plan is not sold in fewer seats than that, also to a smaller team."
        elif expect.close(given, conversations * days):
            hint = "That is for a month. Ask for one working day."
        elif expect.close(given, conversations * people):
            hint = "That is for the whole team. Ask for one person."
        raise Wrong(f"{said} gave {given:g} conversations: too {_way(given, conversations)}.", hint)


@task("billing.5", answer="way_to_pay", points=4, claims=("C27", "C28", "C30", "C31"))
def way_to_pay(
    answer,
    cases=(
        (("person", 6, 2000, 20.0, 0.01, 150.0), "plan", 120.0),
        (("person", 30, 2000, 20.0, 0.01, 150.0), "meter", 170.0),
        (("person", 6, 2000, 30.0, 0.015, 150.0), "plan", 180.0),
        (("program", 1, 2000, 20.0, 0.01, 150.0), "meter", 170.0),
    ),
):
    """(who operates, people, conversations a month, fee of a seat, dollars of a conversation, dollars a month to keep
    an app running) → (the way to pay, dollars a month).
    """
    names = ("operator", "people", "conversations", "fee", "dollars_per_conversation", "app_dollars")
    for numbers, way, dollars in cases:
        job = dict(zip(names, numbers, strict=True))
        said = expect.call("way_to_pay", *numbers).replace("way_to_pay(", "way_to_pay for (")
        given = expect.mapping(answer(job), ("way", "dollars"), said)
        expect.one_of(given["way"], ("plan", "meter"), said)
        if given["way"] != way:
            raise Wrong(f'{said} gave "{given["way"]}".', _way_hint(job, dollars))
        expect.number(given["dollars"], f'The "dollars" of {said}')
        if not expect.close(given["dollars"], dollars):
            raise Wrong(
                f"{said} gave {given['dollars']:g} dollars a month: too {_way(given['dollars'], dollars, 'much')}.",
                "A plan costs a fee for each person. A meter costs each conversation, and the app around it.",
            )


def _compare_dollars(given: float, dollars: float, said: str, hint: str = "") -> None:
    if expect.close(given, dollars):
        return
    ratio = given / dollars if dollars else 0
    if expect.close(ratio, 1_000_000) or expect.close(ratio, 1000):
        raise Wrong(
            f"{said} gave {given:g} dollars: {'a million' if ratio > 1000 else 'a thousand'} times too much.",
            "A price is for a million tokens.",
        )
    if given and abs(given - dollars) < max(0.005, dollars / 100) and expect.close(given, round(given, 4)):
        hint = hint or "Do not round: a call costs less than a cent, and there are thousands of calls."
    way = _way(given, dollars, "much")
    raise Wrong(
        f"{said} gave {given:g} dollars: too {way}.",
        hint or "Count what goes in and what comes out, each at its price.",
    )


def _usage_in_words(prompt: int, completion: int, cached: int | None, reasoning: int | None) -> str:
    if cached is None:
        return f"{prompt} tokens in and {completion} out without details"
    return f"{prompt} tokens in ({cached} of them cached) and {completion} out ({reasoning} of them reasoning)"


def _turn_hint(turn: int, system: int, way: str) -> str:
    if turn == 1:
        return "The first turn sends the instructions and the first question. The answer is not input yet."
    if way == "few":
        return "A model has no memory. A turn sends the instructions, all questions so far and all earlier answers."
    return "Send each thing once in a turn. The answer to this turn's question is output, and not yet input."


def _way_hint(job: dict, dollars: float) -> str:
    if job["operator"] == "program":
        return "Who logs in when nobody is there? A plan is for people, and gives a program no key, at any price."
    return "Compare months: a seat for each person, or the meter and the app. Where both cost the same: the plan."


def _way(given: float, wanted: float, much: str = "many") -> str:
    return ("little" if much == "much" else "few") if given < wanted else much
