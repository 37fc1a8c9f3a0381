"""Turn texts into vectors by hashing their words, their letters and what they speak of.

Texts that share these lie near each other. Known concepts are the same in all languages of the lists.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from itertools import pairwise
from zlib import crc32

from .evidence import cue_scores
from .lexicon import Lexicon, listed, words_of
from .text import key_words

_WORD, _PAIR, _LETTERS, _CONCEPT = 1.0, 0.4, 0.15, 1.2
# What lies beyond is left out, as a real embedding model's window would.
_LONGEST = 20_000


@cache
def concepts() -> Lexicon[str]:
    """Things that people ask for, by their words in several languages."""
    return Lexicon(
        (word, row.text("concept"))
        for row in listed("concepts.csv", ("concept", "words"))
        for word in words_of(row.text("words"))
    )


def embed(texts: list[str] | tuple[str, ...], dimensions: int) -> tuple[tuple[float, ...], ...]:
    """One vector of length 1 for each text, the same for the same text."""
    return tuple(_vector(text[:_LONGEST], dimensions) for text in texts)


def _vector(text: str, dimensions: int) -> tuple[float, ...]:
    vector = [0.0] * dimensions
    for feature, weight in _features(text).items():
        number = crc32(feature.encode("utf-8", "surrogatepass"))
        vector[(number >> 1) % dimensions] += weight if number & 1 else -weight
    length = math.sqrt(math.fsum(value * value for value in vector))
    if not length:
        return (1.0, *vector[1:])
    return tuple(value / length for value in vector)


def _features(text: str) -> dict[str, float]:
    """What a text is made of, and how much each part weighs. Repeats weigh less each time."""
    words = key_words(text)
    plain = " ".join(text.lower().split())
    counts: dict[str, tuple[int, float]] = {}
    for kind, weight, parts in (
        ("w", _WORD, Counter(words)),
        ("p", _PAIR, Counter(map(" ".join, pairwise(words)))),
        ("l", _LETTERS, Counter(plain[index : index + 3] for index in range(len(plain) - 2))),
        ("c", _CONCEPT, Counter(concepts().values(text))),
        ("t", _CONCEPT, cue_scores(text)),
    ):
        counts |= {f"{kind} {part}": (count, weight) for part, count in parts.items()}
    return {feature: weight * math.sqrt(count) for feature, (count, weight) in counts.items()}
