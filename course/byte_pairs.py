"""Byte pair encoding as tiktoken does it, in Python alone, for where tiktoken is not: a web page.

Slower, and the same tokens. They can differ only around characters that are newer than this Python's Unicode tables.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import groupby

_WORDS_KEPT = 8192
_WHITE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode's; Python's \s has four more


class Encoding:
    """A vocabulary: the bytes of each token, and its rank, which is its number and the order in which it is made."""

    def __init__(self, ranks: Mapping[bytes, int]):
        self._ranks = ranks
        self._bytes = {rank: token for token, rank in ranks.items()}
        self._words = _words()
        self._tokens_again = lru_cache(_WORDS_KEPT)(self._tokens)

    def encode(self, text: str, disallowed_special: tuple = ()) -> list[int]:
        """The tokens of a text. All of it is plain text; half of a surrogate pair is the replacement character."""
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return [token for word in self._words.findall(text) for token in self._tokens_again(word)]

    def decode_single_token_bytes(self, token: int) -> bytes:
        return self._bytes[token]

    def _tokens(self, word: str) -> tuple[int, ...]:
        """A word's bytes, where two neighbours are joined as long as that makes a token, lowest rank first."""
        whole = word.encode()
        if (rank := self._ranks.get(whole)) is not None:
            return (rank,)
        ends = list(range(1, len(whole) + 1))  # of the part that begins here; 0 where none begins any more
        before = list(range(-1, len(whole)))  # where the part before that begins

        def joined(start: int) -> tuple[int, int, int] | None:
            """(rank, start, end) of a part with the next one, where that is a token."""
            middle = ends[start]
            if middle == len(whole):
                return None
            rank = self._ranks.get(whole[start : ends[middle]])
            return None if rank is None else (rank, start, ends[middle])

        waiting = [pair for start in range(len(whole)) if (pair := joined(start))]
        heapify(waiting)
        while waiting:
            pair = heappop(waiting)
            start, end = pair[1:]
            if not ends[start] or joined(start) != pair:
                continue  # one of the two was joined with another in the meantime
            ends[ends[start]] = 0
            ends[start] = before[end] = end
            before[end] = start
            for neighbour in (before[start], start):
                if neighbour >= 0 and (pair := joined(neighbour)):
                    heappush(waiting, pair)
        return tuple(self._ranks[whole[start:end]] for start, end in enumerate(ends) if end)


def _words() -> re.Pattern:
    """What o200k_base takes as a word, in `re`'s terms: the pattern of `tiktoken_ext.openai_public.o200k_base`."""
    named = _by_category()
    upper, lower = ("".join(named[name] for name in names) for names in (_UPPER, _LOWER))
    letters, numbers = ("".join(part for name, part in named.items() if name[0] == kind) for kind in "LN")
    before, after = rf"[^\r\n{letters}{numbers}]?", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    return re.compile(
        "|".join(
            (
                f"{before}[{upper}]*[{lower}]+{after}",
                f"{before}[{upper}]+[{lower}]*{after}",
                f"[{numbers}]{{1,3}}",
                rf" ?[^{_WHITE}{letters}{numbers}]+[\r\n/]*",
                rf"[{_WHITE}]*[\r\n]+",
                rf"[{_WHITE}]+(?![^{_WHITE}])",
                f"[{_WHITE}]+",
            )
        )
    )


_UPPER = ("Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Me")
_LOWER = ("Ll", "Lm", "Lo", "Mn", "Mc", "Me")


def _by_category() -> dict[str, str]:
    """The characters of each of Unicode's categories, as the inside of a pattern's brackets."""
    named: dict[str, str] = {}
    for category, run in groupby(range(sys.maxunicode + 1), lambda code: unicodedata.category(chr(code))):
        if category[0] in "LMN":
            codes = list(run)
            named[category] = named.get(category, "") + f"\\U{codes[0]:08x}-\\U{codes[-1]:08x}"
    return named
