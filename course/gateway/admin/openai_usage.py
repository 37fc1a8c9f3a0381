"""OpenAI's usage and costs: what the ledger holds for calls to OpenAI's models, in buckets of time.

Kinds of usage that this platform does not have, such as images, are there and empty.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy.engine import Row

from ..dialects import openai
from . import openai_fields as fields
from . import people, reports
from .desk import Ask, Entry

_CALLER = ("project_id", "user_id", "api_key_id")
_MODEL = (*_CALLER, "model")
_CHAT = (*_MODEL, "batch", "service_tier", "api_source")
# Kinds of usage → by what they can be grouped
_KINDS = {
    "completions": _CHAT,
    "embeddings": _MODEL,
    "decisions": _CHAT,
    "moderations": _MODEL,
    "images": (*_MODEL, "size", "source"),
    "audio_speeches": _MODEL,
    "audio_transcriptions": _MODEL,
    "vector_stores": ("project_id",),
    "code_interpreter_sessions": ("project_id",),
    "file_search_calls": (*_CALLER, "vector_store_id"),
    "web_search_calls": (*_MODEL, "context_level", "api_source"),
}
_COSTS = (*_CALLER, "line_item", "api_source")
_COST_PAGE = (7, 180)
_LINE_ITEMS = {
    "input": "input_tokens",
    "cached_input": "cached_input_tokens",
    "cache_write": "cache_write_tokens",
    "output": "output_tokens",
}
_PAGE = "page_"


def usage(kind: str, ask: Ask) -> dict:
    groups = fields.several(ask, "group_by", _KINDS[kind])
    width = fields.word(ask, "bucket_width", tuple(reports.WIDTHS)) or "1d"
    page = _span(ask, reports.WIDTHS[width], reports.PAGE_SIZES[width])
    rows = _Calls(ask)
    found = ask.store.usage(openai.VENDOR, *page.micros, page.width * 1_000_000) if page.begins else []
    wanted = [(row.bucket, row) for row in found if _is(kind, row) and rows.wants(row)]
    totals = reports.totals(wanted, lambda row: tuple(rows.dimension(name, row) for name in groups))

    def results(bucket: int) -> list[dict]:
        return [
            {**_counts(kind, total), **_named(groups, key, _KINDS[kind])}
            for key, total in totals.get(bucket, {}).items()
        ]

    return _report(page, results)


def costs(ask: Ask) -> dict:
    groups = fields.several(ask, "group_by", _COSTS)
    fields.word(ask, "bucket_width", ("1d",))
    page = _span(ask, reports.WIDTHS["1d"], _COST_PAGE)
    rows, items = _Calls(ask), fields.several(ask, "line_items")

    def group(row: Row, meter: str) -> tuple | None:
        item = _line_item(row, meter)
        if items and item not in items:
            return None
        return tuple(item if name == "line_item" else rows.dimension(name, row) for name in groups)

    found = ask.store.answered_calls(openai.VENDOR, *page.micros) if page.begins else []
    lines = reports.lines((row for row in found if rows.wants(row)), ask.pipeline.catalog, page.width, group)

    def results(bucket: int) -> list[dict]:
        return [_cost(line, _named(groups, key, _COSTS)) for key, line in lines.get(bucket, {}).items()]

    return _report(page, results)


class _Calls:
    """Which calls the query is about, and what OpenAI calls their dimensions."""

    def __init__(self, ask: Ask):
        self._keys = ask.store.known_keys()
        self._projects = {row.id: row.public_id for row in ask.store.projects()}
        self._batch = fields.flag(ask, "batch")
        self._filters = {
            "project_id": fields.several(ask, "project_ids"),
            "user_id": fields.several(ask, "user_ids"),
            "api_key_id": fields.several(ask, "api_key_ids"),
            "model": fields.several(ask, "models"),
        }

    def wants(self, row: Row) -> bool:
        if self._batch is not None and self._batch != self.dimension("batch", row):
            return False
        return all(not some or self.dimension(name, row) in some for name, some in self._filters.items())

    def dimension(self, name: str, row: Row) -> object:
        if name == "project_id":
            return self._projects[row.project_id]
        if name == "api_key_id":
            return self._keys[row.key_id].public_id
        if name == "user_id":
            return self._keys[row.key_id].owner or people.OWNER_ID
        if name == "model":
            return row.model
        if name == "batch":
            return reports.is_batch(row)
        return {"service_tier": "default", "api_source": "unlabeled"}.get(name)


def _is(kind: str, row: Row) -> bool:
    return kind == ("embeddings" if reports.is_embedding(row) else "completions")


def _counts(kind: str, total: reports.Total) -> dict:
    counts = {
        "object": f"organization.usage.{kind}.result",
        "input_tokens": total.input,
        "num_model_requests": total.requests,
    }
    if kind == "embeddings":
        return counts
    uncached = total.input - total.cached_input - total.cache_write
    return {
        **counts,
        "output_tokens": total.output,
        "input_cached_tokens": total.cached_input,
        "input_cache_write_tokens": total.cache_write,
        "input_uncached_tokens": uncached,
        "input_text_tokens": uncached,
        "output_text_tokens": total.output,
        "input_cached_text_tokens": total.cached_input,
        "input_audio_tokens": 0,
        "input_cached_audio_tokens": 0,
        "output_audio_tokens": 0,
        "input_image_tokens": 0,
        "input_cached_image_tokens": 0,
        "output_image_tokens": 0,
    }


def _cost(line: reports.Line, names: dict) -> dict:
    by_item = names["line_item"] is not None
    return {
        "object": "organization.costs.result",
        "amount": {"value": line.cost_micros / 1_000_000, "currency": "usd"},
        "quantity": line.tokens if by_item else None,
        "quantity_unit": "tokens" if by_item else None,
        **names,
    }


def _line_item(row: Row, meter: str) -> str:
    batch = " batch" if reports.is_batch(row) else ""
    return f"{row.model}{batch}, {_LINE_ITEMS[meter]}"


def _named(groups: list[str], key: tuple, all_names: tuple[str, ...]) -> dict:
    """Every dimension by its name; `None` where it was not grouped by."""
    return {**dict.fromkeys(all_names), **dict(zip(groups, key, strict=True))}


# Pages


def _span(ask: Ask, width: int, sizes: tuple[int, int]) -> reports.Span:
    start = fields.whole(ask, "start_time")
    if start is None:
        raise openai.missing("start_time")
    end = fields.whole(ask, "end_time")
    usual, most = sizes
    limit = fields.whole(ask, "limit", 1, most) or usual
    # A call that has just begun is in it.
    latest = -(-ask.now // 1_000_000) if end is None else end
    return reports.span(start, latest, width, limit, _page_begins(ask, width))


def _page_begins(ask: Ask, width: int) -> int | None:
    token = ask.query.get("page")
    if token is None:
        return None
    begins = token.removeprefix(_PAGE)
    if not (token.startswith(_PAGE) and begins.isascii() and begins.isdigit() and len(begins) < 12):
        raise openai.invalid("page", f"'{token}' is not a page of this report.")
    if int(begins) % width:
        raise openai.invalid("page", f"'{token}' is not a page of this report.")
    return int(begins)


def _report(page: reports.Span, results) -> dict:
    buckets = [
        {
            "object": "bucket",
            "start_time": begins,
            "end_time": begins + page.width,
            "results": results(begins // page.width),
        }
        for begins in page.begins
    ]
    following = None if page.following is None else f"{_PAGE}{page.following}"
    return {"object": "page", "data": buckets, "has_more": following is not None, "next_page": following}


ENTRIES: list[Entry] = [
    *(("GET", f"{fields.ORGANIZATION}/usage/{kind}", partial(usage, kind)) for kind in _KINDS),
    ("GET", f"{fields.ORGANIZATION}/costs", costs),
]
