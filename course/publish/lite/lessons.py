"""Which lessons run in a browser, and the copy of a lesson that does."""

from __future__ import annotations

import re
from collections.abc import Container
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode, v4

from course.publish.lesson import Lesson

#: What a release of Pyodide holds and the npm package does not, and lessons import.
LIBRARIES = ("numpy", "pandas", "matplotlib")
_KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
_FILE = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
_PICTURE = re.compile(r'<img alt="([^"]*)"[^>]*src="data:image/png;base64,([^"]+)"')


@dataclass(frozen=True)
class Fit:
    """What a lesson needs beside the course itself. `drawn` are labels of cells that only show a picture: where the
    libraries are missing, the picture stands there instead. With `needs_computer`, it runs in no browser, and why.
    """

    libraries: tuple[str, ...] = LIBRARIES
    drawn: tuple[str, ...] = ()
    needs_computer: str = ""


FITS = {
    "00_start": Fit(libraries=(), drawn=("layers",)),
    "03_integration": Fit(needs_computer="the agency's website runs on threads and a socket"),
    "04_management": Fit(needs_computer="its dashboard looks from a thread, and a page is asked through a socket"),
}


def why_not(name: str, there: list[str]) -> str:
    """Why a lesson does not run with the libraries that are `there`; empty where it does."""
    fit = FITS.get(name, Fit())
    missing = [library for library in fit.libraries if library not in there]
    return fit.needs_computer or (f"it needs {', '.join(missing)}" if missing else "")


def copy(lesson: Lesson, saved: NotebookNode, there: list[str], files: Container[str]) -> NotebookNode:
    """The notebook for the browser: nothing has run yet, and it says first what is different here. Of its links to
    other files, those to `files` remain.
    """
    notebook = deepcopy(saved)
    drawn = () if set(LIBRARIES) <= set(there) else FITS.get(lesson.name, Fit()).drawn
    notebook.cells = [
        _picture(cell) if cell.cell_type == "code" and cell.metadata.get("label") in drawn else _plain(cell, files)
        for cell in notebook.cells
    ]
    notebook.cells.insert(1, v4.new_markdown_cell(_BEFORE, id=f"{lesson.number}-in-browser"))
    notebook.metadata = NotebookNode(kernelspec=_KERNEL, language_info={"name": "python"}, title=saved.metadata.title)
    return notebook


_BEFORE = (
    "> **This copy runs inside your browser.** Python itself is in the page; there is no server, and nothing that "
    "you run here leaves it, so there is no live mode. The first cell takes longest, up to a minute: it unpacks "
    "Python's packages. What you change is kept in this browser alone. Choose *Run → Run All Cells*, or go cell by "
    "cell with Shift+Enter."
)


def _plain(cell: NotebookNode, files: Container[str]) -> NotebookNode:
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    else:
        cell.source = _FILE.sub(lambda link: link[0] if link[2] in files else link[1], cell.source)
    return cell


def _picture(cell: NotebookNode) -> NotebookNode:
    """The picture that a code cell drew when the lesson was made, with its alternative text, and the code."""
    html = next("".join(output.data["text/html"]) for output in cell.outputs if "data" in output)
    alt, png = _PICTURE.search(html).groups()
    text = (
        f"![{alt}](attachment:picture.png)\n\nThis picture was drawn when the lesson was made: matplotlib, which "
        f"drew it, is not in this page.\n\n<details><summary>The code that drew it</summary>\n\n"
        f"```python\n{cell.source}\n```\n\n</details>"
    )
    return v4.new_markdown_cell(text, id=cell.id, attachments={"picture.png": {"image/png": png}})
