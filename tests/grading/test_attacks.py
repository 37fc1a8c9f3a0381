"""Everything in attacks/ and more, handed in beside honest students in one run: nobody gains, nobody else loses."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import time
from pathlib import Path

import psutil
import pytest

from course.grading import run
from course.grading.limits import Limits
from course.grading.results import REFUSED

from .conftest import RIGHT, notebook

ATTACKS = sorted(Path(__file__).with_name("attacks").glob("*.py"))
LIMITS = Limits(cell_seconds=1, call_seconds=0.5, seconds=60, memory=700_000_000, files=20_000_000, processes=40)
HONEST = {"amal": 4, "zoe": 4, "half": 2}
WORDS = "Because a program needs a key."


@pytest.fixture(scope="module")
def server_outside():
    """A server on the grader's own loopback: nobody may come."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, hand_in, server_outside):
    folder = tmp_path_factory.mktemp("submissions")
    hand_in(folder, "amal", notebook(billing_6=WORDS, **RIGHT))
    hand_in(folder, "zoe", notebook(billing_6=WORDS, **RIGHT))
    hand_in(folder, "half", notebook(billing_6=WORDS, **{"billing-3": RIGHT["billing-3"]}))
    port = str(server_outside.getsockname()[1])
    for path in ATTACKS:
        code = path.read_text(encoding="utf-8").replace("PORT_OF_A_SERVER_OUTSIDE", port)
        hand_in(folder, path.stem, notebook(billing_1=code))
    _hand_in_files(folder, hand_in)
    return folder


def _hand_in_files(folder, hand_in):
    """Attacks by the file: each is refused, and the reason says what it is."""
    hand_in(folder, "file-broken", b'{"cells": [')
    hand_in(folder, "file-deep", b'{"cells": ' + b"[" * 200_000)
    hand_in(folder, "file-empty", b"")
    hand_in(folder, "file-list", b"[]")
    hand_in(folder, "file-digits", b'{"cells": [], "n": ' + b"9" * 10_000 + b"}")
    hand_in(folder, "file-other", b"MZ", "tiny.ipynb.exe")
    hand_in(folder, "file-two", b"{}", "..\\..\\gradebook.ipynb")
    hand_in(folder, "file-two", b"{}", "a.ipynb")
    with hand_in(folder, "file-large", b"").open("r+b") as file:
        file.truncate(200_000_000)
    hand_in(folder, "file-link", b"").unlink()
    (folder / "file-link" / "tiny" / "tiny.ipynb").symlink_to(folder / "zoe" / "tiny" / "tiny.ipynb")
    hand_in(folder, "file-pipe", b"").unlink()
    os.mkfifo(folder / "file-pipe" / "tiny" / "tiny.ipynb")
    hand_in(folder, "file-folder", b"", "tiny.ipynb/inside")
    (folder / "folder-link").symlink_to(folder / "zoe")
    (folder / "link-inside").mkdir()
    (folder / "link-inside" / "tiny").symlink_to(folder / "zoe" / "tiny")
    for name in ("=cmd", "-rf", "%2e%2e%2fzoe", "zoe\n", "a" * 200):
        hand_in(folder, name, notebook(**RIGHT))


@pytest.fixture(scope="module")
def graded(handed_in, exercises, tmp_path_factory):
    output = tmp_path_factory.mktemp("grades")
    summary = run.grade(handed_in, exercises, output, ["tiny"], jobs=2, limits=LIMITS)
    return summary, output


def _points(summary, student):
    return {row.task: row.points for row in summary.rows if row.student == student}


def test_honest_students_keep_every_point(graded):
    summary, _ = graded
    for student, points in HONEST.items():
        given = _points(summary, student)
        assert given.pop("billing.6") is None, "a person grades the words"
        assert sum(given.values()) == points, [row for row in summary.rows if row.student == student]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_earns_nothing_and_meets_the_wall_that_it_names(graded, attack):
    summary, _ = graded
    rows = {row.task: row for row in summary.rows if row.student == attack.stem}
    assert {task: row.points for task, row in rows.items()} == {"billing.1": 0, "billing.3": 0, "billing.6": 0}
    wall = attack.read_text(encoding="utf-8").splitlines()[0].removeprefix("# stopped by: ")
    assert any(each in rows["billing.1"].reason for each in wall.split(" | ")), rows["billing.1"].reason


