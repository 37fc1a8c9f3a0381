"""Checks of 06_choose: who pays, what a model remembers, whether a trial went well, what came, and what to take."""

from __future__ import annotations

from course.checks import expect
from course.checks.task import Wrong, task

_PLAN = {"api_credit": 500, "sign_in": True}


@task("choose.1", answer="api_bill", points=3, claims=("C54", "C62", "C63"))
def api_bill(
    answer,
    cases=(
        (_PLAN, (("person", "window", 900), ("program", "api", 300)), 0, 0),
        (_PLAN, (("program", "api", 300), ("program", "api", 450)), 250, 0),
        ({"api_credit": 0, "sign_in": False}, (("program", "window", 10), ("program", "api", 120)), 120, 1),
    ),
):
    """(plan, (who, where, cents) of each use, the API's bill in cents, uses that are impossible)"""
    for plan, uses, bill, impossible in cases:
        said = f"With the plan {plan} and the uses {list(uses)}, api_bill"
        rows = [{"by": who, "where": where, "cents": cents} for who, where, cents in uses]
        given = expect.mapping(answer(plan, rows), ("bill", "impossible"), said)
        if given["impossible"] != impossible:
            raise Wrong(
                f'{said} gave "impossible": {expect.shown(given["impossible"])}.',
                "Who can sign in to a window or an app? And does each plan let its users do so in an app?",
            )
        expect.number(given["bill"], f'"bill" of {said}')
        if not expect.close(given["bill"], bill):
            raise Wrong(
                f'{said} gave a "bill" of {given["bill"]} cents.',
                "Only calls by key are metered. The plan's credit is taken off their sum, once, and what is left "
                "of the credit is paid out to nobody.",
            )


_TELL = "Summarise in one sentence:\nThe deposit is thirty percent, due within seven days."


@task("choose.2", answer="converse", points=3, claims=("C55", "C61"))
def converse(
    answer,
    cases=(
        ((_TELL, "How much is the deposit?"), (1, "thirty percent")),
        (("When is the deposit due?",), None),
    ),
):
    """(what the user says in each turn, (a turn that leans on an earlier one, what it must say))"""
    for turns, leaning in cases:
        said = expect.call("converse", list(turns))
        given = expect.items(answer(list(turns)), len(turns), said, "One entry for each turn.")
        for number, turn in enumerate(given, start=1):
            expect.mapping(turn, ("answer", "input", "output"), f"Turn {number} of {said}")
            expect.text(turn["answer"], f"The answer of turn {number} of {said}")
            for key in ("input", "output"):
                expect.number(turn[key], f'"{key}" of turn {number} of {said}', "Take it from the reply's usage.")
        if leaning and leaning[1] not in given[leaning[0]]["answer"].lower():
            raise Wrong(
                f"In turn {leaning[0] + 1} of {said}, the model has forgotten what it was told.",
                "The platform keeps nothing between two calls. What must each call send again?",
            )
        if given and not leaning and "thirty" in given[0]["answer"]:
            raise Wrong(
                f"In turn 1 of {said}, the model knows what nobody has told it yet.",
                "Each call of `converse` is a new conversation, and a turn knows only what came before it. Where "
                "does the list of messages begin, and when does a turn join it?",
            )
        for number in range(1, len(given)):
            before, now = given[number - 1], given[number]
            if now["input"] <= before["input"] + before["output"]:
                raise Wrong(
                    f"In turn {number + 1} of {said}, {now['input']} tokens went in: too few.",
                    "Turn after turn, the questions and the model's own answers go in again. Which of them did not?",
                )


_BOXES = ["booking", "question", "complaint"]


