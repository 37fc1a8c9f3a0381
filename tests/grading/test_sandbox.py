"""The sandbox as root and as an ordinary user, and what is said where there is none."""

import json
import os
import shutil
import stat
import subprocess
import sys

import pytest

from course.grading import run, sandbox
from course.grading.limits import Limits
from course.grading.problem import GradingProblem
from course.grading.sandbox import Sandbox

LOOK = """
import json, os, socket
def look():
    seen = {"user": os.getuid(), "processes": sum(name.isdigit() for name in os.listdir("/proc"))}
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    seen |= {name: status[name].strip() for name in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp")}
    try:
        socket.create_connection(("192.0.2.1", 443), 1)
    except OSError as error:
        seen["network"] = error.strerror
    return seen
"""
ASK = f"""
import json
from course.grading.limits import Limits
from course.grading.sandbox import Sandbox
sandbox = Sandbox()
with sandbox.open(Limits()) as student:
    print(json.dumps([student.run({LOOK!r}), student.call("look", ())]))
sandbox.close()
"""
SHUT_IN = {
    "processes": 1,
    "CapEff": "0" * 16,
    "CapBnd": "0" * 16,
    "NoNewPrivs": "1",
    "Seccomp": "2",
    "network": "Network is unreachable",
}


def _python_as_an_ordinary_user() -> list[str]:
    """As root: another user, who sees this Python even where it lies in a folder of root's own."""
    if os.geteuid():
        return [sys.executable]
    view = ["bwrap", "--dev-bind", "/", "/"]
    paths = sandbox._python()
    parents = sorted({parent for path in paths for parent in path.parents})
    closed = [folder for folder in parents if not folder.stat().st_mode & stat.S_IXOTH]
    for folder in parents:
        if any(folder.is_relative_to(each) for each in closed):
            view += ["--perms", "0755", "--tmpfs" if folder in closed else "--dir", str(folder)]
    for path in paths:
        if any(path.is_relative_to(each) for each in closed):
            view += ["--ro-bind", str(path), str(path)]
    user = ["setpriv", "--reuid=4321", "--regid=4321", "--clear-groups", "--bounding-set=-all", sys.executable]
    return [*view, "--cap-add", "ALL", *user]


def test_an_ordinary_user_can_shut_students_in():
    environment = sandbox._environment() | {"TMPDIR": "/tmp"}
    command = [*_python_as_an_ordinary_user(), "-c", ASK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    _, seen = json.loads(done.stdout)
    assert seen.pop("user") != 0
    assert seen == SHUT_IN


def test_without_walls_students_code_still_answers_and_ends():
    alone = Sandbox(sandboxed=False)
    with alone.open(Limits()) as student:
        assert "error" not in student.run("twice = lambda number: 2 * number")
        assert student.call("twice", (21,)) == 42
        with pytest.raises(NameError, match="thrice"):
            student.call("thrice", ())
    alone.close()


def test_where_nothing_shuts_in_it_refuses_and_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(GradingProblem, match="apt-get install bubblewrap") as caught:
        run.grade(tmp_path, tmp_path, tmp_path / "grades", [])
    assert "--no-sandbox" in str(caught.value)
    assert not (tmp_path / "grades").exists()


def test_walls_that_the_system_forbids_are_explained(monkeypatch):
    monkeypatch.setattr(sandbox, "_walls", lambda: ["sh", "-c", "echo setting up uid map: denied >&2; exit 1", "--"])
    refused = Sandbox()
    with pytest.raises(GradingProblem, match=r"uid map: denied.*user namespaces"):
        refused.preload([])
