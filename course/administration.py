"""Who can do what on each platform, and what business chat plans govern, as the vendors' own pages say it."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from . import data
from .catalog import TRUST, VENDORS
from .data import FOLDER, Row, Source
from .governance import NOT_STATED, PUBLISHERS

# kind of product → topic → what a table calls it
TOPICS = {
    "platform": {
        "box": "The box",
        "make_box": "Who makes one",
        "make_key": "Who makes a key",
        "leaves": "Maker leaves",
        "models": "Models allowed",
        "rate": "Rate limits",
        "cap": "Hard cap",
        "refusal": "Cap reached",
        "usage": "Usage and costs",
        "audit": "Who did what",
    },
    "plan": {
        "seats": "Seats",
        "console": "Admin console",
        "sign_on": "Single sign-on",
        "spend": "Spend controls",
        "logs": "Logs for compliance",
    },
}
_COLUMNS = ("kind", "product", "vendor", "topic", "answer", "sources", "trust", "note")


class Fact(NamedTuple):
    """An answer and the vendor's pages behind it. `official`: the page was read, and not others who quote it. An
    answer that is "not stated" has no pages.
    """

    answer: str
    pages: tuple[Source, ...]
    official: bool


@lru_cache
def facts(folder: Path = FOLDER) -> dict[tuple[str, str, str], Fact]:
    """(kind, product, topic) → the fact, in the file's order.

    Raises `DataError` for an answer without a page of the product's vendor, and for a product that lacks a topic or
    has one twice.
    """
    pages = {source.id: source for source in data.sources(folder=folder)}
    found = {}
    for row in data.rows("administration.csv", _COLUMNS, folder):
        kind = row.choice("kind", TOPICS)
        name = kind, row.text("product"), row.choice("topic", TOPICS[kind])
        if name in found:
            raise row.wrong("topic", f"{name[1]} has {name[2]!r} twice. Keep one of the two lines.")
        found[name] = Fact(row.text("answer"), _pages(row, pages), row.optional("trust") != "third-party")
    for kind, product in {name[:2]: None for name in found}:
        if missing := [topic for topic in TOPICS[kind] if (kind, product, topic) not in found]:
            raise data.DataError(
                f"administration.csv: {product} lacks {', '.join(missing)}. Write {NOT_STATED!r} there."
            )
    return found


def table(kind: str) -> Administration:
    """A row for each topic and a column for each product of a kind, "platform" or "plan"; each answer links to its
    page. Raises `LookupError` for another kind.
    """
    if kind not in TOPICS:
        raise LookupError(f"There is no kind {kind!r}. There are: {', '.join(TOPICS)}.")
    return Administration(kind)


class Administration:
    """A table of facts as a notebook shows it. `frame` has the answers alone, `checked` the oldest day of a page."""

    def __init__(self, kind: str):
        about = {name[1:]: fact for name, fact in facts().items() if name[0] == kind}
        self._products = list({product: None for product, _ in about})
        self._about, self._topics = about, TOPICS[kind]
        self.checked = min(page.checked for fact in about.values() for page in fact.pages)
        rows = [[about[product, topic].answer for product in self._products] for topic in self._topics]
        self.frame = pd.DataFrame(rows, index=list(self._topics.values()), columns=self._products)

    def __repr__(self) -> str:
        return self.frame.to_string()

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" {_LEFT}>{escape(product)}</th>' for product in self._products)
        body = "".join(
            f'<tr><th scope="row" {_LEFT}>{escape(label)}</th>'
            + "".join(f"<td {_LEFT}>{_linked(self._about[product, topic])}</td>" for product in self._products)
            + "</tr>"
            for topic, label in self._topics.items()
        )
        said = f"Each answer links to the vendor's page. The oldest was read on {self.checked:%Y-%m-%d}."
        if not all(fact.official for fact in self._about.values()):
            said += f"<br>{_QUOTED} The page was not read itself, but where others quote it."
        return f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table><p>{said}</p>"


_QUOTED = "†"
_LEFT = 'style="text-align: start; vertical-align: top"'


def _linked(fact: Fact) -> str:
    """The answer as a link to its first page, and further pages beside it."""
    if not fact.pages:
        return escape(fact.answer)
    first, *others = fact.pages
    links = [_link(first, fact.answer), *(_link(page, f"[{number}]") for number, page in enumerate(others, start=2))]
    return " ".join(links) + ("" if fact.official else f" {_QUOTED}")


def _link(page: Source, text: str) -> str:
    return f'<a href="{escape(page.url)}" title="{escape(page.title)}">{escape(text)}</a>'


def _pages(row: Row, pages: dict[str, Source]) -> tuple[Source, ...]:
    names, vendor = row.optional("sources").split(), row.choice("vendor", VENDORS)
    if row.text("answer") == NOT_STATED:
        if names or row.optional("trust"):
            raise row.wrong("sources", f"an answer that is {NOT_STATED!r} has none. Leave them out.")
        return ()
    row.choice("trust", TRUST)
    if not names:
        raise row.wrong("sources", f"is empty. Name a row of sources.csv, or write {NOT_STATED!r} as the answer.")
    for name in names:
        if name not in pages or pages[name].publisher != PUBLISHERS[vendor]:
            raise row.wrong("sources", f"{name!r} is no page of {PUBLISHERS[vendor]} in sources.csv. Add it there.")
    return tuple(pages[name] for name in names)
