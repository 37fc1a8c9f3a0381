"""Names in a text: of people and places, e-mail addresses, telephone numbers and booking codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from .dates import calendar
from .lexicon import Lexicon, listed, words_of
from .value import Value, announced, followed, markers, matches, overlaps

EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}"
)
URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~:/?#@!$&*+,;=-]{0,2000}(?<![.,;:!?])")
UUID = re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b")
IPV4 = re.compile(r"\b(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\b")
_PHONE = re.compile(r"(?<![\w-])\+?\(?\d[\d ().-]{6,18}\d(?![\w-])")
_CODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,5}-?\d{2,12}(?:-\d{1,8})?|(?=[A-Z0-9]{0,7}\d)(?=\d{0,7}[A-Z])[A-Z0-9]{5,8})(?![\w-])"
)
_NUMBERED = re.compile(
    r"(?:#|\bno\.?\s?|\bnumber\s|\bnr\.?\s|編號|编号|番号|번호)[:\uff1a\s]{0,3}([A-Z0-9][A-Z0-9-]{2,15})(?![\w-])",
    re.I,
)
_LETTER = r"(?:[^\W\d_]|['\u2019-])"
_PROPER = re.compile(
    rf"[A-ZÀ-ÖØ-Þ]{_LETTER}{{0,30}}"
    rf"(?:\s(?:(?:d[aeo]s?|del|van|von|de la|of|the)\s)?[A-ZÀ-ÖØ-Þ]{_LETTER}{{0,30}}){{0,3}}"
)
_SIGNS = re.compile(r"[\u3400-\u9fff가-힣々ァ-ヶー・]{1,8}")
_AFTER_NAME = re.compile(r"我|想|要|的|你|您|で|と|は|が|입|이에|예요|라고|先生|小姐|女士|様|さん|氏")
_NAME_AT_END = re.compile(r"(?:^|[\s。、は\uff0c])([\u3400-\u9fff々가-힣ァ-ヶー]{2,5}|[A-Z][a-zà-ÿ]{1,20})\s?$")
_AGED = re.compile(r"\b([A-Z][a-zà-ÿ]{1,20})(?=(?: is|,)? \(?\d{1,2}(?:\)|,| years| and|$))")
_GAP = re.compile(r"[\s:,!.。\uff1a\uff0c\uff01]{0,4}")
_FOLLOWS_SIGNATURE = re.compile(r"\s*(?:\n|$)|\s?[(,]")


@cache
def places() -> Lexicon[str]:
    """Well-known places by their names in several languages."""
    return Lexicon(
        (word, row.text("name"))
        for row in listed("places.csv", ("name", "words"))
        for word in (row.text("name"), *words_of(row.text("words")))
    )


@cache
def _before_names() -> Lexicon[str]:
    return Lexicon((word, position) for position in ("before", "signoff") for word in markers("person", position))


@cache
def _after_names() -> Lexicon[str]:
    return Lexicon((word, word) for word in markers("person", "after"))


def find_phones(text: str, taken: Iterable[Value]) -> list[Value]:
    taken = list(taken)
    return [
        value
        for value in matches(_PHONE, text)
        if 8 <= sum(map(str.isdigit, value.written)) <= 15 and not overlaps(taken, value.start, value.end)
    ]


def find_codes(text: str) -> list[Value]:
    """Booking codes, invoice numbers and the like."""
    found = [
        Value(*match.span(1), match[1], match[1])
        for match in _NUMBERED.finditer(text)
        if any(map(str.isdigit, match[1]))
    ]
    found += [value for value in matches(_CODE, text) if not overlaps(found, value.start, value.end)]
    return sorted(found)


def find_people(text: str) -> list[Value]:
    """Names of people: after "my name is", before 敬上, or at the end of a letter.

    The role of people who are only spoken of is "mentioned".
    """
    found: dict[int, Value] = {}

    def add(start: int, name: str, role: str = "") -> None:
        name = name.split("\n")[0].strip(" ,.、。\uff0c")
        if name and not calendar().find(name) and not places().find(name):
            found.setdefault(start, Value(start, start + len(name), name, name, role))

    for announcer in _before_names().find(text):
        space = _GAP.match(text, announcer.end)
        is_latin = text[announcer.start].isascii()
        if name := _PROPER.match(text, space.end()):
            if announcer.value == "before" or "\n" in space[0] or _FOLLOWS_SIGNATURE.match(text, name.end()):
                add(name.start(), name[0])
        elif not is_latin and (name := _SIGNS.match(text, space.end())):
            add(name.start(), _AFTER_NAME.split(name[0])[0][:5])
    for follower in _after_names().find(text):
        rest = text[follower.end : follower.end + 1]
        if rest.strip("。.!\uff01\n ") or (follower.value == "上" and text[follower.end :].strip()):
            continue
        first = max(0, follower.start - 12)
        if name := _NAME_AT_END.search(text[first : follower.start]):
            add(first + name.start(1), name[1])
    for match in _AGED.finditer(text):
        add(match.start(), match[1], "mentioned")
    return [found[start] for start in sorted(found)]


def find_places(text: str, people: list[Value]) -> list[Value]:
    """Places that are well known or stand after "to", "in" or "from". The role is "origin" or empty."""
    found: list[Value] = []

    def add(start: int, end: int, name: str) -> None:
        if not overlaps(found, start, end) and not overlaps(people, start, end):
            found.append(Value(start, end, name, name, "origin" if _is_origin(text, start, end) else ""))

    for place in places().find(text):
        name = text[place.start : place.end]
        if name.isascii() and name.islower():
            # "nice" and "lima" are also words: in a longer text they need a preposition.
            if len(text) > 60 and not _has_preposition(text, place.start):
                continue
            name = name.title()
        add(place.start, place.end, name)
    for match in _PROPER.finditer(text):
        name = match[0].split("\n")[0]
        if _has_preposition(text, match.start()) and not calendar().find(name):
            add(match.start(), match.start() + len(name), name)
    return sorted(found)


def _has_preposition(text: str, start: int) -> bool:
    return bool(announced("place", text, start) or announced("origin", text, start))


def _is_origin(text: str, start: int, end: int) -> bool:
    return bool(announced("origin", text, start) or followed("origin", text, end))
