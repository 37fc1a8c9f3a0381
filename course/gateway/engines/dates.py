"""Days and times of day in a text."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from .lexicon import Found, Lexicon, folded, listed, words_of
from .value import Value, overlaps

_ISO = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_SIGNS = re.compile(
    r"(?:(\d{4})\s?[年년]\s?)?(?<!\d)(\d{1,2})\s?[月월]\s?(\d{1,2})\s?(?:[日號号일]|(?=\D|$))"
    r"(?:\s?(?:到|至|〜|~|-|から|부터)\s?(?:(\d{1,2})\s?[月월]\s?)?(\d{1,2})\s?[日號号일])?"
)
_FIGURES = re.compile(r"(?<![\d.])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})(?![\d.])")
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º)?"
_BEFORE_MONTH = re.compile(
    rf"(?<!\d)(?:(\d{{1,2}}){_ORDINAL}\s?(?:-|\u2013|to|until|till|and|bis|und|al?|y|au|et)\s?(?:the\s|den\s|zum\s)?)?"
    rf"(?<!\d)(\d{{1,2}}){_ORDINAL}\s?(?:of\s|de\s|d['\u2019])?\s?$",
    re.I,
)
_AFTER_MONTH = re.compile(
    rf"\.?\s(\d{{1,2}}){_ORDINAL}(?![\d:])"
    rf"(?:\s?(?:-|\u2013|to|until|and)\s?(?:the\s)?(\d{{1,2}}){_ORDINAL}(?![\d:]))?(?:,?\s(\d{{4}})(?!\d))?",
    re.I,
)
_YEAR_AFTER = re.compile(r"\.?,?\s?(?:de\s|del\s)?(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<![\d.,-])(20\d\d)(?![\d.,])")
_GREETING = re.compile(r"(?:guten|por la|de la|am)\s$", re.I)

_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3])[:h]([0-5]\d)(?::[0-5]\d)?\s?([ap]\.?m\.?)?(?!\d)", re.I)
_HALF_DAY = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])()\s?([ap]\.?m\.?)(?![A-Za-z])", re.I)
_UHR = re.compile(r"(?<!\d)([01]?\d|2[0-3])()()\s?Uhr\b")
_OCLOCK = re.compile(
    r"(上午|下午|晚上|早上|中午|午前|午後|오전|오후)?\s?(?<!\d)([01]?\d|2[0-3])\s?[點点時时시](?![間间])"
    r"\s?(?:([0-5]?\d)\s?[分분]|(半|반))?"
)
_LATE = ("下午", "晚上", "午後", "오후")


@cache
def calendar() -> Lexicon[tuple[str, int]]:
    """Names of months, weekdays and days such as "tomorrow"."""
    return Lexicon(
        (word, (row.text("kind"), int(row.text("number"))))
        for row in listed("calendar.csv", ("kind", "number", "words"))
        for word in words_of(row.text("words"))
    )


def find_dates(text: str, today: date) -> list[Value]:
    """Days as ISO dates, in the text's order.

    A day without a year gets the year that stands elsewhere in the text, else it is the next such day.
    """
    return _Dates(text, today).find()


class _Dates:
    def __init__(self, text: str, today: date):
        self.text = text
        self.today = today
        stated = _YEAR.search(text)
        self.year = int(stated[1]) if stated else None
        self.found: dict[int, Value] = {}

    def find(self) -> list[Value]:
        for match in _ISO.finditer(self.text):
            self.add(*match.span(), int(match[1]), int(match[3]), int(match[4]))
        for match in _SIGNS.finditer(self.text):
            year, month = int(match[1]) if match[1] else None, int(match[2])
            self.add(match.start(), match.end(3) + 1, year, month, int(match[3]))
            if match[5]:
                self.add(match.end(3) + 1, match.end(), year, int(match[4] or month), int(match[5]))
        for match in _FIGURES.finditer(self.text):
            day, month = int(match[1]), int(match[3])
            if month > 12 >= day:
                day, month = month, day
            self.add(*match.span(), int(match[4]) + (0 if len(match[4]) == 4 else 2000), month, day)
        for word in calendar().find(self.text):
            kind, number = word.value
            if kind == "month":
                self.add_at_month(word, number)
            elif not _GREETING.search(self.text[max(0, word.start - 8) : word.start]):
                ahead = number if kind == "days_ahead" else (number - self.today.isoweekday() - 1) % 7 + 1
                day = self.today + timedelta(days=ahead)
                self.add(word.start, word.end, day.year, day.month, day.day)
        return [self.found[start] for start in sorted(self.found)]

    def add_at_month(self, word: Found, month: int) -> None:
        """The one or two days that stand before or after a month's name."""
        first = max(0, word.start - 40)
        if days := _BEFORE_MONTH.search(self.text[first : word.start]):
            stated = _YEAR_AFTER.match(self.text, word.end)
            year, end = (int(stated[1]), stated.end()) if stated else (None, word.end)
            if days[1]:
                self.add(first + days.start(1), first + days.end(1), year, month, int(days[1]))
            self.add(first + days.start(2), end, year, month, int(days[2]))
        elif days := _AFTER_MONTH.match(self.text, word.end):
            year = int(days[3]) if days[3] else None
            self.add(word.start, days.start(2) if days[2] else days.end(), year, month, int(days[1]))
            if days[2]:
                self.add(days.start(2), days.end(), year, month, int(days[2]))

    def add(self, start: int, end: int, year: int | None, month: int, day: int) -> None:
        """Note a day, unless the calendar has no such day or it is part of one that is already noted."""
        try:
            if year or self.year:
                found = date(year or self.year, month, day)
            else:
                found = date(self.today.year, month, day)
                if found < self.today:
                    found = found.replace(year=found.year + 1)
        except ValueError:
            return
        if not overlaps(self.found.values(), start, end):
            self.found[start] = Value(start, end, found.isoformat(), self.text[start:end].strip())


def find_times(text: str) -> list[Value]:
    """Times of day as HH:MM, in the text's order."""
    found: list[Value] = []
    for pattern in (_CLOCK, _HALF_DAY, _UHR):
        for match in pattern.finditer(text):
            half = folded(match[3] or "")[:1]
            hour = int(match[1]) % 12 + (12 if half == "p" else 0) if half else int(match[1])
            found.append(Value(*match.span(), f"{hour:02}:{int(match[2] or 0):02}", match[0].strip()))
    for match in _OCLOCK.finditer(text):
        hour = int(match[2]) + (12 if match[1] in _LATE and int(match[2]) < 12 else 0)
        minute = 30 if match[4] else int(match[3] or 0)
        found.append(Value(*match.span(), f"{hour:02}:{minute:02}", match[0].strip()))
    return sorted(found)
