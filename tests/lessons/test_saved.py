"""What running the saved notebooks cannot show: that there is one of each lesson, and of nothing else."""

from pathlib import Path

from course.publish.lesson import find_lessons

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def test_each_lesson_has_a_saved_notebook_and_each_notebook_a_source():
    assert sorted(NOTEBOOKS.glob("*.ipynb")) == [lesson.notebook for lesson in find_lessons(NOTEBOOKS)]
