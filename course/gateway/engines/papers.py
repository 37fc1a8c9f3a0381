"""What kind of paper a document is: by the words of its kind, those at its head before all others."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache

from . import evidence as messages
from .lexicon import Lexicon, folded, listed, words_of
from .value import any_marker

_READ = 6000
# A title says more than a word in the text.
_TITLE, _HEAD = 3.0, 1.5
_HEAD_LENGTH = 160
# What somebody complains of counts more in a letter than in the office's own papers.
_IN_LETTER, _ELSEWHERE = 0.8, 0.3
_LETTER, _CLEAR = 3, 2


@cache
def _cues() -> Lexicon[tuple[str, float]]:
    return Lexicon(
        (cue, (row.text("topic"), float(row.text("weight"))))
        for row in listed("papers.csv", ("topic", "language", "weight", "cues"))
        for cue in words_of(row.text("cues"))
    )


@lru_cache(maxsize=64)
def scores(text: str) -> Counter:
    """How strongly a text is of each kind of paper. A word that comes again does not count again."""
    text = text[:_READ]
    title_end = _end_of_title(text)
    weights: dict[tuple[str, str], float] = {}
    for cue in _cues().find(text):
        topic, weight = cue.value
        weight *= _TITLE if cue.start < title_end else _HEAD if cue.start < title_end + _HEAD_LENGTH else 1
        key = topic, folded(text[cue.start : cue.end])
        weights[key] = max(weights.get(key, 0), weight)
    total: Counter = Counter()
    for (topic, _), weight in weights.items():
        total[topic] += weight
    complaint = max(0, messages.scores(text)["complaint"])
    is_letter = bool(any_marker("salutation").find(text[:_HEAD_LENGTH]))
    total["paper_complaint"] += complaint * (_IN_LETTER if is_letter else _ELSEWHERE)
    if is_letter and complaint >= _CLEAR:
        total["paper_complaint"] += _LETTER
    return total


def names_kind(line: str) -> bool:
    """Whether a line has a word of a kind of paper, such as "Invoice"."""
    return bool(_cues().find(line))


def _end_of_title(text: str) -> int:
    """Where the first line that says something ends."""
    position = 0
    for line in text.splitlines(keepends=True):
        position += len(line)
        if line.strip(" \t\n#*-=_"):
            break
    return position
