"""The course's own lessons, for the tests of what stands in them."""

from functools import cache
from pathlib import Path

from course.publish.lesson import Lesson, find_lessons

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = ROOT / "notebooks"


@cache
def lessons() -> list[Lesson]:
    return find_lessons(NOTEBOOKS)
