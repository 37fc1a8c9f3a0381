"""Days and times of day in a text."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from .lexicon import Found, Lexicon, folded, listed, words_of
from .value import Value, any_marker

_THROUGH = (
    r"(?:-|\u2013|\u2014|~|\u301c|\uff5e|/|to|until|till|til|through|thru|and|bis(?: zum)?|und|hasta(?: el)?"
    r"|al?|y|au|et)"
)
_THE = r"(?:the\s|den\s|dem\s|zum\s|el\s|d[ií]a\s)?"
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º)?"
_ISO = re.compile(
    r"(?<!\d)(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)"
    r"(?:\s?(?:-|\u2013|~|\u301c|\uff5e|至|到|から)\s?(?:(\d{1,2})[/.])?(\d{1,2})(?![\d/.-]))?"
)
# 5月12日, 五月十二日 and 5월 12일, with a second day as in 5月12日から19日.
_HAN = "一二三四五六七八九十"
_HAN_NUMBER = rf"[{_HAN}]{{1,3}}"
_IN_BRACKETS = r"\s?(?:[(\uff08][^)\uff09]{1,5}[)\uff09])?\s?"
_UNTIL = r"(?:到|至|\u301c|~|\uff5e|-|\u2013|\u2014|から|부터|에서)"
_SIGNS = re.compile(
    rf"(?:(\d{{4}})\s?[年년]の?\s?)?(?<!\d)(\d{{1,2}}|{_HAN_NUMBER})\s?[月월]\s?"
    rf"(?:(\d{{1,2}})\s?(?:[日號号일]|(?=\D|$))|({_HAN_NUMBER})(?=[日號号]|\s?{_UNTIL}))[日號号]?"
    rf"(?:{_IN_BRACKETS}{_UNTIL}\s?(?:(\d{{4}})\s?[年년]\s?)?(?:(\d{{1,2}}|{_HAN_NUMBER})\s?[月월]\s?)?"
    rf"(\d{{1,2}}|{_HAN_NUMBER})(?:\s?[日號号일]|(?![\d\u3400-\u9fff가-힣:])))?"
)
_FIGURES = re.compile(r"(?<![\d.,])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})(?![\d.,]\d)")
# 12.5. and 12.-19.5.2027, as German writes them.
_DAY_MONTH = re.compile(
    r"(?<![\d.,])(?:(\d{1,2})\.\s?(?:-|\u2013|bis)\s?)?(\d{1,2})\.\s?(0?[1-9]|1[0-2])\.(?:(20\d\d|\d{2})(?!\d))?(?!\d)"
)
# 11/18, without a year: a day in Chinese and Japanese, elsewhere only where a word or a second one says so.
_SLASHED = re.compile(r"(?<![\d/.])(?<!\d,)(\d{1,2})/(\d{1,2})(?![\d/])")
_DAY_BEFORE = re.compile(r"(?:\b(?:on|from|to|until|el|del|al|am|vom|bis|zum|ab)|-|\u2013|~)\s?$", re.I)
_DAY_AFTER = re.compile(r"\s?(?:-|\u2013|~|to\b|bis\b|al\b)\s?\d{1,2}/\d", re.I)
_BEFORE_MONTH = re.compile(
    rf"(?<![\d.,])(?:(\d{{1,2}}){_ORDINAL}()\s?{_THROUGH}\s?{_THE})?"
    rf"(?<!\d)(\d{{1,2}}){_ORDINAL}\s?(?:of\s|de\s|d['\u2019])?\s?$",
    re.I,
)
_AFTER_MONTH = re.compile(
    rf"\.?\s(?:the\s)?(\d{{1,2}}){_ORDINAL}(?![\d:])"
    rf"(?:\s?{_THROUGH}\s?(?:the\s)?(\d{{1,2}}){_ORDINAL}(?![\d:]|\s?[AaPp]\.?[Mm]))?(?:,?\s(\d{{4}})(?!\d))?",
    re.I,
)
_YEAR_AFTER = re.compile(
    r"\.?,?\s?(?:de\s|del\s)?(\d{4}|'?\d\d(?=[\s,.;)]|$)(?!\s?(?:adult|person|people|h\b|:)))(?!\d)"
)
_YEAR = re.compile(r"(?<![\d.,-])(20\d\d)(?![\d.,]\d|\s?[€$]|-)")
# What stands between the two days of a journey.
_BETWEEN = re.compile(
    rf"[,.]?\s?(?:[(\uff08][^)\uff09]{{1,5}}[)\uff09])?\s?(?:{_THROUGH}(?![^\W\d_])|{_UNTIL}|去|出發|出発|출발)[,\s]*"
    rf"{_THE}(?:\w{{2,10}},?\s)?",
    re.I,
)
_GREETING = re.compile(r"(?:guten|por la|de la|am|esta|cada|heute|gestern|jeden|diesen|every|por las|de la)\s$", re.I)
_SINCE = re.compile(r"\b(?:since|seit|seit dem|depuis)(?: the| dem| le)?\s?$", re.I)
_STATED_YEARS = range(-1, 4)

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


def find_dates(text: str, today: date, is_past: bool = False) -> list[Value]:
    """Days as ISO dates, in the text's order.

    The first and the last day of a journey have the roles "from" and "until", "tomorrow" and the like have the
    role "near", weekdays have "weekday". A day without a year gets the year of the day that it forms a pair with,
    else one that the text states, else it is the next such day, or the last one where `is_past`.
    """
    return _Dates(text, today, is_past).find()


class _Day(NamedTuple):
    start: int
    end: int
    year: int | None
    month: int
    day: int
    role: str = ""


class _Dates:
    def __init__(self, text: str, today: date, is_past: bool):
        self.text = text
        self.today = today
        self.is_past = is_past
        self.found: list[_Day] = []

    def find(self) -> list[Value]:
        self.read_figures()
        for word in calendar().find(self.text):
            kind, number = word.value
            if kind == "month":
                self.read_month(word, number)
            elif not _GREETING.search(self.text[max(0, word.start - 8) : word.start]):
                ahead = number if kind == "days_ahead" else (number - self.today.isoweekday() - 1) % 7 + 1
                day = self.today + timedelta(days=ahead)
                role = "near" if kind == "days_ahead" else "weekday"
                self.add(word.start, word.end, day.year, day.month, day.day, role)
        days = sorted(self.found)
        pairs = self.pairs(days)
        values = []
        for index, day in enumerate(days):
            found = self.dated(days, index, pairs)
            if found:
                role = day.role or ("from" if index in pairs else "until" if index - 1 in pairs else "")
                written = self.text[day.start : day.end].strip()
                values.append(Value(day.start, day.end, found.isoformat(), written, role))
        return values

    def read_figures(self) -> None:
        text = self.text
        for match in _ISO.finditer(text):
            year, month = int(match[1]), int(match[3])
            self.add(match.start(), match.end(4), year, month, int(match[4]))
            if match[6]:
                self.add(
                    match.start(5) if match[5] else match.start(6),
                    match.end(),
                    None,
                    _whole(match[5]) or month,
                    int(match[6]),
                )
        for match in _SIGNS.finditer(text):
            year, month, day = _whole(match[1]), _whole(match[2]), _whole(match[3] or match[4])
            end = match.end(3) if match[3] else match.end(4)
            self.add(match.start(), end + (text[end : end + 1] in tuple("日號号일")), year, month, day)
            if match[7]:
                start = next(match.start(group) for group in (5, 6, 7) if match[group])
                self.add(start, match.end(), _whole(match[5]), _whole(match[6]) or month, _whole(match[7]))
        for match in _FIGURES.finditer(text):
            day, month = int(match[1]), int(match[3])
            if month > 12 >= day:
                day, month = month, day
            self.add(*match.span(), int(match[4]) + (0 if len(match[4]) == 4 else 2000), month, day)
        for match in _DAY_MONTH.finditer(text):
            year = int(match[4]) + (0 if len(match[4]) == 4 else 2000) if match[4] else None
            month = int(match[3])
            if match[1]:
                self.add(match.start(1), match.end(1) + 1, year, month, int(match[1]))
            self.add(match.start(2), match.end(), year, month, int(match[2]))
        for match in _SLASHED.finditer(text):
            self.read_slashed(match)

    def read_slashed(self, match: re.Match) -> None:
        first, second = int(match[1]), int(match[2])
        around = self.text[max(0, match.start() - 30) : match.end() + 30]
        if any("\u3040" <= sign <= "\u9fff" or "가" <= sign <= "힣" for sign in around):
            self.add(*match.span(), None, first, second)
        elif _DAY_BEFORE.search(self.text[max(0, match.start() - 8) : match.start()]) or _DAY_AFTER.match(
            self.text, match.end()
        ):
            day, month = (second, first) if second > 12 else (first, second)
            self.add(*match.span(), None, month, day)

    def read_month(self, word: Found, month: int) -> None:
        """The one or two days that stand before or after a month's name."""
        first = max(0, word.start - 40)
        if days := _BEFORE_MONTH.search(self.text[first : word.start]):
            stated = _YEAR_AFTER.match(self.text, word.end)
            year, end = None, word.end
            if stated and (year := _whole_year(stated[1], self.today)):
                end = stated.end()
            if days[1]:
                self.add(first + days.start(1), first + days.start(2), year, month, int(days[1]))
            self.add(first + days.start(3), end, year, month, int(days[3]))
        elif days := _AFTER_MONTH.match(self.text, word.end):
            year = int(days[3]) if days[3] else None
            self.add(word.start, days.start(2) if days[2] else days.end(), year, month, int(days[1]))
            if days[2]:
                self.add(days.start(2), days.end(), year, month, int(days[2]))

    def add(self, start: int, end: int, year: int | None, month: int | None, day: int | None, role: str = "") -> None:
        """Note a day, unless the calendar has no such day or it is part of one that is already noted."""
        if _date(year or 2024, month, day) and not any(
            start < other.end and other.start < end for other in self.found
        ):
            self.found.append(_Day(start, end, year, month, day, role))

    def pairs(self, days: list[_Day]) -> set[int]:
        """The places of days that stand before the last day of their journey."""
        found: set[int] = set()
        for index, (one, other) in enumerate(pairwise(days)):
            if index - 1 in found or one.role or other.role:
                continue
            if one.end >= other.start or _BETWEEN.fullmatch(self.text[one.end : other.start]):
                found.add(index)
        return found

    def dated(self, days: list[_Day], index: int, pairs: set[int]) -> date | None:
        day = days[index]
        if day.year:
            return _date(day.year, day.month, day.day)
        if index in pairs and days[index + 1].year:
            last = days[index + 1]
            return _date(last.year - ((day.month, day.day) > (last.month, last.day)), day.month, day.day)
        if index - 1 in pairs and (first := self.dated(days, index - 1, pairs)):
            return _date(first.year + ((day.month, day.day) < (first.month, first.day)), day.month, day.day)
        if year := self.stated_year(days):
            return _date(year, day.month, day.day)
        return self.nearest(day, self.is_past or bool(_SINCE.search(self.text[max(0, day.start - 12) : day.start])))

    def stated_year(self, days: list[_Day]) -> int | None:
        """A year near today's that the text states, or the next one."""
        years = [day.year for day in days if day.year and not day.role] + [
            int(year) for year in _YEAR.findall(self.text)
        ]
        near = [year for year in years if year - self.today.year in _STATED_YEARS]
        if not near and any_marker("next_year").find(self.text):
            return self.today.year + 1
        return near[0] if near else None

    def nearest(self, day: _Day, is_past: bool) -> date | None:
        this = self.today.year
        for year in range(this, this - 5, -1) if is_past else range(this, this + 5):
            found = _date(year, day.month, day.day)
            if found and (found <= self.today if is_past else found >= self.today):
                return found
        return None


def _date(year: int, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month or 0, day or 0)
    except ValueError:
        return None


def _whole(written: str | None) -> int | None:
    """The number that 12 or 十二 writes."""
    if not written or written.isdecimal():
        return int(written) if written else None
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return _HAN.index(written) + 1 if len(written) == 1 else None
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (_HAN.index(tens) + 1 if tens else 1) * 10 + (_HAN.index(ones) + 1 if ones else 0)


def _whole_year(written: str, today: date) -> int | None:
    """The year that 2027 or 27 writes after a month; `None` where it is no year near today's."""
    if len(written) == 4:
        return int(written)
    year = 2000 + int(written.lstrip("'"))
    return year if year - today.year in _STATED_YEARS else None


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
