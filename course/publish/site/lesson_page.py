"""A lesson as the pages of the site show it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from course import data, outline
from course.publish import deck_index
from course.publish.lesson import Lesson
from course.publish.site import downloads
from course.publish.site.article import Article
from course.publish.site.files import write_widgets

LITE = "lite"  # the folder of a JupyterLite that was built into the site, by another command


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A lesson as the pages show it. `checked` are the days on which its sources were read, the first and the last.

    `lite` is its notebook's address in JupyterLite, or empty; `keys` name each widget's state in a browser.
    """

    name: str
    number: str
    title: str
    promise: str
    minutes: int | None
    article: Article
    keys: list[str]
    checked: tuple[date, date] | None
    lite: str

    @property
    def path(self) -> str:
        return f"lessons/{self.name}.html"

    @property
    def deck(self) -> str:
        return f"slides/{self.name}.slides.html"

    @property
    def notebook(self) -> str:
        return f"{downloads.FOLDER}/notebooks/{self.name}.ipynb"


def lesson_page(lesson: Lesson, article: Article, output: Path) -> LessonPage:
    """A lesson with its article; writes what its widgets need into the site's folder `output`."""
    minutes = {each.name: each.minutes for each in outline.lessons()}
    days = [source.checked for source in data.sources(lesson.name)]
    return LessonPage(
        lesson.name,
        lesson.number,
        **deck_index.opening(lesson),
        minutes=minutes.get(lesson.name),
        article=article,
        keys=write_widgets(article.widgets, lesson.name, output),
        checked=(min(days), max(days)) if days else None,
        lite=_in_lite(lesson, output),
    )


def _in_lite(lesson: Lesson, output: Path) -> str:
    """Where JupyterLite opens a lesson, from the root of the site; empty when it does not hold it."""
    files = output / LITE / "files"
    found = next(iter(sorted(files.rglob(lesson.notebook.name))), None)
    return f"{LITE}/lab/index.html?path={found.relative_to(files).as_posix()}" if found else ""
