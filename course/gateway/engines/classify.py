"""Sort a text into one of the labels that a prompt names: by the labels' words, by examples and by known cues."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from .language import detect, language_of_label
from .lexicon import Lexicon, folded, listed, words_of
from .text import key_words, stem
from .value import denied

_CUE_COLUMNS = ("topic", "language", "weight", "cues")
_TOPIC_COLUMNS = ("topic", "fallback", "includes", "labels")
# Where cues are known, the label's own word says little: "cancel my booking" is no booking.
_LABEL_WORD, _KNOWN_LABEL_WORD, _NOTE_WORD, _EXAMPLE, _LANGUAGE = 2, 0.5, 0.5, 4, 10
# Cues are looked for in so many characters.
_READ = 10_000
# What nobody has to say aloud, such as asking a question, never outweighs a clear cue.
_MOST_FOR_FALLBACK = 2


class Label(NamedTuple):
    """A label as the prompt writes it, and what the prompt says of it."""

    name: str
    note: str = ""


class Example(NamedTuple):
    text: str
    label: str


def best(labels: Sequence[Label], text: str, examples: Iterable[Example] = ()) -> str | None:
    """The label that most speaks for, or `None` where nothing speaks for any."""
    weights = weigh(labels, text, examples)
    most = max(weights, default=0)
    return labels[weights.index(most)].name if most > 0 else None


def several(labels: Sequence[Label], text: str) -> list[str]:
    """All labels that something speaks for, the strongest first."""
    weights = weigh(labels, text, ())
    order = sorted(range(len(labels)), key=lambda index: -weights[index])
    return [labels[index].name for index in order if weights[index] > 0]


def evidence(label: str, text: str) -> str:
    """The cues for a label that stand in the text, in quotation marks; empty where there are none."""
    topic = topic_of(label)
    topics = {topic, *(_topics()[topic].includes if topic else ())}
    found = [text[cue.start : cue.end] for cue in _cues().find(text) if cue.value[0] in topics]
    return ", ".join(f'"{cue}"' for cue in dict.fromkeys(found))


def fallback(labels: Sequence[Label]) -> str:
    """What to say when nothing speaks for any label: "other" or "normal" if there is such a label."""
    names = [label.name for label in labels]
    for topic in reversed(_topics()):
        if _topics()[topic].is_fallback:
            for name in names:
                if topic_of(name) == topic:
                    return name
    return names[0]


def weigh(labels: Sequence[Label], text: str, examples: Iterable[Example]) -> list[float]:
    """How much speaks for each label."""
    scores = topic_scores(text)
    stems = frozenset(key_words(text))
    weights = [_weight(label, text, stems, scores) for label in labels]
    for index, weight in enumerate(_language_weights(labels, text)):
        weights[index] += weight
    nearest: dict[str, float] = {}
    for example in examples:
        words = frozenset(key_words(example.text))
        if shared := len(words & stems):
            likeness = shared / math.sqrt(len(words) * len(stems))
            nearest[example.label] = max(nearest.get(example.label, 0), likeness)
    return [weight + _EXAMPLE * nearest.get(label.name, 0) for label, weight in zip(labels, weights, strict=True)]


def _weight(label: Label, text: str, stems: frozenset[str], scores: Counter) -> float:
    topic = topic_of(label.name)
    weight = float(_topic_score(topic, scores))
    own_word = _KNOWN_LABEL_WORD if topic else _LABEL_WORD
    if label.name.isascii():
        own = set(key_words(label.name.replace("_", " ")))
        weight += own_word * len(own & stems) / max(len(own), 1)
    elif label.name in text:
        weight += own_word
    if label.note:
        noted = set(key_words(label.note))
        weight += _NOTE_WORD * len(noted & stems)
        said = topic_scores(label.note)
        weight += sum(min(said[topic], scores[topic]) for topic in said) / 2
    return weight


def _topic_score(topic: str | None, scores: Counter) -> int:
    if topic is None:
        return 0
    entry = _topics()[topic]
    score = scores[topic] + sum(scores[other] for other in entry.includes)
    return min(score, _MOST_FOR_FALLBACK) if entry.is_fallback else score


def _language_weights(labels: Sequence[Label], text: str) -> list[float]:
    """Labels that name languages are weighed by the text's language."""
    codes = [language_of_label(label.name) for label in labels]
    named = sum(map(bool, codes))
    if named < 2 and named < len(labels):
        return [0] * len(labels)
    found = detect(text)
    # "zh" stands for both kinds of Chinese, so the label that names one of them weighs more.
    return [_LANGUAGE / len(code) if found in code else 0 for code in codes]


class _Topic(NamedTuple):
    is_fallback: bool
    includes: tuple[str, ...]


@cache
def _topics() -> dict[str, _Topic]:
    return {
        row.text("topic"): _Topic(bool(row.optional("fallback")), tuple(words_of(row.optional("includes"))))
        for row in listed("topics.csv", _TOPIC_COLUMNS)
    }


@cache
def _labels() -> dict[str, str]:
    return {
        folded(label): row.text("topic")
        for row in reversed(listed("topics.csv", _TOPIC_COLUMNS))
        for label in words_of(row.text("labels"))
    }


@cache
def _cues() -> Lexicon[tuple[str, int]]:
    return Lexicon(
        (cue, (row.text("topic"), int(row.text("weight"))))
        for row in listed("cues.csv", _CUE_COLUMNS)
        for cue in words_of(row.text("cues"))
    )


@lru_cache(maxsize=256)
def topic_of(name: str) -> str | None:
    """The known topic that a label's name stands for."""
    plain = folded(name.replace("_", " ").replace("-", " ").strip())
    labels = _labels()
    for form in (plain, plain.removesuffix("s"), stem(plain)):
        if form in labels:
            return labels[form]
    return next((labels[word] for word in plain.split() if word in labels), None)


def topic_scores(text: str) -> Counter:
    """How strongly a text speaks of each known topic. A cue counts once."""
    return _topic_scores(text[:_READ])


@lru_cache(maxsize=32)
def _topic_scores(text: str) -> Counter:
    scores: Counter = Counter()
    seen = set()
    for cue in _cues().find(text):
        topic, weight = cue.value
        phrase = topic, folded(text[cue.start : cue.end])
        if phrase not in seen and not denied(text, cue.start, cue.end):
            seen.add(phrase)
            scores[topic] += weight
    return scores
