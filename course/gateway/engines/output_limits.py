"""The most tokens that a model gives in one answer, where nobody asks for less: data/output_limits.csv."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

from ... import data

_COLUMNS = ("model", "max_output", "source_url", "accessed_on", "note")


@lru_cache(maxsize=1024)
def most_output(model_id: str) -> int | None:
    """Tokens; `None` where no line of the file fits. A router's names may have the vendor before a slash."""
    name = model_id.rpartition("/")[2]
    return next((limit for pattern, limit in _limits() if fnmatchcase(name, pattern)), None)


@lru_cache(maxsize=1)
def _limits() -> tuple[tuple[str, int], ...]:
    found = []
    for row in data.rows("output_limits.csv", _COLUMNS):
        row.url("source_url")
        if row.day("accessed_on") is None:
            raise row.wrong("accessed_on", "is empty. Write the day on which the source was read.")
        if not (limit := row.integer("max_output")):
            raise row.wrong("max_output", "must be a number of tokens above zero.")
        found.append((row.text("model"), limit))
    return tuple(found)
