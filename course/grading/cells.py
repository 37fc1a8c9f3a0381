"""Lays a student's cells into the instructor's source: theirs are what they wrote, ours are what grades it."""

from __future__ import annotations

from dataclasses import dataclass

from nbformat import NotebookNode

OURS, TEST, THEIRS = "ours", "test", "theirs"


@dataclass
class Placed:
    """A cell of the notebook to grade. `role` is `OURS` (the source's text), `TEST` (a test of the source, which
    no student sees) or `THEIRS` (run as handed in).
    """

    role: str
    cell: NotebookNode


def grade_id(cell: NotebookNode) -> str | None:
    """The name that nbgrader gave the cell, or `None`."""
    named = cell.metadata.get("nbgrader")
    name = named.get("grade_id") if isinstance(named, dict) else None
    return name if isinstance(name, str) else None


def is_solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_grade(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def place(source: list[NotebookNode], handed_in: list[NotebookNode], released: dict[str, str]) -> list[Placed]:
    """The cells to grade, in the source's order, each followed by those that the student put after it.

    What the student did to a locked cell or a test does not count. A solution cell that is missing is as it was
    released: `released` gives the text of each solution cell by its grade_id.
    """
    theirs, extra = _match(source, handed_in)
    placed = [Placed(THEIRS, cell) for cell in extra.get(-1, [])]
    for index, cell in enumerate(source):
        placed.append(_lay(cell, theirs.get(index), released))
        placed += [Placed(THEIRS, each) for each in extra.get(index, [])]
    return placed


def _lay(cell: NotebookNode, given: NotebookNode | None, released: dict[str, str]) -> Placed:
    laid = NotebookNode(cell)
    laid.metadata = NotebookNode(cell.metadata)
    name = grade_id(cell)
    if is_solution(cell):
        laid.source = given.source if given is not None else released.get(name, "")
        return Placed(THEIRS, laid)
    if name is not None:
        return Placed(TEST if is_grade(cell) and cell.cell_type == "code" else OURS, laid)
    if given is not None and given.cell_type == cell.cell_type:
        laid.source = given.source
        return Placed(THEIRS, laid)
    return Placed(OURS, laid)


def _match(source: list[NotebookNode], handed_in: list[NotebookNode]) -> tuple[dict, dict]:
    """Which handed-in cell stands for which of the source, by index, and those that stand for none, by the index of
    the source's cell before them.

    Of two cells with one grade_id the last counts, as in nbgrader; the others are ordinary cells.
    """
    by_name = {grade_id(cell): index for index, cell in enumerate(source) if grade_id(cell)}
    by_id = {cell.get("id"): index for index, cell in enumerate(source) if not grade_id(cell)}
    by_text = {cell.source: index for index, cell in enumerate(source) if not grade_id(cell)}
    last = {grade_id(cell): place for place, cell in enumerate(handed_in) if grade_id(cell)}
    theirs: dict[int, NotebookNode] = {}
    extra: dict[int, list[NotebookNode]] = {}
    before = -1
    for place, cell in enumerate(handed_in):
        name = grade_id(cell)
        if name in by_name and last[name] == place:
            index = by_name[name]
        else:
            index = by_id.get(cell.get("id"), by_text.get(cell.source)) if name is None else None
        if index is None or index in theirs:
            extra.setdefault(before, []).append(_plain(cell))
            continue
        theirs[index] = cell
        before = index
    return theirs, extra


def _plain(cell: NotebookNode) -> NotebookNode:
    """The cell without any claim to be graded."""
    plain = NotebookNode(cell)
    plain.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key != "nbgrader"})
    return plain
