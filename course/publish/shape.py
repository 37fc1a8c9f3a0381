"""What every lesson keeps to, checked on the executed notebook. The reasons are in CONTRIBUTING.md."""

import re

from nbformat import NotebookNode

from course.publish.normalise import dumps
from course.publish.widget_state import STATE

MAX_CELLS = 35
MAX_CODE_LINES = 15
MAX_BYTES = 150_000
FIRST_INTERACTIVE_WITHIN = 5
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes", "-"}

WRAP_UP = "remember"  # the label of the cell that ends a lesson

_EXERCISE = "](../exercises/release/"  # a link as it stands in a lesson
_THREE_THINGS = re.compile(r"## .+\n\n1\. .+\n2\. .+\n3\. .+\n\n(?!\d\. )\S.+")  # and what to do next
_TYPED_PRICE = re.compile(r"(?<!\\)\$\s?\d")
_MATH = re.compile(r"(?<!\\)\$(?=\S)[^$\n]*?(?<=\S)(?<!\\)\$|\\\\[(\[]|\\begin\{")


def problems(notebook: NotebookNode) -> list[str]:
    """What breaks the shape of a lesson, one sentence each; empty when all is well."""
    found = []
    if len(notebook.cells) > MAX_CELLS:
        found.append(f"It has {len(notebook.cells)} cells; at most {MAX_CELLS}. Split the lesson or join cells.")
    size = len(dumps(notebook))
    if size > MAX_BYTES:
        found.append(f"The notebook has {size:,} bytes; at most {MAX_BYTES:,}. Make its pictures smaller.")
    if not any(_is_interactive(cell) for cell in notebook.cells[:FIRST_INTERACTIVE_WITHIN]):
        found.append(f"None of the first {FIRST_INTERACTIVE_WITHIN} cells is interactive. Move a widget up.")
    if not any(cell.cell_type == "markdown" and _EXERCISE in cell.source for cell in notebook.cells):
        found.append(f"It points to no exercise. Add a link to the cell “{WRAP_UP}”: {_EXERCISE[2:]}….")
    found += _wrap_up_problems(notebook)
    models = _model_ids()
    for cell in notebook.cells:
        found += [f"Cell “{cell.metadata.get('label')}”: {problem}" for problem in _cell_problems(cell, models)]
    return found


def _cell_problems(cell: NotebookNode, models: re.Pattern) -> list[str]:
    found = []
    if cell.metadata.get("slideshow", {}).get("slide_type") not in SLIDE_TYPES:
        found.append('its header has no slide type. Add slideshow={"slide_type": "slide"}, or another.')
    if cell.cell_type == "code" and "hide-input" not in cell.metadata.get("tags", []):
        lines = len(cell.source.splitlines())
        if lines > MAX_CODE_LINES:
            found.append(f"it shows {lines} lines of code; at most {MAX_CODE_LINES}.")
    if typed := models.search(cell.source):
        found.append(f"the model ID {typed[0]} is typed in. Use course.model(vendor, tier) instead.")
    if typed := _TYPED_PRICE.search(cell.source):
        found.append(f"a price is typed in ({typed[0]}…). Read it from course.catalog instead.")
    elif cell.cell_type == "markdown" and (math := _MATH.search(cell.source)):
        found.append(f"{math[0]!r} would be set as a formula. Write it in words, or escape the signs.")
    for output in cell.get("outputs", []):
        data, metadata = output.get("data", {}), output.get("metadata", {})
        if "image/png" in data and "text/html" not in data and not metadata.get("image/png", {}).get("alt"):
            found.append('its picture has no text for those who cannot see it. Add alt="…" to its header.')
        if output.get("name") == "stderr":
            found.append(f"it prints a warning: {output.text.strip().splitlines()[-1]}")
    return found


def _wrap_up_problems(notebook: NotebookNode) -> list[str]:
    wrap_up = [cell.source for cell in notebook.cells if cell.metadata.get("label") == WRAP_UP]
    if not wrap_up:
        return [f"It has no wrap-up. Add a cell labelled “{WRAP_UP}”: three things, and what to do next."]
    if not _THREE_THINGS.match(wrap_up[0]):
        return [f"Cell “{WRAP_UP}”: it needs a heading, a list from 1 to 3, and a paragraph on what to do next."]
    return []


def _is_interactive(cell: NotebookNode) -> bool:
    return any(STATE in output.get("metadata", {}) for output in cell.get("outputs", []))


def _model_ids() -> re.Pattern:
    """Finds any model ID of the catalog, but not inside a longer word."""
    from course import catalog

    ids = sorted((model.id for model in catalog.load().models), key=len, reverse=True)
    return re.compile(r"(?<![\w.-])(?:" + "|".join(map(re.escape, ids)) + r")(?![\w-])")
