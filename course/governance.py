"""What each product does with a customer's data, as the vendors' own pages say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
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


def asked(topic: str, *products: str) -> Cited:
    """What some products' vendors say about a topic, each answer with its pages, as a lesson shows it.

    Raises `LookupError` for a topic or a product that is not there.
    """
    known = {fact.product: fact for fact in facts() if fact.topic == _known(topic)}
    if unknown := [product for product in products if product not in known]:
        raise LookupError(f"There is no product {unknown[0]!r}. There are: {', '.join(known)}.")
    chosen = [known[product] for product in products]
    frame = pd.DataFrame({TOPICS[topic]: [fact.answer for fact in chosen]}, index=pd.Index(products))
    return Cited(frame, [fact.sources for fact in chosen])


def routes(folder: Path = FOLDER) -> Cited:
    """The ways by which a text gets to a model, a row for each. Raises `DataError` for one without a source."""
    pages = {source.id: source for source in data.sources(folder=folder)}
    rows, cited = {}, []
    for row in data.rows("supplier_routes.csv", ("route", *_ROUTE_COLUMNS, "sources"), folder):
        names = row.text("sources").split()
        if unknown := [name for name in names if name not in pages]:
            raise row.wrong("sources", f"{unknown[0]!r} is not an id in sources.csv. Add the page there first.")
        rows[row.text("route")] = [row.text(column) for column in _ROUTE_COLUMNS]
        cited.append(tuple(pages[name] for name in names))
    return Cited(pd.DataFrame.from_dict(rows, orient="index", columns=list(_ROUTE_COLUMNS.values())), cited)


class Cited:
    """A table whose rows each name the pages that state them. `frame` has the answers alone."""

    def __init__(self, frame: pd.DataFrame, pages: list[tuple[Source, ...]]):
        self.frame, self.pages = frame, pages

    def __repr__(self) -> str:
        return self.frame.to_string()

    def _repr_html_(self) -> str:
        left = 'style="text-align: start; vertical-align: top"'
        heads = "".join(f'<th scope="col" {left}>{escape(name)}</th>' for name in (*self.frame.columns, "Stated by"))
        body = "".join(
            f'<tr><th scope="row" {left}>{escape(name)}</th>'
            + "".join(f"<td {left}>{escape(answer)}</td>" for answer in answers)
            + f"<td {left}>{', '.join(map(_link, pages))}</td></tr>"
            for name, answers, pages in zip(self.frame.index, self.frame.to_numpy(), self.pages, strict=True)
        )
        return f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _link(page: Source) -> str:
    return f'<a href="{escape(page.url)}" title="{escape(page.title)}">{escape(page.publisher)}, {page.checked}</a>'


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
