"""What speaks for a topic in a customer's message: cues, and rules on what a message says and holds together.

Cues are words that speak for a topic by themselves. Signals are ideas, such as a wish or a sneer, that a text
voices in any of the languages; rules weigh signals that come together. All three are lists in `data/practice/`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
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
# A cue is a signal too where it speaks this strongly.
_TELLING = 2
# Only so much of a text is read for what it holds.
_READ = 4000
_ANY_DAY = date(2026, 1, 1)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。\uff01\uff1f!?])|\n")
_ASKS = re.compile(
    r"(?:^|[.!\n]\s*)(?:(?:hi|hello|hey|hallo|hola)[,!\s]+)?(?:can|could|do|does|is|are|what|when|where|how|which|who|why"
    r"|kann|können|gibt|wie|was|wann|wo|darf|puedo|podemos|cuánto|cuándo|dónde|cómo|qué)\s[^.!\n]*$|"
    r"[?\uff1f]|か[。\n]|か$|(?:嗎|呢)(?:[。\n,\uff0c]|$)|까요|나요|(?:되나|인가|는지)요?[.\\s]*$"
)
_QUOTED = re.compile(
    r"[\"“„«»][^\"”“«»\n]{2,40}[\"”“«»]|「[^」\n]{2,24}」|['\u2018][^'\u2019\n]{4,30}['\u2019](?!\w)"
)
_SHOUTS = re.compile(r"[!\uff01]{2}|\b[A-ZÄÖÜÑÁÉÍÓÚ]{4,}\b[^\n]{0,40}\b[A-ZÄÖÜÑÁÉÍÓÚ]{4,}\b")
_LINK = re.compile(r"www\.|\.example/|\bt\.me/|\bbit\.ly/")


class _Rule(NamedTuple):
    """What it adds to a topic where all `needed` and none of the `barred` signals are there: in the text, in one
    sentence, or in the text together with the outcome, which is what the customer wants, such as "is_booking".
    """

    topic: str
    weight: float
    scope: str
    needed: frozenset[str]
    barred: frozenset[str]

    def holds(self, signals: frozenset[str] | set[str]) -> bool:
        return self.needed <= signals and self.barred.isdisjoint(signals)


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


@cache
def _rules() -> tuple[_Rule, ...]:
    rules = []
    for row in listed("rules.csv", ("topic", "weight", "scope", "signals")):
        signals = words_of(row.optional("signals"))
        rules.append(
            _Rule(
                row.text("topic"),
                float(row.text("weight")),
                row.choice("scope", ("text", "sentence", "outcome")),
                frozenset(signal for signal in signals if not signal.startswith("!")),
                frozenset(signal[1:] for signal in signals if signal.startswith("!")),
            )
        )
    return tuple(rules)


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
    """How strongly a text speaks for each topic, by cues and rules."""
    return _weighed(text)[0]


def signals(text: str) -> frozenset[str]:
    """What a text says and holds, and what the customer wants, such as "is_booking"."""
    return _weighed(text)[1]


@lru_cache(maxsize=64)
def _weighed(text: str) -> tuple[Counter, frozenset[str]]:
    total = Counter(cue_scores(text))
    in_text = frozenset(topic for topic in total if total[topic] >= _TELLING) | _held(text)
    in_sentences = _said(text)
    in_text |= frozenset().union(*in_sentences)
    for rule in _rules():
        if rule.scope == "text":
            total[rule.topic] += rule.weight * rule.holds(in_text)
        elif rule.scope == "sentence":
            total[rule.topic] += rule.weight * any(map(rule.holds, in_sentences))
    in_text |= {f"is_{max(INTENTS, key=lambda intent: total[intent])}"}
    for rule in _rules():
        if rule.scope == "outcome":
            total[rule.topic] += rule.weight * rule.holds(in_text)
    return total, in_text


_BACKWARDS = ("complaint", "refund", "praise", "invoice")
_FORWARDS = ("booking", "change", "cancellation", "emergency")


def looks_back(text: str) -> bool:
    """Whether a text speaks of a journey that has been made, so that its days are past ones."""
    weights = scores(text)
    return max(weights[topic] for topic in _BACKWARDS) > max(2, *(weights[topic] for topic in _FORWARDS))


def _said(text: str) -> list[set[str]]:
    """The signals of each sentence."""
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
