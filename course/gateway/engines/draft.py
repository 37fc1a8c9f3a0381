"""Draft a reply to a customer from a message, a form or notes, in the customer's language.

The sentences come from `data/practice/phrases.csv`, the facts from the prompt. Nothing else is promised.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import zip_longest

from . import evidence, language
from .context import best_sentences
from .facts import Facts
from .fields import field_of
from .lexicon import listed
from .tiers import Tier
from .value import any_marker

# What a customer may write about besides the intents.
_OTHERS = ("insurance", "delivery", "account", "technical")
_NEEDS_NUMBER = frozenset({"complaint", "cancellation", "refund", "change", "invoice"})
_WISHES = ("cancellation", "refund", "change")
_GROUPS = ("adults", "children", "infants", "nights", "rooms")

_SIGN_AS = re.compile(
    r"\b(?i:sign(?:ed)?(?: it)? (?:as|by|with))\s+([A-ZÀ-Þ][\w'\u2019-]*(?: [A-ZÀ-Þ][\w'\u2019-]*){0,3})"
)
_IN_LANGUAGE = re.compile(
    r"\b(?:in|auf|en|into)\s+((?:traditional |simplified )?[A-Za-zÀ-ÿ]{4,12})\b"
    r"|用(..?.?.?文)|(\S{1,4}語)で|(\S{1,3}어)로",
    re.I,
)
_TOLD = re.compile(
    r"\b(?:declin|refus|reject|approv|accept|confirm)\w* (?:it\b|this|the|politely|his|her|their)|同意|拒絕|拒绝",
    re.I,
)


def intent(text: str) -> str | None:
    """What a customer wants, or `None` where nothing says so."""
    scores = evidence.scores(text)
    topic = max((evidence.intent(text), *_OTHERS), key=lambda topic: scores[topic])
    is_said = evidence.cue_scores(text)[topic] >= evidence.TELLING or len(text) >= evidence.LONG_ENOUGH
    return topic if is_said else None


def _wish(text: str) -> str | None:
    """What an unhappy customer asks for, if anything."""
    cues = evidence.cue_scores(text)
    wish = max(_WISHES, key=lambda wish: cues[wish])
    return wish if cues[wish] >= evidence.TELLING else None


def states_something(facts: Facts) -> bool:
    """Whether a text holds enough to write to somebody about."""
    return bool(facts.people or facts.codes or facts.dates or facts.places or intent(facts.text))


def reply(facts: Facts, tier: Tier, instruction: str = "", context: str = "") -> str:
    """A polite reply to what the facts' text says. `context` may hold rules that answer it."""
    stated = {field.kind: value for label, value in facts.labelled if (field := field_of(label))}
    code = _language(facts, stated, instruction)
    say = _phrases(code)
    topic = intent(facts.text) or "question"
    names = [stated["person"]] if "person" in stated else _own_names(facts)
    signer = _SIGN_AS.search(f"{instruction}\n{facts.text}")
    names = [name for name in names if not signer or name != signer[1]]

    opening = say["greeting"].replace("{name}", names[0]) if names else say["greeting_nobody"]
    if topic == "spam":
        return f"{say['greeting_nobody']}\n\n{say['spam']}\n\n{say['closing']}"
    body = [say["thanks"]] if topic not in ("complaint", "emergency") or tier.breadth > 1 else []
    body.append(say[topic])
    if topic == "emergency":
        body.append(say["danger"])
    if topic in ("emergency", "complaint") and (wish := _wish(facts.text)):
        body.append(say[wish])
    is_thanks = topic == "praise"
    if tier.breadth > 1 and not is_thanks and (noted := _noted(facts, names, code)):
        body.append(say["noted"].replace("{facts}", noted))
    decision = _decision(facts, instruction)
    if decision != "pending" or not is_thanks:
        body.append(say[decision])
    if tier.breadth > 1 and context:
        rules = best_sentences(context, facts.text, tier.breadth - 1)
        body += [rule for rule in rules if language.detect(rule) == code]
    if topic in _NEEDS_NUMBER and not facts.codes and "code" not in stated:
        body.append(say["number_please"])
    if tier.breadth > 2:
        body.append(say["anything_else"])
    gap = "" if code in ("zh-Hant", "zh-Hans", "ja") else " "
    closing = f"{say['closing']}\n{signer[1]}" if signer else say["closing"]
    return f"{opening}\n\n{gap.join(body)}\n\n{closing}"


def _language(facts: Facts, stated: dict[str, str], instruction: str) -> str:
    """The language that the prompt asks for, else that of the customer's message."""
    for wish in _IN_LANGUAGE.finditer(instruction):
        if codes := language.language_of_label(next(filter(None, wish.groups()))):
            return sorted(codes)[0] if len(codes) == 1 else "zh-Hant"
    if codes := language.language_of_label(stated.get("language", "")):
        return max(codes)
    return language.detect(stated.get("text") or facts.text)


def _noted(facts: Facts, names: list[str], code: str) -> str:
    """Places, days, groups and numbers of the text, as it writes them."""
    found = [place.written for place in facts.places] + _days(facts)
    for group in _GROUPS:
        words = field_of(group).words
        if (count := facts.count_of(words)) and count.value:
            place = next(
                (
                    word
                    for word in words.find(facts.text)
                    if abs(word.start - count.end) <= 24 or word.end <= count.start <= word.end + 3
                ),
                None,
            )
            if place:
                found.append(facts.text[min(count.start, place.start) : max(count.end, place.end)])
    found += [value.written for value in (*facts.codes, *facts.money)]
    joint = "、" if code in ("zh-Hant", "zh-Hans", "ja") else ", "
    return joint.join(dict.fromkeys(" ".join(each.split()) for each in found))


def _own_names(facts: Facts) -> list[str]:
    """The writer's name before those of others."""
    return [name.value for name in sorted(facts.people, key=lambda person: person.role)]


def _days(facts: Facts) -> list[str]:
    """The days as the text writes them, a journey from its first day to its last."""
    found, days = [], [day for day in facts.dates if day.role != "weekday"]
    for day, next_ in zip_longest(days, days[1:]):
        if day.role == "from" and next_ and next_.role == "until":
            found.append(facts.text[day.start : next_.end])
        elif day.role != "until":
            found.append(day.written)
    return found


def _decision(facts: Facts, instruction: str) -> str:
    """ "accepted" or "declined" where the notes or the instruction say so, else "pending"."""
    told = [value for label, value in facts.labelled if any_marker("decision").find(label)]
    told += [match[0] for match in _TOLD.finditer(instruction)]
    for text in told:
        if any_marker("declined").find(text):
            return "declined"
        if any_marker("accepted").find(text):
            return "accepted"
    return "pending"


@cache
def _all_phrases() -> dict[str, dict[str, str]]:
    phrases: dict[str, dict[str, str]] = {}
    for row in listed("phrases.csv", ("phrase", "language", "text")):
        phrases.setdefault(row.text("language"), {})[row.text("phrase")] = row.text("text")
    return phrases


def _phrases(code: str) -> dict[str, str]:
    return _all_phrases()[code]


def phrase(name: str, code: str) -> str:
    """A phrase in a language; empty where it has none."""
    return _phrases(code).get(name, "")
