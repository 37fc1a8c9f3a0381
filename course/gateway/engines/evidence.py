"""What speaks for a topic in a customer's message: cues, signals, and what comes together.

Cues are words that speak for a topic by themselves. Signals are ideas, such as a wish or a sneer, that a text voices
in any of the languages, and things that it holds, such as a place. Their weights are fitted to labelled texts; the
words are lists in `data/practice/`, whose README says more.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from . import party
from .addresses import URL, find_booking_codes
from .dates import find_dates
from .lexicon import Lexicon, folded, listed, words_of
from .numbers import find_money
from .place_names import places
from .value import denied

# What a customer may want. Of two that weigh the same the first counts.
INTENTS = (
    "emergency", "cancellation", "change", "refund", "complaint", "invoice", "booking", "question", "praise", "spam",
)  # fmt: skip
# A cue is a signal too where it speaks this strongly; above the most it says no more.
TELLING, _MOST = 2, 6
# What speaks for something with certainty weighs this much.
_CERTAIN = 10
# What a customer wants is taken for told where it weighs this much, and the text has a cue or is no mere scrap.
_CLEAR, LONG_ENOUGH = 4, 40
# Only so much of a text is read for what it holds.
_READ = 4000
_ANY_DAY = date(2026, 1, 1)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。\uff01\uff1f!?])|\n")
_ASKS = re.compile(
    r"(?:^|[.!\n]\s*)(?:(?:hi|hello|hey|hallo|hola)[,!\s]+)?(?:can|could|do|does|is|are|what|when|where|how|which|who|why"
    r"|kann|können|gibt|wie|was|wann|wo|darf|puedo|podemos|cuánto|cuándo|dónde|cómo|qué)\s[^.!\n]*$|"
    r"[?\uff1f]|か[。\n]|か$|(?:嗎|呢)(?:[。\n,\uff0c]|$)|까요|나요|(?:되나|인가|는지)요?[.\s]*$",
    re.I,
)
_QUOTED = re.compile(
    r"[\"“„«»][^\"”“«»\n]{2,40}[\"”“«»]|「[^」\n]{2,24}」|['\u2018][^'\u2019\n]{4,30}['\u2019](?!\w)"
)
_SHOUTS = re.compile(r"[!\uff01]{2}|\b[A-ZÄÖÜÑÁÉÍÓÚ]{4,}\b[^\n]{0,40}\b[A-ZÄÖÜÑÁÉÍÓÚ]{4,}\b")
_LINK = re.compile(r"www\.|\.example/|\bt\.me/|\bbit\.ly/")
_BACKWARDS = ("complaint", "refund", "praise", "invoice")


class _Evidence(NamedTuple):
    """What it adds to each of the intents where all `needed` and none of the `barred` signals are there."""

    needed: frozenset[str]
    barred: frozenset[str]
    weights: tuple[float, ...]

    def holds(self, signals: Iterable[str]) -> bool:
        return self.needed.issubset(signals) and self.barred.isdisjoint(signals)


class _Weights(NamedTuple):
    """The evidence by where it is looked for."""

    always: tuple[float, ...]
    cues: dict[str, tuple[float, ...]]
    text: tuple[_Evidence, ...]
    sentence: tuple[_Evidence, ...]


class _Reading(NamedTuple):
    """What a text says."""

    scores: Counter
    signals: frozenset[str]
    intent: str


@cache
def _cues() -> Lexicon[tuple[str, float]]:
    return Lexicon(
        (cue, (row.text("topic"), float(row.text("weight"))))
        for row in listed("cues.csv", ("topic", "language", "weight", "cues"))
        for cue in words_of(row.text("cues"))
    )


@cache
def _signals() -> Lexicon[str]:
    return Lexicon(
        (word, row.text("signal"))
        for row in listed("signals.csv", ("signal", "language", "words"))
        for word in words_of(row.text("words"))
    )


def conjunction(cell: str) -> tuple[frozenset[str], frozenset[str]]:
    """The signals that must be there and those that must not, from a cell such as "code; asks; !place"."""
    signals = words_of(cell)
    return (
        frozenset(signal for signal in signals if not signal.startswith("!")),
        frozenset(signal[1:] for signal in signals if signal.startswith("!")),
    )


@cache
def _weights() -> _Weights:
    found: dict[str, list[tuple[str, tuple[float, ...]]]] = {"always": [], "cue": [], "text": [], "sentence": []}
    for row in listed("weights.csv", ("scope", "signals", *INTENTS)):
        scope = row.choice("scope", tuple(found))
        found[scope].append((row.optional("signals"), tuple(float(row.text(intent)) for intent in INTENTS)))

    def evidence(scope: str) -> tuple[_Evidence, ...]:
        return tuple(_Evidence(*conjunction(cell), weights) for cell, weights in found[scope])

    return _Weights(found["always"][0][1], dict(found["cue"]), evidence("text"), evidence("sentence"))


@cache
def _urgency() -> tuple[tuple[str, float, frozenset[str], frozenset[str]], ...]:
    return tuple(
        (row.text("urgency"), float(row.text("weight")), *conjunction(row.optional("signals")))
        for row in listed("urgency.csv", ("urgency", "weight", "signals"))
    )


def cues_in(text: str) -> list[tuple[str, str]]:
    """The cues of a text with the topics that they speak for."""
    return [(text[cue.start : cue.end], cue.value[0]) for cue in _cues().find(text)]


@lru_cache(maxsize=64)
def cue_scores(text: str) -> Counter:
    """How strongly the cues of a text speak for each topic. Each further one counts less than the one before."""
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for cue in _cues().find(text):
        topic, weight = cue.value
        if not denied(text, cue.start, cue.end):
            weights[topic][folded(text[cue.start : cue.end])] = weight
    return Counter(
        {
            topic: sum(weight / place for place, weight in enumerate(sorted(found.values(), reverse=True), 1))
            for topic, found in weights.items()
        }
    )


def scores(text: str) -> Counter:
    """How strongly a text speaks for each topic: the intents share 10, other topics have what their cues weigh."""
    return _read(text).scores


def signals(text: str) -> frozenset[str]:
    """What a text says and holds, and what the customer wants, such as "is_booking"."""
    return _read(text).signals


def intent(text: str) -> str:
    """What the customer wants; "question" where that is not clear."""
    return _read(text).intent


@lru_cache(maxsize=64)
def _read(text: str) -> _Reading:
    cues = cue_scores(text)
    told, said = features(text)
    shares = _shares(cues, told, said)
    likeliest = max(INTENTS, key=lambda intent: shares[intent])
    is_clear = shares[likeliest] >= _CLEAR and (cues[likeliest] >= TELLING or len(text) >= LONG_ENOUGH)
    intent = likeliest if is_clear else "question"
    told |= {f"is_{intent}"}
    total = Counter({**cues, **shares})
    for urgency, weight, needed, barred in _urgency():
        total[urgency] += weight * (needed <= told and barred.isdisjoint(told))
    return _Reading(total, told, intent)


def _shares(cues: Counter, told: frozenset[str], said: list[set[str]]) -> dict[str, float]:
    """How likely each intent is, all together 10: the softmax of what the evidence weighs."""
    weights = _weights()
    found = [(weights.always, 1)]
    found += [(each.weights, 1) for each in weights.text if each.holds(told)]
    found += [(each.weights, 1) for each in weights.sentence if any(map(each.holds, said))]
    found += [(weights.cues[topic], min(cues[topic], _MOST)) for topic in cues if topic in weights.cues]
    sums = [0.0] * len(INTENTS)
    for each, strength in found:
        for index, weight in enumerate(each):
            sums[index] += strength * weight
    most = max(sums)
    likely = [math.exp(value - most) for value in sums]
    return {intent: _CERTAIN * each / sum(likely) for intent, each in zip(INTENTS, likely, strict=True)}


def features(text: str) -> tuple[frozenset[str], list[set[str]]]:
    """The signals of a text, and those that each of its sentences voices."""
    said = _said(text)
    total = cue_scores(text)
    told = frozenset(topic for topic in total if total[topic] >= TELLING)
    return told.union(_held(text), *said), said


def looks_back(text: str) -> bool:
    """Whether a text speaks of a journey that has been made, so that its days are past ones."""
    return intent(text) in _BACKWARDS


def _said(text: str) -> list[set[str]]:
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    said: list[set[str]] = [set() for _ in range(len(ends) + 1)]
    for signal in _signals().find(text):
        said[bisect_right(ends, signal.start)].add(signal.value)
    return said


def _held(text: str) -> frozenset[str]:
    """What a text holds: places, days, people, money, a booking code, a link, a question."""
    text = text[:_READ]
    days = {day.value for day in find_dates(text, _ANY_DAY) if day.role != "near"}
    group = party.find_party(text)
    held = {
        "code": bool(find_booking_codes(text)),
        "place": bool(places().find(text)),
        "day": bool(days),
        "period": len(days) > 1,
        "people": bool(group.adults or group.children),
        "money": bool(find_money(text)),
        "shouts": bool(_SHOUTS.search(text)),
        "link": bool(URL.search(text) or _LINK.search(text)),
        "quoted": bool(_QUOTED.search(text)),
        "asks": bool(_ASKS.search(text)),
    }
    return frozenset(name for name, holds in held.items() if holds)
