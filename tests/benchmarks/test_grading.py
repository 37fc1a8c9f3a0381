"""How fast `course grade` is beside plain `nbgrader autograde`, on the same submissions in the same run.

Both may use two processors. nbgrader starts a kernel for each notebook, which imports everything anew, and grades one
after another; it does not shut students' code in. Both must give the same grades.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat

from course.grading.gradebook import Book
from course.publish import exercises

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = "02_billing"
SUBMISSIONS = 40
CLASS = 500
TIMES = 4


def hand_in(folder: Path, count: int) -> None:
    """Students who solved all but one of the tasks, each another one; every seventh solved them all."""
    source = nbformat.read(exercises.notebook(ROOT / "exercises", "source", ASSIGNMENT), as_version=4)
    release = nbformat.read(exercises.notebook(ROOT / "exercises", "release", ASSIGNMENT), as_version=4)
    solved = {cell.id: cell.source for cell in source.cells if _is_solution(cell)}
    for number in range(count):
        notebook = nbformat.from_dict(release)
        for place, cell in enumerate(filter(_is_solution, notebook.cells)):
            if place != number % 7:
                cell.source = solved[cell.id]
        path = folder / f"student-{number:03}" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def plain(folder: Path) -> tuple[float, dict]:
    """Seconds that `nbgrader autograde` takes for what lies in submitted/, and its grades."""
    with Book(folder) as book:
        book.add_assignment(ROOT / "exercises", ASSIGNMENT)
    (folder / "source").symlink_to(ROOT / "exercises" / "source")
    database = f"--db=sqlite:///{folder / 'gradebook.db'}"
    seconds = _run(folder, "nbgrader", "autograde", ASSIGNMENT, f"--course-dir={folder}", database)
    return seconds, _grades(folder)


def ours(folder: Path, submitted: Path) -> tuple[float, dict]:
    """The same for `course grade`."""
    seconds = _run(ROOT, "course", "grade", str(submitted), "--assignment", ASSIGNMENT, "--output", str(folder))
    return seconds, _grades(folder)


def _run(folder: Path, *command: str) -> float:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        preexec_fn=_take_two_processors,
    )
    seconds = time.perf_counter() - begun
    assert done.returncode == 0, done.stderr[-3000:]
    return seconds


def _take_two_processors() -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def _grades(folder: Path) -> dict[tuple[str, str], float | None]:
    with Book(folder) as book:
        return {(grade.student, grade.cell): grade.points for grade in book.grades(ASSIGNMENT)}


def _is_solution(cell) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def test_grading_is_several_times_as_fast_as_nbgrader_and_gives_the_same_grades(tmp_path, report):
    hand_in(tmp_path / "submitted", SUBMISSIONS)
    our_seconds, our_grades = ours(tmp_path / "grades", tmp_path / "submitted")
    plain_seconds, plain_grades = plain(tmp_path)
    assert our_grades == plain_grades
    assert len(set(our_grades.values())) > 2
    times, more = plain_seconds / our_seconds, CLASS / SUBMISSIONS / 60
    report(
        f"Grading {SUBMISSIONS} submissions of {ASSIGNMENT} on two processors",
        f"{TIMES} times nbgrader",
        f"{times:.1f} times ({our_seconds:.0f} s; {CLASS} would take {our_seconds * more:.1f} min)",
        f"nbgrader autograde: {plain_seconds:.0f} s ({CLASS}: {plain_seconds * more:.1f} min)",
    )
    assert times >= TIMES
