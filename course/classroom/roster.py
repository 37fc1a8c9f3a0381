"""Reads who is in a class from a CSV file: a plain one, or what Canvas and Moodle export."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .problem import ClassroomProblem

# Headings in lower case, the best first: Canvas has three columns that name a student, and its own number is the
# least of them.
_NAME = ("name", "student", "student name", "full name", "display name")
_GIVEN = ("first name", "firstname", "given name")
_FAMILY = ("last name", "lastname", "surname", "family name")
_EMAIL = ("email", "e-mail", "email address", "e-mail address", "mail")
_NUMBER = ("sis user id", "id number", "student id", "student number", "sis login id", "username", "id", "user id")
_COLUMNS = (*_NAME, *_GIVEN, *_FAMILY, *_EMAIL, *_NUMBER)
# Rows that Canvas adds to its students'.
_NO_STUDENTS = ("points possible", "student, test")
# A spreadsheet would take a text that begins so for a formula to run.
_FORMULA = ("=", "+", "-", "@")
_ERRORS_SHOWN = 10
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Student:
    """`email` or `number`, the school's own number or login, may be empty, but not both; `name` may be."""

    name: str
    email: str
    number: str

    @property
    def handle(self) -> str:
        """By which the student is known."""
        return self.email or self.number

    @property
    def label(self) -> str:
        """What a person reads."""
        return self.name or self.handle


def read(path: Path) -> list[Student]:
    """The students in the file's order. Raises `ClassroomProblem`, which names the rows that are wrong."""
    rows = _rows(_text(path), path.name)
    _, heading = next(rows, (1, []))
    columns = {name.strip().casefold(): place for place, name in reversed(list(enumerate(heading)))}
    if not any(name in columns for name in (*_EMAIL, *_NUMBER)):
        raise ClassroomProblem(
            f"{path.name}, row 1: there is no column with an email address or a student's number; the headings are "
            f"{', '.join(map(repr, heading)) or 'missing'}. Name one of them “email” or “id”. Names alone are not "
            "enough: two students may have the same."
        )
    students, wrong = _students(rows, columns, len(heading))
    if wrong:
        more = [f"and {len(wrong) - _ERRORS_SHOWN} more"] if len(wrong) > _ERRORS_SHOWN else []
        lines = "\n".join(f"  {line}" for line in [*wrong[:_ERRORS_SHOWN], *more])
        raise ClassroomProblem(f"{path.name} cannot be used as it is, and nothing was made of it:\n{lines}")
    if not students:
        raise ClassroomProblem(f"{path.name} has headings and no students. Add a row for each student.")
    return students


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ClassroomProblem(f"The roster {path} cannot be read: {error.strerror}.") from None
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise ClassroomProblem(
            f"{path.name} is not UTF-8 text, so names would be misread. In Excel, save it as “CSV UTF-8”."
        ) from None


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row and its number in a spreadsheet; empty ones at the end are left out."""
    lines = text.rstrip("\r\n\t ;,").splitlines(keepends=True)
    first = 1
    if lines and lines[0].lower().startswith("sep="):  # Excel's own
        lines, first = lines[1:], 2
    if lines:
        reader = csv.reader(lines, delimiter=_delimiter(lines[0]), strict=True)
        try:
            yield from enumerate(reader, first)
        except csv.Error as error:
            raise ClassroomProblem(f"{name}, line {reader.line_num}: {error}. Save it as CSV again.") from None


def _delimiter(heading: str) -> str:
    """The one of the usual that makes most of the heading."""

    def known(delimiter: str) -> int:
        cells = next(csv.reader([heading], delimiter=delimiter))
        return sum(cell.strip().casefold() in _COLUMNS for cell in cells)

    return max(",;\t", key=known)


def _students(
    rows: Iterator[tuple[int, list[str]]], columns: dict[str, int], width: int
) -> tuple[list[Student], list[str]]:
    """The students, and what is wrong with rows."""
    students, wrong, seen = [], [], {}
    for number, cells in rows:
        student = _student(cells, columns)
        if student.name.casefold() in _NO_STUDENTS and not student.email:
            continue
        problem = _problem(student, cells, width)
        for handle in {student.email, student.number.casefold()} - {""}:
            if not problem and handle in seen:
                problem = f"{handle} stands in row {seen[handle]} already. Keep one of the two."
        if problem:
            wrong.append(f"row {number}: {problem}")
            continue
        seen |= {student.email: number, student.number.casefold(): number}
        students.append(student)
    return students, wrong


def _student(cells: Sequence[str], columns: dict[str, int]) -> Student:
    def cell(names: Sequence[str]) -> str:
        found = (cells[columns[name]].strip() for name in names if columns.get(name, len(cells)) < len(cells))
        return " ".join(next((value for value in found if value), "").split())

    return Student(cell(_NAME) or f"{cell(_GIVEN)} {cell(_FAMILY)}".strip(), cell(_EMAIL).casefold(), cell(_NUMBER))


def _problem(student: Student, cells: Sequence[str], width: int) -> str:
    values = (student.name, student.email, student.number)
    if not any(cell.strip() for cell in cells):
        return "is empty. Delete it."
    if any(cell.strip() for cell in cells[width:]):
        return f"has {len(cells)} cells, and the heading {width}. Put quotation marks around a text with a comma."
    if not student.handle:
        return f"{student.name or 'it'} has neither an email address nor a number. Fill one in."
    if student.email and ("@" not in student.email[1:-1] or " " in student.email):
        return f"{student.email!r} is not an email address."
    if any(value.startswith(_FORMULA) for value in values):
        return f"a cell begins with one of {' '.join(_FORMULA)}, which a spreadsheet takes for a formula. Remove it."
    if not all(value.isprintable() and len(value) <= _LONGEST for value in values):
        return f"a cell holds characters that cannot be seen, or more than {_LONGEST}."
    return ""
