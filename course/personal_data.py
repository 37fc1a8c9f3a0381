"""The customers' messages with all personal data in them labelled, and how well a finder does on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from . import data
from .agency import records
from .data import FOLDER

if TYPE_CHECKING:
    import pandas

KINDS = ("name", "phone", "email", "id", "card", "iban")
Span = tuple[int, int, str]  #: where it starts, where it ends, and its kind


@dataclass(frozen=True, slots=True)
class Example:
    """A message, and where personal data stands in it."""

    id: str
    language: str
    text: str
    spans: tuple[Span, ...]


@lru_cache
def examples(folder: Path = FOLDER) -> tuple[Example, ...]:
    """Every message, also those that hold nothing. Raises `DataError` for a label that is not in its message."""
    labels: dict[str, list[tuple[str, str]]] = {}
    messages = {message.id: message for message in records.messages(folder)}
    for row in data.rows("personal_data.csv", ("message", "kind", "value"), folder):
        value = row.text("value")
        message = messages.get(row.text("message"))
        if message is None or value not in message.text:
            raise row.wrong("value", f"{value!r} is not in the message. Write it as it stands there.")
        labels.setdefault(message.id, []).append((row.choice("kind", KINDS), value))
    return tuple(
        Example(message.id, message.language, message.text, _spans(message.text, labels.get(message.id, [])))
        for message in messages.values()
    )


def score(find: Callable[[str], Iterable[Span]], of: Iterable[Example] | None = None) -> pandas.DataFrame:
    """How well `find(text)` does: a row for each kind and one for all, with labelled, found, right, recall and
    precision. A find is right when its kind and both its ends are those of a label.
    """
    import pandas

    counts = {kind: [0, 0, 0] for kind in KINDS}
    for example in examples() if of is None else of:
        labelled, found = set(example.spans), {tuple(each) for each in find(example.text)}
        for place, spans in enumerate((labelled, found, labelled & found)):
            for _, _, kind in spans:
                counts.setdefault(kind, [0, 0, 0])[place] += 1
    table = pandas.DataFrame.from_dict(counts, orient="index", columns=["labelled", "found", "right"])
    table.loc["all"] = table.sum()
    table["recall"] = table["right"] / table["labelled"]
    table["precision"] = table["right"] / table["found"]
    return table


def _spans(text: str, labels: list[tuple[str, str]]) -> tuple[Span, ...]:
    """Each place where a label's value stands, but not within a longer one or a longer word."""
    spans: list[Span] = []
    for kind, value in sorted(labels, key=lambda label: -len(label[1])):
        for match in re.finditer(rf"(?<![0-9A-Za-z@.+]){re.escape(value)}(?![0-9A-Za-z@])", text):
            if not any(start < match.end() and match.start() < end for start, end, _ in spans):
                spans.append((*match.span(), kind))
    return tuple(sorted(spans))
