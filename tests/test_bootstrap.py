"""Setting up: what it refuses and why, and that it does nothing twice. CI installs for real (tests/first_run)."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course import bootstrap

ROOT = Path(__file__).resolve().parent.parent
SOURCE = (ROOT / "course" / "bootstrap.py").read_text(encoding="utf-8")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with a space in its path that has the files setting up depends on; bootstrap works there."""
    folder = tmp_path / "a course"
    folder.mkdir()
    for name in (bootstrap.STUDENT, bootstrap.DEVELOPER, "pyproject.toml"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    venv = folder / ".venv"
    for name, value in {
        "ROOT": folder,
        "LESSONS": folder,
        "VENV": venv,
        "PYTHON": venv / bootstrap.PYTHON.relative_to(bootstrap.VENV),
        "STAMP": venv / bootstrap.STAMP.name,
    }.items():
        monkeypatch.setattr(bootstrap, name, value)
    return folder


@pytest.fixture
def installs(checkout, monkeypatch):
    """The installers' command lines, which are not run; making .venv makes a Python that answers."""
    commands = []

    def install(command):
        commands.append(command)
        if bootstrap.DEVELOPER not in command and str(bootstrap.VENV) in command:
            bootstrap.PYTHON.parent.mkdir(parents=True)
            bootstrap.PYTHON.write_text("")

    monkeypatch.setattr(bootstrap, "_install", install)
    monkeypatch.setattr(bootstrap, "_usable", lambda uv: bootstrap.PYTHON.exists())
    return commands


def test_it_needs_nothing_but_the_standard_library():
    imported = [node for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in imported if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_an_old_python_can_read_it():
    ast.parse(SOURCE, feature_version=(3, 7))


def test_run_as_a_file_it_still_finds_the_standard_library():
    """Run so, Python looks for modules in course/ first."""
    neighbours = {path.stem for path in (ROOT / "course").iterdir()}
    assert neighbours & sys.stdlib_module_names == set()


def test_help_names_every_target_of_the_makefile(capsys):
    assert bootstrap.main([]) == 0
    told = set(re.findall(r"^  (\w+)  ", capsys.readouterr().out, re.MULTILINE))
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert told | {"help"} == set(targets)


def test_python_m_course_and_the_file_are_one_thing():
    commands = (["-m", "course"], [str(ROOT / "course" / "bootstrap.py")])
    first, second = (
        subprocess.run(
            [sys.executable, *command, "help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for command in commands
    )
    assert first == second == bootstrap.HELP + "\n"


def test_the_second_time_nothing_is_installed(installs):
    bootstrap.set_up(bootstrap.STUDENT)
    assert len(installs) == 3
    bootstrap.set_up(bootstrap.STUDENT)
    assert len(installs) == 3


def test_the_developers_set_serves_students_and_not_the_other_way_round(installs):
    bootstrap.set_up(bootstrap.STUDENT)
    bootstrap.set_up(bootstrap.DEVELOPER)
    assert len(installs) == 5
    bootstrap.set_up(bootstrap.STUDENT)
    assert len(installs) == 5


@pytest.mark.parametrize("changed", [bootstrap.STUDENT, "pyproject.toml"])
def test_new_pins_are_installed(installs, checkout, changed):
    bootstrap.set_up(bootstrap.STUDENT)
    with (checkout / changed).open("a") as file:
        file.write("# changed\n")
    bootstrap.set_up(bootstrap.STUDENT)
    assert len(installs) == 5


def test_an_installation_that_broke_off_is_taken_up_again(installs, monkeypatch):
    recorded = bootstrap._install

    def break_off(command):
        recorded(command)
        if command[-1] == ".":
            raise bootstrap.Problem("stopped")

    monkeypatch.setattr(bootstrap, "_install", break_off)
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


def test_after_a_python_was_removed_all_is_made_anew(installs):
    bootstrap.set_up(bootstrap.STUDENT)
    bootstrap.PYTHON.unlink()
    bootstrap.set_up(bootstrap.STUDENT)
    assert len(installs) == 6


def test_a_moved_folder_needs_a_new_environment(checkout):
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.symlink_to(sys.executable)
    assert bootstrap._usable(uv="uv")
    bootstrap.STAMP.write_text(json.dumps({"folder": str(checkout.parent / "old place")}))
    assert not bootstrap._usable(uv="uv")


def test_a_damaged_stamp_only_means_installing_again(installs):
    bootstrap.set_up(bootstrap.STUDENT)
    bootstrap.STAMP.write_text("{")
    bootstrap.set_up(bootstrap.STUDENT)
    assert len(installs) == 5


def test_a_python_that_is_too_old(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(bootstrap.Problem, match=r"needs Python 3\.11 or newer\. This is Python 3\.9"):
        bootstrap._find_python()


def test_a_newer_python_than_tested_gives_way_to_a_tested_one(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 99, 0))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name)
    monkeypatch.setattr(bootstrap, "_output", lambda command: "1" if "3.12" in "".join(command[:2]) else "")
    assert "3.12" in "".join(bootstrap._find_python())
    monkeypatch.setattr(bootstrap, "_output", lambda command: "")
    assert bootstrap._find_python() == [sys.executable]
    assert "newer than those we test with" in capsys.readouterr().out


def test_a_python_without_the_module_for_environments(checkout, monkeypatch, tmp_path):
    """As on Debian without python3-venv."""
    (tmp_path / "ensurepip.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    version = "{}.{}".format(*sys.version_info)
    with pytest.raises(bootstrap.Problem, match=f"sudo apt install python{version}-venv"):
        bootstrap._make_venv([sys.executable], uv=None)


def test_the_first_time_without_a_network(checkout, monkeypatch):
    """A real environment and a real pip, whose package index is a port where nobody listens."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)  # no uv
    with pytest.raises(bootstrap.Problem, match="no connection to the package index"):
        bootstrap.set_up(bootstrap.STUDENT)
    assert bootstrap.PYTHON.exists()
    assert not bootstrap.STAMP.exists()


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("  cause: failed to copy file: No space left on device (os error 28)", "disk is full"),
        ("  cause: dns error\n  cause: failed to lookup address information", "no connection"),
        ("[Errno -3] Temporary failure in name resolution'))\nNo matching distribution found", "no connection"),
        ("[Errno 13] Permission denied: '.venv'", "could not be written"),
        ("ERROR: No matching distribution found for numpy==9", "has no build for this Python"),
    ],
)
def test_what_installers_say_is_explained(said, meaning):
    assert meaning in bootstrap._explain(said)


def test_an_installer_s_own_words_are_shown(checkout, capfd):
    script = "import sys; print('it broke', file=sys.stderr); sys.exit(3)"
    with pytest.raises(bootstrap.Problem, match="the lines above say why"):
        bootstrap._install([sys.executable, "-c", script])
    assert "it broke" in capfd.readouterr().err


def test_a_problem_is_told_without_a_traceback(checkout, monkeypatch, capsys):
    def refuse(pins):
        raise bootstrap.Problem("No Python.")

    monkeypatch.setattr(bootstrap, "set_up", refuse)
    assert bootstrap.main(["lab"]) == 1
    assert capsys.readouterr().err == "\nNo Python.\n"


def test_a_folder_that_may_not_be_written(checkout, monkeypatch, capsys):
    def refuse(pins):
        raise PermissionError(13, "Permission denied", ".venv")

    monkeypatch.setattr(bootstrap, "set_up", refuse)
    assert bootstrap.main(["test"]) == 1
    assert "put it in a folder of your own" in capsys.readouterr().err


def test_lab_without_a_lesson(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    with pytest.raises(bootstrap.Problem, match="make notebooks"):
        bootstrap.lab()


def test_lab_opens_the_first_lesson(checkout, monkeypatch):
    (checkout / "notebooks").mkdir()
    for name in ("05_last.ipynb", "02_first.ipynb", "scratch.ipynb", "00_draft.txt"):
        (checkout / "notebooks" / name).write_text("")
    commands = []
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(bootstrap.os, "execv", lambda python, command: commands.append(command))
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: commands.append(command))
    bootstrap.lab(["--no-browser"])
    assert commands[0][0] == sys.executable
    assert "--LabApp.default_url=/lab/tree/notebooks/02_first.ipynb" in commands[0]
    assert f"--ServerApp.root_dir={checkout}" in commands[0]
    assert commands[0][-1] == "--no-browser"
    monkeypatch.setenv("COURSE_NO_BROWSER", "1")
    commands.clear()
    bootstrap.lab()
    assert "--no-browser" in commands[0]


def test_doctor_checks_what_a_student_has_and_sees_the_students_own_progress(monkeypatch):
    asked = []
    monkeypatch.setattr(bootstrap, "set_up", asked.append)
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **how: asked.append((command[1:], how)) or 1)
    assert bootstrap.main(["doctor"]) == 1
    assert asked == [bootstrap.STUDENT, (["-m", "course.cli", "doctor"], {"cwd": str(bootstrap.ROOT)})]


def test_test_stops_at_the_first_thing_that_does_not_hold(monkeypatch):
    asked = []
    monkeypatch.setattr(bootstrap, "set_up", lambda pins: asked.append(pins))
    monkeypatch.setattr(
        bootstrap, "_call", lambda *step: asked.append(step[1]) or int(step[2:] == ("format", "--check"))
    )
    assert bootstrap.main(["test"]) == 1
    assert asked == [bootstrap.DEVELOPER, "ruff", "ruff"]


def test_clean_keeps_the_learner_s_work(checkout):
    kept = [checkout / "notebooks" / "02_billing.ipynb", checkout / "notebooks" / ".course" / "progress.json"]
    made = [checkout / ".venv" / "x", checkout / "build" / "slides" / "x", checkout / "course" / "__pycache__" / "x"]
    for file in (*kept, *made):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    assert bootstrap.main(["clean"]) == 0
    assert all(file.exists() for file in kept)
    assert not any(file.parent.exists() for file in made)
