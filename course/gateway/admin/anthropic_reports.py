"""Anthropic's usage and cost reports: what the ledger holds for calls to Anthropic's models, in buckets of time.

A report has the whole buckets of its time, and the last one as far as it has come where no end is named
(https://platform.claude.com/docs/en/manage-claude/usage-cost-api, read 2026-11-26).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.engine import Row

from ..dialects import anthropic
from . import anthropic_fields as fields
from . import people, reports
from .desk import Ask, Entry

_USAGE_GROUPS = (
    "api_key_id", "workspace_id", "model", "service_tier", "context_window", "inference_geo", "account_id",
    "service_account_id", "speed",
)  # fmt: skip
_COST_GROUPS = ("workspace_id", "description")
_COST_PAGE = (7, 31)
# What a cost is described by, all at once.
_DESCRIBED = (
    "description", "cost_type", "model", "service_tier", "context_window", "token_type", "inference_geo",
)  # fmt: skip
_FILTERS = {
    "api_key_ids": "api_key_id",
    "workspace_ids": "workspace_id",
    "models": "model",
    "service_tiers": "service_tier",
    "context_window": "context_window",
    "inference_geos": "inference_geo",
    "account_ids": "account_id",
    "service_account_ids": "service_account_id",
    "speeds": "speed",
}
# kind of token → Anthropic's name, and its words in a description
_TOKENS = {
    "input": ("uncached_input_tokens", "Input Tokens"),
    "cached_input": ("cache_read_input_tokens", "Input Tokens, Cache Read"),
    "cache_write": ("cache_creation.ephemeral_5m_input_tokens", "Input Tokens, Cache Write"),
    "output": ("output_tokens", "Output Tokens"),
}
_LONG_PROMPT = 200_000
_CENTS = Decimal(10_000)
_LATEST_SECOND = 253_402_300_799


def usage(ask: Ask) -> dict:
    groups = fields.several(ask, "group_by", _USAGE_GROUPS)
    width = fields.word(ask, "bucket_width", tuple(reports.WIDTHS)) or "1d"
    page = _span(ask, reports.WIDTHS[width], reports.PAGE_SIZES[width])
    calls = _Calls(ask)
    rows = [(row.started // (page.width * 1_000_000), row) for row in calls.on(ask, page)]
    totals = reports.totals(rows, lambda row: tuple(calls.dimension(name, row) for name in groups))

    def results(bucket: int) -> list[dict]:
        return [
            {**dict.fromkeys(_USAGE_GROUPS), **dict(zip(groups, key, strict=True)), **_counts(total)}
            for key, total in totals.get(bucket, {}).items()
        ]

    return _report(page, results)


def costs(ask: Ask) -> dict:
    groups = fields.several(ask, "group_by", _COST_GROUPS)
    fields.word(ask, "bucket_width", ("1d",))
    page = _span(ask, reports.WIDTHS["1d"], _COST_PAGE)
    calls = _Calls(ask)
    names = [
        *(["workspace_id"] if "workspace_id" in groups else []),
        *(_DESCRIBED if "description" in groups else []),
    ]

    def group(row: Row, meter: str) -> tuple:
        return tuple(calls.dimension(name, row, meter) for name in names)

    lines = reports.lines(calls.on(ask, page), ask.pipeline.catalog, page.width, group)

    def results(bucket: int) -> list[dict]:
        return [
            {
                "currency": "USD",
                "amount": f"{Decimal(line.cost_micros) / _CENTS:f}",
                **dict.fromkeys(("workspace_id", *_DESCRIBED)),
                **dict(zip(names, key, strict=True)),
            }
            for key, line in lines.get(bucket, {}).items()
        ]

    return _report(page, results)


class _Calls:
    """Which calls the query is about, and what Anthropic calls their dimensions."""

    def __init__(self, ask: Ask):
        self._keys = ask.store.known_keys()
        self._names = {model.id: model.name for model in ask.pipeline.catalog.models}
        self._users = {user["id"] for user in people.users(ask.store)}
        wanted = {dimension: fields.several(ask, name) for name, dimension in _FILTERS.items()}
        self._filters = {dimension: some for dimension, some in wanted.items() if some}

    def on(self, ask: Ask, page: reports.Span) -> list[Row]:
        rows = ask.store.answered_calls(anthropic.VENDOR, *page.micros) if page.begins else []
        return [row for row in rows if self._wants(row)]

    def _wants(self, row: Row) -> bool:
        return all(self._filtered_by(name, row) in some for name, some in self._filters.items())

    def _filtered_by(self, name: str, row: Row) -> object:
        # The default workspace has no ID in a report, and yet one can ask for it.
        return fields.workspace_id(row.project_id) if name == "workspace_id" else self.dimension(name, row)

    def dimension(self, name: str, row: Row, meter: str = "input") -> object:
        if name == "workspace_id":
            return None if row.project_id == fields.DEFAULT else fields.workspace_id(row.project_id)
        if name == "api_key_id":
            return fields.key_id(row.key_id)
        if name in ("account_id", "service_account_id"):
            owner = self._keys[row.key_id].owner or people.OWNER_ID
            return owner if (owner in self._users) == (name == "account_id") else None
        if name == "model":
            return row.model
        if name == "service_tier":
            return "batch" if reports.is_batch(row) else "standard"
        if name == "context_window":
            return "0-200k" if row.input <= _LONG_PROMPT else "200k-1M"
        if name == "description":
            return f"{self._names.get(row.model, row.model)} Usage - {_TOKENS[meter][1]}"
        if name == "token_type":
            return _TOKENS[meter][0]
        return {"inference_geo": "global", "speed": "standard", "cost_type": "tokens"}[name]


def _counts(total: reports.Total) -> dict:
    return {
        "uncached_input_tokens": total.input - total.cached_input - total.cache_write,
        "cache_read_input_tokens": total.cached_input,
        "cache_creation": {"ephemeral_5m_input_tokens": total.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": total.output,
        "server_tool_use": {"web_search_requests": 0},
    }


# Pages


def _span(ask: Ask, width: int, sizes: tuple[int, int]) -> reports.Span:
    start, end = _moment(ask, "starting_at"), _moment(ask, "ending_at")
    if start is None:
        raise anthropic.missing("starting_at")
    usual, most = sizes
    limit = fields.whole(ask, "limit", 1, most) or usual
    first = start // width * width
    last = ask.now // 1_000_000 + 1 if end is None else end // width * width
    return reports.span(first, last, width, limit, _page_begins(ask, width))


def _moment(ask: Ask, name: str) -> int | None:
    """A time of the query in seconds."""
    value = ask.query.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise anthropic.invalid(name, "Input should be a valid datetime") from None
    if not 0 <= seconds <= _LATEST_SECOND:
        raise anthropic.invalid(name, "Input should be a valid datetime")
    return seconds


def _page_begins(ask: Ask, width: int) -> int | None:
    """A page's token is the time of its first bucket, in Base64."""
    token = ask.query.get("page")
    if token is None:
        return None
    try:
        text = base64.b64decode(token.removeprefix("page_"), validate=True).decode("ascii")
        begins = int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    except (ValueError, binascii.Error):
        begins = -1
    if begins < 0 or begins % width:
        raise anthropic.invalid("page", "Invalid page token")
    return begins


def _report(page: reports.Span, results: Callable[[int], list[dict]]) -> dict:
    buckets = [
        {
            "starting_at": fields.time(begins * 1_000_000),
            "ending_at": fields.time((begins + page.width) * 1_000_000),
            "results": results(begins // page.width),
        }
        for begins in page.begins
    ]
    token = None
    if page.following is not None:
        token = f"page_{base64.b64encode(fields.time(page.following * 1_000_000).encode()).decode()}"
    return {"data": buckets, "has_more": token is not None, "next_page": token}


ENTRIES: list[Entry] = [
    ("GET", f"{fields.ORGANIZATION}/usage_report/messages", usage),
    ("GET", f"{fields.ORGANIZATION}/cost_report", costs),
]
