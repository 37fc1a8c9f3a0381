"""Reads a notebook that was handed in, and trusts nothing about it."""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from pathlib import Path

import nbformat
from nbformat import NotebookNode


class Unreadable(Exception):
    """The file cannot be graded; it says why."""


def read(path: Path, most: int) -> bytes:
    """The bytes of a plain file of at most `most` bytes: no link, no pipe, no device. Raises `Unreadable`."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise Unreadable(f"{path.name} is a link to another place. Links are not followed.") from error
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}.") from error
    try:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable(f"{path.name} is not a plain file.")
        if about.st_size > most:
            raise Unreadable(f"{path.name} is {about.st_size / 1e6:,.1f} MB. At most {most / 1e6:g} MB are read.")
        with os.fdopen(number, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(number)


def parse(content: bytes, name: str) -> NotebookNode:
    """The notebook, with all that grading relies on in its place. Raises `Unreadable`."""
    try:
        text = content.decode("utf-8-sig")
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name} is not a notebook: its JSON cannot be read ({str(error)[:100]}).") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise Unreadable(f"{name} is not a notebook that can be graded: it has no list of cells.")
    cells = [_cell(each) for each in raw["cells"]]
    return nbformat.from_dict({"cells": [each for each in cells if each is not None], "metadata": {}})


def _cell(raw: object) -> NotebookNode | None:
    """What counts in a cell; nothing else of the file is kept."""
    if not isinstance(raw, dict) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    source = raw.get("source", "")
    source = "".join(map(str, source)) if isinstance(source, list) else str(source)
    source = source.encode("utf-8", "replace").decode()
    cell = nbformat.from_dict({"cell_type": raw["cell_type"], "metadata": {}, "source": source})
    if raw["cell_type"] == "code":
        cell |= {"execution_count": None, "outputs": []}
    cell["id"] = secrets.token_hex(4)
    if isinstance(raw.get("id"), str) and re.fullmatch("[a-zA-Z0-9_-]{1,64}", raw["id"]):
        cell["id"] = raw["id"]
    named = raw.get("metadata", {})
    named = named.get("nbgrader") if isinstance(named, dict) else None
    if isinstance(named, dict) and isinstance(named.get("grade_id"), str):
        cell.metadata["nbgrader"] = {"grade_id": named["grade_id"][:200]}
    return cell
