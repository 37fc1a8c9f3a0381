"""What a JupyterLite is built with: JupyterLite itself, Pyodide, and wheels for the browser's Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from course.bootstrap import ROOT
from course.publish.lesson import LessonError

#: The Pyodide that this release of JupyterLite's kernel is made for; the CLI option `--pyodide` brings another build.
PYODIDE = "314.0.6"
PLATFORM = "pyemscripten_2026_0_wasm32"
MARKERS = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "python_full_version": "3.14.2",
    "python_version": "3.14",
    "sys_platform": "emscripten",
}
_PINS, _TOOLS = "requirements.txt", "requirements-lite.txt"


class LiteError(LessonError):
    """The site for the browser cannot be built. The message says what is missing, and what to do."""


def wanted() -> list[str]:
    """The packages that the browser's Python gets, by name."""
    lines = resources.files(__package__).joinpath("packages.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pins() -> dict[str, str]:
    """The version of each package that students have, as it would be on the browser's platform."""
    needs = [Requirement(line) for line in _pinned(_PINS).read_text("utf-8").splitlines() if line[:1].isalnum()]
    return {
        canonicalize_name(need.name): str(need.specifier).removeprefix("==")
        for need in needs
        if need.marker is None or need.marker.evaluate(MARKERS)
    }


def install(folder: Path) -> Path:
    """JupyterLite in a folder of its own, once for each set of pins; returns the folder."""
    wanted, stamp = _pinned(_TOOLS).read_text("utf-8"), folder / "installed.txt"
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        _pip("install", "--no-deps", "--target", folder, "--requirement", _pinned(_TOOLS))
        stamp.write_text(wanted, "utf-8")
    return folder


def python(tools: Path, folder: Path, *arguments: object) -> None:
    """Run this Python in a folder, with `tools` at hand. Raises LiteError with what it said, if it fails."""
    environment = {**os.environ, "PYTHONPATH": str(tools), "PYTHONUTF8": "1"}
    _run([sys.executable, *arguments], environment, folder)


def own_wheel(tools: Path, folder: Path) -> Path:
    """The course as a wheel, with its data."""
    shutil.rmtree(folder, ignore_errors=True)
    python(
        tools, ROOT, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT
    )
    return next(folder.glob("course-*.whl"))


def wheels(needs: Iterable[tuple[str, str]], folder: Path) -> list[Path]:
    """A wheel of each (name, version) that runs in the browser; those that are there already are not fetched."""
    folder.mkdir(parents=True, exist_ok=True)
    needs = list(needs)
    if missing := [f"{name}=={version}" for name, version in needs if not _wheel(folder, name, version)]:
        abis = ("--abi", "cp314", "--abi", "abi3", "--abi", "none")
        where = ("--platform", PLATFORM, "--platform", "any", "--implementation", "cp", "--python-version", "3.14")
        _pip("download", "--no-deps", "--only-binary", ":all:", *where, *abis, "--dest", folder, *missing)
    return [_wheel(folder, name, version) for name, version in needs]


def pyodide(given: Path | None, folder: Path) -> Path:
    """A folder with Pyodide's own files: `given`, a folder or an archive of it; or else the npm package."""
    if given is not None and given.is_dir():
        return _checked(given)
    target = folder / f"pyodide-{given.stem if given else PYODIDE}"
    if not target.is_dir():
        archive = given or _npm_pack(folder)
        unpacked = target.with_suffix(".part")
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            with tarfile.open(archive) as packed:
                packed.extractall(unpacked, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise LiteError(f"{archive} is no archive of Pyodide that can be read: {error}.") from error
        unpacked.rename(target)
    inner = [found.parent for found in target.rglob("pyodide-lock.json")]
    return _checked(inner[0] if inner else target)


def _checked(folder: Path) -> Path:
    for name in ("pyodide.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip"):
        if not folder.joinpath(name).is_file():
            raise LiteError(f"{folder} holds no Pyodide: {name} is missing. Name a folder or archive of a release.")
    return folder


def _npm_pack(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise LiteError(
            "Pyodide comes from npm, which is not here. Install Node.js, or name a Pyodide that you downloaded: "
            "--pyodide FILE."
        )
    folder.mkdir(parents=True, exist_ok=True)
    _run([npm, "pack", "--silent", f"pyodide@{PYODIDE}", "--pack-destination", folder], dict(os.environ))
    return folder / f"pyodide-{PYODIDE}.tgz"


def _wheel(folder: Path, name: str, version: str) -> Path | None:
    for file in folder.glob("*.whl"):
        found = parse_wheel_filename(file.name)
        if found[:2] == (canonicalize_name(name), Version(version)):
            return file
    return None


def _pinned(name: str) -> Path:
    file = ROOT / name
    if not file.is_file():
        raise LiteError(f"{name} is not here: a site for the browser is built in a copy of the course's repository.")
    return file


def _pip(*arguments: object) -> None:
    _run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], dict(os.environ))


def _run(command: list, environment: dict[str, str], folder: Path = ROOT) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        words = " ".join(map(str, command[1:4]))
        raise LiteError(f"`{Path(command[0]).name} {words}` failed. It said:\n{done.stdout.strip()[-2000:]}")
