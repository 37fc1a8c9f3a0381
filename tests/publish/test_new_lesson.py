"""A new lesson: made in a copy of the course, where its tests pass at once."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from course import cli

ROOT = Path(__file__).resolve().parents[2]
WORDS = ["new-lesson", "latency", "--title", 'How long it takes, "and why"', "--claims", "C01,C02"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The files of the course as they are now."""
    folder = tmp_path_factory.mktemp("copy") / "the course"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def run(folder, *words):
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["Latency"], "“Latency” cannot name a lesson. Take one word of 3 to 20 small letters"),
        (["billing"], "There is a lesson 02_billing already."),
        (["latency", "--claims", "C99"], "data/claims.csv has no C99."),
        (["latency", "--title", "A | B"], "A title is one line"),
        (["latency", "--minutes", "90"], "90 is not in the range 5<=x<=45"),
    ],
)
def test_what_will_not_do_is_refused_and_nothing_is_written(words, says, copy, monkeypatch):
    monkeypatch.chdir(copy)
    before = sorted(path for path in copy.rglob("*") if path.is_file())
    result = CliRunner().invoke(cli.main, ["new-lesson", "--title", "A title", *words])
    assert result.exit_code != 0
    assert says in result.output
    assert sorted(path for path in copy.rglob("*") if path.is_file()) == before


def test_the_tests_of_a_new_lesson_pass_at_once(copy):
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)  # a test asks git what the package installs
    told = run(copy, "course.cli", *WORDS)
    assert "→ notebooks/source/07_latency.py" in told.replace(os.sep, "/")
    assert run(copy, "course.cli", "notebooks", "07_latency")
    tests = ["tests/exercises", "tests/test_quizzes.py", "tests/test_outline.py", "tests/lessons/test_thread.py"]
    told = run(copy, "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "latency or lists or tells or claim")
    assert int(re.search(r"(\d+) passed", told)[1]) > 100
    code = ["course/checks/latency.py", "tests/exercises/answers/latency.py", "notebooks/source/07_latency.py"]
    assert run(copy, "ruff", "check", "--quiet", *code) == ""
    assert run(copy, "ruff", "format", "--check", "--quiet", *code) == ""
