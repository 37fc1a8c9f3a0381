"""The first and the last day of the journey that a text is about, told from its other days."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from . import evidence
from .lexicon import Lexicon
from .value import Value, any_marker, markers

_SENTENCE_END = re.compile(r"[.!?。\uff01\uff1f]\s|[\n;。\uff1b!?\uff01\uff1f]")
_BEFORE, _AFTER = 30, 12
# Topics in whose texts a lone day is seldom the journey's.
_ELSEWHERE = ("is_invoice", "is_refund", "is_spam", "is_praise")
_FROM = re.compile(r"(?:\bfrom|\bvom|\bvon|\bdel?|\bde|從|从|du)(?: the| dem| el)?\s?$", re.I)
_INTO = re.compile(r"\s?(?:に|へ|로|으로)")
_APART = re.compile(r"から|에서")


class Trip(NamedTuple):
    """ISO dates; `None` where the text does not say."""

    start: str | None
    end: str | None


class _Day(NamedTuple):
    day: Value
    kind: str  # "other", "old", "departs", "returns" or ""


def find_trip(text: str, days: list[Value]) -> Trip:
    """The journey's days among the days of a text. Where it is to be changed, as it shall be."""
    outcome = evidence.signals(text)
    is_change = "is_change" in outcome
    kinds = [_Day(day, _kind(text, days, index, is_change)) for index, day in enumerate(days)]
    if is_change and (moved := _moved(text, kinds)):
        return moved
    journeys = [
        (first.day.value, last.day.value)
        for first, last in pairwise(kinds)
        if (first.day.role, last.day.role) == ("from", "until") and first.kind not in ("old", "other")
    ]
    if journeys:
        start, end = journeys[-1] if is_change else journeys[0]
        return Trip(start, end)
    own = [each for each in kinds if each.kind not in ("old", "other") and each.day.role != "weekday"]
    own = [each for each in own if each.day.role != "near" or _is_of_trip(text, each)]
    departures = [each.day.value for each in own if each.kind == "departs"]
    start = departures[0] if departures else None
    end = next((each.day.value for each in own if each.kind == "returns"), None)
    if end is None and len(departures) > 1 and departures[-1] > start:
        end = departures[-1]  # "arrive on the first, leave on the ninth"
    rest = [each.day.value for each in own if not each.kind]
    if start is None and rest and not outcome & set(_ELSEWHERE):
        start = rest.pop(0)
    if end is None and rest and start and "is_booking" in outcome and rest[0] > start:
        end = rest[0]
    return Trip(start, end if end != start else None)


def _kind(text: str, days: list[Value], index: int, is_change: bool) -> str:
    """What the words next to a day say of it; those right before it count first."""
    day = days[index]
    first = max(day.start - _BEFORE, days[index - 1].end if index else 0)
    before = _SENTENCE_END.split(text[first : day.start])[-1]
    last = min(day.end + _AFTER, days[index + 1].start if index + 1 < len(days) else len(text))
    after = _SENTENCE_END.split(text[day.end : last])[0]
    if day.role == "until":
        return ""
    found = [(word.end, word.value) for word in _words("before").find(before) if is_change or word.value != "old"]
    if found:
        end, kind = max(found)
        if len(before) - end <= 14 and not ("," in before[end:] and kind == "other"):
            return "" if kind == "other" and day.role == "from" else kind
    if day.role == "from":
        return ""
    following = [
        word for word in _words("after").find(after) if word.start <= 1 and (is_change or word.value != "old")
    ]
    return following[0].value if following else ""


def _moved(text: str, kinds: list[_Day]) -> Trip | None:
    """Of "from 10 to 24 April" the second day, where a journey is to be moved."""
    for first, second in pairwise(kinds):
        between = text[first.day.end : second.day.start]
        if _SENTENCE_END.search(between) or second.day.role == "weekday":
            continue
        is_told = _FROM.search(text[max(0, first.day.start - 12) : first.day.start]) and _names_month(first.day)
        is_told = is_told and (first.day.role, second.day.role) == ("from", "until")
        is_made = _INTO.match(text, second.day.end) and (
            _APART.search(between) or first.kind in ("returns", "departs")
        )
        if is_told or is_made:
            value = second.day.value
            return Trip(None, value) if "returns" in (first.kind, second.kind) else Trip(value, None)
    return None


def _names_month(day: Value) -> bool:
    return bool(re.search(r"[^\W\d]{3}|[月월]|\d[./]\d", day.written))


def _is_of_trip(text: str, each: _Day) -> bool:
    """Whether "tomorrow" is when somebody leaves, and not when somebody wants an answer."""
    start = max((end.end() for end in _SENTENCE_END.finditer(text, 0, each.day.start)), default=0)
    end = _SENTENCE_END.search(text, each.day.end)
    sentence = text[start : end.start() if end else len(text)]
    return bool(any_marker("day_trip").find(sentence)) and each.kind != "returns"


@cache
def _words(position: str) -> Lexicon[str]:
    kinds = ("other", "old", "departs", "returns")
    return Lexicon((word, kind) for kind in kinds for word in markers(f"day_{kind}", position))
