"""Notebook → one HTML file: a reveal.js deck that needs no kernel, no network and no other file.

`course slides` and `jupyter nbconvert --to course_slides` both come here.
"""

import json
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from bs4 import BeautifulSoup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Unicode, default

from course.publish import look, widget_state
from course.publish.exporter import CourseExporter
from course.publish.lesson import Lesson, LessonError


def export(lesson: Lesson, folder: Path, style: Path | None = None, logo: Path | None = None) -> Path:
    """Write the deck of a lesson's saved notebook into `folder`; return its path.

    `style` is a style sheet to add to ours, `logo` a picture for the corner of each page. Raises LessonError when the
    lesson has no notebook yet, when reveal.js is not installed, and when one of the two cannot be used.
    """
    html = CourseSlidesExporter(style=str(style or ""), logo=str(logo or "")).read(lesson)
    folder.mkdir(parents=True, exist_ok=True)
    deck = folder / f"{lesson.name}.slides.html"
    deck.write_text(html, encoding="utf-8", newline="\n")
    return deck


class CourseSlidesExporter(CourseExporter):
    """Exports a lesson as a deck. Slides are cut by the cells' `slideshow` metadata.

    Cell tags: `hide-input` folds the code away, `remove-input` leaves it out.
    """

    export_from_notebook = "Course slides (one offline file)"

    style = Unicode("", help="A file with CSS to add to the deck's own.").tag(config=True)
    logo = Unicode("", help="A picture (SVG, PNG, JPEG or WebP) for the corner of each page.").tag(config=True)

    @default("template_name")
    def _template_name_default(self) -> str:
        return "course_deck"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".slides.html"

    def default_filters(self) -> Iterator[tuple[str, Callable]]:
        yield from super().default_filters()
        yield "to_decks", to_decks

    def _init_resources(self, resources: dict) -> dict:
        resources = super()._init_resources(resources)
        resources["reveal"] = reveal_files()
        resources["style"] = look.style(Path(self.style)) if self.style else ""
        resources["logo"] = look.logo(Path(self.logo)) if self.logo else ""
        return resources


class Outline(Preprocessor):
    """Cuts a notebook into slides and collects the widgets they show, for the deck's template."""

    def preprocess(self, notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        widget_state.settle(notebook)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                if 'class="dataframe"' in output.get("data", {}).get("text/html", ""):
                    output.data["text/html"] = tidy_tables(output.data["text/html"])
        resources["slides"] = cut(notebook.cells)
        resources["widgets"] = _escape(json.dumps(collect_widgets(notebook), sort_keys=True))
        return notebook, resources


def cut(cells: list[NotebookNode]) -> list[list[dict]]:
    """The slides: each a stack of one or more pages, each page with its `cells`, `notes` and `topic`.

    The topic is the heading that the page stands under, for pages that have none of their own.
    """
    slides: list[list[dict]] = []
    topic = ""
    for cell in cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "skip":
            continue
        if kind == "slide" or not slides:
            slides.append([])
        heading = _heading(cell)
        if kind in ("slide", "subslide") or not slides[-1]:
            slides[-1].append({"cells": [], "notes": [], "topic": "" if heading else topic})
        topic = heading or topic
        slides[-1][-1]["notes" if kind == "notes" else "cells"].append(cell)
    if not slides:
        raise LessonError('The notebook has no cell to show. Give a cell slideshow={"slide_type": "slide"}.')
    return slides


def collect_widgets(notebook: NotebookNode) -> dict:
    """All widgets of the deck as `{"texts": […], "widgets": [{"esm": 0, "css": 1, "traits": {…}}]}`.

    A module or style sheet that several widgets share is listed once in `texts`; `esm` and `css` are its
    place there. Each widget's output learns its own place, in its metadata's `deck_widget`.
    """
    texts: dict[str, int] = {}
    widgets = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if traits := widget_state.traits(output):
                output.metadata["deck_widget"] = len(widgets)
                esm, css = (traits.pop(name, "") for name in ("_esm", "_css"))
                widgets.append(
                    {
                        "esm": texts.setdefault(esm, len(texts)),
                        "css": texts.setdefault(css, len(texts)),
                        "traits": traits,
                    }
                )
    return {"texts": list(texts), "widgets": widgets}


def tidy_tables(html: str) -> str:
    """pandas' table without its own style: one header row, and each header cell says what it heads."""
    soup = BeautifulSoup(html, "html.parser")
    for style in soup.find_all("style"):
        style.decompose()
    for table in soup.select("table.dataframe"):
        del table["border"]
        rows = table.select("thead tr")
        if len(rows) == 2 and not any(cell.text for cell in rows[1].find_all("th")[1:]):
            rows[0].th.string = rows[1].th.text  # the index's name, which pandas puts in a row of its own
            rows[1].decompose()
        for header in table.find_all("th"):
            header["scope"] = "col" if header.find_parent("thead") else "row"
    return str(soup)


def to_decks(html: str) -> str:
    """Links to other lessons and to the glossary as links to the decks and the index that lie beside this deck.

    An exercise does not travel with a deck: its words stay, without a link.
    """
    html = re.sub(r'<a href="\.\./exercises/[^"]*">(.*?)</a>', r"\1", html)
    html = re.sub(r'href="(\w+)\.ipynb"', r'href="\1.slides.html"', html)
    return html.replace('href="glossary.md"', 'href="index.html#glossary"')


def reveal_files() -> dict[str, str]:
    """reveal.js and its speaker notes, as texts to write into the deck.

    Raises LessonError when sphinx-revealjs, which carries the files, is not installed.
    """
    package = find_spec("sphinx_revealjs")
    if package is None:
        raise LessonError(
            "Slides need reveal.js, which comes with the package sphinx-revealjs. "
            "Install it with: pip install course[publish]"
        )
    folder = Path(package.origin).parent / "_static" / "revealjs"
    read = {"css": "dist/reveal.css", "js": "dist/reveal.js", "notes": "plugin/notes/notes.js"}
    return {name: _escape_script((folder / path).read_text("utf-8")) for name, path in read.items()}


def _heading(cell: NotebookNode) -> str:
    """The first heading's words when the cell opens with one."""
    first_line = cell.source.split("\n", 1)[0]
    return first_line.lstrip("#").strip() if cell.cell_type == "markdown" and first_line.startswith("#") else ""


def _escape_script(text: str) -> str:
    """Keep `</script` inside a program from ending the element that holds it."""
    return text.replace("</script", "<\\/script")


def _escape(json_text: str) -> str:
    """JSON that is safe inside a `<script>` element."""
    return json_text.replace("<", "\\u003c")
