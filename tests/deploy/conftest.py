"""What tests that start a real outside thing share: tools of their own, and a report of what they measured."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "deploy"  # tools that are no part of the course, each in an environment of its own
UV = "uv==0.13.9"  # installs in a fifth of pip's time
_measured = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def install() -> Callable[..., Path]:
    """Gives the folder of programs of an environment with these packages and uv, made once under build/deploy."""

    def installed(name: str, *packages: str) -> Path:
        folder, wanted = TOOLS / name, "\n".join(packages)
        programs, stamp = folder / "bin", folder / "installed"
        if not stamp.exists() or stamp.read_text("utf-8") != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", "--without-pip", folder])
            _run([sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet", UV])
            _run([programs / "uv", "pip", "install", "--quiet", "--python", programs / "python", *packages])
            stamp.write_text(wanted, "utf-8")
        return programs

    return installed


@pytest.fixture(scope="session")
def report(request) -> Callable[[str], None]:
    """Takes a line about what was measured, which stands at the end of what pytest prints."""
    return request.config.stash.setdefault(_measured, []).append


def pytest_terminal_summary(terminalreporter, config):
    if lines := config.stash.get(_measured, []):
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.write_line(line)


def _run(command: list) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))} failed:\n{done.stdout}", pytrace=False)
