"""What each product does with a customer's data, as the vendors' own pages say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from . import data
from .catalog import AUDIENCES, TRUST, VENDORS
from .data import FOLDER, Row, Source

NOT_STATED = "not stated"
TOPICS = {
    "training": "Used for training",
    "choice": "How to opt out or in",
    "retention": "How long it is kept",
    "zero_retention": "Zero retention",
    "regions": "Regions",
    "certifications": "Certifications",
    "health_data": "Health data (HIPAA)",
    "admin_audit": "Admin and audit",
}
# A vendor is believed about its own products only.
PUBLISHERS = {"openai": "OpenAI", "anthropic": "Anthropic", "google": "Google", "openrouter": "OpenRouter"}

_ROUTE_COLUMNS = {
    "example": "For example",
    "contract": "Your contract is with",
    "text_passes": "The text passes",
    "zero_retention": "Zero retention",
    "regions": "Regions",
    "yours_to_do": "Left for you to do",
    "fits": "Fits",
}
_COLUMNS = ("product", "vendor", "audience", "topic", "answer", "sources", "trust", "note")


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer about one product. An answer that is "not stated" has no sources, no trust and no day.

    `trust` is "official" where the page was read, "third-party" where others quote it. `checked` is the oldest
    day on which one of the pages was read.
    """

    product: str
    vendor: str
    audience: str
    topic: str
    answer: str
    sources: tuple[Source, ...]
    trust: str
    note: str

    @property
    def stated(self) -> bool:
        return self.answer != NOT_STATED

    @property
    def checked(self) -> date | None:
        return min((source.checked for source in self.sources), default=None)


@lru_cache
def facts(folder: Path = FOLDER) -> tuple[Fact, ...]:
    """All facts, by product and topic in the file's order. Raises `DataError` for a fact without a source of the
    product's vendor, and for a product that lacks a topic or has it twice.
    """
    pages = {source.id: source for source in data.sources(folder=folder)}
    found: dict[tuple[str, str], Fact] = {}
    for row in data.rows("governance.csv", _COLUMNS, folder):
        fact = _fact(row, pages)
        if (fact.product, fact.topic) in found:
            raise row.wrong("topic", f"{fact.product} has {fact.topic!r} twice. Keep one of the two lines.")
        found[fact.product, fact.topic] = fact
    for product in {fact.product: None for fact in found.values()}:
        if missing := [topic for topic in TOPICS if (product, topic) not in found]:
            raise data.DataError(f"governance.csv: {product} lacks {', '.join(missing)}. Write {NOT_STATED!r} there.")
    return tuple(found.values())


def table(*topics: str) -> pd.DataFrame:
    """A row for each product and a column for each topic, or all of them: what lessons show.

    Raises `LookupError` with the known topics, as `evidence` does.
    """
    shown = tuple(map(_known, topics)) or tuple(TOPICS)
    answers = {(fact.product, fact.topic): fact.answer for fact in facts()}
    products = list({fact.product: None for fact in facts()})
    columns = {TOPICS[topic]: [answers[product, topic] for product in products] for topic in shown}
    return pd.DataFrame(columns, index=pd.Index(products, name="product"))


def evidence(topic: str) -> pd.DataFrame:
    """Where each answer about a topic comes from: product, answer, pages, day, trust, note."""
    columns = ("product", "answer", "pages", "checked", "trust", "note")
    asked = _known(topic)
    return pd.DataFrame([_evidence(fact) for fact in facts() if fact.topic == asked], columns=columns)


def routes(folder: Path = FOLDER) -> pd.DataFrame:
    """The ways by which a text gets to a model: a column for each way, a row for each question.

    Raises `DataError` for a way without a source.
    """
    pages = {source.id: source for source in data.sources(folder=folder)}
    table: dict[str, dict[str, str]] = {}
    for row in data.rows("supplier_routes.csv", ("route", *_ROUTE_COLUMNS, "sources"), folder):
        names = row.text("sources").split()
        if unknown := [name for name in names if name not in pages]:
            raise row.wrong("sources", f"{unknown[0]!r} is not an id in sources.csv. Add the page there first.")
        answers = {label: row.text(column) for column, label in _ROUTE_COLUMNS.items()}
        oldest = min(pages[name].checked for name in names)
        table[row.text("route")] = answers | {"Stated by": f"{', '.join(names)}; read {oldest} or later"}
    return pd.DataFrame(table)


def _known(topic: str) -> str:
    if topic not in TOPICS:
        raise LookupError(f"There is no topic {topic!r}. There are: {', '.join(TOPICS)}.")
    return topic


def _evidence(fact: Fact) -> tuple:
    pages = " ".join(source.url for source in fact.sources)
    return fact.product, fact.answer, pages, fact.checked, fact.trust, fact.note


def _fact(row: Row, pages: dict[str, Source]) -> Fact:
    vendor = row.choice("vendor", VENDORS)
    answer = row.text("answer")
    names = row.optional("sources").split()
    if answer == NOT_STATED:
        if names or row.optional("trust"):
            raise row.wrong("sources", f"an answer that is {NOT_STATED!r} has none. Leave them out.")
        sources, trust = (), ""
    else:
        if not names:
            raise row.wrong("sources", f"is empty. Name a row of sources.csv, or write {NOT_STATED!r} as the answer.")
        sources, trust = tuple(_page(row, vendor, name, pages) for name in names), row.choice("trust", TRUST)
    return Fact(
        row.text("product"),
        vendor,
        row.choice("audience", (*AUDIENCES, "api")),
        row.choice("topic", TOPICS),
        answer,
        sources,
        trust,
        row.optional("note"),
    )


def _page(row: Row, vendor: str, name: str, pages: dict[str, Source]) -> Source:
    if name not in pages:
        raise row.wrong("sources", f"{name!r} is not an id in sources.csv. Add the page there first.")
    if pages[name].publisher != PUBLISHERS[vendor]:
        raise row.wrong(
            "sources", f"{name!r} is not a page of {PUBLISHERS[vendor]}. Only the vendor's own pages count."
        )
    return pages[name]
