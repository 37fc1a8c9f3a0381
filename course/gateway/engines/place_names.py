"""Places in a text."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .dates import calendar
from .language import detect, is_common_word
from .lexicon import Lexicon, listed, words_of
from .value import Value, announced, any_marker, followed, markers, overlaps

_LETTER = r"(?:[^\W\d_]|['\u2019-])"
_PROPER = re.compile(
    rf"[A-ZÀ-ÖØ-Þ]{_LETTER}{{0,30}}"
    rf"(?:\s(?:(?:d[aeo]s?|del|van|von|de la|of|the)\s)?[A-ZÀ-ÖØ-Þ]{_LETTER}{{0,30}}){{0,3}}"
)
_SENTENCE_END = re.compile(r"[.!?。\uff01\uff1f\n;]\s?")
_BACK_FROM = re.compile(
    r"(?:home|back|returned|return|zurück|wieder|vuelta|volvimos|regresamos|volver) (?:from|aus|von|de|del) $", re.I
)
_BACK_FROM_THERE = re.compile(r"\s?(?:から(?:戻|帰)|에서 (?:돌아|귀국)|回[來来])")
_NOT_HERE = re.compile(r"\s?(?:ではなく|じゃなく|でなく|말고|不要|不是)")
_NOT_THERE = re.compile(
    r"(?:\b(?:not|no|nicht|kein|statt|instead of|rather than|en vez de"
    r"|en lugar de|anstatt)|不是|不要|不去)\s?(?:to |in |nach |a |en )?$",
    re.I,
)
# 日本語 and 한국어 are languages.
_OF_A_PEOPLE = re.compile(r"[語语人圓円食菜料式어인식]")
_ONWARDS = re.compile(r"\s(?:to|nach|a|hasta|->|→|-|\u2013)\s(?=[A-ZÀ-Þ])|\s?(?:→|から|에서|到)\s?")
# A text so short is a question such as "weather in paris".
_SHORT = 60


class Place(NamedTuple):
    """A well-known place: its English name, and whether it is a city, a region or a country."""

    name: str
    kind: str


@cache
def places() -> Lexicon[Place]:
    """Well-known places by their names in several languages."""
    return Lexicon(
        (word, Place(row.text("name"), row.text("kind")))
        for row in listed("places.csv", ("name", "kind", "words"))
        for word in (row.text("name"), *words_of(row.optional("words")))
    )


def find_places(text: str, people: list[Value]) -> list[Value]:
    """Places that are well known or stand after "to", "in" or "from".

    The role is "origin" for where a journey starts, "other" for places that are ruled out, else empty.
    """
    found: list[Value] = []

    def add(start: int, end: int, kind: str) -> None:
        name = text[start:end]
        if name.isascii() and name.islower() and len(text) <= _SHORT:
            name = name.title()
        if not overlaps(found, start, end) and not overlaps(people, start, end):
            found.append(Value(start, end, kind, name, _role_of_place(text, start, end)))

    is_german = detect(text) == "de"
    for place in places().find(text):
        name = text[place.start : place.end]
        is_word = name.lower() in _also_words() and name != text.strip()
        is_word = is_word and not (name[:1].isupper() and _has_preposition(text, place.start))
        is_word = is_word and not (name == "Island" and is_german)  # Iceland
        if not is_word and not _OF_A_PEOPLE.match(text, place.end):
            add(place.start, place.end, place.value.kind)
    for match in _PROPER.finditer(text):
        name = match[0].split("\n")[0]
        if (
            len(name) > 2
            and not name.isupper()
            and not is_german
            and announced("place", text, match.start())
            and not calendar().find(name)
            and not _is_no_word(name)
            and not any(_is_no_word(word) or is_common_word(word) for word in name.split())
        ) or (len(name) > 2 and announced("origin", text, match.start()) and not calendar().find(name)):
            add(match.start(), match.start() + len(name), "unknown")
    return sorted(found)


def _is_no_word(name: str) -> bool:
    """Whether a word is known to be none of a place, such as "Team"."""
    return name.lower() in _no_names()


@cache
def _no_names() -> frozenset[str]:
    return frozenset(markers("not_a_name", "any"))


@cache
def _also_words() -> frozenset[str]:
    """Words that are places only behind a preposition, such as "nice"."""
    return frozenset(markers("also_word", "any"))


def _has_preposition(text: str, start: int) -> bool:
    return bool(announced("place", text, start) or announced("origin", text, start))


def _role_of_place(text: str, start: int, end: int) -> str:
    if _NOT_HERE.match(text, end) or _NOT_THERE.search(text[max(0, start - 24) : start]):
        return "other"
    sentence = text[max((end.end() for end in _SENTENCE_END.finditer(text, 0, start)), default=0) : end]
    if any_marker("past_time").find(sentence):
        return "other"
    if _BACK_FROM.search(text[max(0, start - 24) : start]) or _BACK_FROM_THERE.match(text, end):
        return ""
    if announced("origin", text, start) or followed("origin", text, end):
        return "origin"
    onwards = _ONWARDS.match(text, end)
    if onwards and any(place.start == 0 for place in places().find(text[onwards.end() : onwards.end() + 30])):
        return "origin"
    return ""
