"""Which known topics the labels of a prompt stand for: by their names, by what is said of them, or by examples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from .evidence import cue_scores, intent
from .lexicon import Lexicon, listed, words_of

# "booking change" is a change, and "refund question" is about a refund.
_WEAKEST = ("other", "question", "booking", "normal", "neutral")
# A topic that a note names weighs this much, less one for each so many characters before it.
_NAMED, _NOTE_LENGTH, _TELLING = 3, 80, 1.5
_BREAKS = re.compile(r"[_\-/.]+|(?<=[a-z])(?=[A-Z])")
# What stands behind a label's name in a list of labels.
_NOTED = r"(?:^|[\s;,.(\"'`*-])NAME[\"'`*]*\s?(?:[:=\uff1a(\uff08]|\s[-\u2013\u2014]\s)\s*([^\n;|]{3,300})"
_NOT = re.compile(r"^(?:not|no|non|nicht|kein|keine|非|不)[\s_-]?", re.I)


class Label(NamedTuple):
    """A label as the prompt writes it, and what the prompt says of it."""

    name: str
    note: str = ""


class Example(NamedTuple):
    text: str
    label: str


class Topic(NamedTuple):
    """`family` is what kind of labels it is among: "message", "paper", "urgency", "mood" or "any"."""

    family: str
    is_fallback: bool
    includes: tuple[str, ...]


@cache
def topics() -> dict[str, Topic]:
    return {
        row.text("topic"): Topic(
            row.text("family"), bool(row.optional("fallback")), tuple(words_of(row.optional("includes")))
        )
        for row in _rows()
    }


def _rows():
    return listed("topics.csv", ("topic", "family", "fallback", "includes", "labels"))


_FAMILIES = ("message", "paper", "urgency", "mood", "any", "none")


@cache
def _names(family: str) -> Lexicon[str]:
    return Lexicon(
        (name, row.text("topic"))
        for row in _rows()
        if row.text("family") == family
        for name in words_of(row.text("labels"))
    )


@lru_cache(maxsize=512)
def topics_of(name: str) -> tuple[str, ...]:
    """The known topics that a label's name may stand for, the likeliest of each family first."""
    plain = " ".join(_BREAKS.sub(" ", name).split())
    found = [each for family in _FAMILIES for each in _names(family).find(plain)]
    whole = [each.value for each in found if each.end - each.start == len(plain)]
    if whole:
        return tuple(dict.fromkeys(whole))
    if found and _NOT.match(plain):
        return ("other",)
    told = sorted(found, key=lambda each: (each.value in _WEAKEST, each.start - each.end))
    return tuple(dict.fromkeys(each.value for each in told))


def topic_of(name: str) -> str | None:
    """The topic of a message that a name stands for."""
    return next((topic for topic in topics_of(name) if topics()[topic].family != "paper"), None)


def with_notes(names: Sequence[str], *texts: str) -> list[Label]:
    """Labels with what the texts say of them behind a colon, a dash or in brackets, as in "B: wants money back"."""
    noted: dict[str, str] = {}
    said = "\n".join(texts)
    for name in names if said else ():
        if found := re.search(_NOTED.replace("NAME", re.escape(name)), said):
            noted[name] = found[1]
    return [Label(name, noted.get(name, "")) for name in names]


def resolve(labels: Sequence[Label], examples: Iterable[Example]) -> list[str | None]:
    """The topic of each label; `None` for all where the labels are of another world than the known topics."""
    family = _family(labels)
    found = [_of_family(topics_of(label.name), family) for label in labels]
    unknown = [index for index, topic in enumerate(found) if topic is None]
    if unknown:
        shown = _shown([labels[index].name for index in unknown], examples)
        told = {index: _told(labels[index], family) for index in unknown}
        claims = sorted(((-weight, index, topic) for index in unknown for topic, weight in told[index].items()))
        claims += [(0, index, topic) for index, topic in zip(unknown, shown, strict=True) if topic]
        for _, index, topic in claims:
            if found[index] is None and topic not in found:
                found[index] = topic
    return found if _are_ours(labels, found) else [topic if topic == "other" else None for topic in found]


def _family(labels: Sequence[Label]) -> str:
    """The family that most of the labels' names belong to."""
    counts = Counter(
        family for label in labels for family in {topics()[topic].family for topic in topics_of(label.name)}
    )
    del counts["any"], counts["none"]
    order = ("message", "paper", "urgency", "mood")
    return max(order, key=lambda family: (counts[family], -order.index(family)))


def _of_family(found: tuple[str, ...], family: str) -> str | None:
    own = (topic for topic in found if topics()[topic].family in (family, "any"))
    return next(own, None) or next((topic for topic in found if topics()[topic].family != "paper"), None)


def _told(label: Label, family: str) -> dict[str, float]:
    """How strongly a label's note names or speaks of each topic; what comes first counts most."""
    if not label.note:
        return {}
    weights: dict[str, float] = {}
    for name in _names(family).find(label.note):
        weights.setdefault(name.value, _NAMED - name.start / _NOTE_LENGTH)
    for topic, weight in cue_scores(label.note).items():
        if topics()[topic].family == family:
            weights[topic] = weights.get(topic, 0) + weight
    return {topic: weight for topic, weight in weights.items() if weight >= _TELLING}


def _shown(names: list[str], examples: Iterable[Example]) -> list[str | None]:
    """The topic that the examples of each label speak of, where each label's is its own."""
    spoken: dict[str, Counter] = {name: Counter() for name in names}
    for example in examples:
        if example.label in spoken:
            spoken[example.label][intent(example.text)] += 1
    best = [spoken[name].most_common(1)[0][0] if spoken[name] else None for name in names]
    return [topic if best.count(topic) == 1 else None for topic in best]


def _are_ours(labels: Sequence[Label], found: list[str | None]) -> bool:
    """Whether so many labels are known that the rest must be of the same world."""
    known = sum(topic not in (None, "other") for topic in found)
    others = sum(topic == "other" for topic in found)
    return known * 2 >= len(labels) - others and known > 0
