"""The list of lessons agrees with the lessons, and with what the first one and the README tell of them."""

import re
from pathlib import Path

import jupytext
import pytest

from course import outline
from course.data import DataError
from course.publish.lesson import find_folder, find_lessons

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = {lesson.name: lesson for lesson in find_lessons(find_folder(ROOT)) if lesson.notebook.exists()}
LISTED = {lesson.name: lesson for lesson in outline.lessons()}


def test_every_lesson_is_listed_in_order():
    assert set(PUBLISHED) <= set(LISTED)
    assert list(LISTED) == sorted(LISTED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_lesson_has_the_title_and_the_minutes_that_are_listed(name):
    notebook = jupytext.read(PUBLISHED[name].source, fmt="py:percent")
    assert notebook.metadata["title"] == LISTED[name].title
    assert f"About {LISTED[name].minutes} minutes" in notebook.cells[0].source


def test_the_first_lesson_tells_of_all_others_as_they_are():
    notebook = jupytext.read(PUBLISHED["00_start"].source, fmt="py:percent")
    (where,) = (cell.source for cell in notebook.cells if cell.metadata["label"] == "where")
    told = re.findall(r"\| (\d\d) \| \[([^]]+)\]\((\w+)\.ipynb\) \| [^|]+ \| (\d+) \|", where)
    listed = [(each.number, each.title, each.name, str(each.minutes)) for each in list(LISTED.values())[1:]]
    assert told == listed


def test_the_readme_lists_the_lessons():
    readme = (ROOT / "README.md").read_text("utf-8")
    told = re.findall(r"^\| (\d\d) \| \[([^]]+)\]\(notebooks/(\w+)\.ipynb\)", readme, re.M)
    assert told == [(LISTED[name].number, LISTED[name].title, name) for name in sorted(PUBLISHED)]


@pytest.mark.parametrize("line", ["2_billing,Two ways,40,q", "02_billing,Two ways,,q", "02_billing,Two ways,40,"])
def test_a_bad_line_is_refused(tmp_path, line):
    (tmp_path / "lessons.csv").write_text(f"lesson,title,minutes,quiz\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"lessons\.csv, line 2"):
        outline.lessons(tmp_path)
