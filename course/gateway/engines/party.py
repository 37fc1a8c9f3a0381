"""Who travels: how many adults and how many children a text counts or lists."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .lexicon import Lexicon, listed, words_of
from .numbers import count_at, find_number_words, find_numbers, number_word
from .value import Value, overlaps

_GROWN_UP = 18
_MOST = 60
# 兩大兩小, and 2大1小.
_BIG_AND_SMALL = re.compile(r"([\d一二兩两三四五六七八])\s?大\s?([\d一二兩两三四五六])\s?小")
_FIGURE_OR_WORD = r"(\d{1,2}|[A-Za-zÀ-ÿ]{2,8})"
# "we are four", "for two", "a group of ten", where no word says what is counted.
_WE_ARE = re.compile(
    rf"\b(?:we(?: a|')re|we are|somos|seremos|seríamos|wir sind|wir wären|nous sommes) (?:zu )?{_FIGURE_OR_WORD}"
    r"(?=[\s,.;:!?)]|$)(?! (?:hours|days|weeks|minutes|horas|días|stunden|tage|wochen))"
    rf"|\b(?:group|party|grupo|gruppe|groupe) (?:of|de|von|mit) {_FIGURE_OR_WORD}\b"
    rf"|\b(?:for|para|für|pour) {_FIGURE_OR_WORD}"
    r"(?=\s?[,.;:!?)\n]|\s?$| (?:from|in|to|on|with|del?|en|a|al|vom|im|nach|ab|mit|and|please)\b"
    r"(?! (?:days|weeks|months|nights)))",
    re.I,
)
# "my mum and me", "Oma, Mama und ich": one for each that is listed, and the writer.
_AND_ME = re.compile(
    r"((?:[^\W\d_]+(?: \(\d{1,2}\))?,\s){0,4}(?:(?:my|meine?|mi)\s[^\W\d_]+|[A-ZÀ-Þ][^\W\d_]+)(?: \((\d{1,2})\))?)"
    r"\s(?:and|und|y|et)\s(?:I|me|myself|ich|yo|moi)\b"
)
_AGE_AFTER = re.compile(
    r"\s?(?:[,(\uff08]|de|von|is|who is|aged|\s)\s?(?:is |now )?(\d{1,2})\s?"
    r"(?:[-)\uff09,;+]|años|jahre|years|歲|岁|歳|才|살|세|and|und|y)",
    re.I,
)
_AGE_BEFORE = re.compile(
    r"(\d{1,2})[\s-]?(?:jährigen?|year[\s-]old|yr[\s-]old|歲的?|岁的?|歳の?|才の?|살(?: 된)?|세)\s?$", re.I
)


class Party(NamedTuple):
    """How many travel. `None` where the text does not say."""

    adults: int | None = None
    children: int | None = None


def find_party(text: str, loosely: bool = True) -> Party:
    """The travellers of a text. Babies are children; who is not called a child is an adult.

    Read `loosely`, lists and idioms such as "alone" count too.
    """
    quantities = sorted([*find_numbers(text, ()), *find_number_words(text)])
    if match := _BIG_AND_SMALL.search(text):
        return Party(_small(match[1]), _small(match[2]))
    small = _children(text, quantities)
    children = sum(value.value for value in small) if small else None
    grown = _counted("unit_adults", text, quantities)
    if grown:
        return Party(grown[-1].value, children)
    known = [word for word in _idioms().find(text) if not _is_not_counted(text, word.end)] if loosely else []
    for kind, number in (word.value for word in known):
        if kind == "adults" and not (number == 1 and children is None and _many(text, quantities, small)):
            return Party(number, children)
    total = _many(text, quantities, small) or next(
        (number for kind, number in (word.value for word in known) if kind == "persons"), None
    )
    if total is None and loosely:
        total = _listed(text, children)
    if total is None:
        return Party(None, children)
    return Party(max(total - (children or 0), 0) or None, children)


def _small(written: str) -> int:
    return int(written) if written.isdecimal() else number_word(written) or 0


def _children(text: str, quantities: list[Value]) -> list[Value]:
    """The groups of children that a text counts, else those whose age it says."""
    found = _counted("unit_children", text, quantities)
    if found:
        return found
    twins = [word for word in _idioms().find(text) if word.value[0] == "children"]
    if twins:
        return [Value(twins[0].start, twins[0].end, 2, "")]
    named = []
    for unit in _units("unit_children").find(text):
        age = _AGE_AFTER.match(text, unit.end) or _AGE_BEFORE.search(text[max(0, unit.start - 12) : unit.start])
        if age and int(age[1]) < _GROWN_UP and not _is_not_counted(text, unit.end):
            named.append(Value(unit.start, unit.end, 1, ""))
    return named


def _many(text: str, quantities: list[Value], taken: list[Value]) -> int | None:
    """The persons that a text counts without saying who they are; of 4人から3人に the last."""
    free = [value for value in quantities if not overlaps(taken, value.start, value.end)]
    counted = [value.value for value in _counted("unit_persons", text, free) if value.value > 1]
    for match in _WE_ARE.finditer(text):
        number = _number(next(filter(None, match.groups())))
        if number and 1 < number <= _MOST:
            counted.append(number)
    if counted:
        return counted[-1] if len(set(counted)) == 2 and re.search(r"から|에서|from|von|de", text) else max(counted)
    return None


def _number(written: str) -> int | None:
    return int(written) if written.isdecimal() else number_word(written)


def _listed(text: str, children: int | None) -> int | None:
    """The travellers of a list that ends with the writer."""
    for match in _AND_ME.finditer(text):
        if match[2] and int(match[2]) < _GROWN_UP and children is None:
            continue
        return match[1].count(",") + 2
    return None


def _counted(kind: str, text: str, quantities: list[Value]) -> list[Value]:
    """What stands at each word of a kind, once for each quantity."""
    found: list[Value] = []
    for unit in _units(kind).find(text):
        if _is_not_counted(text, unit.end):
            continue
        value = count_at(text, unit, quantities, kind == "unit_persons")
        if value and isinstance(value.value, int) and value.value <= _MOST and not overlaps(found, *value[:2]):
            found.append(value)
    return found


def _is_not_counted(text: str, end: int) -> bool:
    """Whether a word such as "child" or 人 is part of another, as in "child seat" or 三人房."""
    return any(word.start == 0 for word in _units("not_counted").find(text[end : end + 8].lstrip(" -")))


@cache
def _units(kind: str) -> Lexicon[str]:
    return Lexicon(
        (word, kind) for row in _rows() if row.text("kind") == kind for word in words_of(row.text("words"))
    )


@cache
def _idioms() -> Lexicon[tuple[str, int]]:
    return Lexicon(
        (word, (row.text("kind"), row.integer("number")))
        for row in _rows()
        if row.optional("number")
        for word in words_of(row.text("words"))
    )


def _rows():
    return listed("party.csv", ("kind", "number", "words"))
