"""An executed notebook in the one form that is saved: the same bytes for the same lesson."""

import base64
import io
import re
import sys

import nbformat
from nbformat import NotebookNode

from course.publish import widget_state
from course.publish.lesson import Lesson, LessonError

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_COLOURS = 64
_TABLE_STYLE = re.compile(r"<style scoped>.*?</style>\s*", re.DOTALL)  # pandas' own; Jupyter and decks style tables

_REFUSED = {
    "what looks like a secret key": re.compile(
        r"\b(?:sk-[\w-]{16,}|AIza[\w-]{30,}|gh[opsu]_\w{20,}|xox[abp]-[\w-]{10,}|AKIA[0-9A-Z]{16})"
    ),
    "a path of this machine": re.compile(
        r"(?<![\w.:/~-])/(?:home|Users|root|tmp|var/folders|private|mnt)/[\w.-]+|\b[A-Z]:\\\\?Users\b"
    ),
    "a memory address, which changes with every run": re.compile(r"\bat 0x[0-9a-fA-F]{6,}"),
}


def normalise(executed: NotebookNode, lesson: Lesson) -> NotebookNode:
    """`executed` without what differs from run to run or machine to machine.

    Raises LessonError, naming the cell, for what must not be saved: an error that the lesson did not
    mean (`raises-exception`), a key, a path, a memory address.
    """
    notebook = nbformat.from_dict(executed)
    widget_state.settle(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    title = notebook.metadata.get("title", lesson.name)
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": _KERNEL, "language_info": {"name": "python"}, "title": title}
    )
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            _describe(output, cell)
            _lighten(output)
            _shorten(output, cell, lesson)
        _refuse(cell, lesson)
    nbformat.validate(notebook)
    return notebook


def dumps(notebook: NotebookNode) -> bytes:
    """The bytes of the saved file, the same on every system."""
    return (nbformat.writes(notebook) + "\n").encode("utf-8")


def _describe(output: NotebookNode, cell: NotebookNode) -> None:
    """Give a bare picture the alternative text of its cell's header."""
    if "image/png" in output.get("data", {}) and "alt" in cell.metadata:
        output.metadata.setdefault("image/png", {}).setdefault("alt", cell.metadata.alt)


def _lighten(output: NotebookNode) -> None:
    """Save a bare picture with a palette: it looks the same in a third of the bytes. Save a table without its CSS."""
    from PIL import Image

    data = output.get("data", {})
    if "text/html" in data:
        data["text/html"] = _TABLE_STYLE.sub("", data["text/html"])
    if picture := data.get("image/png"):
        light = io.BytesIO()
        drawn = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
        drawn.quantize(_COLOURS, dither=Image.Dither.NONE).save(light, "PNG", optimize=True)
        data["image/png"] = base64.b64encode(light.getvalue()).decode("ascii")


def _shorten(output: NotebookNode, cell: NotebookNode, lesson: Lesson) -> None:
    """Leave of an error that the lesson means its last line: the rest is paths of this machine."""
    if output.output_type != "error":
        return
    last_line = f"{output.ename}: {output.evalue}"
    if "raises-exception" not in cell.metadata.get("tags", []):
        raise LessonError(
            f"{lesson.name}, cell “{cell.metadata.label}”: it stopped with {last_line}. "
            "Mend the cell; or, if it teaches this error, tag it raises-exception."
        )
    output.traceback = [last_line]


def _refuse(cell: NotebookNode, lesson: Lesson) -> None:
    where = f"{lesson.name}, cell “{cell.metadata.label}”"
    for text in (cell.source, *_texts(cell)):
        for what, pattern in _REFUSED.items():
            if found := pattern.search(text):
                raise LessonError(f"{where}: it would save {what}: {found[0]!r}. Change what it shows.")
        for folder in (sys.prefix, str(lesson.folder.parent.resolve())):
            if folder in text:
                raise LessonError(f"{where}: it would save a path of this machine: {folder!r}.")


def _texts(cell: NotebookNode) -> list[str]:
    """All that the cell's outputs say, without pictures."""
    texts = []
    for output in cell.get("outputs", []):
        texts += [*output.get("traceback", []), output.get("text", "")]
        texts += [value for mime, value in output.get("data", {}).items() if mime.startswith("text/")]
        texts.append(output.get("metadata", {}).get(widget_state.STATE, ""))
    return [re.sub(r"data:[\w/+-]+;base64,[\w+/=]+", "", text) for text in texts]