@task("choose.3", answer="trial", points=3, claims=("C57", "C59"))
def trial(
    answer,
    cases=(
        (["booking", "question", "booking", "complaint"], _BOXES, 100, []),
        (["booking", "refund", "emergency", "refund"], _BOXES, 25, ["refund", "emergency"]),
    ),
):
    """(what each message is, the boxes of a form, percent that fit, what lacks a box)"""
    for labels, boxes, percent, missing in cases:
        said = expect.call("trial", labels, boxes)
        given = expect.mapping(answer(labels, boxes), ("percent", "missing"), said)
        if given["percent"] != percent:
            raise Wrong(
                f'{said} gave "percent": {expect.shown(given["percent"])}.',
                "Of all messages, how many have a box? A whole percent, rounded down; None if there is no message.",
            )
        if not isinstance(given["missing"], list):
            raise Wrong(f'{said} gave "missing": {expect.shown(given["missing"])}.', "Return a list of words.")
        if given["missing"] != missing:
            raise Wrong(
                f'{said} gave "missing": {given["missing"]}.',
                "Each kind without a box once. The most frequent comes first; where two are equal, by alphabet.",
            )


_ASKED = ["alpha/large-3", "beta/large-7"]
_CAME = ("as asked", "second choice", "something else", "not stated")


@task("choose.4", answer="what_came", points=3, claims=("C68",))
def what_came(
    answer,
    cases=(
        (_ASKED, "alpha/large-3", "as asked"),
        (_ASKED, "beta/large-7", "second choice"),
        (_ASKED, "alpha/small-3", "something else"),
        (_ASKED, "alpha/large-3-2026-10-01", "as asked"),
        (_ASKED, None, "not stated"),
    ),
):
    """(the models asked for, in order, the model that the reply names, the verdict)"""
    for asked, model, verdict in cases:
        said = expect.call("what_came", asked, model)
        given = answer(asked, model)
        if given == verdict:
            continue
        if given not in _CAME:
            hint = "The task names four words for what came. Give one of them, letter by letter."
        elif given == "not stated":
            hint = "The reply does name a model."
        elif given == "something else":
            hint = "Is the name on the list, perhaps with the day of its version behind it? And if there is no name?"
        else:
            hint = "Compare the whole name. Only a day, such as -2026-10-01, may follow it."
        raise Wrong(f"{said} gave {expect.shown(given)}.", hint)


def _case(starts="event", lands="system", tried=True, people=1, payers=1, personal_data=False):
    return {
        "starts": starts,
        "lands": lands,
        "tried": tried,
        "people": people,
        "payers": payers,
        "personal_data": personal_data,
    }


_ADVICE = ("chat", "business chat", "chat first", "API", "API with governance")
_ADVISED = (
    (_case("person", "person"), "chat", ["lands", "people", "personal_data", "starts"]),
    (_case("person", "person", people=12), "business chat", ["lands", "people", "starts"]),
    (_case(), "API", ["payers", "personal_data", "tried"]),
    (_case(tried=False), "chat first", ["tried"]),
)


@task("choose.5", answer="recommend", points=4, claims=("C51", "C57", "C58", "C60"))
def recommend(answer, cases=_ADVISED):
    """(case, advice, the answers that would change it)"""
    for case, advice, changes in cases:
        said = f"For the case {case}, recommend"
        given = expect.mapping(answer(case), ("advice", "changes"), said)
        if given["advice"] != advice:
            if given["advice"] not in _ADVICE:
                hint = "The task names five pieces of advice. Give one of them, letter by letter."
            elif given["advice"] in ("chat", "business chat"):
                hint = "Does a person start it, and read the result? And how many people are they, with whose data?"
            elif given["advice"] == "chat first":
                hint = "Was it tried? And does a system take part at all?"
            else:
                hint = "What starts it, where does it land, was it tried, who pays, whose data is it? In this order."
            raise Wrong(f'{said} gave "advice": {expect.shown(given["advice"])}.', hint)
        if not isinstance(given["changes"], list):
            raise Wrong(f'{said} gave "changes": {expect.shown(given["changes"])}.', "Return a list of keys.")
        for key in case:
            if key in given["changes"] and key not in changes:
                raise Wrong(
                    f'{said} says that another answer to "{key}" would change the advice.',
                    "Change this one answer in a copy of the case, and ask again. Is it really other advice?",
                )
            if key not in given["changes"] and key in changes:
                raise Wrong(
                    f'{said} does not say that another answer to "{key}" would change the advice.',
                    "Change one answer after the other, each in a fresh copy of the case, and ask again.",
                )
        if given["changes"] != changes:
            raise Wrong(f"{said} gave the keys in another order, or twice.", "Each once, sorted by the alphabet.")
