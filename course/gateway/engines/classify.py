"""Sort a text into one of the labels that a prompt names: by the labels' words, by examples and by known cues."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from . import evidence as messages
from . import papers
from .language import detect, language_of_label
from .text import key_words
from .topics import Example, Label, resolve, topic_of, topics, topics_of

# Where cues are known, the label's own word says little: "cancel my booking" is no booking.
_LABEL_WORD, _KNOWN_LABEL_WORD, _LANGUAGE = 2, 0.25, 10
_NOTE_WORD, _KNOWN_NOTE_WORD = 0.5, 0.1
_EXAMPLE, _KNOWN_EXAMPLE = 4, 1
# Cues are looked for in so many characters.
_READ = 10_000
# Of several labels that are asked for, one is said where it weighs this much, and this part of the strongest.
_ENOUGH, _SHARE = 1, 0.15


def best(labels: Sequence[Label], text: str, examples: Iterable[Example] = ()) -> str | None:
    """The label that most speaks for, or `None` where nothing speaks for any."""
    weights = weigh(labels, text, examples)
    most = max(weights, default=0)
    return labels[weights.index(most)].name if most > 0 else None


def several(labels: Sequence[Label], text: str) -> list[str]:
    """All labels that something speaks clearly for, in their order."""
    weights = weigh(labels, text, ())
    most = max(weights, default=0)
    least = max(_SHARE * most, min(_ENOUGH, most))
    return [label.name for label, weight in zip(labels, weights, strict=True) if weight > 0 and weight >= least]


def evidence(label: str, text: str) -> str:
    """The cues for a label that stand in the text, in quotation marks; empty where there are none."""
    topic = topic_of(label)
    wanted = {topic, *(topics()[topic].includes if topic else ())}
    found = [cue for cue, spoken_for in messages.cues_in(text) if spoken_for in wanted]
    return ", ".join(f'"{cue}"' for cue in dict.fromkeys(found))


def fallback(labels: Sequence[Label]) -> str:
    """What to say when nothing speaks for any label: "other" or "normal" if there is such a label."""
    names = [label.name for label in labels]
    for topic in reversed(topics()):
        if topics()[topic].is_fallback:
            for name in names:
                if topic_of(name) == topic:
                    return name
    return names[0]


def weigh(labels: Sequence[Label], text: str, examples: Iterable[Example]) -> list[float]:
    """How much speaks for each label."""
    text = text[:_READ]
    examples = list(examples)
    known = resolve(labels, examples)
    stems = frozenset(key_words(text))
    nearest = _likeness(examples, stems)
    spoken = _language_weights(labels, text)
    weights = []
    for label, topic, language in zip(labels, known, spoken, strict=True):
        weight = language + _topic_weight(topic, text) + _word_weight(label, topic, text, stems)
        is_known = topics_of(label.name) != ()
        weights.append(weight + (_KNOWN_EXAMPLE if is_known else _EXAMPLE) * nearest.get(label.name, 0))
    return weights


def _likeness(examples: Iterable[Example], stems: frozenset[str]) -> dict[str, float]:
    """How like the text the most similar example of each label is, from 0 to 1."""
    nearest: dict[str, float] = {}
    for example in examples:
        words = frozenset(key_words(example.text))
        if shared := len(words & stems):
            likeness = shared / math.sqrt(len(words) * len(stems))
            nearest[example.label] = max(nearest.get(example.label, 0), likeness)
    return nearest


def _word_weight(label: Label, topic: str | None, text: str, stems: frozenset[str]) -> float:
    """What the words of a label and of its note share with the text."""
    weight = 0.0
    own_word = _KNOWN_LABEL_WORD if topic else _LABEL_WORD
    if label.name.isascii():
        own = set(key_words(label.name.replace("_", " ")))
        weight += own_word * len(own & stems) / max(len(own), 1)
    elif label.name in text:
        weight += own_word
    if label.note:
        weight += (_KNOWN_NOTE_WORD if topic else _NOTE_WORD) * len(set(key_words(label.note)) & stems)
    return weight


def _topic_weight(topic: str | None, text: str) -> float:
    if topic is None:
        return 0
    entry = topics()[topic]
    if entry.family == "paper":
        return papers.scores(text)[topic]
    scores: Counter = messages.cue_scores(text) if entry.family == "mood" else messages.scores(text)
    return max(0, scores[topic] + sum(scores[other] for other in entry.includes))


def _language_weights(labels: Sequence[Label], text: str) -> list[float]:
    """Labels that name languages are weighed by the text's language."""
    codes = [language_of_label(label.name) for label in labels]
    named = sum(map(bool, codes))
    if named < 2 and named < len(labels):
        return [0] * len(labels)
    found = detect(text)
    # "zh" stands for both kinds of Chinese, so the label that names one of them weighs more.
    return [_LANGUAGE / len(code) if found in code else 0 for code in codes]
