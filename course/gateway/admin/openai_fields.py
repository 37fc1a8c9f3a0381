"""What the endpoints of OpenAI's administration share: addresses, queries, lists, times."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Row

from ..dialects import openai
from ..types import Fault
from .desk import Ask

ORGANIZATION = "/v1/organization"
PROJECT = f"{ORGANIZATION}/projects/{{project_id}}"
# The end of the year 9999: later times are no times.
_LATEST_SECOND = 253_402_300_799


def seconds(micros: int | None) -> int | None:
    """A time as OpenAI writes it."""
    return None if micros is None else micros // 1_000_000


def not_found(what: str, name: str) -> Fault:
    return Fault("not_found", detail={"what": what, "id": name})


def project(ask: Ask) -> Row:
    """The project in the address. Raises `Fault` not_found."""
    return project_by_id(ask, ask.path["project_id"])


def open_project(ask: Ask) -> Row:
    """The project in the address, which is to be changed. Raises `Fault` where it is archived."""
    found = project(ask)
    if found.archived is not None:
        raise Fault("invalid_request", f"Project '{found.public_id}' is archived and cannot be updated.")
    return found


def project_by_id(ask: Ask, public_id: str) -> Row:
    for row in ask.store.projects():
        if row.public_id == public_id:
            return row
    raise not_found("project", public_id)


def text(ask: Ask, name: str) -> str:
    """A field of the body that must be there and hold something."""
    if ask.body.get(name) is None:
        raise openai.missing(name)
    value = openai.string(ask.body[name], name)
    if not value.strip():
        raise openai.invalid(name, "empty string. Expected a string with minimum length 1.", "empty_string")
    if "\0" in value:
        raise openai.invalid(name, "a string cannot hold the character U+0000.")
    return value


def optional_text(ask: Ask, name: str) -> str | None:
    return None if ask.body.get(name) is None else text(ask, name)


def chosen(ask: Ask, name: str, options: tuple[str, ...]) -> str:
    """A field of the body that must be one of several words."""
    if ask.body.get(name) is None:
        raise openai.missing(name)
    return openai.choice(ask.body[name], name, options)


def strings(value: object, name: str) -> list[str]:
    if not isinstance(value, list):
        raise openai.wrong_type(name, "an array of strings", value)
    return [openai.string(each, f"{name}[{place}]") for place, each in enumerate(value)]


def check_names(ask: Ask, *allowed: str) -> None:
    openai.check_names(ask.body, frozenset(allowed))


def expiry(ask: Ask) -> int | None:
    """When a key shall end, from the field `expires_in_seconds`."""
    length = openai.integer(ask.body.get("expires_in_seconds"), "expires_in_seconds", low=1)
    if length is None:
        return None
    return ask.now + at_most(length, "expires_in_seconds", _LATEST_SECOND) * 1_000_000


def at_most(value: int, name: str, high: int) -> int:
    if value > high:
        problem = f"integer above maximum value. Expected a value <= {high}, but got {value} instead."
        raise openai.invalid(name, problem, "integer_above_max_value")
    return value


# Queries. An array is sent as `name[]=a&name[]=b`.


def several(ask: Ask, name: str, options: tuple[str, ...] | None = None) -> list[str]:
    values = [*ask.query.getlist(f"{name}[]"), *ask.query.getlist(name)]
    if options is not None:
        for value in values:
            openai.choice(value, name, options)
    return values


def flag(ask: Ask, name: str) -> bool | None:
    value = ask.query.get(name)
    if value is None:
        return None
    if value.lower() not in ("true", "false"):
        raise openai.wrong_type(name, "a boolean", value)
    return value.lower() == "true"


def whole(ask: Ask, name: str, low: int = 0, high: int = _LATEST_SECOND) -> int | None:
    value = ask.query.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20):
        raise openai.wrong_type(name, "an integer", value)
    return at_most(openai.integer(int(value), name, low), name, high)


def word(ask: Ask, name: str, options: tuple[str, ...]) -> str | None:
    return openai.choice(ask.query.get(name), name, options)


# Lists. The oldest comes first, unless the query's `order` says otherwise.


def page(ask: Ask, items: list[dict], default: int = 20, most: int = 100, key: str = "id") -> dict:
    """The part of a list that the query asks for, with the IDs of its ends."""
    taken, more = _take(ask, items, default, 1, most, key)
    return {
        "object": "list",
        "data": taken,
        "first_id": taken[0][key] if taken else None,
        "last_id": taken[-1][key] if taken else None,
        "has_more": more,
    }


def next_page(ask: Ask, items: list[dict], default: int = 100, most: int = 1000, key: str = "id") -> dict:
    """The part of a list that the query asks for, with where the next part begins."""
    taken, more = _take(ask, items, default, 0, most, key)
    return {"object": "list", "data": taken, "has_more": more, "next": taken[-1][key] if more and taken else None}


def _take(ask: Ask, items: Sequence[dict], default: int, least: int, most: int, key: str) -> tuple[list[dict], bool]:
    given = whole(ask, "limit", least, most)
    limit = default if given is None else given
    ordered = list(items)
    if word(ask, "order", ("asc", "desc")) == "desc":
        ordered.reverse()
    after, before = ask.query.get("after"), ask.query.get("before")
    start = _place(ordered, after, "after", key) + 1 if after else 0
    end = _place(ordered, before, "before", key) if before else len(ordered)
    if before and not after:
        return ordered[max(end - limit, 0) : end], end > limit
    return ordered[start:end][:limit], end - start > limit


def _place(items: list[dict], item_id: str, name: str, key: str) -> int:
    for place, item in enumerate(items):
        if item[key] == item_id:
            return place
    raise openai.invalid(name, f"no object with the ID '{item_id}' in this list.")
