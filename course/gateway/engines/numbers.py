"""Numbers in a text: in figures, in words, with a currency, or with what they count."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from .lexicon import Found, Lexicon, folded, listed, words_of
from .value import Value, denied, overlaps

_FIGURE = r"\d{1,3}(?:[,. ']\d{3}){1,5}(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,2})?(?!\d)|\d{1,15}"
_SCALE = r"\s?(萬|万|千|만|천|k\b)?"
_NUMBER = re.compile(rf"(?<![\d.,])(-?(?:{_FIGURE})){_SCALE}")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:[.,]\d{3})+")
_CENTS = re.compile(r"(.*?)(?:[.,](\d{1,2}))?")
# Currencies that are never written before the number.
_BEHIND = r"(?:元|円|圓|엔|원|위안|달러|유로|ドル|ユーロ|ウォン|바트)"
_TIMES = {"萬": 10_000, "万": 10_000, "만": 10_000, "千": 1000, "천": 1000, "k": 1000}
_HAN_DIGITS = dict(zip("一二兩两三四五六七八九", (1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "萬": 10_000, "万": 10_000}
_HAN_SUM = re.compile(r"(?<![\d.])[一二兩两三四五六七八九十百千]*[百千萬万][一二兩两三四五六七八九十百千]*")
_LABELS = re.compile(r"\s?[:\uff1a=]")
_COUNTED = re.compile(r"\s?[位名個个張张間间件]?の?|[\s-](?:[^\W\d]+\s){0,2}")


@cache
def _number_words() -> Lexicon[int]:
    return Lexicon(
        (word, int(row.text("value")))
        for row in listed("numbers.csv", ("value", "words"))
        for word in words_of(row.text("words"))
    )


@cache
def _currencies() -> dict[str, str]:
    return {
        folded(word): row.text("code")
        for row in listed("currencies.csv", ("code", "words"))
        for word in words_of(row.text("words"))
    }


@cache
def currency_codes() -> frozenset[str]:
    """The currencies by ISO 4217 that the lists know."""
    return frozenset(_currencies().values())


@cache
def _marks() -> str:
    """All signs and names of currencies, as a pattern."""
    return "|".join(
        rf"\b{re.escape(mark)}\b" if mark.isascii() and mark.isalpha() else re.escape(mark)
        for mark in sorted(_currencies(), key=len, reverse=True)
    )


@cache
def _mark_before() -> re.Pattern:
    """A currency's mark at the end of a text. Signs such as 元 stand behind a number only."""
    return re.compile(rf"(?!{_BEHIND})({_marks()})\s?$", re.I)


@cache
def _mark_after() -> re.Pattern:
    return re.compile(rf"\s?({_marks()})", re.I)


def figure(written: str, scale: str | None = "") -> int | float:
    """The number that people write as 1,234.50 or 1.234,50. `scale` is 萬, 千 or k."""
    digits = written.replace(" ", "").replace("'", "")
    if _THOUSANDS.fullmatch(digits):
        number = float(re.sub(r"[.,]", "", digits))
    else:
        whole, cents = _CENTS.fullmatch(digits).groups()
        number = float(re.sub(r"[.,]", "", whole) + "." + (cents or "0"))
    number *= _TIMES.get((scale or "").lower(), 1)
    return int(number) if number.is_integer() else number


def find_money(text: str) -> list[Value]:
    """Amounts with a currency, whose code is the role."""
    found = []
    sums = [(match.span(), figure(match[1], match[2])) for match in _NUMBER.finditer(text)]
    sums += [(match.span(), han_number(match[0])) for match in _HAN_SUM.finditer(text)]
    for (start, end), value in sorted(sums):
        before, after = _mark_before().search(text[max(0, start - 16) : start]), _mark_after().match(text, end)
        if before or after:
            code = _currencies()[folded((before or after)[1])]
            start, end = (start - len(before[0]), end) if before else (start, after.end())
            found.append(Value(start, end, value, text[start:end], code))
    return found


def han_number(written: str) -> int:
    """The number that 十五萬, 三千五百 or, short for 35,000, 三萬五 writes."""
    total, part, digit, last = 0, 0, 0, 1
    for sign in written:
        if sign in _HAN_DIGITS:
            digit = _HAN_DIGITS[sign]
        elif (unit := _HAN_UNITS[sign]) >= 10_000:
            total, part, digit, last = total + (part + digit or 1) * unit, 0, 0, unit
        else:
            part, digit, last = part + (digit or 1) * unit, 0, unit
    return total + part + digit * (last // 10 if last > 10 else 1)


def find_numbers(text: str, taken: Iterable[Value]) -> list[Value]:
    """Numbers in figures, except where another value stands."""
    taken = list(taken)
    return [
        Value(*match.span(), figure(match[1], match[2]), match[0].strip())
        for match in _NUMBER.finditer(text)
        if not overlaps(taken, *match.span())
    ]


def number_word(word: str) -> int | None:
    """The number that a word such as "two" or 三 stands for."""
    found = _number_words().find(word)
    return found[0].value if len(found) == 1 and (found[0].start, found[0].end) == (0, len(word)) else None


def find_number_words(text: str) -> list[Value]:
    return [
        Value(word.start, word.end, word.value, text[word.start : word.end]) for word in _number_words().find(text)
    ]


def _counts(value: Value, unit: Found, text: str) -> bool:
    """Whether a quantity stands right before a word, with at most two words between."""
    return 0 <= unit.start - value.end <= 22 and bool(_COUNTED.fullmatch(text[value.end : unit.start]))


def find_count(text: str, units: Lexicon, quantities: list[Value]) -> Value | None:
    """The quantity that stands at one of these words, as in "two adults", "大人2位" or "Adults: 2"."""
    return next(filter(None, (count_at(text, unit, quantities) for unit in units.find(text))), None)


def count_at(text: str, unit: Found, quantities: list[Value], only_before: bool = False) -> Value | None:
    """The quantity that stands at a word; zero where the word is denied."""
    written = text[unit.start : unit.end]
    labels = not only_before and (not written.isascii() or _LABELS.match(text, unit.end))
    after = next((value for value in quantities if labels and 0 <= value.start - unit.end <= 2), None)
    before = next((value for value in reversed(quantities) if _counts(value, unit, text)), None)
    # In 大人2名子供1名 the number before a word belongs to the word before it.
    if after and (not before or text[before.start - 1 : before.start].isalpha()):
        return Value(unit.start, after.end, after.value, text[unit.start : after.end])
    if before:
        return Value(before.start, unit.end, before.value, text[before.start : unit.end])
    if denied(text, unit.start, unit.end):
        return Value(unit.start, unit.end, 0, written)
    return None
