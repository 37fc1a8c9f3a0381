"""Rosters as schools export them."""

from __future__ import annotations

import pytest

from course.classroom import roster
from course.classroom.problem import ClassroomProblem

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section
    Points Possible,,,,
"Lee, Ann",12,s100,alee,A
"Student, Test",99,,,A
"""
MOODLE = '"First name";"Surname";"ID number";"Email address"\nJosé;Müller;7;Jose@X.edu\n'
PLAIN = "name,email\nAnn Lee,ann@x.edu\n陳偉,wei@x.edu\n\n,,\n"


def read(tmp_path, content) -> list[tuple]:
    path = tmp_path / "class.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [(each.name, each.email, each.number) for each in roster.read(path)]


@pytest.mark.parametrize(
    ("content", "students"),
    [
        (CANVAS, [("Lee, Ann", "", "s100")]),
        (MOODLE, [("José Müller", "jose@x.edu", "7")]),
        (PLAIN, [("Ann Lee", "ann@x.edu", ""), ("陳偉", "wei@x.edu", "")]),
        ("﻿" + PLAIN, [("Ann Lee", "ann@x.edu", ""), ("陳偉", "wei@x.edu", "")]),
        ("sep=;\nID;Name\n0042;Ann\n", [("Ann", "", "0042")]),
        ("E-mail\tName\r\nann@x.edu\tAnn\r\n".encode("utf-16"), [("Ann", "ann@x.edu", "")]),
        ('email,name\nann@x.edu,"Ann\nLee"\n', [("Ann Lee", "ann@x.edu", "")]),
    ],
)
def test_common_exports_are_read(tmp_path, content, students):
    assert read(tmp_path, content) == students


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,email\nAnn,ann@x.edu\nAnna,ANN@x.edu\n", "row 3: ann@x.edu stands in row 2 already"),
        ("name,id\nAnn,a1\nBob,A1\n", "row 3: a1 stands in row 2 already"),
        ("name,email\nAnn,ann@x.edu\n,\nBob,bob@x.edu\n", "row 3: is empty"),
        ("name,email\nAnn,ann@x.edu\n\nBob,bob@x.edu\n", "row 3: is empty"),
        ("name,email\nAnn,\n", "row 2: Ann has neither"),
        ("name,email\nAnn,ann at x\n", "row 2: 'ann at x' is not an email address"),
        ("name,email\nLee, Ann,ann@x.edu\n", "row 2: has 3 cells"),
        ("name,email\n=cmd(),ann@x.edu\n", "row 2: a cell begins with"),
        ("name,email\nA\x07nn,ann@x.edu\n", "row 2: a cell holds characters"),
        ("name\nAnn\n", "no column with an email address"),
        ("", "the headings are missing"),
        ("name,email\n", "no students"),
        ('name,email\nAnn,"ann@x.edu\n', "Save it as CSV again"),
        ("name,email\nJos\xe9,j@x.edu\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path, content, said):
    with pytest.raises(ClassroomProblem) as problem:
        read(tmp_path, content)
    assert said in str(problem.value)


def test_all_wrong_rows_are_said_at_once(tmp_path):
    with pytest.raises(ClassroomProblem) as problem:
        read(tmp_path, "email\n" + "x\n" * 14)
    assert str(problem.value).count("row ") == 10
    assert "and 4 more" in str(problem.value)


def test_a_roster_that_is_not_there(tmp_path):
    with pytest.raises(ClassroomProblem, match="cannot be read"):
        roster.read(tmp_path / "none.csv")
