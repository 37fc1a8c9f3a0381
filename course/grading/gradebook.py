"""nbgrader's gradebook and its folders: assignments go in as nbgrader makes them, grades as it counts them.

The folder is one that nbgrader itself understands: `gradebook.db` and `autograded/`. So its formgrader,
started there, shows the submissions for the grades that a person gives.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    SaveAutoGrades,
    SaveCells,
)
from sqlalchemy.exc import SAWarning
from traitlets.config import PyFileConfigLoader

from course.grading.cells import grade_id, is_solution
from course.grading.problem import GradingProblem
from course.publish import exercises

# Those of `nbgrader generate_assignment`, up to the point where it has put the assignment into the gradebook.
_STEPS = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums, SaveCells)


@dataclass(frozen=True)
class Grade:
    """The grade of one cell: `points` is `None` until a person has graded it."""

    student: str
    cell: str
    points: float | None
    most: float


@dataclass(frozen=True)
class Assignment:
    """What is graded: the `master` notebook, which is the source with its solutions and tests and with nbgrader's
    checksums, and the text of each solution cell as it was `released`, by grade_id.
    """

    name: str
    master: NotebookNode
    released: dict[str, str]


class Book:
    """The gradebook in a folder. A context manager."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._url = f"sqlite:///{folder.resolve() / 'gradebook.db'}"
        with _own_programs():
            self._book = Gradebook(self._url)

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def add_assignment(self, folder: Path, name: str) -> Assignment:
        """Take an assignment, or its newer version, from the exercises in `folder`. Raises `GradingProblem` where
        nbgrader refuses it.
        """
        source = nbformat.read(exercises.notebook(folder, "source", name), as_version=4)
        master = copy.deepcopy(source)
        self._book.update_or_create_assignment(name)
        config = PyFileConfigLoader(exercises.CONFIG, path=str(folder)).load_config()
        resources = {"nbgrader": {"assignment": name, "notebook": name, "db_url": self._url}}
        try:
            for step in _STEPS:
                master, resources = step(config=config).preprocess(master, resources)
        except Exception as error:  # nbgrader has no kind of its own for what it refuses
            raise GradingProblem(
                f"nbgrader refuses the source of {name}: {error}. Mend it; or, where its cells are other ones than "
                "when grading began, give a new folder with --output."
            ) from error
        self._book.db.expire_all()
        released = {grade_id(cell): cell.source for cell in master.cells if is_solution(cell)}
        for cell, original in zip(master.cells, source.cells, strict=True):
            cell.source = original.source
        return Assignment(name, master, released)

    def record(self, student: str, assignment: str, notebook: NotebookNode, when: datetime | None) -> None:
        """Keep the grades of one submission in place of earlier ones, and the notebook that shows them."""
        self._write(student, assignment, notebook)
        self._open(student, assignment, when)
        saver = SaveAutoGrades()
        saver.gradebook = self._book
        saver.notebook_id, saver.assignment_id, saver.student_id = assignment, assignment, student
        for index, cell in enumerate(notebook.cells):
            saver.preprocess_cell(cell, {}, index)

    def record_nothing(self, student: str, assignment: str) -> None:
        """No points: there was a submission, and nothing in it could be graded."""
        submission = self._open(student, assignment, None)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.auto_score, grade.needs_manual_grade = 0, False
        self._book.db.commit()

    def grades(self, assignment: str) -> Iterator[Grade]:
        """What was graded so far by anyone, by program or hand."""
        for submission in self._book.assignment_submissions(assignment):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    open_ = grade.needs_manual_grade and grade.manual_score is None
                    points = None if open_ else grade.score
                    yield Grade(submission.student.id, grade.cell.name, points, grade.max_score)

    def _open(self, student: str, assignment: str, when: datetime | None) -> SubmittedAssignment:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", SAWarning
            )  # nbgrader builds its rows in an order that SQLAlchemy remarks on
            return self._find_or_add(student, assignment, when)

    def _find_or_add(self, student: str, assignment: str, when: datetime | None) -> SubmittedAssignment:
        self._book.update_or_create_student(student)
        about = {"timestamp": when} if when else {}
        try:
            submission = self._book.find_submission(assignment, student)
            submission.timestamp = when or submission.timestamp
        except MissingEntry:
            submission = self._book.add_submission(assignment, student, **about)
        return submission

    def _write(self, student: str, assignment: str, notebook: NotebookNode) -> None:
        folder = self._folder / "autograded" / student / assignment
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{assignment}.part"
        nbformat.write(notebook, unfinished)
        os.replace(unfinished, folder / f"{assignment}.ipynb")


@contextlib.contextmanager
def _own_programs() -> Iterator[None]:
    """For a new database nbgrader starts `alembic`, which lies beside this Python and perhaps not on the path."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
