"""What the platform says of itself, in words and numbers as a dashboard shows them: JSON, ready for a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

ORGANIZATION = "All projects together"
REASONS = {
    "model_forbidden": "model not allowed",
    "unknown_model": "no such model",
    "wrong_model_kind": "wrong kind of model",
    "tool_forbidden": "tool not allowed",
    "region_forbidden": "region not allowed",
    "personal_data": "personal data found",
    "context_too_long": "prompt too long",
    "rate_limited": "rate limit",
    "budget_exceeded": "budget",
    "invalid_key": "key revoked or expired",
    "overloaded": "no capacity",
    "unavailable": "vendor not reached",
    "timeout": "took too long",
    "internal": "platform failed",
}
_PERIODS = {"day": "a day", "week": "a week", "month": "a month", "total": "in all"}
_VERBS = {"updated": "changed", "api_key.deleted": "revoked"}
_CENTS = ("threshold_amount", "spent")
_UNSAID = ("id", "currency", "interval", "title", "owner", "admin", "subject_prefix")
# A limit that is as large as every client's integer can be stands for none.
_UNLIMITED = 2**31 - 1
_SECRET = re.compile(r"\bsk-[\w-]{8,}")
_PROJECTS_NAMED = 3
_LONGEST = 120


def sections(overview: dict) -> dict:
    """The parts of a dashboard, from `session.overview()`: totals, rows (of spend), refusals, models and audit."""
    everything = overview["organization"]
    rows = [_row(project, project["name"]) for project in overview["projects"]]
    if everything["budget"] or everything["alerts"]:
        rows.insert(0, _row(everything, ORGANIZATION))
    return {
        "totals": {
            "spent": dollars(everything["month_micros"]),
            "calls": f"{everything['calls']:,}",
            "refused": f"{everything['refused']:,}",
        },
        "rows": rows,
        "refusals": _refusals(overview["refusals"]),
        "models": _models(overview["models"]),
        "audit": [_entry(entry) for entry in overview["audit"]],
    }


def dollars(micros: float) -> str:
    """Micro-dollars as dollars: cents, and as many digits more as a small amount needs."""
    if not micros:
        return "$0"
    digits = 2 if micros >= 1_000_000 or micros % 10_000 == 0 else 4 if micros >= 10_000 else 6
    return f"${micros / 1_000_000:,.{digits}f}"


def _row(project: dict, name: str) -> dict:
    """What one project has spent of its budget. Shares are of the budget; without one there are none."""
    budget = project["budget"]
    limit = budget["limit_micros"] if budget else 0
    spent = budget["spent_micros"] if budget else project["month_micros"]
    period = budget["period"] if budget else "month"
    month_limit = limit if period == "month" else 0
    return {
        "name": hide_secrets(name),
        "archived": project["archived"],
        "spent": dollars(spent),
        "limit": f"{dollars(limit)} {_PERIODS[period]}" if budget else None,
        "share": _share(spent, limit) if budget else None,
        "held": _share(budget["reserved_micros"], limit) if budget else 0,
        "reached": bool(budget and budget["reached"]),
        "alerts": [
            {
                "text": dollars(threshold),
                "share": _share(threshold, month_limit) if month_limit else None,
                "passed": project["month_micros"] >= threshold,
            }
            for threshold in project["alerts"]
        ],
        "calls": f"{project['calls']:,}",
        "refused": f"{project['refused']:,}",
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _refusals(found: list[dict]) -> list[dict]:
    by_reason: dict[str, list[dict]] = {}
    for each in found:
        by_reason.setdefault(each["reason"], []).append(each)
    return [
        {
            "reason": REASONS.get(reason, reason.replace("_", " ")),
            "count": f"{sum(each['count'] for each in several):,}",
            "where": _named(several),
        }
        for reason, several in by_reason.items()
    ]


def _named(refused: list[dict]) -> str:
    worst = sorted(refused, key=lambda each: -each["count"])
    named = [f"{each['count']:,} in {hide_secrets(each['project'])}" for each in worst[:_PROJECTS_NAMED]]
    more = sum(each["count"] for each in worst[_PROJECTS_NAMED:])
    return ", ".join(named) + (f", {more:,} elsewhere" if more else "")


def _models(used: list[dict]) -> list[dict]:
    most = max((each["input"] + each["output"] for each in used), default=0)
    return [
        {
            "model": each["model"],
            "calls": f"{each['calls']:,}",
            "input": f"{each['input']:,}",
            "output": f"{each['output']:,}",
            "spent": dollars(each["cost_micros"]),
            "shares": [_share(each[kind], most) if most else 0 for kind in ("input", "output")],
        }
        for each in used
    ]


def _entry(entry: dict) -> dict:
    """An entry of the audit log: number, when (UTC), who, what, and change, "before → after" where there is one."""
    return {
        "number": entry["number"],
        "when": f"{datetime.fromtimestamp(entry['at'] / 1_000_000, UTC):%Y-%m-%d %H:%M:%S}",
        "who": hide_secrets(entry["actor"] or "the platform"),
        "what": hide_secrets(_what(entry)),
        "change": hide_secrets("; ".join(_changes(entry["before"] or {}, entry["after"] or {}))),
    }


def _what(entry: dict) -> str:
    subject, _, verb = entry["action"].rpartition(".")
    verb = _VERBS.get(entry["action"]) or _VERBS.get(verb, verb)
    thing = subject.replace("api_key", "API key").replace("_", " ").replace(".", " ")
    if subject == "organization":
        return f"{verb} the organization"
    if subject == "project":
        return f"{verb} project “{entry['project'] or entry['target']}”"
    detail = {**(entry["before"] or {}), **(entry["after"] or {})}
    name = next((detail[each] for each in ("name", "email", "group_name") if detail.get(each)), None)
    name = name or entry["target"].removeprefix("rl-")
    return f"{verb} {thing} “{name}”" + (f" in “{entry['project']}”" if entry["project"] else "")


def _changes(before: dict, after: dict) -> Iterator[str]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for label in {**old, **new}:
        then, now = old.get(label, "none"), new.get(label, "none")
        # What has just been made or deleted is named already.
        if then != now and not (label in ("name", "email", "group name") and not (before and after)):
            yield f"{label}: {then} → {now}"


def _leaves(detail: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every value of an entry's detail, with what it is called."""
    for name, value in detail.items():
        if name in _UNSAID or (name == "type" and "notification_channel" in path):
            continue
        if isinstance(value, dict):
            yield from _leaves(value, (*path, name))
            continue
        own = () if path and name in ("threshold_amount", "type") else (name,)
        said = (*(each for each in path if each != "notification_channel"), *own)
        yield " ".join(said).replace("_", " "), _said(name, value)


def _said(name: str, value: object) -> str:
    if value is None or value == [] or (name.startswith("max_") and value == _UNLIMITED):
        text = "none"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif name in _CENTS:
        text = dollars(value * 10_000) + (" a month" if name == "threshold_amount" else "")
    elif isinstance(value, list):
        text = ", ".join(str(each) for each in value)
    elif isinstance(value, int | float):
        text = f"{value:,}"
    else:
        text = str(value).replace("_", " ") if name == "type" else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def hide_secrets(text: str) -> str:
    """The text without keys: people paste them into names too."""
    return _SECRET.sub("sk-…", text)
