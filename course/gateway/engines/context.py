"""Answer a question with the sentences of a given text that share most with it."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

from .text import QUESTION_MARKS, key_words, sentences

# A sentence must share this part of the question's meaning to count as its answer,
_ENOUGH = 0.34
# and a further sentence this part of what the best one shares.
_NEARLY_BEST = 0.7
# Texts up to this many characters are kept as they were read: rules are sent again with each question.
_KEPT = 20_000


def split_question(text: str) -> tuple[str, str]:
    """The last question of a message, and the rest of it as context."""
    parts = sentences(text)
    questions = [part for part in parts if part.endswith(QUESTION_MARKS)]
    question = questions[-1] if questions else (parts[-1] if parts else "")
    return question, "\n".join(part for part in parts if part != question)


def answer(context: str, question: str, breadth: int) -> str:
    """At most `breadth` sentences of the context; empty where none says enough."""
    return " ".join(best_sentences(context, question, breadth))


def best_sentences(context: str, question: str, breadth: int) -> list[str]:
    """The sentences that share most with the question, the rarer words counting more."""
    source, words, spread = _read_again(context) if len(context) <= _KEPT else _read(context)
    rarity = {word: math.log(1 + len(source) / (1 + spread[word])) for word in set(key_words(question))}
    total = sum(rarity.values())
    if not total:
        return []

    def share(index: int) -> float:
        return sum(rarity[word] for word in words[index] & rarity.keys()) / total

    shares = [share(index) for index in range(len(source))]
    ranked = sorted(range(len(source)), key=lambda index: (-shares[index], len(words[index]), index))
    if not ranked or shares[ranked[0]] < _ENOUGH:
        return []
    best = [index for index in ranked[:breadth] if shares[index] >= _NEARLY_BEST * shares[ranked[0]]]
    return [source[index] for index in sorted(best)]


def _read(context: str) -> tuple[list[str], list[set[str]], Counter]:
    """The sentences, the words of each that carry meaning, and in how many sentences each word is."""
    source = sentences(context)
    words = [set(key_words(sentence)) for sentence in source]
    return source, words, Counter(word for each in words for word in each)


_read_again = lru_cache(maxsize=32)(_read)
