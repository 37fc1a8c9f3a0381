"""A small lesson of our own, executed and exported once for all tests of publishing."""

import shutil
from pathlib import Path

import pytest

from course.publish import notebooks, slides
from course.publish.lesson import Lesson, find_lessons

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """A course of one lesson, `90_dials`, in a path with a space; its notebook is built."""
    folder = tmp_path_factory.mktemp("a course")
    shutil.copytree(FIXTURES / "notebooks", folder / "notebooks")
    notebooks.build(find_lessons(folder / "notebooks"))
    return folder


@pytest.fixture(scope="session")
def lesson(checkout) -> Lesson:
    return find_lessons(checkout / "notebooks")[0]


@pytest.fixture(scope="session")
def deck(lesson, tmp_path_factory) -> Path:
    return slides.export(lesson, tmp_path_factory.mktemp("decks"))
