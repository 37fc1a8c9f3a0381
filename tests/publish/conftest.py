"""A small lesson of our own, executed and exported once for all tests of publishing."""

import os
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


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    executable = os.environ.get("COURSE_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()
