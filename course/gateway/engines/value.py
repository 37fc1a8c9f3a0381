"""A value that stands in a text, and the words that announce one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from .lexicon import Lexicon, listed, words_of


class Value(NamedTuple):
    """A value and the place where it is written. `role` tells two of a kind apart, such as origin and goal."""

    start: int
    end: int
    value: object
    written: str
    role: str = ""


def overlaps(values: Iterable[Value], start: int, end: int) -> bool:
    return any(start < value.end and value.start < end for value in values)


def matches(pattern: re.Pattern, text: str) -> list[Value]:
    return [Value(*match.span(), match[0], match[0]) for match in pattern.finditer(text)]


@cache
def markers(kind: str, position: str) -> tuple[str, ...]:
    """The words that announce a value (`before`), follow it (`after`) or close a letter (`signoff`)."""
    return tuple(
        word
        for row in listed("markers.csv", ("kind", "position", "words"))
        if (row.text("kind"), row.text("position")) == (kind, position)
        for word in words_of(row.text("words"))
    )


@cache
def marker(kind: str, position: str, pattern: str = "({})") -> re.Pattern:
    """A pattern around the markers of a kind, which stand for its `{}`."""
    words = sorted(markers(kind, position), key=len, reverse=True)
    either = "|".join((r"(?<!\w)" if word[0].isascii() else "") + re.escape(word) for word in words)
    return re.compile(pattern.replace("{}", f"(?:{either})"), re.I)


@cache
def any_marker(kind: str) -> Lexicon[str]:
    """The markers of a kind that may stand anywhere."""
    return Lexicon((word, word) for word in markers(kind, "any"))


def announced(kind: str, text: str, start: int) -> re.Match | None:
    """The marker of this kind that stands right before a place in a text."""
    before = text[max(0, start - 24) : start]
    return marker(kind, "before", r"{}[\s:\uff1a]*(?:the\s|el\s|la\s|der\s)?$").search(before)


def followed(kind: str, text: str, end: int) -> re.Match | None:
    """The marker of this kind that stands right after a place in a text."""
    return marker(kind, "after", r"\s?{}").match(text[end : end + 8])


def denied(text: str, start: int, end: int) -> bool:
    """Whether what stands there is denied, as in "no children" or "子供なし"."""
    before = re.split(r"[.,;!?。\uff0c\uff01\uff1f]", text[max(0, start - 24) : start])[-1]
    latin = marker("no", "before", r"{}\s(?:[\w'\u2019]+\s){0,2}$").search(before)
    signs = marker("no", "before", r"{}$").search(before)
    return bool(latin or (signs and not signs[0].isascii()) or followed("no", text[: end + 4], end))
