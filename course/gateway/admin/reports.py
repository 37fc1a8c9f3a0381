"""Usage and costs in buckets of time, from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.engine import Row

from .. import pricing

WIDTHS = {"1m": 60, "1h": 3600, "1d": 86_400}
# How many buckets a page has, and how many it can have, by width: both vendors' own numbers.
PAGE_SIZES = {"1m": (60, 1440), "1h": (24, 168), "1d": (7, 31)}


@dataclass(frozen=True, slots=True)
class Span:
    """The times of one page: from `start` up to but not including `end`, in buckets of `width`, all in seconds.
    `begins` lists when each bucket begins; `following` is when the next page's first does.
    """

    start: int
    end: int
    width: int
    begins: Sequence[int]
    following: int | None

    @property
    def micros(self) -> tuple[int, int]:
        """What of the ledger is on the page."""
        last = self.end if self.following is None else self.following
        first = max(self.start, self.begins[0]) if self.begins else self.start
        return first * 1_000_000, last * 1_000_000


def span(start: int, end: int, width: int, limit: int, page_begins: int | None = None) -> Span:
    """The page of at most `limit` buckets that begins at `page_begins`, or else with the bucket that holds `start`.
    Buckets begin at whole minutes, hours or days in UTC.
    """
    first = start // width * width if page_begins is None else page_begins
    begins = range(first, max(end, first), width)
    following = begins[limit] if len(begins) > limit else None
    return Span(start, end, width, begins[:limit], following)


@dataclass(slots=True)
class Total:
    """Tokens, money and calls of one group in one bucket."""

    requests: int = 0
    input: int = 0
    cached_input: int = 0
    cache_write: int = 0
    output: int = 0
    cost_micros: int = 0

    def add(self, row: Row) -> None:
        for name in ("requests", "input", "cached_input", "cache_write", "output", "cost_micros"):
            setattr(self, name, getattr(self, name) + int(getattr(row, name)))


def totals(rows: Iterable[tuple[int, Row]], group: Callable[[Row], tuple]) -> dict[int, dict[tuple, Total]]:
    """Rows of `Store.usage` or `Store.answered_calls`, each with its bucket, added up by bucket and group; groups in
    order.
    """
    found: dict[int, dict[tuple, Total]] = {}
    for bucket, row in rows:
        found.setdefault(bucket, {}).setdefault(group(row), Total()).add(row)
    return {bucket: _ordered(groups) for bucket, groups in found.items()}


@dataclass(slots=True)
class Line:
    """What one kind of token cost. `tokens` counts them."""

    tokens: int = 0
    cost_micros: int = 0


def lines(
    rows: Iterable[Row], catalog, width: int, group: Callable[[Row, str], tuple | None]
) -> dict[int, dict[tuple, Line]]:
    """Rows of `Store.answered_calls`, split by kind of token, added up by bucket and group. A group of `None` is left
    out. All lines of a call together cost what the ledger says.
    """
    found: dict[int, dict[tuple, Line]] = {}
    for row in rows:
        for meter, tokens, micros in _split(row, catalog):
            key = group(row, meter)
            if key is None or not (tokens or micros):
                continue
            line = found.setdefault(row.started // (width * 1_000_000), {}).setdefault(key, Line())
            line.tokens += tokens
            line.cost_micros += micros
    return {bucket: _ordered(groups) for bucket, groups in found.items()}


METERS = ("input", "cached_input", "cache_write", "output")


def is_batch(row: Row) -> bool:
    return "batch" in row.kind


def is_embedding(row: Row) -> bool:
    return "embed" in row.kind


def _split(row: Row, catalog) -> list[tuple[str, int, int]]:
    """A call's cost by kind of token: meter, tokens, micro-dollars. The catalog's prices say in what proportion, and
    what the call did cost is shared out so.
    """
    tokens = {
        "input": row.input - row.cached_input - row.cache_write,
        "cached_input": row.cached_input,
        "cache_write": row.cache_write,
        "output": row.output,
    }
    shares = _shares(row, catalog, tokens)
    whole = sum(shares.values())
    if not whole:
        return [(meter, tokens[meter], row.cost_micros if meter == "input" else 0) for meter in METERS]
    micros = {meter: int(row.cost_micros * share / whole) for meter, share in shares.items()}
    dearest = max(shares, key=shares.__getitem__)
    micros[dearest] += row.cost_micros - sum(micros.values())
    return [(meter, tokens[meter], micros[meter]) for meter in METERS]


def _shares(row: Row, catalog, tokens: dict[str, int]) -> dict[str, Decimal]:
    try:
        if is_embedding(row):
            rates = pricing.embedding_rates(catalog, row.model, is_batch(row))
        else:
            rates = pricing.rates(catalog, row.model, row.input, is_batch(row))
    except LookupError:  # a model that the catalog no longer has
        return {}
    return {meter: tokens[meter] * (getattr(rates, meter) or Decimal(0)) for meter in METERS}


def _ordered(groups: dict[tuple, object]) -> dict:
    return dict(sorted(groups.items(), key=lambda item: [str(part) for part in item[0]]))
