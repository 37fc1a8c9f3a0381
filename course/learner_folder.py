"""A folder of the learner's own: lessons and exercises, copied out of the installed course.

Nothing that a learner has changed is ever overwritten. To know it, the folder keeps a list of what was copied:
`.course/copied.json`, the SHA-256 of each file by its name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course import bootstrap

#: What a learner gets. The names are those of the repository, so that links from one to another hold.
PARTS = (
    "notebooks/[0-9][0-9]_*.ipynb",
    "notebooks/glossary.md",
    "notebooks/images/*",
    "exercises/release/*/*.ipynb",
)
README = Path(__file__).with_suffix(".md")
COPIED = Path(".course", "copied.json")


class FolderError(Exception):
    """A folder cannot take the course. The message says why, and what to do."""


@dataclass(frozen=True)
class Copied:
    """What a copy did with each file: it is new, was brought up to date, was the same, or is the learner's own."""

    new: list[str]
    up_to_date: list[str]
    same: list[str]
    kept: list[str]

    def told(self) -> str:
        """What happened, a line each; the files that were kept by their names."""
        done = {"copied": self.new, "brought up to date": self.up_to_date, "already there": self.same}
        lines = [f"Files {what}: {len(names)}" for what, names in done.items() if names]
        if self.kept:
            lines += ["Yours, and kept as they are:", *(f"    {name}" for name in self.kept)]
            lines += ["To get one of them new, rename yours and run this command again."]
        return "\n".join(lines)


def files(source: Path = bootstrap.LESSONS) -> dict[str, Path]:
    """What is copied, by its name in the learner's folder, such as "notebooks/00_start.ipynb".

    Raises FolderError when there is nothing to copy.
    """
    found = {path.relative_to(source).as_posix(): path for part in PARTS for path in sorted(source.glob(part))}
    if not found:
        raise FolderError(f"This course holds no lessons: {source} is empty. Install the course again.")
    return {"README.md": README, **found}


def copy(target: Path, sources: Mapping[str, Path]) -> Copied:
    """Copy `sources` into the folder `target`, which is made where it does not exist.

    A file that is there already is replaced only if it is still as an earlier copy left it. Raises FolderError where
    `target` cannot take the course.
    """
    target = target.expanduser().resolve()
    _check(target, sources)
    known = _known(target)
    copied = Copied([], [], [], [])
    try:
        for name, source in sources.items():
            content, place = source.read_bytes(), target / name
            there = place.read_bytes() if place.exists() else None
            if there is None:
                copied.new.append(name)
            elif there == content:
                copied.same.append(name)
            elif known.get(name) == _digest(there):
                copied.up_to_date.append(name)
            else:
                copied.kept.append(name)
                continue
            if there != content:
                _write(place, content)
            known[name] = _digest(content)
        _write(target / COPIED, json.dumps(known, indent=1, sort_keys=True).encode())
    except OSError as error:
        raise FolderError(
            f"{error.filename or target} cannot be written ({error.strerror}). Nothing of yours was changed. "
            "Make room, or choose another folder, and run this command again: it goes on where it stopped."
        ) from error
    return copied


def _check(target: Path, sources: Mapping[str, Path]) -> None:
    if target.is_relative_to(bootstrap.LESSONS) or (target / "notebooks" / "source").is_dir():
        raise FolderError(f"{target} is where the course itself lies. Name a folder of your own, outside of it.")
    for place in sorted({parent for name in sources for parent in (target / name).parents}):
        if place.exists() and not place.is_dir():
            raise FolderError(f"{place} is a file, and a folder is needed there. Name another folder.")
    for name in sources:
        if (target / name).is_dir():
            raise FolderError(f"{target / name} is a folder, and a file is needed there. Name another folder.")


def _known(target: Path) -> dict[str, str]:
    """What earlier copies wrote; empty where there was none. Without it, whatever differs counts as the learner's."""
    try:
        known = json.loads((target / COPIED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(place: Path, content: bytes) -> None:
    """Write a whole file or none: a crash leaves no half of a notebook."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.part")
    try:
        draft.write_bytes(content)
        os.replace(draft, place)
    finally:
        draft.unlink(missing_ok=True)
