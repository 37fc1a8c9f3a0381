"""The page that leads to all decks of the course, with the glossary below them."""

from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader

from course.publish import glossary
from course.publish.exporter import TEMPLATES
from course.publish.lesson import Lesson

NAME = "index.html"


def write(decks: list[tuple[Lesson, Path]], folder: Path) -> Path:
    """Write the index of `decks` into `folder`, where they lie; return its path."""
    entries = [{"file": path.name, **opening(lesson)} for lesson, path in decks]
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    template = environment.get_template("deck_index.html.j2")
    index = folder / NAME
    index.write_text(template.render(decks=entries, terms=glossary.alphabetical()), encoding="utf-8", newline="\n")
    return index


def opening(lesson: Lesson) -> dict[str, str]:
    """The lesson's title, and the promise that stands in bold below it on the first slide."""
    notebook = nbformat.read(lesson.notebook, as_version=4)
    _, *paragraphs = notebook.cells[0].source.split("\n\n")
    promise = next((text for text in paragraphs if text.startswith("**") and text.endswith("**")), "")
    return {"title": notebook.metadata.title, "promise": promise.strip("*")}
