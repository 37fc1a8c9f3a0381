"""Plain text for rules: sentences, the words that carry meaning, and cutting to a number of tokens."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

QUESTION_MARKS = ("?", "\N{FULLWIDTH QUESTION MARK}")
# Headings and the marks of a list are not part of the text.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。\uff01\uff1f])")
_LINE_MARK = re.compile(r"^(?:[-*•]|\d+\.)\s+")
_WORD = re.compile(r"[A-Za-z0-9]+(?:'[a-z]+)?|[⺀-鿿가-힯]")
_ENDINGS = ("ingly", "ings", "ing", "ied", "ies", "ed", "es", "s", "e", "y")
_COMMON_WORDS = """
a about after again all also am an and any are as at be been before but by can cannot could did do does each
else every few for from get give given go had has have he her here him his how i if in into is it its just
like make many may me might more most much must my no not now of on once one only or other our out over own
per please same say shall she should so some such tell than that the their them then there these they this
those through to too up us use very was we were what when where which while who whom whose why will with
would yes you your explain define definition mean means meaning difference between work works long next way
hello hi dear two three four five six seven eight nine ten
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order. A line's end also ends a sentence."""
    lines = (_LINE_MARK.sub("", line.strip()) for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [part for line in lines for part in _SENTENCE_END.split(line) if part]


def stem(word: str) -> str:
    """A word without its ending, so that `trips` and `trip`, `moving` and `move` are the same."""
    word = word.lower().split("'")[0]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def is_common(word: str) -> bool:
    """Whether a word carries no meaning of its own."""
    return word.lower() in _COMMON


def key_words(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, repeats included."""
    return [stem(word) for word in _WORD.findall(text) if word.lower() not in _COMMON]


def cut(text: str, most: int, count: Callable[[str], int]) -> str:
    """The longest start of `text` that has at most `most` tokens."""
    if count(text) <= most:
        return text
    end = bisect_right(range(len(text)), most, key=lambda length: count(text[:length])) - 1
    while end > 0 and count(text[:end]) > most:
        end -= 1
    return text[: max(end, 0)]
