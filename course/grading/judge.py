"""Judges one submission: the student's cells run in the sandbox, the source's tests run here."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.grading import tests_cell
from course.grading.cells import OURS, TEST, Placed
from course.grading.student import Ended, Student
from course.grading.text import clean


def judge(placed: list[Placed], student: Student) -> list[NotebookNode]:
    """The cells as they were graded, each code cell with its outputs, in the order in which a notebook runs."""
    names = tests_cell.Names(student)
    for each in placed:
        if each.cell.cell_type != "code":
            continue
        if each.role == TEST:
            each.cell.outputs = tests_cell.run(each.cell.source, student, names)
        else:
            each.cell.outputs = _run(each, student)
    return [each.cell for each in placed]


def _run(placed: Placed, student: Student) -> list:
    try:
        answer = student.run(placed.cell.source)
    except Ended as ended:
        return [_failed("Ended", str(ended))] if placed.role != OURS else []
    outputs, most = [], student.limits.output
    if printed := answer.get("printed"):
        outputs.append(new_output("stream", name="stdout", text=clean(printed, most)))
    if (shown := answer.get("shown")) is not None:
        outputs.append(new_output("execute_result", {"text/plain": clean(shown, most)}, execution_count=1))
    if isinstance(error := answer.get("error"), dict):
        outputs.append(_failed(clean(error.get("type")), clean(error.get("message"))))
    return outputs


def _failed(kind: str, message: str) -> dict:
    return new_output("error", ename=kind, evalue=message, traceback=[f"{kind}: {message}"])
