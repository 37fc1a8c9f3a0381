"""The agency's own papers, read from `data/` and checked: messages, forms, documents, articles and contacts.

`data/cards/` says what each column means and how the texts were made. All of them are invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from ..data import FOLDER, DataError, Row, rows

LANGUAGES = ("en", "zh-Hant", "ja", "ko", "es", "de")
CHANNELS = ("web", "email", "line")
INTENTS = (
    "booking", "change", "cancellation", "refund", "complaint", "invoice", "question", "praise", "emergency", "spam",
)  # fmt: skip
URGENCIES = ("low", "normal", "high")
PII_KINDS = ("phone", "email", "card", "iban", "id", "passport", "birth_date", "address")
PROBLEMS = (
    "no_contact", "destination_missing", "destination_contradicts", "dates_missing", "dates_reversed",
    "dates_contradict", "date_past", "date_invalid", "people_missing", "people_contradict", "ages_missing",
    "no_adult", "too_many_people", "budget_implausible", "not_a_request",
)  # fmt: skip
DOCUMENT_CLASSES = ("invoice", "contract", "policy", "minutes", "complaint", "offer", "itinerary")
STATUSES = ("lead", "customer", "regular", "inactive", "do_not_contact")

_MESSAGE_COLUMNS = (
    "id", "channel", "received", "text", "language", "intent", "second_intent", "urgency", "customer_name",
    "destination", "start_date", "end_date", "adults", "children", "budget", "booking_code", "phone", "email",
    "notes", "pii",
)  # fmt: skip
_FORM_COLUMNS = (
    "id", "received", "language", "name", "email", "phone", "destination", "start_date", "end_date", "adults",
    "children", "child_ages", "budget", "currency", "notes", "problem",
)  # fmt: skip
_DOCUMENT_COLUMNS = (
    "file", "class", "language", "party", "date", "amount", "currency", "reference", "confidential",
)  # fmt: skip
_CONTACT_COLUMNS = ("id", "name", "email", "phone", "language", "city", "last_trip", "status", "notes")


@dataclass(frozen=True, slots=True)
class Message:
    """What a customer wrote, and what a careful reader finds in it. A field is empty where the text has none.

    Names, codes and phones stand in the text letter by letter. Several places or notes are divided by "; ".
    `pii` holds pairs of a kind and a value.
    """

    id: str
    channel: str
    received: date
    text: str
    language: str
    intent: str
    second_intent: str
    urgency: str
    customer_name: str
    destination: str
    start_date: date | None
    end_date: date | None
    adults: int | None
    children: int | None
    budget: str
    booking_code: str
    phone: str
    email: str
    notes: str
    pii: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A trip request as the visitor sent it: texts, unchecked, because some of them are wrong.

    `problems` names what is wrong; it is empty for a request that an offer can be made for.
    """

    id: str
    received: date
    language: str
    name: str
    email: str
    phone: str
    destination: str
    start_date: str
    end_date: str
    adults: str
    children: str
    child_ages: str
    budget: str
    currency: str
    notes: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of the office, and its key fields. `kind` is its class, such as "invoice"."""

    file: str
    text: str
    kind: str
    language: str
    party: str
    date: date
    amount: Decimal | None
    currency: str
    reference: str
    confidential: bool


@dataclass(frozen=True, slots=True)
class Article:
    """A question that customers ask, and the agency's answer. `id` is the name of its file."""

    id: str
    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A line of the customer file. `last_trip` is the day of the last return."""

    id: str
    name: str
    email: str
    phone: str
    language: str
    city: str
    last_trip: date | None
    status: str
    notes: str


def messages(folder: Path = FOLDER) -> list[Message]:
    """The customers' messages, oldest first. Raises `DataError`."""
    return [_message(row) for row in _unique(rows("messages.csv", _MESSAGE_COLUMNS, folder), "id")]


def forms(folder: Path = FOLDER) -> list[Form]:
    """The trip requests, oldest first. Raises `DataError`."""
    return [_form(row) for row in _unique(rows("forms.csv", _FORM_COLUMNS, folder), "id")]


def documents(folder: Path = FOLDER) -> list[Document]:
    """The documents with their labels. Raises `DataError`, also for a file without a label."""
    found = [_document(row, folder) for row in _unique(rows("documents.csv", _DOCUMENT_COLUMNS, folder), "file")]
    named = {document.file for document in found}
    for file in sorted((folder / "documents").iterdir()):
        if file.name not in named:
            raise DataError(f"documents.csv: the file documents/{file.name} has no line. Add one.")
    return found


def articles(folder: Path = FOLDER) -> list[Article]:
    """The articles of the knowledge base, by the names of their files. Raises `DataError`."""
    return [_article(file) for file in sorted((folder / "knowledge_base").glob("*.md"))]


