"""The inbox for internal documents: texts that somebody drops there, to be sorted and summarised."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from sqlalchemy import desc, insert, select, update
from sqlalchemy.exc import IntegrityError

from .store import Store, documents, now

TYPES = (".txt", ".md", ".csv", ".eml")
LARGEST = 1_000_000
MOST = 50
_LONGEST_NAME = 120


class Refused(ValueError):
    """A file that the inbox does not take; the message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Document:
    """What `on_document` gets: the number of the document in the inbox, its file name and its text."""

    id: int
    name: str
    text: str


class Inbox:
    """Keeps documents; as a workflow, has `on_document` read them."""

    def __init__(self, store: Store):
        self._store = store

    def receive(self, delivery: str, name: str, content: bytes) -> int | None:
        """Keep a file; gives its number unless this delivery was there already. Raises `Refused`."""
        name, text = safe_name(name), read_text(name, content)
        values = {"delivery": delivery, "name": name, "text": text, "size": len(content), "at": now()}
        try:
            with self._store.transaction() as connection:
                return connection.execute(insert(documents).values(**values)).inserted_primary_key[0]
        except IntegrityError:
            return None

    def all(self) -> list[dict]:
        """All documents, newest first: id, name, text, size, at, and `result`: None, or class, fields and summary."""
        return self._read(documents.c.id > 0)

    def find(self, number: int) -> dict | None:
        found = self._read(documents.c.id == number)
        return found[0] if found else None

    def _read(self, chosen) -> list[dict]:
        with self._store.transaction() as connection:
            found = connection.execute(select(documents).where(chosen).order_by(desc(documents.c.id))).mappings()
            rows = [dict(row) for row in found]
        for row in rows:
            result = row.pop("result_json")
            row["result"] = None if result is None else json.loads(result)
        return rows

    # ---- workflow -------------------------------------------------------------------------------------------------

    def work(self, function: Callable[[Document], dict], subject: int, _attempt: int) -> str:
        document = self.find(subject)
        result = function(Document(subject, document["name"], document["text"]))
        if hasattr(result, "model_dump"):  # an object that pydantic has validated
            result = result.model_dump(mode="json", by_alias=True)
        _check(result)
        kept = {key: result[key] for key in ("class", "fields", "summary")}
        with self._store.transaction() as connection:
            encoded = json.dumps(kept, ensure_ascii=False, default=str)
            connection.execute(update(documents).where(documents.c.id == subject).values(result_json=encoded))
        return f"class {result['class']}, {len(result['fields'])} fields"

    def leave_to_colleague(self, subject: int, attempt: int) -> None:
        """The inbox shows by itself what nobody has read yet."""


def safe_name(name: str) -> str:
    """A file's name without the folders that some programs send, and without characters that nobody can see."""
    name = PurePosixPath(PureWindowsPath(name).name).name
    name = "".join(letter for letter in name if letter.isprintable()).strip()
    if not name.strip("."):
        return "document"
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= _LONGEST_NAME else stem[: _LONGEST_NAME - len(ending) - 1] + dot + ending


def read_text(name: str, content: bytes) -> str:
    """The text of a file. Raises `Refused`."""
    shown = safe_name(name)
    if not shown.lower().endswith(TYPES):
        raise Refused(f"{shown}: the inbox takes texts only ({', '.join(TYPES)}).")
    if len(content) > LARGEST:
        raise Refused(f"{shown}: the file is larger than {LARGEST // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{shown}: this is no text that can be read. Save it as UTF-8 text.") from None
    if "\0" in text:
        raise Refused(f"{shown}: this is no text that can be read. Save it as UTF-8 text.")
    if not text.strip():
        raise Refused(f"{shown}: the file is empty.")
    return text


def _check(result: object) -> None:
    if not isinstance(result, dict):
        raise TypeError(
            f"on_document must give a dict with class, fields and summary, and gave {type(result).__name__}."
        )
    for key, kind, words in (("class", str, "a text"), ("fields", dict, "a dict"), ("summary", str, "a text")):
        if key not in result:
            raise ValueError(f"on_document gave no {key!r}.")
        if not isinstance(result[key], kind):
            raise TypeError(f"on_document must give {key!r} as {words}, and gave {type(result[key]).__name__}.")
