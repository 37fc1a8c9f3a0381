"""Find known words and phrases of several languages in a text, in one pass over it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Generic, NamedTuple, TypeVar

from ... import data

Value = TypeVar("Value")

# A run of Latin letters is one word; other scripts are read sign by sign.
_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-\u017f]+(?:['\u2019][A-Za-zà-ÿ]+)?|[0-9]+|[^\s]")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-\u017f0-9]")

_KEPT = 10_000


class Found(NamedTuple):
    """A known phrase in a text: where it stands and what the list says of it."""

    start: int
    end: int
    value: object


@cache
def listed(file: str, columns: tuple[str, ...]) -> tuple[data.Row, ...]:
    """The rows of a list in `data/practice/`."""
    return tuple(data.rows(f"practice/{file}", columns))


def words_of(cell: str) -> list[str]:
    """The words and phrases of a cell, which semicolons divide."""
    return [word.strip() for word in cell.split(";") if word.strip()]


def folded(token: str) -> str:
    """Lower case, without accents: what people who type in a hurry leave out."""
    token = token.lower().replace("\u2019", "'")
    if token.isascii() or not _LATIN.match(token):
        return token
    return "".join(sign for sign in unicodedata.normalize("NFKD", token) if not unicodedata.combining(sign))


def _tokens(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Where a text's tokens stand, and the tokens."""
    places = [match.span() for match in _TOKEN.finditer(text)]
    return places, [folded(text[start:end]) for start, end in places]


# One text is looked through for many lists, one after the other.
_tokens_again = lru_cache(maxsize=64)(_tokens)


class Lexicon(Generic[Value]):
    """Phrases with a value each. A phrase that ends in `*` also matches longer words.

    Scripts written without spaces match anywhere. Of phrases that begin at one place the longest counts.
    """

    def __init__(self, phrases: Iterable[tuple[str, Value]]):
        self._by_first: dict[str, list[tuple[tuple[str, ...], bool, list[Value]]]] = {}
        self._shortest_start, self._longest_start = 99, 0
        seen: dict[tuple[tuple[str, ...], bool], list[Value]] = {}
        for phrase, value in phrases:
            tokens = tuple(folded(token) for token in _TOKEN.findall(phrase.rstrip("*")))
            if not tokens:
                continue
            key = tokens, phrase.endswith("*")
            if key in seen:
                if value not in seen[key]:
                    seen[key].append(value)
                continue
            seen[key] = [value]
            self._by_first.setdefault(tokens[0], []).append((*key, seen[key]))
            if key[1] and len(tokens) == 1:
                self._shortest_start = min(self._shortest_start, len(tokens[0]))
                self._longest_start = max(self._longest_start, len(tokens[0]))
        self._heads = {
            phrase[0][: self._shortest_start]
            for choices in self._by_first.values()
            for phrase, is_start, _ in choices
            if is_start and len(phrase) == 1
        }
        for choices in self._by_first.values():
            choices.sort(key=lambda choice: -len(choice[0]))

    def find(self, text: str) -> list[Found]:
        """All phrases in a text, in its order. None lies inside another."""
        places, tokens = _tokens_again(text) if len(text) <= _KEPT else _tokens(text)
        found, index = [], 0
        shortest, heads, by_first = self._shortest_start, self._heads, self._by_first
        while index < len(tokens):
            if tokens[index] not in by_first and tokens[index][:shortest] not in heads:
                index += 1
                continue
            size, values = self._at(tokens, index)
            if size:
                span = places[index][0], places[index + size - 1][1]
                found.extend(Found(*span, value) for value in values)
            index += size or 1
        return found

    def _at(self, tokens: list[str], index: int) -> tuple[int, list[Value]]:
        first = tokens[index]
        for phrase, is_start, values in self._by_first.get(first, ()):
            size = len(phrase)
            if size == 1 or tuple(tokens[index : index + size]) == phrase:
                return size, values
            if is_start and self._starts(phrase, tokens[index : index + size]):
                return size, values
        for length in range(min(len(first) - 1, self._longest_start), self._shortest_start - 1, -1):
            for phrase, is_start, values in self._by_first.get(first[:length], ()):
                if is_start and len(phrase) == 1:
                    return 1, values
        return 0, []

    @staticmethod
    def _starts(phrase: tuple[str, ...], tokens: list[str]) -> bool:
        return len(tokens) == len(phrase) and tuple(tokens[:-1]) == phrase[:-1] and tokens[-1].startswith(phrase[-1])

    def values(self, text: str) -> list[Value]:
        return [found.value for found in self.find(text)]
