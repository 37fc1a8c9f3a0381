"""The practice model: rules and retrieval, the same answer to the same prompt. It is not a language model.

It can answer from text that is in the prompt, explain the words of the course's glossary, and shorten a text
by choosing sentences from it. Asked for anything else, it says so.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from functools import cache

from ... import data
from ..types import Draft, Turn
from .text import QUESTION_MARKS, cut, key_words, sentences

# How many sentences or terms an answer may have: what makes the tiers differ visibly.
_BREADTH = {"small": 1, "standard": 2, "large": 3}
# A sentence must share this part of the question's meaning to count as its answer,
_ENOUGH = 0.34
# and a further sentence this part of what the best one shares.
_NEARLY_BEST = 0.7
# Invented, so that a lesson can show reasoning tokens on a bill. Real models differ from prompt to prompt.
_REASONING_TOKENS = {"minimal": 16, "low": 64, "medium": 256, "high": 1024, "xhigh": 2048, "max": 4096}

_SUMMARY = re.compile(r"\b(summar\w+|shorten|tl;?dr|key points|main points|in short|condense)\b|摘要|總結|总结", re.I)
_HOW_MANY = re.compile(r"\b(one|two|three|four|five|\d)(?: short)? (?:sentences?|bullet points?|points?)\b", re.I)
_WISH = re.compile(r"\b(would like|want|need|wish|please|looking for)\b", re.I)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}

CANNOT = (
    "I am the practice model of this course: a set of rules, not a language model. I cannot do this. I can "
    "answer questions about a text that you send with them, explain words such as token or API key, and "
    "shorten a text."
)
CANNOT_LONGER = (
    'Try "What is a token?", or send a text after the words "Summarise in one sentence:". '
    "With a key of your own, the same program would reach a real model."
)


class PracticeEngine:
    """Answers a `Turn` by rules. `count_tokens(text, model_id)` counts the tokens of a text."""

    def __init__(self, count_tokens: Callable[[str, str], int]):
        self._count = count_tokens

    def answer(self, turn: Turn, model) -> Draft:
        """The answer of the given model of the catalog, cut at the turn's stop sequences and token limit."""
        breadth = _BREADTH.get(model.tier, 2)
        text, finish = _stopped(compose(turn, breadth), turn.stop), "stop"
        reasoning = _REASONING_TOKENS.get(turn.effort, 0)
        if turn.max_output is not None:
            reasoning = min(reasoning, turn.max_output)
            shorter = cut(text, turn.max_output - reasoning, lambda part: self._count(part, turn.model))
            text, finish = shorter, "stop" if shorter == text else "length"
        return Draft(text, finish, reasoning)


def _stopped(text: str, stops: tuple[str, ...]) -> str:
    """The text up to the earliest stop sequence."""
    return text[: min((place for stop in stops if (place := text.find(stop)) >= 0), default=len(text))]


def compose(turn: Turn, breadth: int) -> str:
    """The first skill that has an answer gives it."""
    asked = [message.text for message in turn.messages if message.role == "user"]
    last = asked[-1] if asked else ""
    if _SUMMARY.search(last):
        return _summarise(last, asked[:-1], breadth)
    question, own_context = _split_question(last)
    context = [message.text for message in turn.messages if message.role == "system"] + asked[:-1] + [own_context]
    return (
        _answer_from(sentences("\n".join(context)), question, breadth)
        or _explain(question, breadth)
        or " ".join([CANNOT, CANNOT_LONGER][: min(breadth, 2)])
    )


def _summarise(request: str, earlier: list[str], breadth: int) -> str:
    """Choose the sentences that hold most of a text's frequent words or say a wish, and keep their order."""
    text = _text_to_shorten(request) or "\n".join(earlier)
    source = sentences(text)
    if not source:
        return CANNOT
    wanted = _HOW_MANY.search(request)
    number = breadth
    if wanted:
        word = wanted[1].lower()
        number = _NUMBERS.get(word) or max(int(word), 1)
    frequency = Counter(key_words(text))

    def weight(index: int) -> float:
        words = set(key_words(source[index]))
        wish = 2 if _WISH.search(source[index]) else 1
        return wish * sum(frequency[word] for word in words) / math.sqrt(len(words) + 3)

    best = sorted(range(len(source)), key=lambda index: (-weight(index), index))[:number]
    return " ".join(source[index] for index in sorted(best))


def _text_to_shorten(request: str) -> str:
    """What follows the instruction: the lines below it, or what comes after its colon."""
    head, _, below = request.partition("\n")
    if below.strip() and _SUMMARY.search(head):
        return below
    _, _, after = head.partition(":")
    if after.strip():
        return after
    return "\n".join(line for line in request.splitlines() if not _SUMMARY.search(line))


def _split_question(text: str) -> tuple[str, str]:
    """The last question of a message, and the rest of it as context."""
    parts = sentences(text)
    questions = [part for part in parts if part.endswith(QUESTION_MARKS)]
    question = questions[-1] if questions else (parts[-1] if parts else "")
    return question, "\n".join(part for part in parts if part != question)


def _answer_from(source: list[str], question: str, breadth: int) -> str:
    """The sentences that share most with the question, the rarer words counting more."""
    words = [set(key_words(sentence)) for sentence in source]
    spread = Counter(word for each in words for word in each)
    rarity = {word: math.log(1 + len(source) / (1 + spread[word])) for word in set(key_words(question))}
    total = sum(rarity.values())
    if not total:
        return ""

    def share(index: int) -> float:
        return sum(rarity[word] for word in words[index] & rarity.keys()) / total

    ranked = sorted(range(len(source)), key=lambda index: (-share(index), len(words[index]), index))
    if not ranked or share(ranked[0]) < _ENOUGH:
        return ""
    best = [index for index in ranked[:breadth] if share(index) >= _NEARLY_BEST * share(ranked[0])]
    return " ".join(source[index] for index in sorted(best))


def _explain(question: str, breadth: int) -> str:
    """Definitions of the glossary's terms that the question names.

    A small model gives the first sentence of one, a standard model explains each, a large model also a term
    that the explanation leans on.
    """
    named = _terms_in(question)
    if not named:
        return ""
    if breadth == 1:
        return sentences(named[0][1])[0]
    meanings = [meaning for _, meaning in named]
    if breadth == 3:
        meanings += [
            sentences(meaning)[0] for _, meaning in _terms_in(" ".join(meanings)) if meaning not in meanings
        ][:1]
    return " ".join(meanings)


def _terms_in(text: str) -> list[tuple[str, str]]:
    """(term, definition) of the terms in a text, in its order; of "API" and "API key" the longer."""
    words = key_words(text)
    found = {}
    for term, entry in _glossary().items():
        places = [i for i in range(len(words)) if tuple(words[i : i + len(term)]) == term]
        if places:
            found[term] = (places[0], entry)
    longest = [found[term] for term in found if not any(set(term) < set(other) for other in found)]
    return [entry for _, entry in sorted(longest)]


@cache
def _glossary() -> dict[tuple[str, ...], tuple[str, str]]:
    """The key words of each term, with the term and its definition."""
    return {
        tuple(key_words(row.text("term"))): (row.text("term"), row.text("definition"))
        for row in data.rows("glossary.csv", ("term", "definition"))
    }