def test_a_file_that_is_no_notebook_is_refused_with_its_reason(graded):
    summary, _ = graded
    refused = {row.student: row.reason for row in summary.rows if row.state == REFUSED}
    expected = {
        "file-broken": "JSON cannot be read",
        "file-deep": "JSON cannot be read",
        "file-digits": "JSON cannot be read",
        "file-empty": "JSON cannot be read",
        "file-folder": "not a plain file",
        "file-large": "200.0 MB. At most 10 MB",
        "file-link": "is a link",
        "file-list": "no list of cells",
        "file-other": "no notebook, only 'tiny.ipynb.exe'",
        "file-pipe": "not a plain file",
        "file-two": "2 notebooks, none called tiny.ipynb",
        "link-inside": "is a link",
    }
    assert refused.keys() == expected.keys()
    for student, reason in expected.items():
        assert reason in refused[student]
        assert set(_points(summary, student).values()) == {None}
    told = "\n".join(summary.remarks)
    for name in ("folder-link", "=cmd", "-rf", "%2e%2e%2fzoe", "zoe\\n", "aaaa"):
        assert f"{name}" in told
    assert {row.student for row in summary.rows} == {*HONEST, *expected, *(path.stem for path in ATTACKS)}


def test_nobody_came_to_the_graders_own_server(graded, server_outside):
    server_outside.settimeout(0)
    with pytest.raises(BlockingIOError):
        server_outside.accept()


def test_nothing_that_a_student_started_is_left(graded):
    deadline = time.monotonic() + 20
    while left := [each for each in psutil.process_iter(["cmdline"]) if "86399.25" in (each.info["cmdline"] or ())]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def test_what_students_wrote_arrives_as_plain_words(graded):
    _, output = graded
    for path in output.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert text.replace("\r\n", "").replace("\n", "").isprintable()
        for line in csv.reader(text.splitlines()):
            assert not any(field.startswith(("=", "+", "-", "@")) for field in line)


def test_the_notebook_that_shows_the_grade_has_the_sources_tests(graded):
    _, output = graded
    shown = json.loads((output / "autograded" / "patch_the_checker" / "tiny" / "tiny.ipynb").read_text())
    tests = next(cell for cell in shown["cells"] if cell["metadata"].get("nbgrader", {}).get("points") == 2)
    assert "cases=" in "".join(tests["source"])
    assert tests["outputs"][-1]["output_type"] == "error"


def test_a_run_that_was_stopped_goes_on_and_a_new_submission_replaces_the_old(
    graded, handed_in, hand_in, exercises, tmp_path
):
    summary, output = graded
    before = {row for row in summary.rows if row.student not in ("half", "zoe")}
    again = shutil.copytree(output, tmp_path / "grades")
    hand_in(handed_in, "half", notebook(billing_6=WORDS, **RIGHT))
    hand_in(handed_in, "zoe", notebook(billing_6=WORDS, **RIGHT | {"billing-3": "input_of_each_turn = None"}))
    total = len({row.student for row in summary.rows})

    def stop(done, _):
        if done == total - 1:  # one of the two is done
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.grade(handed_in, exercises, again, ["tiny"], jobs=1, limits=LIMITS, progress=stop)
    last = run.grade(handed_in, exercises, again, ["tiny"], jobs=1, limits=LIMITS)
    assert (last.graded, last.kept) == (1, total - 1)
    assert {row for row in last.rows if row.student not in ("half", "zoe")} == before
    assert _points(last, "half") == {"billing.1": 2, "billing.3": 2, "billing.6": None}
    assert _points(last, "zoe") == {"billing.1": 2, "billing.3": 0, "billing.6": None}
    assert "input_of_each_turn is not a function" in next(
        row.reason for row in last.rows if (row.student, row.task) == ("zoe", "billing.3")
    )
