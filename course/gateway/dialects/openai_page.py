"""OpenAI's lists, a page at a time: the query that asks for a page, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..types import Fault
from . import openai as fields


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`after` is the ID of the last item seen."""

    after: str | None
    limit: int
    newest_first: bool


def parse(query: Mapping[str, str], default: int = 20, most: int = 100) -> PageRequest:
    """Read a list's query. Raises `Fault` invalid_request."""
    order = fields.choice(query.get("order"), "order", ("asc", "desc"))
    return PageRequest(query.get("after") or None, _limit(query.get("limit"), default, most), order != "asc")


def take(items: list[dict], page: PageRequest) -> tuple[list[dict], bool]:
    """The page of items that stand in the order in which they came, and whether more follow."""
    ordered = items[::-1] if page.newest_first else items
    if page.after is not None:
        places = [place for place, item in enumerate(ordered) if item["id"] == page.after]
        ordered = ordered[places[0] + 1 :] if places else []
    return ordered[: page.limit], len(ordered) > page.limit


def render(items: list[dict], has_more: bool) -> dict:
    return {
        "object": "list",
        "data": items,
        "first_id": items[0]["id"] if items else "",
        "last_id": items[-1]["id"] if items else "",
        "has_more": has_more,
    }


def _limit(text: str | None, default: int, most: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        message = "Invalid type for 'limit': expected an integer, but got a string instead."
        raise Fault("invalid_request", message, "limit", "invalid_type")
    limit = fields.integer(int(text), "limit", low=1)
    if limit > most:
        problem = f"integer above maximum value. Expected a value <= {most}, but got {limit} instead."
        raise fields.invalid("limit", problem, "integer_above_max_value")
    return limit
