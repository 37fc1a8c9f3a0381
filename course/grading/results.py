"""What came of each submission, kept as it comes, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

GRADED, REFUSED = "graded", "could not be graded"


@dataclass(frozen=True)
class Result:
    """One submission's `state`, what to know about all of it (`note`), and the `reasons` of failed cells by grade_id.
    `print` tells whether the submission, or what grades it, has changed since.
    """

    print: str
    state: str
    note: str = ""
    reasons: dict[str, str] = field(default_factory=dict)


class Results:
    """A folder with one small file for each submission."""

    def __init__(self, folder: Path):
        self._folder = folder

    def get(self, assignment: str, student: str) -> Result | None:
        """`None` where there is none, or none that can be read."""
        try:
            return Result(**json.loads(self._path(assignment, student).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def put(self, assignment: str, student: str, result: Result) -> None:
        path = self._path(assignment, student)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")
        os.replace(unfinished, path)

    def _path(self, assignment: str, student: str) -> Path:
        return self._folder / assignment / f"{student}.json"


def fingerprint(*parts: bytes) -> str:
    """A short name for exactly these contents, in this order."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()
