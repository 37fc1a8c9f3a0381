"""Finds what each student handed in, in a folder that nobody vouches for."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from course.grading.problem import GradingProblem

# Also a name in the gradebook, in file names and in spreadsheets.
_STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
LAYOUT = (
    "Put each student's notebook into a folder of the student's name: SUBMISSIONS/mei/02_billing/02_billing.ipynb "
    "(as nbgrader does) or SUBMISSIONS/mei/02_billing.ipynb."
)


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment: the `path` to grade, or the `problem` with it. `note` says what
    else one should know. Without a path and a problem, nothing was handed in.
    """

    student: str
    assignment: str
    path: Path | None = None
    problem: str = ""
    note: str = ""


@dataclass(frozen=True)
class Found:
    """The submissions by assignment, and what was left alone, with the reason."""

    submissions: dict[str, list[Submission]]
    left_alone: list[str]


def find(folder: Path, known: list[str], wanted: list[str]) -> Found:
    """What lies in `folder` for the assignments in `wanted`, or for all that are `known`.

    Raises `GradingProblem` where there is nothing to grade.
    """
    if not folder.is_dir():
        raise GradingProblem(f"There is no folder {folder}. {LAYOUT}")
    students, left_alone = _students(folder)
    if not students:
        raise GradingProblem(f"There is nothing to grade: {folder} holds no student's folder. {LAYOUT}")
    names = wanted or [name for name in known if any(_holds(student, name) for student in students)]
    if not names:
        raise GradingProblem(
            f"There is nothing to grade: {folder} holds nothing for {', '.join(known)}. {LAYOUT} "
            "If the files have other names, say which assignment it is with --assignment."
        )
    found = {name: [_look(student, name, bool(wanted)) for student in students] for name in names}
    for name, submissions in found.items():
        if not any(each.path or each.problem for each in submissions):
            raise GradingProblem(f"Nobody handed in anything for {name}. {LAYOUT}")
    for student in students:
        left_alone += _unknown(student, known)
    return Found(found, left_alone)


def _students(folder: Path) -> tuple[list[Path], list[str]]:
    students, left_alone = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_symlink():
            left_alone.append(f"{path.name!r} is a link to another place. Links are not followed.")
        elif not path.is_dir():
            left_alone.append(f"{path.name!r} lies outside of any student's folder. {LAYOUT}")
        elif not _STUDENT.fullmatch(path.name):
            left_alone.append(
                f"The folder {path.name[:200]!r} is no student's name: at most 100 of the letters a to z, digits and "
                ". _ @ -, with a letter or digit first. Rename it."
            )
        else:
            students.append(path)
    return students, left_alone


def _holds(student: Path, assignment: str) -> bool:
    return _is_folder(student / assignment) or (student / f"{assignment}.ipynb").exists()


def _look(student: Path, assignment: str, named: bool) -> Submission:
    """`named`: the instructor said which assignment this is, so that the notebook may have another name."""
    folder = student / assignment
    if not _is_folder(folder):
        if folder.is_symlink():
            problem = f"{assignment} is a link to another place. Links are not followed."
            return Submission(student.name, assignment, problem=problem)
        if not named and not (student / f"{assignment}.ipynb").exists():
            return Submission(student.name, assignment)
        folder = student
    return _choose(student.name, assignment, folder)


def _choose(student: str, assignment: str, folder: Path) -> Submission:
    expected = f"{assignment}.ipynb"
    notebooks = sorted(path.name for path in folder.iterdir() if path.name.endswith(".ipynb"))
    others = sorted(path.name for path in folder.iterdir() if not path.is_dir() and path.name not in notebooks)
    if expected in notebooks:
        more = [name for name in notebooks if name != expected]
        note = f"Graded {expected}. Not graded: {_list(more)}." if more and folder.name == assignment else ""
        return Submission(student, assignment, folder / expected, note=note)
    if len(notebooks) == 1:
        note = f"The notebook was called {notebooks[0]!r} instead of {expected}."
        return Submission(student, assignment, folder / notebooks[0], note=note)
    if notebooks:
        problem = f"There are {len(notebooks)} notebooks, none called {expected}: {_list(notebooks)}. Rename one."
        return Submission(student, assignment, problem=problem)
    if folder.name == assignment:
        what = f"only {_list(others)}" if others else "nothing"
        problem = f"There is no notebook, {what}. Ask for {expected}."
        return Submission(student, assignment, problem=problem)
    return Submission(student, assignment)


def _unknown(student: Path, known: list[str]) -> list[str]:
    said = []
    for path in sorted(student.iterdir()):
        if path.is_dir() and not path.is_symlink() and path.name not in known and not path.name.startswith("."):
            near = difflib.get_close_matches(path.name, known, n=1)
            hint = f" Did they mean {near[0]}? Rename the folder." if near else ""
            said.append(f"{student.name}: there is no assignment {path.name!r}.{hint}")
    return said


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _list(names: list[str]) -> str:
    shown = ", ".join(repr(name[:60]) for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
