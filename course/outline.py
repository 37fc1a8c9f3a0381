"""The lessons of the course, in order: what each is called and how long it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course import data

_NAME = re.compile(r"[0-9]{2}_[a-z]+")
#: The quizzes before and after the course: the same topics, asked twice.
BEFORE, AFTER = "00_start", "06_posttest"


@dataclass(frozen=True, slots=True)
class Lesson:
    """`name` is that of the notebook, `quiz` that of its questions."""

    name: str
    title: str
    minutes: int
    quiz: str

    @property
    def number(self) -> str:
        return self.name[:2]


@cache
def lessons(folder: Path = data.FOLDER) -> tuple[Lesson, ...]:
    """The rows of `data/lessons.csv`. Raises `DataError`."""
    found = []
    for row in data.rows("lessons.csv", ("lesson", "title", "minutes", "quiz"), folder):
        if not _NAME.fullmatch(name := row.text("lesson")):
            raise row.wrong("lesson", f"{name!r} is not a lesson's name. Write it as 02_billing.")
        if not (minutes := row.integer("minutes")):
            raise row.wrong("minutes", "is empty. Say how long the lesson takes.")
        found.append(Lesson(name, row.text("title"), minutes, row.text("quiz")))
    return tuple(found)


def quiz_title(name: str) -> str:
    """What a quiz is called where its lesson is not beside it, as on a learning platform."""
    ends = {BEFORE: "Before the course", AFTER: "After the course"}
    return ends.get(name) or next((lesson.title for lesson in lessons() if lesson.quiz == name), name)
