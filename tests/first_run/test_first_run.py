"""`make lab` on a fresh clone, as a student meets it: from nothing to a lesson that runs.

COURSE_CLONE may name the clone's folder. CI runs this twice on one clone: first with a network, then without one.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from pages import listen, run_all_cells
from servers import end

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/lab/\S+")
MINUTES = 60  # seconds


@pytest.fixture(scope="session")
def clone(tmp_path_factory) -> Path:
    """A clone of the last commit, in a path with spaces."""
    folder = Path(os.environ.get("COURSE_CLONE") or tmp_path_factory.mktemp("some folder") / "a course")
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def environment(tmp_path_factory) -> dict:
    """A machine with git, make and Python, without uv and without settings of this user."""
    tools = tmp_path_factory.mktemp("tools")
    python = Path(sys.base_prefix, "bin", "python3")
    (tools / "python3").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    (tools / "python3").chmod(0o755)
    for tool in ("git", "make"):
        (tools / tool).symlink_to(shutil.which(tool))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "JUPYTER"))}
    for name in ("VIRTUAL_ENV", "PYTEST_ADDOPTS", "MAKEFLAGS", "MAKELEVEL"):
        kept.pop(name, None)
    return kept | {"PATH": f"{tools}:/usr/bin:/bin", "JUPYTER_CONFIG_DIR": str(tools / "jupyter")}


@pytest.fixture
def lab(clone, environment, tmp_path):
    """`make lab` with the usual port taken: its process, its address and what it printed so far."""
    installed = (clone / ".venv" / "course.json").exists()
    log = tmp_path / "log"
    with socket.socket() as taken, log.open("wb") as output:
        with suppress(OSError):  # then another program has it, which serves as well
            taken.bind(("127.0.0.1", 8888))
            taken.listen()
        process = subprocess.Popen(
            ["make", "lab", "ARGS=--no-browser"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # heard, as at a terminal, if not here
        )
        address = None
        until = time.monotonic() + (MINUTES if installed else 8 * MINUTES)
        while not address and process.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
            address = ADDRESS.search(log.read_text("utf-8"))
        printed = log.read_text("utf-8")
        if not address:
            end(process)
            pytest.fail(f"make lab gave no address:\n{printed}", pytrace=False)
        assert ("Installing" in printed) == (not installed)
        assert address[1] != "8888"
        yield process, address[0]
        if process.poll() is None:
            end(process)


def test_from_a_clone_to_a_lesson_that_runs(lab, clone, browser):
    process, address = lab
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = listen(context.new_page())
    page.goto(address)
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=MINUTES * 1000)
    assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
    (lesson, *_) = sorted(clone.joinpath("notebooks").glob("[0-9][0-9]_*.ipynb"))
    before = lesson.stat().st_mtime_ns
    run_all_cells(page)
    page.keyboard.press("Control+s")
    for _ in range(100):
        if lesson.stat().st_mtime_ns != before:
            break
        page.wait_for_timeout(100)
    code = [cell for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert [output for output in outputs if output.output_type == "error"] == []
    outside = [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert outside == []
    context.close()
    os.killpg(process.pid, signal.SIGINT)  # Ctrl-C
    process.wait(timeout=MINUTES)
