"""Shorten a text by choosing sentences from it."""

from __future__ import annotations

import math
import re
from collections import Counter

from . import draft, language
from .dates import calendar
from .facts import Facts
from .text import key_words, sentences

_ASKED = re.compile(r"\b(summar\w+|shorten|tl;?dr|key points|main points|in short|condense)\b|摘要|總結|总结", re.I)
_ORDERED = re.compile(
    r"(?:^|[\n.!?]\s*)(?:please\s+)?(?:summari[sz]e|shorten|condense|tl;?dr)\b|\byou (?:will )?summari[sz]e\b", re.I
)
_HOW_MANY = re.compile(r"\b(one|two|three|four|five|\d)(?: short)? (?:sentences?|bullet points?|points?)\b", re.I)
_WISH = re.compile(r"\b(would like|want|need|wish|looking for)\b|\bplease\b.*\b(?:I|my|our)\b", re.I)
_MARKS = re.compile(r"\*\*|__|^\s*[・•*-]\s*")
_ENDS = (".", "!", "?", "。", "\uff01", "\uff1f", ")", "\uff09", "”", '"', "」")
# "on the 3. May" and "Dr. Pask" go on.
_UNFINISHED = re.compile(r"(?:(?<![:.\d])\d{1,2}|\b(?:Dr|Mr|Mrs|Sr|Sra|Nr|No|St|Inh|bzw|z\.B))\.$")
# What comes first says most, and so does what was decided, claimed or promised.
_LEAD = (2.0, 1.2)
_DECIDED_WEIGHT = 1.5
_DECIDED = re.compile(
    r"\b(?:decided|decision|agreed|claims?|asks? for|wants?|price|must|may not|reclama|exige|pide|se acuerda|precio"
    r"|beschlossen|vereinbart|verlangt|fordert|preis)\b|決定|決議|要求|合計|総額|결정|요구|합계",
    re.I,
)
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
    text = text_in(request) or "\n".join(earlier)
    return " ".join(main_sentences(text, how_many(request, breadth)))


def how_many(instruction: str, otherwise: int) -> int:
    """The number of sentences that an instruction asks for."""
    wanted = _HOW_MANY.search(instruction)
    if not wanted:
        return otherwise
    word = wanted[1].lower()
    return _NUMBERS.get(word) or max(int(word), 1)


def of_paper(facts: Facts, number: int) -> str:
    """What paper it is, whose, of which day and about how much; then what it says before all. In its language.

    Empty where the text is no paper with a number and a day.
    """
    paper, code = facts.paper, language.detect(facts.text)
    if not (paper.kind and paper.reference and paper.date):
        return ""
    name = " ".join(filter(None, (draft.phrase(paper.kind, code), paper.reference)))
    day = next((day.written for day in facts.dates if day.value == paper.date), paper.date)
    wide = code in ("zh-Hant", "zh-Hans", "ja")
    head = ("、" if wide else ", ").join(filter(None, (name, paper.party, day)))
    said = [paper.amount.written.strip()] if paper.amount else []
    body = "\n".join(line for line in paper.lines if paper.reference not in line)
    said += main_sentences(body, number - len(said)) if number > len(said) else []
    end = "" if said[-1:] and said[-1].endswith(_ENDS) else "。" if wide else "."
    colon = "\uff1a" if wide else ": "
    return head + (colon if said else "") + " ".join(said) + end


def _plain_sentences(text: str) -> list[str]:
    """The sentences without marks of tables and headings; lines without an end where there is nothing else."""
    lines = [_MARKS.sub("", line).strip() for line in text.splitlines() if not line.lstrip().startswith(("|", "#"))]
    parts: list[str] = []
    for part in sentences("\n".join(lines)):
        if parts and _UNFINISHED.search(parts[-1]) and (part[:1].islower() or calendar().find(part.split()[0])):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    whole = [part for part in parts if part.endswith(_ENDS)]
    return whole or parts or sentences(text)


def main_sentences(text: str, number: int) -> list[str]:
    source = _plain_sentences(text)
    frequency = Counter(key_words(text))

    def weight(index: int) -> float:
        words = set(key_words(source[index]))
        wish = 2 if _WISH.search(source[index]) else 1
        lead = _LEAD[index] if index < len(_LEAD) else 1
        decided = _DECIDED_WEIGHT if _DECIDED.search(source[index]) else 1
        return wish * lead * decided * sum(frequency[word] for word in words) / math.sqrt(len(words) + 3)

    weights = [weight(index) for index in range(len(source))]
    best = sorted(range(len(source)), key=lambda index: (-weights[index], index))[:number]
    return [source[index] for index in sorted(best)]


def text_in(request: str) -> str:
    """What is to be shortened: what follows the instruction: the lines below it, or what comes after its colon."""
    head, _, below = request.partition("\n")
    if below.strip() and _ASKED.search(head):
        return below
    _, _, after = head.partition(":")
    if after.strip():
        return after
    return "\n".join(line for line in request.splitlines() if not _ASKED.search(line))
