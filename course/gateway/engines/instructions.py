"""Which skill a prompt asks for."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .lexicon import listed

_COURTESY = (
    r"(?:(?:please|kindly|now|then|and|first|bitte|por favor|s'il (?:te|vous) plaît),?\s+"
    r"|(?:can|could|would|will) you (?:please )?|i (?:want|need) you to |i'd like you to |let's "
    r"|your (?:task|job|role) is to |you (?:will |must |should |are to )?){0,2}"
)
_KEPT = 10_000
_START = r"(?:^|[\n.!?:;。\uff1a\uff01\uff1f]\s*)"


@cache
def _patterns(skill: str, in_system: bool) -> re.Pattern:
    """A command at the start of a sentence, a question anywhere, or what a system message says of its model."""
    either = []
    for row in listed("instructions.csv", ("skill", "position", "language", "pattern")):
        if row.text("skill") != skill:
            continue
        if row.text("position") == "start":
            either.append(rf"{_START}{_COURTESY}(?:{row.text('pattern')})")
        elif row.text("position") == "anywhere" or in_system:
            either.append(row.text("pattern"))
    return re.compile("|".join(either), re.I)


def place_of(skill: str, text: str, in_system: bool = False) -> int | None:
    """Where a text asks for the skill, `None` where it does not. Of a long text only both ends are read."""
    if len(text) <= _KEPT:
        return _place_again(skill, text, in_system) if in_system else _place(skill, text, in_system)
    place = _place(skill, text[:_KEPT], in_system)
    if place is None and (place := _place(skill, text[-_KEPT:], in_system)) is not None:
        place += len(text) - _KEPT
    return place


def _place(skill: str, text: str, in_system: bool) -> int | None:
    found = _patterns(skill, in_system).search(text)
    return None if found is None else found.end()


# A system message comes again with each call.
_place_again = lru_cache(maxsize=128)(_place)
