"""Progress as one short code, which brings it to another machine.

The code is text that can be copied and mailed: `CHAT1.` and then compressed JSON in letters and digits. It holds
answers and ticks, and nothing about the person. `1` is the version of the format.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from course import data, quiz
from course.progress import Progress

_MARK = "CHAT"
_VERSION = 1
_LARGEST = 200_000  # bytes; more is no learner's progress
_DAMAGED = (
    "This code is damaged or not complete. Copy all of it, from its first letter to its last, and try again. "
    "Nothing was changed."
)


class CodeError(ValueError):
    """A text is no code of a learner's progress. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Progress together with what a code adds to it: `answers` and `lessons` are how many are new."""

    progress: Progress
    answers: int
    lessons: int


def write(progress: Progress) -> str:
    """The code of a learner's progress. Of more than nine tries at a question it remembers nine."""
    packed = {}
    for name, questions in _quizzes().items():
        state = quiz.tidy(questions, progress.quizzes.get(name))
        if state["answers"]:
            packed[name] = _pack(questions, state)
    content = json.dumps([list(progress.done), packed], separators=(",", ":"), ensure_ascii=False)
    letters = base64.urlsafe_b64encode(zlib.compress(content.encode(), 9)).decode().rstrip("=")
    return f"{_MARK}{_VERSION}.{letters}"


def read(code: str) -> tuple[Progress, tuple[str, ...]]:
    """The progress that a code holds, and the quizzes in it that are not this course's, or no longer. Raises
    `CodeError`.
    """
    version, letters = _take_apart(code)
    if version != str(_VERSION):
        raise CodeError(
            f"This code begins with {_MARK}{version}, and this course reads {_MARK}{_VERSION}. It comes from another "
            "version of the course: bring both machines to the same one. Nothing was changed."
        )
    known = _quizzes()
    try:
        done, packed = json.loads(_inflate(letters))
        if not all(isinstance(lesson, str) for lesson in done):
            raise TypeError("lessons have names")
        states = {name: _unpack(known[name], *parts) for name, parts in packed.items() if name in known}
    except (ValueError, TypeError, AttributeError, zlib.error, RecursionError):
        raise CodeError(_DAMAGED) from None
    fitting = {name: state for name, state in states.items() if state is not None}
    return Progress(fitting, tuple(sorted(set(done)))), tuple(sorted(set(packed) - set(fitting)))


def merge(own: Progress, other: Progress) -> Merged:
    """`own` with what only `other` has. What `own` has already stays as it is."""
    merged, answers = dict(own.quizzes), 0
    for name, questions in _quizzes().items():
        if name in other.quizzes:
            mine, theirs = (quiz.tidy(questions, each.quizzes.get(name)) for each in (own, other))
            both = {part: {**theirs[part], **mine[part]} for part in ("answers", "tries")}
            merged[name] = quiz.tidy(questions, both)
            answers += len(both["answers"]) - len(mine["answers"])
    done = {*own.done, *other.done}
    return Merged(Progress(merged, tuple(sorted(done))), answers, len(done) - len(own.done))


@cache
def _quizzes() -> dict[str, list[quiz.Question]]:
    return {file.stem: quiz.load(file.stem) for file in sorted(data.path("quizzes").glob("*.json"))}


def _pack(questions: list[quiz.Question], state: dict[str, Any]) -> list:
    """[what tells this set of questions from another, an answer for each, a digit of tries for each]."""
    answers = [state["answers"].get(question["id"]) for question in questions]
    masks = [sum(1 << index for index in answer) if isinstance(answer, list) else answer for answer in answers]
    tries = [min(state["tries"].get(question["id"], 0), 9) for question in questions]
    return [_mark(questions), masks, "".join(map(str, tries))]


def _unpack(questions: list[quiz.Question], mark: int, masks: list, tries: str) -> dict[str, Any] | None:
    """What `_pack` packed; None when it was packed from other questions."""
    if mark != _mark(questions):
        return None
    state = {"answers": {}, "tries": {}}
    for question, answer, digit in zip(questions, masks, tries, strict=True):
        if answer is not None:
            many = question["type"] == "many_choice"
            indices = [index for index in range(len(question["answers"])) if answer >> index & 1] if many else answer
            state["answers"][question["id"]], state["tries"][question["id"]] = indices, int(digit)
    return quiz.tidy(questions, state)


def _mark(questions: list[quiz.Question]) -> int:
    """A number that changes when questions or options come, go or change places."""
    shape = [[question["id"], len(question["answers"])] for question in questions]
    return zlib.crc32(json.dumps(shape).encode()) % 4096


def _take_apart(code: str) -> tuple[str, str]:
    """Version and packed letters, without the spaces and line ends that mail programs put in."""
    if not isinstance(code, str) or not (text := "".join(code.split())):
        raise CodeError("There is no code yet. Paste the code that this panel showed on your other machine.")
    head, point, packed = text.partition(".")
    version = head[len(_MARK) :]
    if head[: len(_MARK)].upper() != _MARK or not point or not version.isdecimal():
        raise CodeError(
            f"This is not a code of this course: one begins with {_MARK}{_VERSION}. and a point. Copy it from the "
            "panel on your other machine. Nothing was changed."
        )
    return version, packed


def _inflate(packed: str) -> bytes:
    """Raises `ValueError` or `zlib.error` for what was not packed here."""
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(raw, _LARGEST)
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError("cut off, or too long")
    return unpacked
