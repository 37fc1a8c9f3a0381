"""Pyodide's list of packages, with the course and what it needs in it: `import course` then loads them all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .tools import MARKERS

LOCK = "pyodide-lock.json"


def versions(pyodide: Path) -> dict[str, str]:
    """The version that a Pyodide names for each package, whether it holds it or not."""
    packages = json.loads((pyodide / LOCK).read_text("utf-8"))["packages"]
    return {canonicalize_name(name): entry["version"] for name, entry in packages.items()}


def held(pyodide: Path, names: Iterable[str]) -> list[str]:
    """Those of `names` that a Pyodide holds, with all that they need: a release does, the npm package does not."""
    packages = _packages(pyodide)

    def holds(name: str) -> bool:
        entry = packages.get(canonicalize_name(name))
        return bool(entry) and (pyodide / entry["file_name"]).is_file() and all(map(holds, entry["depends"]))

    return [name for name in names if holds(name)]


def write(pyodide: Path, wheels: list[Path], also: list[str], folder: Path) -> None:
    """Copy Pyodide into `folder`, with these wheels and, of its own packages, `also` and what these depend on.

    Packages that are not there are not in the list either: importing one fails at once, and asks nobody.
    """
    folder.mkdir(parents=True)
    for file in pyodide.iterdir():
        if file.suffix in (".mjs", ".wasm") or file.name == "python_stdlib.zip":
            shutil.copy(file, folder)
    content = json.loads((pyodide / LOCK).read_text("utf-8"))
    theirs, ours = _packages(pyodide), {}
    for wheel in wheels:
        shutil.copy(wheel, folder)
        entry = _entry(wheel)
        ours[canonicalize_name(entry["name"])] = entry
    waiting = list(also)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in ours:
            ours[name] = theirs[name]
            shutil.copy(pyodide / theirs[name]["file_name"], folder)
            waiting += theirs[name]["depends"]
    for entry in ours.values():
        entry["depends"] = sorted({canonicalize_name(name) for name in entry["depends"]} & set(ours))
    ours["course"]["depends"] = sorted(set(ours) - {"course"})  # the first cell loads all that any cell may need
    content["packages"] = dict(sorted(ours.items()))
    folder.joinpath(LOCK).write_text(json.dumps(content, indent=1), "utf-8")


def _packages(pyodide: Path) -> dict[str, dict]:
    packages = json.loads((pyodide / LOCK).read_text("utf-8"))["packages"]
    return {canonicalize_name(name): entry for name, entry in packages.items()}


def _entry(wheel: Path) -> dict:
    with ZipFile(wheel) as packed:
        files = [PurePosixPath(name) for name in packed.namelist()]
        metadata = next(file for file in files if file.match("*.dist-info/METADATA") and len(file.parts) == 2)
        said = HeaderParser().parsestr(packed.read(str(metadata)).decode("utf-8"))
    needs = [Requirement(line) for line in said.get_all("Requires-Dist", [])]
    tops = {file.parts[0].partition(".")[0] for file in files if file.suffix in (".py", ".so")}
    return {
        "name": canonicalize_name(said["Name"]),
        "version": said["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(tops),
        "depends": [need.name for need in needs if need.marker is None or need.marker.evaluate(MARKERS)],
        "unvendored_tests": False,
    }
