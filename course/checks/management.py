"""Checks of 04_management: a bill, a limit, a list of models, old keys, and a key that got out."""

from __future__ import annotations

from course.checks import expect
from course.checks.task import Wrong, task

_NAMES = {"proj_w": "Website", "proj_s": "Pension Seeblick"}


@task("management.1", answer="cents_by_project", points=3, claims=("C41", "C42"))
def cents_by_project(
    answer,
    cases=(
        (
            (("proj_w", 0.0125), ("proj_s", 0.001), ("proj_w", 0.0025)),
            _NAMES,
            {"Website": 1.5, "Pension Seeblick": 0.1},
        ),
        ((("proj_w", 0.02),), _NAMES, {"Website": 2.0, "Pension Seeblick": 0.0}),
    ),
):
    """((project ID, dollars) of each row, names by ID) → cents by name."""
    for costs, names, cents in cases:
        rows = [{"project_id": project, "amount": {"value": value, "currency": "usd"}} for project, value in costs]
        said = f"For the rows {expect.shown(list(costs))}, cents_by_project"
        given = answer(rows, names)
        if not isinstance(given, dict):
            raise Wrong(f"{said} gave {expect.shown(given)}.", "A dictionary is asked for: a name, and its cents.")
        if missing := [name for name in names.values() if name not in given]:
            raise Wrong(
                f"{said} left {missing[0]} out.",
                "A client who used nothing gets a bill too, and it says 0. Begin with a line for each name.",
            )
        if len(given) < len(cents):
            raise Wrong(
                f"{said} lost the costs of a project that has no name.",
                "Somebody must pay for it. Keep it under its ID: `names.get(...)` takes a second value.",
            )
        if len(given) > len(cents) or set(given) != set(cents):
            raise Wrong(f"{said} gave the lines {expect.shown(list(given))}.", "One line for each, by its name.")
        for name, value in cents.items():
            expect.number(given[name], f"{said}, for {name},", "Cents are a plain number.")
            if not expect.close(given[name], value):
                raise Wrong(f"{said} gave {given[name]} cents for {name}.", _cents_hint(given[name], value))


def _cents_hint(given: float, cents: float) -> str:
    if cents and expect.close(given, cents / 100):
        return "That would be dollars. The bill is in cents."
    if round(given, 2) == round(cents, 2):
        return "Add first, then round once, at the end, to four places: a thousand small calls are no small sum."
    return "A project can have many rows, one for each model and day. Do all of them count?"


@task("management.2", answer="month", points=4, claims=("C42",))
def month(
    answer,
    cases=(
        (80, 100, [30, 30, 30], {"answered": 3, "refused": 0, "spent": 90, "alert_after": 3}),
        (80, 100, [60, 50, 30], {"answered": 2, "refused": 1, "spent": 90, "alert_after": 3}),
        (80, 100, [10, 10], {"answered": 2, "refused": 0, "spent": 20, "alert_after": None}),
    ),
):
    """(alert, limit, cost of each call, all in cents) → what the month came to."""
    for alert, limit, calls, told in cases:
        said = expect.call("month", alert, limit, calls)
        given = expect.mapping(answer(alert, limit, calls), told, said)
        for key in ("answered", "refused", "spent", "alert_after"):
            if given[key] != told[key]:
                raise Wrong(f'{said} gave "{key}": {expect.shown(given[key])}.', _MONTH_HINTS[key])


_MONTH_HINTS = {
    "answered": "A call that would bring the month above the limit is refused. One that just reaches it is answered, "
    "and so is a smaller one later. No limit (None) and a limit of 0 are two things.",
    "refused": "Each call is either answered or refused, also those after the first refusal.",
    "spent": "Only what was answered costs something, and no answered call may bring the month above the limit.",
    "alert_after": "The mail goes out once, after the call with which spending reached the alert; count from 1, and "
    "count refused calls too. None if it never did. It stops nothing.",
}


@task("management.3", answer="who_may", points=4, claims=("C40", "C41"))
def who_may(
    answer,
    cases=(
        (["small"], ["small", "standard"], ["small"]),
        (["standard", "large"], ["small", "large"], ["large"]),
    ),
):
    """(tiers to allow, tiers to try, those that must be answered)"""
    for allowed, tried, answered in cases:
        said = expect.call("who_may", allowed, tried)
        given = expect.mapping(answer(allowed, tried), tried, said)
        for tier, heard in given.items():
            if not isinstance(heard, str):
                raise Wrong(f"{said} gave {expect.shown(heard)} for the {tier} model.", "Give a word: see the task.")
            if tier in answered and heard != "answered":
                raise Wrong(
                    f"{said} gave {expect.shown(heard)} for the {tier} model, which is allowed.",
                    "Does the call carry the key of the new project's service account? Is the tier on the list?",
                )
            if tier not in answered and heard == "answered":
                raise Wrong(
                    f"{said} says that the {tier} model was answered, and nobody allowed it.",
                    "Which rule lets pass what is on a list, and nothing else? And is the call made with the new "
                    "project's key?",
                )
            if tier not in answered and heard != "model_not_found":
                raise Wrong(
                    f"{said} gave {expect.shown(heard)} for the {tier} model.",
                    "The platform says why it refuses, in one word: print `vars(refusal)` and look for the code.",
                )


