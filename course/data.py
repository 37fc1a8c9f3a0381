"""The one place that knows where `data/` lies, and how its files are read."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

_PACKAGE = Path(__file__).resolve().parent
# In a checkout the files lie beside the package; in an installed wheel, inside it.
FOLDER = next(
    folder for folder in (_PACKAGE / "_data", _PACKAGE.parent / "data") if (folder / "glossary.csv").is_file()
)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")


class DataError(ValueError):
    """A data file breaks a rule. The message names the file, the line and the column, and what to do."""


def path(*parts: str) -> Path:
    """The path of a file in `data/`, for example `path("quizzes", "02_billing.json")`."""
    return FOLDER.joinpath(*parts)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file, whose getters refuse what the file must not hold."""

    file: str
    line: int
    cells: dict[str, str]

    def wrong(self, column: str, problem: str) -> DataError:
        return DataError(f"{self.file}, line {self.line}, column {column}: {problem}")

    def text(self, column: str) -> str:
        """A text that must be there."""
        if value := self.cells[column]:
            return value
        raise self.wrong(column, "is empty. Fill it in.")

    def optional(self, column: str) -> str:
        return self.cells[column]

    def choice(self, column: str, allowed: Iterable[str]) -> str:
        value = self.cells[column]
        if value not in allowed:
            known = ", ".join(repr(name) for name in allowed)
            raise self.wrong(column, f"{value!r} is not one of {known}.")
        return value

    def number(self, column: str) -> Decimal | None:
        """A finite decimal, zero or more; `None` where the cell is empty."""
        if not (value := self.cells[column]):
            return None
        if value.lower().strip("+-") in ("nan", "inf", "infinity"):
            raise self.wrong(column, f"{value!r} is not a finite number. A number that is not known is left empty.")
        if not _NUMBER.fullmatch(value):
            raise self.wrong(column, f"{value!r} is not a number. Write digits and a point, as in 0.75.")
        if (number := Decimal(value)) < 0:
            raise self.wrong(column, f"{value} is negative. A price, a fee or a count is zero or more.")
        return number

    def integer(self, column: str) -> int | None:
        number = self.number(column)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise self.wrong(column, f"{number} is not a whole number.")
        return int(number)

    def day(self, column: str) -> date | None:
        """An ISO date such as 2026-11-23; `None` where the cell is empty."""
        if not (value := self.cells[column]):
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or value != day.isoformat():
            raise self.wrong(column, f"{value!r} is not a date. Write it as 2026-11-23.")
        return day

    def url(self, column: str) -> str:
        value = self.text(column)
        parts = urlsplit(value)
        if parts.scheme != "https" or "." not in parts.netloc:
            raise self.wrong(column, f"{value!r} is not a source. Give the https address of the page.")
        return value


def rows(name: str, columns: Iterable[str], folder: Path = FOLDER) -> Iterator[Row]:
    """The lines of a CSV file whose heading is exactly `columns`. Raises `DataError`."""
    columns = list(columns)
    try:
        text = (folder / name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{name} is missing from the data folder. Restore it from the repository.") from None
    except UnicodeDecodeError:
        raise DataError(f"{name} is not UTF-8 text. Save it again with that encoding.") from None
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    heading = next(reader, [])
    if heading != columns:
        raise DataError(f"{name}, line 1: the columns are {heading}; they must be {columns}.")
    try:
        for cells in reader:
            if len(cells) != len(columns):
                raise DataError(
                    f"{name}, line {reader.line_num}: {len(cells)} cells where {len(columns)} are needed. "
                    "Put quotation marks around a text that holds a comma."
                )
            yield Row(name, reader.line_num, dict(zip(columns, map(str.strip, cells), strict=True)))
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}: {error}.") from None


@dataclass(frozen=True, slots=True)
class Source:
    """A page that the course states facts from. `lessons` names the lessons that cite it."""

    id: str
    title: str
    publisher: str
    url: str
    checked: date
    lessons: tuple[str, ...]


def sources(lesson: str | None = None, folder: Path = FOLDER) -> list[Source]:
    """The sources, or those that a lesson such as "02_billing" cites, in the file's order."""
    found = {}
    for row in rows("sources.csv", ("id", "title", "publisher", "url", "checked", "lessons"), folder):
        checked = row.day("checked")
        if checked is None:
            raise row.wrong("checked", "is empty. Write the day on which the page was read.")
        source = Source(
            row.text("id"),
            row.text("title"),
            row.text("publisher"),
            row.url("url"),
            checked,
            tuple(row.optional("lessons").split()),
        )
        if source.id in found:
            raise row.wrong("id", f"{source.id!r} stands in the file twice. Keep one of the two lines.")
        found[source.id] = source
    return [source for source in found.values() if lesson is None or lesson in source.lessons]
