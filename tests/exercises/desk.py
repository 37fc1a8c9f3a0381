"""An instructor's desk for the tests: the assignments, their cells, a grader, and the wrong answers to try."""

import ast
import contextlib
import importlib.util
import io
import json
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course import checks
from course.publish import exercises

FOLDER = Path(__file__).resolve().parents[2] / "exercises"
ASSIGNMENTS = exercises.assignments(FOLDER)
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


@cache
def read(step: str, assignment: str) -> NotebookNode:
    return nbformat.read(exercises.notebook(FOLDER, step, assignment), as_version=4)


def short(assignment: str) -> str:
    """02_billing → billing."""
    return assignment.partition("_")[2]


def marked(source: str, markers: tuple[str, str]) -> list[list[str]]:
    """The lines between each pair of markers."""
    regions, inside = [], False
    for line in source.splitlines():
        if line.strip() in markers:
            inside = line.strip() == markers[0]
            regions += [[]] if inside else []
        elif inside:
            regions[-1].append(line)
    return regions


def in_the_open(source: str) -> str:
    """A cell without what stands between markers."""
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() in (*SOLUTION, *HIDDEN):
            inside = "BEGIN" in line
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def is_solution(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def is_graded(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def solution_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cell of each task, in order; those that a person marks are Markdown."""
    return [cell for cell in notebook.cells if is_solution(cell)]


def graded_tests(notebook: NotebookNode, task: str = "") -> list[NotebookNode]:
    """The graded tests, or those of one task."""
    cells = [cell for cell in notebook.cells if is_graded(cell) and not is_solution(cell)]
    return [cell for cell in cells if task in ("", cell.metadata.course.task)]


def run(notebook: NotebookNode) -> dict[str, object]:
    """The names that a student's notebook holds after its cells have run, without checks and graded tests."""
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type == "code" and not is_graded(cell) and not cell.source.startswith("course.check("):
                exec(compile(cell.source, cell.id, "exec"), names)
    return names


def grade(assignment: str, task: str, names: Mapping[str, object]) -> tuple[int, list[str]]:
    """The points of a task, and what its failed tests said. The source's tests run, and see nothing but answers."""

    def check(name, cases=None):
        return checks.examine(checks.find(name), names, cases)

    points, said = 0, []
    for cell in graded_tests(read("source", assignment), task):
        try:
            exec(_compiled(cell.source), {"course": types.SimpleNamespace(check=check)})
            points += cell.metadata.nbgrader.points
        except AssertionError as failure:
            said.append(str(failure))
    return points, said


@cache
def _compiled(source: str):
    return compile(source, "tests", "exec")


class Recorder:
    """Keeps what goes into a function and what comes out. The same arguments call it once: graded tests repeat the
    cases that students see, and an answer that asks the platform takes its time.
    """

    def __init__(self, function: Callable):
        self.function = function
        self.arguments: list = []
        self.results: list = []
        self._known: dict[str, object] = {}

    def __call__(self, *arguments):
        said = json.dumps(arguments)
        if said not in self._known:
            self.arguments.append(arguments)
            self._known[said] = self.function(*arguments)
            self.results.append(self._known[said])
        return self._known[said]


def leaves(value: object) -> Iterator[object]:
    """The numbers and texts in a nested value."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
    else:
        yield value


@dataclass(frozen=True)
class Attempt:
    """A wrong answer to a task: why somebody would write it, the points it should score, and the function."""

    task: str
    points: int
    why: str
    function: Callable


_attempts: list[Attempt] = []


def wrong(task: str, why: str, points: int = 0) -> Callable[[Callable], Callable]:
    """Put a wrong answer into the corpus."""

    def keep(function: Callable) -> Callable:
        _attempts.append(Attempt(task, points, why, function))
        return function

    return keep


@cache
def attempts() -> dict[str, list[Attempt]]:
    """The wrong answers of all files in `answers/`, by task."""
    for path in sorted((Path(__file__).parent / "answers").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"answers_{path.stem}", path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    found: dict[str, list[Attempt]] = {}
    for attempt in _attempts:
        found.setdefault(attempt.task, []).append(attempt)
    return found


@cache
def squeezed(text: str) -> str:
    """A text without blanks, so that a new indent or a broken line hides nothing."""
    return re.sub(r"\s+", "", text)


def strings(value: object) -> Iterator[str]:
    """Every text in a nested value, keys too."""
    return (leaf for leaf in leaves(value) if isinstance(leaf, str))


@cache
def listed_cases(code: str) -> set[str]:
    """The cases that stand in a list or tuple of tuples, each in Python's own spelling."""
    groups = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.List | ast.Tuple)]
    cases = [each for group in groups for each in group.elts if isinstance(each, ast.Tuple)]
    return {spelled for spelled in map(ast.unparse, cases) if len(spelled) >= 20}
