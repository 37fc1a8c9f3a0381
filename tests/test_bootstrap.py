"""Setting up: what is installed when, and what a learner is told when something is missing."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course import bootstrap

ROOT = Path(__file__).resolve().parent.parent
SEPARATE = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv[2])"  # as Debian ships Python


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A course's folder with the pins alone, in a path with a space; bootstrap works there."""
    folder = tmp_path / "a course"
    folder.mkdir()
    for name in ("pyproject.toml", bootstrap.STUDENT, bootstrap.DEVELOPER):
        shutil.copy(ROOT / name, folder)
    venv = folder / ".venv"
    python = venv / bootstrap.PYTHON.relative_to(bootstrap.VENV)
    for name, value in {"ROOT": folder, "VENV": venv, "PYTHON": python, "STAMP": venv / "course.json"}.items():
        monkeypatch.setattr(bootstrap, name, value)
    return folder


@pytest.fixture
def installs(folder, monkeypatch):
    """The commands that would install something; making `.venv` is played by a stand-in for its Python."""
    commands = []

    def install(command):
        commands.append(command)
        if "venv" in command:
            bootstrap.PYTHON.parent.mkdir(parents=True)
            bootstrap.PYTHON.touch()

    monkeypatch.setattr(bootstrap, "_install", install)
    monkeypatch.setattr(bootstrap, "_usable", lambda uv: bootstrap.PYTHON.exists())
    return commands


def test_the_second_time_nothing_is_installed(installs):
    bootstrap.set_up(bootstrap.STUDENT)
    assert [command[-1] for command in installs[1:]] == [bootstrap.STUDENT, "."]
    installs.clear()
    bootstrap.set_up(bootstrap.STUDENT)
    assert installs == []


def test_developers_packages_serve_a_student_too(installs):
    bootstrap.set_up(bootstrap.DEVELOPER)
    installs.clear()
    bootstrap.set_up(bootstrap.STUDENT)
    assert installs == []
    bootstrap.set_up(bootstrap.DEVELOPER)
    assert installs == []


@pytest.mark.parametrize("changed", [bootstrap.STUDENT, "pyproject.toml"])
def test_changed_pins_are_installed(installs, folder, changed):
    bootstrap.set_up(bootstrap.STUDENT)
    installs.clear()
    with (folder / changed).open("a") as file:
        file.write("# changed\n")
    bootstrap.set_up(bootstrap.STUDENT)
    assert [command[-1] for command in installs] == [bootstrap.STUDENT, "."]


def test_an_installation_that_broke_off_is_taken_up_again(installs, monkeypatch):
    recorded = bootstrap._install

    def fail(command):
        recorded(command)
        if command[-1] == ".":
            raise bootstrap.Problem("stopped")

    monkeypatch.setattr(bootstrap, "_install", fail)
    with pytest.raises(bootstrap.Problem):
        bootstrap.set_up(bootstrap.STUDENT)
    monkeypatch.setattr(bootstrap, "_install", recorded)
    installs.clear()
    bootstrap.set_up(bootstrap.STUDENT)
    assert [command[-1] for command in installs] == [bootstrap.STUDENT, "."]


def test_uv_is_used_when_it_is_there(installs, monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if name == "uv" else None)
    bootstrap.set_up(bootstrap.STUDENT)
    assert {command[0] for command in installs} == {"uv"}


def test_an_old_python_is_told_which_it_needs(installs, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    assert bootstrap.main(["lab"]) == 1
    told = capsys.readouterr().err
    assert "needs Python 3.11 or newer" in told
    assert "This is Python 3.9" in told
    assert installs == []


def test_an_old_python_can_read_the_file_that_says_so():
    for name in ("bootstrap.py", "__main__.py", "__init__.py"):
        ast.parse((ROOT / "course" / name).read_text("utf-8"), feature_version=(3, 7))


def test_a_python_without_venv_is_told_where_to_get_it(folder):
    with pytest.raises(bootstrap.Problem, match=r"lacks the modules venv and ensurepip[^$]*sudo apt install python3"):
        bootstrap._make_venv([sys.executable, "-c", SEPARATE], uv=None)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("Failed to establish a new connection: Temporary failure in name resolution", "no connection"),
        ("error: error sending request for url", "no connection"),
        ("ERROR: Could not install packages: [Errno 13] Permission denied", "could not be written"),
        ("ERROR: No matching distribution found for numpy==2.5.5", "no build for this Python"),
        ("something that nobody knows", "the lines above say why"),
    ],
)
def test_a_failed_installation_says_what_to_do(folder, said, meaning):
    failing = f"import sys; print({said!r}, file=sys.stderr); sys.exit(1)"
    with pytest.raises(bootstrap.Problem, match=meaning):
        bootstrap._install([sys.executable, "-c", failing])


def test_without_a_network_the_first_installation_says_so(folder):
    """For real: pip asks a port at which nobody answers."""
    shutil.copytree(ROOT / "course", folder / "course", ignore=shutil.ignore_patterns("__pycache__"))
    closed = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    environment = {**os.environ, **closed, "PATH": str(folder)}  # no uv
    done = subprocess.run(
        [sys.executable, "-m", "course", "lab"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "There is no connection to the package index" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / ".venv" / "course.json").exists()


def test_without_a_lesson_lab_says_how_to_make_them(folder):
    with pytest.raises(bootstrap.Problem, match="make notebooks"):
        bootstrap.lab()


def test_lab_opens_the_lowest_lesson_for_this_machine_alone(folder, monkeypatch):
    (folder / "notebooks").mkdir()
    for name in ("10_last", "02_billing", "notes"):
        (folder / "notebooks" / f"{name}.ipynb").touch()
    started = []
    monkeypatch.setattr(bootstrap.os, "name", "nt")  # where a server is started as a child, and can be watched
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: started.append(command) or 0)
    assert bootstrap.lab(("--no-browser",)) == 0
    (command,) = started
    assert "--LabApp.default_url=/lab/tree/notebooks/02_billing.ipynb" in command
    assert "--ServerApp.ip=127.0.0.1" in command
    assert command[-1] == "--no-browser"


def test_clean_keeps_what_a_learner_wrote(folder):
    for name in ("build/slides", ".venv", "notebooks", ".course", "course/__pycache__", "tests"):
        (folder / name).mkdir(parents=True)
    assert bootstrap.main(["clean"]) == 0
    kept = {path.name for path in folder.iterdir() if path.is_dir()}
    assert kept == {"notebooks", ".course", "course", "tests"}
    assert not (folder / "course" / "__pycache__").exists()


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_without_a_command_the_help_is_shown_and_nothing_installed(installs, capsys, arguments):
    assert bootstrap.main(arguments) == 0
    assert "open the course in JupyterLab" in capsys.readouterr().out
    assert installs == []
