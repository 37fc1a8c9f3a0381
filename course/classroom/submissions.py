"""Reads what students hand in: every text in a folder, with the place where it stands.

Notebooks are read cell by cell with their outputs, and ZIP files, Word files among them, file by file.
"""

from __future__ import annotations

import io
import json
import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 64 * 2**20
_MOST_IN_ARCHIVE = 256 * 2**20
_DEEPEST = 3
# What reading a ZIP file may end in; one that is packed in an unknown way, too.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, NotImplementedError,
)  # fmt: skip
_PACKED = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz")
_TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Passage:
    """`file` is seen from the folder; one in a ZIP file stands after its name and an arrow. `place` is such as
    "cell 3, line 2"; cells are counted from the top.
    """

    file: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be looked into, and why."""

    file: str
    reason: str


def files(folder: Path) -> list[Path]:
    """Every file below a folder, in order; no link is followed, for it may lead anywhere."""
    found = []
    for parent, _, names in os.walk(folder):
        found += [path for name in names if not (path := Path(parent, name)).is_symlink()]
    return sorted(found)


def passages(folder: Path, path: Path) -> Iterator[Passage | Unread]:
    """The texts of one file."""
    name = str(path.relative_to(folder))
    try:
        if path.stat().st_size > _MOST_BYTES:
            yield Unread(name, f"it has more than {_MOST_BYTES // 2**20} MB")
            return
        content = path.read_bytes()
    except OSError as error:
        yield Unread(name, str(error.strerror))
        return
    yield from _read(name, content, 0)


def _read(name: str, content: bytes, depth: int) -> Iterator[Passage | Unread]:
    if content[:4] == b"PK\x03\x04" and zipfile.is_zipfile(io.BytesIO(content)):
        yield from _archive(name, content, depth)
    elif name.lower().endswith(_PACKED):
        yield Unread(name, "it is packed; unpack it first")
    elif name.lower().endswith(".ipynb"):
        yield from _notebook(name, _decode(content))
    else:
        yield from _lines(name, "", _decode(content))
        if name.lower().endswith(".pdf"):
            yield Unread(name, "the text of a PDF is packed")


def _archive(name: str, content: bytes, depth: int) -> Iterator[Passage | Unread]:
    if depth == _DEEPEST:
        yield Unread(name, f"it lies in {depth} ZIP files, one in the other")
        return
    left = _MOST_IN_ARCHIVE
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                inside = f"{name} → {member.filename}"
                if member.is_dir():
                    continue
                if member.flag_bits & 1:
                    yield Unread(inside, "it needs a password")
                    continue
                with archive.open(member) as file:  # what it says of its size may be a lie
                    unpacked = file.read(min(_MOST_BYTES, left) + 1)
                left -= len(unpacked)
                if len(unpacked) > _MOST_BYTES or left < 0:
                    yield Unread(inside, "unpacked, it is too large")
                    if left < 0:
                        return
                    continue
                yield from _read(inside, unpacked, depth + 1)
    except _DAMAGED as error:
        yield Unread(name, f"it is a damaged ZIP file ({error})")


def _notebook(name: str, text: str) -> Iterator[Passage]:
    try:
        notebook = json.loads(text)
        cells = notebook["cells"]
        rest = {key: value for key, value in notebook.items() if key != "cells"}
        for number, cell in enumerate(cells, 1):
            yield from _lines(name, f"cell {number}, ", _joined(cell.get("source", "")))
            yield Passage(name, f"cell {number}, output", _strings(cell.get("outputs", [])))
            others = {key: value for key, value in cell.items() if key not in ("source", "outputs")}
            yield Passage(name, f"cell {number}, metadata", _strings(others))
        yield Passage(name, "metadata", _strings(rest))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        yield from _lines(name, "", text)  # it is no notebook, whatever its name says


def _lines(name: str, before: str, text: str) -> Iterator[Passage]:
    for number, line in enumerate(text.splitlines(), 1):
        yield Passage(name, f"{before}line {number}", line)


def _joined(value: object) -> str:
    return value if isinstance(value, str) else "".join(map(str, value))


def _strings(value: object) -> str:
    """All texts in a JSON value; lists of texts are lines of one."""
    if isinstance(value, str):
        return _TERMINAL_COLOUR.sub("", value)
    if isinstance(value, list):
        between = "" if all(isinstance(each, str) for each in value) else "\n"
        return between.join(map(_strings, value))
    if isinstance(value, dict):
        return "\n".join(text for pair in value.items() for text in map(_strings, pair))
    return ""


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return content.decode(encoding, "replace")
