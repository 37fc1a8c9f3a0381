"""Grades a folder of submissions from end to end."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbgrader.utils import compute_checksum

from course import checks
from course.grading import notebook_file, report, sandbox, submissions
from course.grading.cells import grade_id, is_grade, is_solution
from course.grading.gradebook import Assignment, Book
from course.grading.limits import Limits
from course.grading.notebook_file import Unreadable
from course.grading.pool import Pool
from course.grading.problem import GradingProblem
from course.grading.report import NEEDS_HAND, NOT_HANDED_IN, Row
from course.grading.results import GRADED, REFUSED, Result, Results, fingerprint
from course.grading.submissions import Found, Submission
from course.publish import exercises


@dataclass(frozen=True)
class Summary:
    """What a run did: every row, how many submissions were graded now and before, and what needs a person's eye."""

    rows: list[Row]
    graded: int
    kept: int
    remarks: list[str]
    files: list[Path]

    def told(self) -> str:
        """In one line."""
        open_ = len({(row.student, row.assignment) for row in self.rows if row.state == NEEDS_HAND})
        absent = len({(row.student, row.assignment) for row in self.rows if row.state == NOT_HANDED_IN})
        refused = len({(row.student, row.assignment) for row in self.rows if row.state == REFUSED})
        return (
            f"Graded: {self.graded}. As before: {self.kept}. Not handed in: {absent}. "
            f"Could not be graded: {refused}. Waiting for a person's grade: {open_}."
        )