def contacts(folder: Path = FOLDER) -> list[Contact]:
    """The customer file. Raises `DataError`."""
    return [_contact(row) for row in _unique(rows("contacts.csv", _CONTACT_COLUMNS, folder), "id")]


def _message(row: Row) -> Message:
    text = _lines(row.text("text"))
    for column in ("customer_name", "booking_code", "phone", "email"):
        _must_stand_in(text, [row.optional(column)], row, column)
    for column in ("destination", "notes"):
        _must_stand_in(text, _listed(row, column), row, column)
    start, end = row.day("start_date"), row.day("end_date")
    if start and end and end < start:
        raise row.wrong("end_date", f"{end} is before {start}, the start. Exchange them.")
    return Message(
        id=row.text("id"),
        channel=row.choice("channel", CHANNELS),
        received=_day(row, "received"),
        text=text,
        language=row.choice("language", LANGUAGES),
        intent=row.choice("intent", INTENTS),
        second_intent=row.choice("second_intent", ("", *INTENTS)),
        urgency=row.choice("urgency", URGENCIES),
        customer_name=row.optional("customer_name"),
        destination=row.optional("destination"),
        start_date=start,
        end_date=end,
        adults=row.integer("adults"),
        children=row.integer("children"),
        budget=row.optional("budget"),
        booking_code=row.optional("booking_code"),
        phone=row.optional("phone"),
        email=row.optional("email"),
        notes=row.optional("notes"),
        pii=_pii(row, text),
    )


def _form(row: Row) -> Form:
    problems = _listed(row, "problem")
    for problem in problems:
        if problem not in PROBLEMS:
            raise row.wrong("problem", f"{problem!r} is not one of {', '.join(PROBLEMS)}.")
    sent = {
        name: row.optional(name) for name in _FORM_COLUMNS if name not in ("id", "received", "language", "problem")
    }
    sent["notes"] = _lines(sent["notes"])
    return Form(
        id=row.text("id"),
        received=_day(row, "received"),
        language=row.choice("language", LANGUAGES),
        problems=problems,
        **sent,
    )


def _document(row: Row, folder: Path) -> Document:
    name = row.text("file")
    try:
        text = (folder / "documents" / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise row.wrong("file", f"there is no documents/{name}. Restore it, or take the line out.") from None
    for column in ("party", "reference"):
        _must_stand_in(text, [row.optional(column)], row, column)
    amount, currency = row.number("amount"), row.optional("currency")
    if (amount is None) != (not currency):
        raise row.wrong("currency", "an amount and its currency go together. Fill in both, or none.")
    return Document(
        file=name,
        text=text,
        kind=row.choice("class", DOCUMENT_CLASSES),
        language=row.choice("language", LANGUAGES),
        party=row.optional("party"),
        date=_day(row, "date"),
        amount=amount,
        currency=currency,
        reference=row.optional("reference"),
        confidential=row.choice("confidential", ("yes", "no")) == "yes",
    )


def _article(file: Path) -> Article:
    title, _, answer = file.read_text(encoding="utf-8").partition("\n")
    if not title.startswith("# ") or not answer.strip():
        raise DataError(f'knowledge_base/{file.name}: the first line must be "# " and a title; an answer follows.')
    return Article(file.stem, title[2:].strip(), answer.strip())


def _contact(row: Row) -> Contact:
    return Contact(
        id=row.text("id"),
        name=row.text("name"),
        email=row.optional("email"),
        phone=row.optional("phone"),
        language=row.choice("language", LANGUAGES),
        city=row.text("city"),
        last_trip=row.day("last_trip"),
        status=row.choice("status", STATUSES),
        notes=row.optional("notes"),
    )


def _unique(found: Iterable[Row], column: str) -> Iterator[Row]:
    seen = set()
    for row in found:
        value = row.text(column)
        if value in seen:
            raise row.wrong(column, f"{value!r} stands in the file twice. Each line needs its own.")
        seen.add(value)
        yield row


def _lines(cell: str) -> str:
    r"""The text of a cell, where \n stands for the end of a line."""
    return cell.replace("\\n", "\n")


def _listed(row: Row, column: str) -> tuple[str, ...]:
    return tuple(part for part in row.optional(column).split("; ") if part)


def _day(row: Row, column: str) -> date:
    day = row.day(column)
    if day is None:
        raise row.wrong(column, "is empty. Write a day, such as 2026-11-23.")
    return day


def _pii(row: Row, text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for item in _listed(row, "pii"):
        kind, colon, value = item.partition(":")
        if kind not in PII_KINDS or not colon:
            raise row.wrong("pii", f"{item!r} is not a kind and a value, such as phone:555-0100.")
        _must_stand_in(text, [value], row, "pii")
        found.append((kind, value))
    return tuple(found)


def _must_stand_in(text: str, values: Iterable[str], row: Row, column: str) -> None:
    for value in values:
        if value not in text:
            raise row.wrong(column, f"{value!r} does not stand in the text. Copy it letter by letter.")
