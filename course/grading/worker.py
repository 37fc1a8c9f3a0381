"""A judge's process: reads one job after another from its input, and writes each outcome as a line of JSON.

It is ours, and no student's code runs in it. It holds a sandbox with what the assignment imports already there.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import sys
import traceback
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.grading import notebook_file
from course.grading.cells import THEIRS, is_grade, place
from course.grading.judge import judge
from course.grading.limits import Limits
from course.grading.notebook_file import Unreadable
from course.grading.problem import GradingProblem
from course.grading.sandbox import Sandbox, why_not

_ALWAYS = ["IPython.core.interactiveshell", "course", "course.checks"]


class Worker:
    """Judges the submissions of one assignment. Raises `GradingProblem` where the sandbox does not stand, or the
    source's own solution does not pass its tests.
    """

    def __init__(self, master: NotebookNode, released: dict[str, str], limits: Limits, sandboxed: bool):
        self._master = master
        self._source = master.cells
        self._released = released
        self._limits = limits
        self._sandbox = Sandbox(sandboxed)
        self._sandbox.preload([*_ALWAYS, *_imports(self._source)])
        self._rehearse()

    def grade(self, path: Path) -> dict:
        """The graded `notebook`, or why the file is `unreadable`."""
        try:
            handed_in = notebook_file.parse(notebook_file.read(path, self._limits.notebook), path.name)
        except Unreadable as error:
            return {"unreadable": str(error)}
        with self._sandbox.open(self._limits) as student:
            cells = judge(place(self._source, handed_in.cells, self._released), student)
        return {"notebook": self._master | {"cells": cells}}

    def close(self) -> None:
        self._sandbox.close()

    def _rehearse(self) -> None:
        """Grade the source's own solution: it must pass, and shows what to import before the first student comes."""
        solution = place(self._source, self._source, {})
        with self._sandbox.open(Limits()) as student:
            if trouble := student.trouble():
                raise GradingProblem(why_not(trouble))
            judge(solution, student)
            modules = student.modules() if not student.failure else []
        wrong = [
            f"{each.cell.metadata.nbgrader.grade_id}: {output.evalue}"
            for each in solution
            if each.role != THEIRS and is_grade(each.cell) and each.cell.cell_type == "code"
            for output in each.cell.outputs
            if output.output_type == "error"
        ]
        if wrong:
            raise GradingProblem(
                "The source's own solution does not pass its tests, so no student's could: "
                f"{'; '.join(wrong)[:1500]}. Mend the source notebook, then grade again. Nothing was graded."
            )
        self._sandbox.preload(modules)


def _imports(cells: list[NotebookNode]) -> set[str]:
    """What the cells import, as far as one can tell without running them."""
    found = set()
    for cell in cells:
        if cell.cell_type != "code":
            continue
        if "course.start(" in cell.source:
            found.add("course.session")
        with contextlib.suppress(SyntaxError):  # a magic is no Python
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    found |= {each.name for each in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def main() -> None:
    lines = _own_lines()
    order = json.loads(sys.stdin.readline())
    try:
        master = nbformat.from_dict(order["master"])
        worker = Worker(master, order["released"], Limits(**order["limits"]), order["sandboxed"])
    except GradingProblem as problem:
        _say(lines, {"problem": str(problem)})
        return
    _say(lines, {"ready": True})
    for line in sys.stdin:
        try:
            outcome = worker.grade(Path(json.loads(line)["path"]))
        except GradingProblem as problem:
            outcome = {"problem": str(problem)}
        except Exception as error:
            outcome = {"trouble": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
        _say(lines, outcome)
    worker.close()


def _own_lines():
    """Standard output for outcomes alone: whatever else is printed here goes to the error stream."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return lines


def _say(lines, message: dict) -> None:
    lines.write(json.dumps(message) + "\n")
    lines.flush()


if __name__ == "__main__":
    main()
