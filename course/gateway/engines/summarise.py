"""Shorten a text by choosing sentences from it."""

from __future__ import annotations

import math
import re
from collections import Counter

from .text import key_words, sentences

_ASKED = re.compile(r"\b(summar\w+|shorten|tl;?dr|key points|main points|in short|condense)\b|摘要|總結|总结", re.I)
_ORDERED = re.compile(
    r"(?:^|[\n.!?]\s*)(?:please\s+)?(?:summari[sz]e|shorten|condense|tl;?dr)\b|\byou (?:will )?summari[sz]e\b", re.I
)
_HOW_MANY = re.compile(r"\b(one|two|three|four|five|\d)(?: short)? (?:sentences?|bullet points?|points?)\b", re.I)
_WISH = re.compile(r"\b(would like|want|need|wish|please|looking for)\b", re.I)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def asked_for(text: str) -> bool:
    """Whether a message speaks of a summary."""
    return bool(_ASKED.search(text))


def ordered(text: str) -> bool:
    """Whether a text tells the model to summarise."""
    return bool(_ORDERED.search(text))


def summarise(request: str, earlier: list[str], breadth: int) -> str:
    """The sentences that hold most of a text's frequent words or say a wish, in their order; empty without a text.

    The text is what the request holds beside the instruction, else what was said earlier.
    """
    text = _text_to_shorten(request) or "\n".join(earlier)
    return " ".join(main_sentences(text, how_many(request, breadth)))


def how_many(instruction: str, otherwise: int) -> int:
    """The number of sentences that an instruction asks for."""
    wanted = _HOW_MANY.search(instruction)
    if not wanted:
        return otherwise
    word = wanted[1].lower()
    return _NUMBERS.get(word) or max(int(word), 1)


def main_sentences(text: str, number: int) -> list[str]:
    source = sentences(text)
    frequency = Counter(key_words(text))

    def weight(index: int) -> float:
        words = set(key_words(source[index]))
        wish = 2 if _WISH.search(source[index]) else 1
        return wish * sum(frequency[word] for word in words) / math.sqrt(len(words) + 3)

    weights = [weight(index) for index in range(len(source))]
    best = sorted(range(len(source)), key=lambda index: (-weights[index], index))[:number]
    return [source[index] for index in sorted(best)]


def _text_to_shorten(request: str) -> str:
    """What follows the instruction: the lines below it, or what comes after its colon."""
    head, _, below = request.partition("\n")
    if below.strip() and _ASKED.search(head):
        return below
    _, _, after = head.partition(":")
    if after.strip():
        return after
    return "\n".join(line for line in request.splitlines() if not _ASKED.search(line))
