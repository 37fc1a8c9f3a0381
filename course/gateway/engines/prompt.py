"""A turn as rules read it: what is to be done, and the text that it is to be done with."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from ..types import Turn
from .instructions import place_of

_FENCED = re.compile(r'"""(.+?)"""|```(?:\w*\n)?(.+?)```|<(\w{2,20})>(.+?)</\3>', re.S)
_MARKED = re.compile(
    r"(?:^|\n|(?<=[.!?:] ))[ \t]{0,8}(?:the |customer(?:'s)? |input )?"
    r"(?:message|text|e-?mail|letter|review|input|ticket|comment|訊息|信件|內容|来信|來信|客戶訊息|客户留言"
    r"|メッセージ|本文|메시지|내용|mensaje|texto|correo|nachricht|anfrage)[ \t]?[:\uff1a][ \t]{0,8}",
    re.I,
)
_READ = 10_000
_LIST_ITEM = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s")
# A question with the text behind it in one line, unless what stands there says how to answer.
_QUESTION_FIRST = re.compile(r"\s*[^.?\uff1f\n]{3,120}[?\uff1f]\s*(?=\S)")
_MORE = re.compile(
    r"(?:please |bitte |por favor,? )?"
    r"(?:answer|reply|respond|return|give|use|say|write|only|just|one|output|name|antworte|gib"
    r"|nur|responde|contesta|solo|réponds|請|只|回答|답)",
    re.I,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|(?<=[。\uff01\uff1f])")


class Prompt(NamedTuple):
    """`asked` holds what the user said earlier, `answered` what the model then said, `last` the newest message."""

    system: str
    asked: tuple[str, ...]
    answered: tuple[str, ...]
    last: str


class Task(NamedTuple):
    """An instruction, and the text it is about."""

    instruction: str
    text: str


def read(turn: Turn) -> Prompt:
    """The turn's texts by who said them."""
    asked = [message.text for message in turn.messages if message.role == "user"]
    return Prompt(
        "\n".join(message.text for message in turn.messages if message.role == "system"),
        tuple(asked[:-1]),
        tuple(message.text for message in turn.messages if message.role == "assistant"),
        asked[-1] if asked else "",
    )


def shots(prompt: Prompt) -> list[tuple[str, dict]]:
    """Earlier texts with the JSON objects that were made of them, where every earlier answer is such an object."""
    made = []
    for asked, answered in zip(prompt.asked, prompt.answered, strict=False):
        try:
            value = json.loads(answered)
        except (ValueError, RecursionError):
            return []
        if not isinstance(value, dict):
            return []
        made.append((asked, value))
    return made


def task_of(skill: str, prompt: Prompt) -> Task | None:
    """The task if the newest message or the system message asks for the skill.

    An instruction without a text is about what was said before.
    """
    if (place := place_of(skill, prompt.last)) is not None:
        task = split(prompt.last, place)
        return task if task.text or not prompt.asked else Task(task.instruction, prompt.asked[-1])
    if place_of(skill, prompt.system, in_system=True) is not None:
        return Task(prompt.system, prompt.last)
    return None


def split(message: str, place: int) -> Task:
    """Part the instruction that stands at a place in a message from the text it is about.

    Of a long message only the end that holds the instruction is read.
    """
    if len(message) > _READ:
        beyond = max(0, len(message) - _READ) if place > _READ else 0
        message, place = message[beyond : beyond + _READ], place - beyond
    if fenced := max(_FENCED.finditer(message), key=lambda match: len(match[0]), default=None):
        inside = fenced[1] or fenced[2] or fenced[4]
        return Task(message[: fenced.start()] + message[fenced.end() :], inside.strip())
    marks = [mark for mark in _MARKED.finditer(message) if mark.end() < len(message)]
    if marks and (mark := next((mark for mark in marks if mark.start() >= place), None)):
        return Task(message[: mark.start()], message[mark.end() :].strip())
    if marks and marks[0].end() < place:
        return _by_lines(message, place)
    if "\n" in message.strip():
        return _by_lines(message, place)
    return _by_sentences(message, place)


def _by_lines(message: str, place: int) -> Task:
    """The line with the instruction, the list below it and lines that end with a colon; the rest is the text."""
    instruction, rest, position, below = [], [], 0, False
    for line in message.splitlines(keepends=True):
        here = position <= place <= position + len(line) and not instruction
        if here and (asked := _QUESTION_FIRST.match(line)) and not _MORE.match(line, asked.end()):
            instruction.append(asked[0])
            rest.append(line[asked.end() :])
        elif here or (below and (_LIST_ITEM.match(line) or not line.strip())):
            instruction.append(line)
            below = True
        else:
            rest.append(line)
            below = False
        position += len(line)
    text = "".join(rest).strip()
    if len(instruction) == 1 and (inner := _by_sentences(instruction[0], len(instruction[0]) - 1)).text and not text:
        return inner
    return Task("".join(instruction), text)


def _by_sentences(message: str, place: int) -> Task:
    """The sentence with the instruction, up to a colon that a text follows; the rest is the text."""
    position, before, instruction, after = 0, [], "", []
    for part in _SENTENCE_END.split(message):
        end = position + len(part) + 1
        if instruction:
            after.append(part)
        elif place <= end:
            instruction = part
        else:
            before.append(part)
        position = end
    head, colon, tail = instruction.rpartition(": ")
    if not colon:
        head, colon, tail = instruction.rpartition("\uff1a")
    if colon and not is_list(tail):
        return Task(head, " ".join([tail, *after]).strip())
    return Task(instruction, " ".join([*before, *after]).strip())


def is_list(text: str) -> bool:
    """Whether a text is a list of short names, as in "red, green or blue"."""
    parts = re.split(r"[,/|;、\uff0c]|\bor\b|或|または|또는|\boder\b|\bou\b|\bo\b", text)
    return len(parts) > 1 and all(len(part.split()) <= 3 and len(part) <= 30 for part in parts)
