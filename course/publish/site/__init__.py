"""Lessons → a folder of pages for any static host: widgets live, no kernel, nothing asked of another host."""

import shutil
from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup

from course import data
from course.publish import deck_index, glossary, slides
from course.publish.lesson import Lesson, LessonError, find_lessons
from course.publish.site import downloads, robots, search
from course.publish.site.addresses import PLACEHOLDER, REPOSITORY, Addresses
from course.publish.site.article import ArticleExporter, read
from course.publish.site.files import ASSETS, Pictures, write
from course.publish.site.lesson_page import LITE, LessonPage, lesson_page
from course.publish.site.pages import Pages

__all__ = ["LITE", "PLACEHOLDER", "REPOSITORY", "build", "steps"]

MARKER = ".nojekyll"  # tells GitHub Pages to serve the files as they are, and us that a folder is ours
MARK = "Made by the command `course site`, which replaces what it has made here.\n"
NOT_OURS = (LITE, ".git")  # others put these into the folder; they stay
_MADE = (ASSETS, "lessons", "slides", downloads.FOLDER)
SHOWN_FIRST = ("02_billing", "02-sliders")  # the widget on the first page: a lesson, and the cell that shows it


def steps(lessons: int) -> int:
    """How often `build` calls `advance` for a course of so many lessons."""
    return 2 * lessons + 1


def build(
    folder: Path,
    output: Path,
    repository: str = REPOSITORY,
    address: str = "",
    advance: Callable[[], None] = lambda: None,
) -> Path:
    """Write the site of the lessons in `folder` (the one with the notebooks) into `output`; returns its first page.

    `repository`, as owner/name on GitHub, is where the Binder buttons lead. `address` is where the site will lie:
    without it there is no sitemap, since one must name its host. A JupyterLite in `output/lite` stays, and lessons
    that it holds link to it. Raises LessonError when there is no lesson, when one has no notebook yet, when an
    address is none, and when `output` holds something that this did not make.
    """
    addresses = Addresses(repository, address)
    lessons = find_lessons(folder)
    if not lessons:
        raise LessonError(f"There is no lesson in {folder}, so there is nothing to show.")
    _clear(output)
    decks = []
    for lesson in lessons:
        decks.append((lesson, slides.export(lesson, output / "slides")))
        advance()
    deck_index.write(decks, output / "slides")
    exporter, pictures, shown = ArticleExporter(), Pictures(output), []
    for lesson in lessons:
        shown.append(lesson_page(lesson, read(lesson, exporter, pictures, addresses), output))
        advance()
    _write_pages(shown, lessons, addresses, output)
    advance()
    return output / "index.html"


def _write_pages(shown: list[LessonPage], lessons: list[Lesson], addresses: Addresses, output: Path) -> None:
    terms = glossary.alphabetical()
    pages = Pages(output, addresses, lessons=shown, has_lite=any(page.lite for page in shown))
    pages.write("index.html", "home.html.j2", widget=_shown_first(shown))
    for place, page in enumerate(shown):
        before, after = (shown[at] if 0 <= at < len(shown) else None for at in (place - 1, place + 1))
        pages.write(page.path, "lesson.html.j2", lesson=page, before=before, after=after)
    pages.write("quizzes.html", "quizzes.html.j2")
    pages.write("glossary.html", "glossary.html.j2", terms=terms, used_in=_used_in(shown))
    pages.write("decks.html", "decks.html.j2")
    pages.write("downloads.html", "downloads.html.j2", downloads=downloads.collect(lessons, output))
    pages.write("sources.html", "sources.html.j2", sources=_sources(shown))
    sitemap = list(pages.written)
    pages.write("404.html", "404.html.j2", root=addresses.folder)  # it is shown at any depth
    entries = [
        entry for page in shown for entry in search.lesson_entries(page.title, page.path, page.article.sections)
    ]
    search.write_index(entries + search.term_entries(terms), output)
    robots.write_for(addresses, sitemap, output)


def _shown_first(shown: list[LessonPage]) -> dict | None:
    """The widget of the first page: its lesson, its place there, and the picture of its static twin."""
    name, cell = SHOWN_FIRST
    for page in shown:
        host = page.name == name and BeautifulSoup(page.article.html, "html.parser").select_one(
            f"[id='{cell}'] [data-widget]:has(img)"
        )
        if host:
            picture = host.img
            picture["src"] = picture["src"].removeprefix("../")
            del picture["loading"]
            return {"lesson": page, "place": int(host["data-widget"]), "picture": picture}
    return None


def _used_in(shown: list[LessonPage]) -> dict[str, list[LessonPage]]:
    """Each term with the lessons that use it."""
    found: dict[str, list[LessonPage]] = {}
    for page in shown:
        for term in page.article.terms:
            found.setdefault(term, []).append(page)
    return found


def _sources(shown: list[LessonPage]) -> list[tuple[data.Source, list[LessonPage]]]:
    """The pages that lessons state facts from, by publisher, each with these lessons."""
    pages = {page.name: page for page in shown}
    cited = [(source, [pages[name] for name in source.lessons if name in pages]) for source in data.sources()]
    return sorted(
        ((source, where) for source, where in cited if where),
        key=lambda each: (each[0].publisher.casefold(), each[0].title.casefold()),
    )


def _clear(output: Path) -> None:
    """Take away what an earlier run made, and nothing else."""
    if output.exists() and not output.is_dir():
        raise LessonError(f"{output} is a file. Name a folder for the site.")
    marker = output / MARKER
    others = [path for path in output.glob("*") if path.name not in NOT_OURS]
    if others and not (marker.is_file() and marker.read_text("utf-8", "replace") == MARK):
        raise LessonError(
            f"{output} holds something that is no earlier site ({others[0].name}), so nothing was written. "
            "Name an empty folder, or a new one."
        )
    for name in _MADE:
        shutil.rmtree(output / name, ignore_errors=True)
    for page in (*output.glob("*.html"), output / "sitemap.xml"):
        page.unlink(missing_ok=True)
    output.mkdir(parents=True, exist_ok=True)
    write(marker, MARK)
