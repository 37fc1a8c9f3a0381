"""Files that hold keys: nobody but their owner may read them, and none is ever overwritten."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TextIO

from .problem import ClassroomProblem


@contextlib.contextmanager
def new_private_file(path: Path) -> Iterator[TextIO]:
    """A new file that only its owner can read; it goes away again if an exception ends the block. Raises
    `ClassroomProblem`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ClassroomProblem(
            f"{path} cannot be written: {error.strerror}. Choose another folder with --output."
        ) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
    except BaseException:
        path.unlink()
        raise


def write_out(file: TextIO, text: str) -> None:
    """Write a text, and return when it is on the disk. Raises `ClassroomProblem`."""
    try:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise ClassroomProblem(f"{file.name} cannot be written: {error.strerror}. Nothing was made.") from None


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """A name in the folder that no file has: the stem with the next number."""
    return next(path for number in count(1) if not (path := folder / f"{stem}-{number}{suffix}").exists())
