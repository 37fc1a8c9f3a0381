"""A release as people get it: built by one command, installed where nothing of the repository is, and used there."""

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from servers import end

import course
from course import learner_folder

ROOT = Path(__file__).resolve().parents[2]
PREFIX = f"course-{course.__version__}"
WHEEL = f"{PREFIX}-py3-none-any.whl"
LESSON = "notebooks/00_start.ipynb"
LARGEST_WHEEL = 4_000_000  # bytes; a page with JupyterLite loads it too
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/lab/tree/notebooks/00_start\.ipynb\?token=(\w+)")
STARTED = 120  # seconds, on a busy machine


@dataclass(frozen=True)
class Learner:
    """Somebody with an environment that holds the wheel alone, a home of their own, and a folder to begin in."""

    environment: dict[str, str]
    folder: Path

    def run(self, *command: str, folder: Path | None = None, code: int = 0) -> str:
        """What a command prints; its exit code must be `code`."""
        done = subprocess.run(
            command,
            cwd=folder or self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == code, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """The last commit, in a path with a space."""
    folder = tmp_path_factory.mktemp("a clone") / "the course"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def dist(clone, report) -> Path:
    began = time.monotonic()
    built = subprocess.run(
        [sys.executable, "-m", "course.cli", "release"], cwd=clone, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    folder = clone / "dist"
    size = (folder / WHEEL).stat().st_size / 1e6
    report(f"Release: built in {time.monotonic() - began:.0f} s; its wheel has {size:.1f} MB")
    return folder


@pytest.fixture(scope="module")
def learner(dist, install, tmp_path_factory) -> Learner:
    uv = install("uv", "uv==0.13.9") / "uv"
    place = tmp_path_factory.mktemp("a learner")
    python = place / "environment" / "bin" / "python"
    pins = dist / f"{PREFIX}-requirements.txt"
    for command in (
        ["venv", "--python", sys.executable, place / "environment"],
        ["pip", "install", "--python", python, "--constraint", pins, dist / WHEEL],
    ):
        subprocess.run([uv, "--quiet", *command], check=True)
    for name in ("home", "work"):
        (place / name).mkdir()
    path = os.pathsep.join([str(python.parent), "/usr/bin", "/bin"])
    return Learner({"HOME": str(place / "home"), "PATH": path, "LANG": "C.UTF-8"}, place / "work")


@pytest.fixture(scope="module")
def own(learner) -> Path:
    """The folder that `course start` makes."""
    assert list(learner.folder.iterdir()) == []
    told = learner.run("course", "start", "my course")
    assert 'cd "my course"' in told
    folder = learner.folder / "my course"
    copied = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert copied == {*learner_folder.files(), learner_folder.COPIED.as_posix()}
    return folder


def test_a_release_holds_all_that_it_promises_and_tells_how_to_check_it(dist):
    names = {f"{PREFIX}-{part}" for part in ("exercises.zip", "slides.zip", "site.zip", "handout.pdf")}
    names |= {WHEEL, f"{PREFIX}.tar.gz", f"{PREFIX}-requirements.txt", f"{PREFIX}-changes.md"}
    sums = dict(reversed(line.split("  ")) for line in (dist / "SHA256SUMS").read_text("utf-8").splitlines())
    assert set(sums) == names
    assert {path.name for path in dist.iterdir()} == {*names, "SHA256SUMS"}
    assert {name: hashlib.sha256((dist / name).read_bytes()).hexdigest() for name in names} == sums


def test_the_wheel_is_light_and_holds_the_course_alone(dist):
    assert (dist / WHEEL).stat().st_size < LARGEST_WHEEL
    with zipfile.ZipFile(dist / WHEEL) as wheel:
        names = wheel.namelist()
    assert {name.partition("/")[0] for name in names} == {"course", f"{PREFIX}.data", f"{PREFIX}.dist-info"}
    assert [name for name in names if "exercises/source" in name or "notebooks/source" in name] == []


def test_the_source_distribution_gives_the_same_wheel_to_the_byte(dist, clone, tmp_path):
    with tarfile.open(dist / f"{PREFIX}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    shown = ["git", "-C", str(clone), "log", "-1", "--format=%ct"]
    committed = subprocess.run(shown, check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=tmp_path / PREFIX,
        env=os.environ | {"SOURCE_DATE_EPOCH": committed},
        check=True,
        capture_output=True,
    )
    assert (tmp_path / PREFIX / "dist" / WHEEL).read_bytes() == (dist / WHEEL).read_bytes()


def test_what_runs_is_the_installed_package(learner):
    assert learner.run("course", "--version") == f"course, version {course.__version__}\n"
    assert learner.run("python", "-m", "course", "--version") == f"course, version {course.__version__}\n"
    place = learner.run("python", "-c", "import course; print(course.__file__)").strip()
    assert Path(place).is_relative_to(learner.folder.parent / "environment")


def test_a_lesson_runs_in_the_learner_s_folder_and_is_kept_by_a_second_start(learner, own):
    saved = own / LESSON
    was = saved.read_bytes()
    learner.run("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", LESSON, folder=own)
    cells = [cell for cell in nbformat.read(saved, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert any("Practice platform ready" in output.get("text", "") for output in outputs)
    now = saved.read_bytes()
    assert now != was
    (own / "notebooks" / "glossary.md").unlink()
    told = learner.run("course", "start", ".", folder=own)
    assert f"Yours, and kept as they are:\n    {LESSON}\n" in told
    assert "Files copied: 1\n" in told
    assert saved.read_bytes() == now


def test_lab_opens_the_first_lesson(learner, own, tmp_path):
    with (tmp_path / "log").open("wb") as log:
        lab = subprocess.Popen(
            ["course", "lab", "--no-browser", "--ServerApp.port=0"],
            cwd=own,
            env=learner.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        found, until = None, time.monotonic() + STARTED
        while not found and lab.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
            found = ADDRESS.search((tmp_path / "log").read_text("utf-8"))
        assert found, (tmp_path / "log").read_text("utf-8")
        for page in (f"lab/tree/{LESSON}", f"api/contents/{LESSON}"):
            asked = urllib.request.Request(f"{found[1]}/{page}", headers={"Authorization": f"token {found[2]}"})
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=STARTED) as answer:
                assert answer.status == 200
    finally:
        end(lab)


def test_the_other_commands_work_or_say_what_they_need(learner, own):
    assert "Ready: you can do every lesson." in learner.run("course", "doctor", folder=own)
    assert "course start FOLDER" in learner.run("course", "lab", code=1)
    assert "course[publish]" in learner.run("course", "slides", "--all", folder=own, code=1)
    assert "a clone of its repository" in learner.run("course", "exercises", folder=own, code=1)
    assert "a clone of the course's repository" in learner.run("course", "release", folder=own, code=1)


def test_an_answer_to_an_exercise_is_checked(learner, own):
    answer = "import course\ndef price_of_usage(*given): return 0\nprint(course.check('billing.2'))"
    assert "billing.2: not yet" in learner.run("python", "-c", answer, folder=own)