def _key(name, created, last_used, kind="service_account"):
    return {"id": name, "kind": kind, "created": created, "last_used": last_used}


_KEYS = (
    ([_key("website", "2026-11-01", "2026-11-25")], "2026-11-26", []),
    (
        [_key("offers", "2026-07-01", "2026-11-25")],
        "2026-11-26",
        [["create", "offers"], ["switch", "offers"], ["revoke", "offers"]],
    ),
    ([_key("try-out", "2026-03-01", "2026-04-02")], "2026-11-26", [["revoke", "try-out"]]),
    (
        [_key("tomas", "2026-11-20", "2026-11-25", kind="person")],
        "2026-11-26",
        [["create", "tomas"], ["switch", "tomas"], ["revoke", "tomas"]],
    ),
)


@task("management.4", answer="rotation", points=3, claims=("C40", "C42"))
def rotation(answer, cases=_KEYS):
    """(keys, today) → the steps, in order."""
    for keys, today, steps in cases:
        rows = [f"{key['id']} ({key['kind']}, made {key['created']}, used {key['last_used']})" for key in keys]
        said = f"On {today}, with the keys {'; '.join(rows)}, rotation"
        given = answer(keys, today)
        if not isinstance(given, list) or any(not isinstance(step, list) or len(step) != 2 for step in given):
            raise Wrong(f"{said} gave {expect.shown(given)}.", "Return a list of steps; each is a verb and an ID.")
        for key in keys:
            mine, right = ([step[0] for step in plan if step[1] == key["id"]] for plan in (given, steps))
            if mine == right:
                continue
            doing = ", ".join(map(str, mine)) or "nothing"
            if sorted(mine) == sorted(right):
                hint = "In this order, the program would stand without a key for a while."
            elif not right:
                hint = "This key is in use, young, and a program's own. Look again at where 30 and 90 days end."
            elif not mine:
                hint = (
                    "Is it unused, too old, or a person's? One that was never used counts from the day it was made."
                )
            else:
                hint = "Ask first whether anybody uses the key. Only what is in use needs a successor."
            raise Wrong(f"{said} would do this with {key['id']}: {doing}.", hint)
        if given != steps:
            raise Wrong(f"{said} takes the keys in another order.", "Go through the keys as they are listed.")


def _made(key, maker):
    return {"type": "api_key.created", "actor": maker, "key": key}


_INCIDENTS = (
    (
        (("key_mail", 10), ("key_x", 262), ("key_mail", 1)),
        ["key_mail"],
        (_made("key_mail", "adm_mei"), _made("key_x", "adm_laptop")),
        {"unknown": ["key_x"], "damage": 262, "revoke": ["adm_laptop", "key_x"]},
    ),
    (
        (("key_mail", 10), ("key_x", 262)),
        ["key_mail"],
        (_made("key_mail", "adm_mei"), _made("key_x", "adm_laptop"), _made("key_y", "adm_laptop")),
        {"unknown": ["key_x"], "damage": 262, "revoke": ["adm_laptop", "key_x", "key_y"]},
    ),
    (
        (("key_mail", 10),),
        ["key_mail"],
        (_made("key_mail", "adm_mei"),),
        {"unknown": [], "damage": 0, "revoke": []},
    ),
)


@task("management.5", answer="incident", points=4, claims=("C42",))
def incident(answer, cases=_INCIDENTS):
    """((key, cents) of each row, known keys, audit log) → what happened, and what to revoke."""
    for costs, known, log, told in cases:
        said = f"With the costs {expect.shown(list(costs))} and {len(log)} entries in the log, incident"
        given = answer([{"key": key, "cents": cents} for key, cents in costs], known, list(log))
        expect.mapping(given, told, said)
        for key in ("unknown", "revoke"):
            if not isinstance(given[key], list):
                raise Wrong(f'{said} gave {expect.shown(given[key])} as "{key}".', "That is a list of IDs.")
        if given["unknown"] != told["unknown"]:
            raise Wrong(
                f'{said} gave "unknown": {expect.shown(given["unknown"])}.',
                "Which keys have costs and are not known? Each once, the dearest first: add up its rows.",
            )
        expect.number(given["damage"], f'"damage" of {said}')
        if given["damage"] != told["damage"]:
            raise Wrong(f'{said} gave "damage": {given["damage"]}.', "Add what the unknown keys have cost, no more.")
        for key in given["revoke"]:
            if key not in told["revoke"]:
                raise Wrong(
                    f"{said} would revoke {expect.shown(key)}.",
                    "Nothing leads from the unknown keys to this one, or somebody has deleted it already.",
                )
        if len(given["revoke"]) < len(told["revoke"]):
            raise Wrong(
                f"{said} would leave a door open: it revokes {expect.shown(given['revoke'])}.",
                "Who made the unknown key? What else did that key make, and what did *those* make? Also keys that "
                "have cost nothing yet.",
            )
        if given["revoke"] != told["revoke"]:
            raise Wrong(f"{said} gave the keys to revoke in another order, or twice.", "Each once, sorted by ID.")
