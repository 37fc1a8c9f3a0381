"""The tables that come out: all grades with reasons, and one file an assignment for Canvas and for Moodle.

Canvas: header Student, ID, SIS User ID, SIS Login ID, Section, then assignments, and a row Points Possible; a student
without an ID is found by the SIS Login ID, here the name of the student's folder
(https://community.canvaslms.com/t5/Instructor-Guide/How-do-I-import-grades-in-the-Gradebook/ta-p/807; the importer
itself: https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_importer.rb, read 2026-11-26).
Moodle: any columns with a header; when importing, one maps them to the user's name, the grade and its feedback, and
must map both of the last two (https://docs.moodle.org/405/en/Grade_import, read 2026-11-26).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from course.grading import text

NEEDS_HAND, NOT_HANDED_IN = "needs manual grade", "not handed in"


@dataclass(frozen=True)
class Row:
    """The grade of one task. `points` is `None` where there is none (yet), which `state` explains."""

    student: str
    assignment: str
    task: str
    points: float | None
    most: float
    state: str
    reason: str


def write(rows: list[Row], folder: Path) -> list[Path]:
    """grades.csv with every row; canvas-NAME.csv and moodle-NAME.csv for each assignment, with those students alone
    whose every task has a grade: an empty field would take away a grade that Canvas has.
    """
    head = ("student", "assignment", "task", "points", "points possible", "state", "reason")
    written = [_write(folder / "grades.csv", [head, *(_fields(row) for row in rows)])]
    for assignment in dict.fromkeys(row.assignment for row in rows):
        totals = _totals(row for row in rows if row.assignment == assignment)
        possible = max((most for _, most, _ in totals.values()), default=0)
        done = {student: total for student, total in totals.items() if total[0] is not None}
        canvas = [("Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment)]
        canvas.append(("    Points Possible", "", "", "", "", _number(possible)))
        canvas += [(student, "", "", student, "", _number(points)) for student, (points, _, _) in done.items()]
        moodle = [("Username", assignment, f"{assignment} feedback")]
        moodle += [(student, _number(points), text.cell(said)) for student, (points, _, said) in done.items()]
        written.append(_write(folder / f"canvas-{assignment}.csv", canvas))
        written.append(_write(folder / f"moodle-{assignment}.csv", moodle))
    return written


def _totals(rows: Iterable[Row]) -> dict[str, tuple[float | None, float, str]]:
    """For each student: points in all (`None` while one is open), points possible, and what was wrong."""
    totals: dict[str, tuple[float | None, float, str]] = {}
    for row in rows:
        points, most, said = totals.get(row.student, (0, 0, ""))
        points = None if points is None or row.points is None else points + row.points
        said = f"{said} {row.reason}".strip() if row.reason and row.reason not in said else said
        totals[row.student] = (points, most + row.most, said)
    return totals


def _fields(row: Row) -> tuple[str, ...]:
    return tuple(_number(each) if not isinstance(each, str) else text.cell(each) for each in astuple(row))


def _number(number: float | None) -> str:
    return "" if number is None else f"{round(number, 4):g}"


def _write(path: Path, rows: Iterable[Iterable[str]]) -> Path:
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    os.replace(unfinished, path)
    return path