def grade(
    folder: Path,
    source: Path,
    output: Path,
    names: list[str],
    jobs: int | None = None,
    limits: Limits | None = None,
    sandboxed: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Grade what lies in `folder`, for the exercises in `source`, into `output`.

    `names` are the assignments, or none for all. `progress` hears how many submissions of how many are done. What was
    graded before and has not changed is kept. Stopped at any moment, the next run goes on. Raises `GradingProblem`,
    and `LessonError` for an unknown assignment.
    """
    if sandboxed:
        sandbox.require()
    known = exercises.assignments(source)
    found = submissions.find(folder, known, exercises.assignments(source, names) if names else [])
    output.mkdir(parents=True, exist_ok=True)
    with _alone(output), Book(output) as book:
        run = _Run(book, Results(output / "results"), limits or Limits(), jobs or os.cpu_count() or 1, sandboxed)
        run.progress, run.total = progress, sum(map(len, found.submissions.values()))
        try:
            for name, handed_in in found.submissions.items():
                run.grade(book.add_assignment(source, name), exercises.notebook(source, "source", name), handed_in)
        finally:
            rows = list(run.rows(found))
            files = report.write(rows, output)
    return Summary(rows, run.graded, run.kept, [*found.left_alone, *run.remarks], files)


class _Run:
    def __init__(self, book: Book, results: Results, limits: Limits, jobs: int, sandboxed: bool):
        self._book = book
        self._results = results
        self._limits = limits
        self._jobs = jobs
        self._sandboxed = sandboxed
        self._cells: dict[str, dict[str, tuple[str, float]]] = {}
        self.progress: Callable[[int, int], None]
        self.done = self.total = self.graded = self.kept = 0
        self.remarks: list[str] = []

    def grade(self, assignment: Assignment, source: Path, handed_in: list[Submission]) -> None:
        self._cells[assignment.name] = _graded_cells(assignment)
        checking = (path.read_bytes() for path in _checks(self._cells[assignment.name]))
        grader = fingerprint(source.read_bytes(), *checking)
        waiting: dict[Path, tuple[Submission, str]] = {}
        for each in handed_in:
            mark = fingerprint(grader.encode(), self._content(each), each.problem.encode())
            earlier = self._results.get(each.assignment, each.student)
            if not each.path and not each.problem:
                self._advance()
            elif earlier and earlier.print == mark:
                self.kept += 1
                self._advance()
            elif each.problem:
                self._refuse(each, mark, each.problem)
            else:
                waiting[each.path] = (each, mark)
        if not waiting:
            return
        order = {
            "master": assignment.master,
            "released": assignment.released,
            "limits": dataclasses.asdict(self._limits),
            "sandboxed": self._sandboxed,
        }
        pool = Pool(order, self._jobs, self._limits.seconds)
        for path, outcome in pool.outcomes(list(waiting)):
            self._take(*waiting[path], outcome)

    def rows(self, found: Found) -> Iterator[Row]:
        """One for each student and task, of all that was graded here and all that was not handed in."""
        for assignment, cells in self._cells.items():
            grades: dict[str, dict[str, float | None]] = {}
            for each in self._book.grades(assignment):
                grades.setdefault(each.student, {})[each.cell] = each.points
            for student in sorted({*grades, *(each.student for each in found.submissions[assignment])}):
                result = self._results.get(assignment, student)
                for task in dict.fromkeys(task for task, _ in cells.values()):
                    own = {cell: points for cell, (of, points) in cells.items() if of == task}
                    yield _row(student, assignment, task, own, grades.get(student), result)

    def _take(self, submission: Submission, mark: str, outcome: dict) -> None:
        if "trouble" in outcome:
            self.remarks.append(
                f"{submission.student}, {submission.assignment}: not graded, because {outcome['trouble']}. "
                "Run the command again; it grades what is missing."
            )
            self._advance()
        elif "unreadable" in outcome:
            self._refuse(submission, mark, outcome["unreadable"])
        else:
            notebook = nbformat.from_dict(outcome["notebook"])
            self._book.record(submission.student, submission.assignment, notebook, _when(submission.path))
            reasons = {grade_id(cell): why for cell in notebook.cells if is_grade(cell) and (why := _why(cell))}
            result = Result(mark, GRADED, submission.note, reasons)
            self._results.put(submission.assignment, submission.student, result)
            self.graded += 1
            self._advance()

    def _refuse(self, submission: Submission, mark: str, why: str) -> None:
        self._book.record_nothing(submission.student, submission.assignment)
        self._results.put(submission.assignment, submission.student, Result(mark, REFUSED, why))
        self.remarks.append(f"{submission.student}, {submission.assignment}: {why}")
        self._advance()

    def _content(self, submission: Submission) -> bytes:
        if submission.path is None:
            return b""
        try:
            return notebook_file.read(submission.path, self._limits.notebook)
        except Unreadable as error:
            return str(error).encode()

    def _advance(self) -> None:
        self.done += 1
        self.progress(self.done, self.total)


def _row(
    student: str,
    assignment: str,
    task: str,
    cells: dict[str, float],
    grades: dict[str, float | None] | None,
    result: Result | None,
) -> Row:
    """One task, which may have several graded `cells` (with the points that each can give)."""
    most = sum(cells.values())
    if grades is None:
        return Row(student, assignment, task, None, most, NOT_HANDED_IN, "")
    points = [grades.get(cell) for cell in cells]
    reasons = [result.reasons[cell] for cell in cells if cell in result.reasons] if result else []
    reasons = list(dict.fromkeys(reasons))
    if result and result.note:
        reasons.append(result.note)
    if result and result.state == REFUSED:
        return Row(student, assignment, task, None, most, REFUSED, result.note)
    if None in points:
        return Row(student, assignment, task, None, most, NEEDS_HAND, " ".join(reasons))
    return Row(student, assignment, task, sum(points), most, GRADED, " ".join(reasons))


def _why(cell: nbformat.NotebookNode) -> str:
    """Why a graded cell gives no point, if so."""
    if is_solution(cell):
        return "Nothing was written." if cell.metadata.nbgrader.get("checksum") == compute_checksum(cell) else ""
    return next((output.evalue for output in cell.get("outputs", ()) if output.output_type == "error"), "")


def _graded_cells(assignment: Assignment) -> dict[str, tuple[str, float]]:
    """The task and the points of each graded cell, by grade_id."""
    return {
        grade_id(cell): (_task(cell), float(cell.metadata.nbgrader.points))
        for cell in assignment.master.cells
        if is_grade(cell)
    }


def _task(cell: nbformat.NotebookNode) -> str:
    """Such as "billing.2"; the cell's grade_id where it names no task."""
    return cell.metadata.get("course", {}).get("task") or grade_id(cell)


def _checks(cells: dict[str, tuple[str, float]]) -> list[Path]:
    """The files of the checks that grade these cells."""
    modules = {task.partition(".")[0] for task, _ in cells.values()}
    wanted = {"__init__", "expect", "task", *modules}
    return sorted(path for path in Path(checks.__file__).parent.glob("*.py") if path.stem in wanted)


def _when(path: Path) -> datetime | None:
    """When it was handed in, where nbgrader noted that beside it."""
    try:
        noted = notebook_file.read(path.with_name("timestamp.txt"), 100).decode().strip()
        when = datetime.fromisoformat(noted.removesuffix(" UTC"))
    except (Unreadable, ValueError):
        return None
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when


@contextlib.contextmanager
def _alone(output: Path) -> Iterator[None]:
    """One run at a time in a folder. Raises `GradingProblem`."""
    with (output / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise GradingProblem(
                f"Another run is grading into {output}. Wait until it ends, then try again."
            ) from error
        yield
