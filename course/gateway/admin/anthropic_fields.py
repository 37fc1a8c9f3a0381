"""What the endpoints of Anthropic's administration share: addresses, workspaces, queries, lists."""

from __future__ import annotations

from sqlalchemy.engine import Row

from ..dialects import anthropic
from ..store import public_id
from ..types import Fault
from .desk import Ask

ORGANIZATION = "/v1/organizations"
WORKSPACE = f"{ORGANIZATION}/workspaces/{{workspace_id}}"
# The project that was there first is the default workspace.
DEFAULT = 1


def time(micros: int | None) -> str | None:
    return None if micros is None else anthropic.timestamp(micros)


def not_found(what: str, name: str) -> Fault:
    return Fault("not_found", detail={"what": what, "id": name})


def workspace_id(number: int) -> str:
    return public_id("wrkspc_", number)


def key_id(number: int) -> str:
    return public_id("apikey_", number)


def workspace(ask: Ask) -> Row:
    """The workspace in the address. Raises `Fault` not_found."""
    for row in ask.store.projects():
        if workspace_id(row.id) == ask.path["workspace_id"]:
            return row
    raise not_found("Workspace", ask.path["workspace_id"])


def open_workspace(ask: Ask) -> Row:
    """The workspace in the address, which is to be changed. Raises `Fault` where it is archived."""
    row = workspace(ask)
    if row.archived is not None:
        raise Fault("invalid_request", "Workspace is archived and cannot be modified.")
    return row


def check_names(ask: Ask, *allowed: str) -> None:
    anthropic.check_names(ask.body, frozenset(allowed))


def text(ask: Ask, name: str, longest: int = 256) -> str:
    """A field of the body that must be there and hold something."""
    value = anthropic.string(anthropic.required(ask.body, name, ""), name, shortest=1)
    if len(value) > longest:
        raise anthropic.invalid(name, f"String should have at most {longest} characters")
    if "\0" in value:
        raise anthropic.invalid(name, "String should not have the character U+0000")
    return value


def optional_text(ask: Ask, name: str, longest: int = 256) -> str | None:
    return None if ask.body.get(name) is None else text(ask, name, longest)


def chosen(ask: Ask, name: str, options: tuple[str, ...]) -> str:
    return anthropic.choice(anthropic.required(ask.body, name, ""), name, options)


def several(ask: Ask, name: str, options: tuple[str, ...] | None = None) -> list[str]:
    """An array of the query, sent as `name[]=a&name[]=b`."""
    values = [*ask.query.getlist(f"{name}[]"), *ask.query.getlist(name)]
    if options is not None:
        for place, value in enumerate(values):
            anthropic.choice(value, f"{name}.{place}", options)
    return values


def word(ask: Ask, name: str, options: tuple[str, ...]) -> str | None:
    value = ask.query.get(name)
    return None if value is None else anthropic.choice(value, name, options)


def flag(ask: Ask, name: str) -> bool:
    value = ask.query.get(name, "false").lower()
    if value not in ("true", "false"):
        raise anthropic.invalid(name, "Input should be a valid boolean")
    return value == "true"


def whole(ask: Ask, name: str, low: int, high: int) -> int | None:
    value = ask.query.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20):
        raise anthropic.invalid(name, "Input should be a valid integer")
    return anthropic.integer(int(value), name, low, high)


def page(ask: Ask, items: list[dict], key: str = "id") -> dict:
    """The part of a list that the query asks for, with the IDs of its ends."""
    keyed = [{"id": item[key], "item": item} for item in items]
    taken, more = anthropic.take_page(keyed, anthropic.parse_page(ask.query))
    return {**anthropic.render_page(taken, more), "data": [each["item"] for each in taken]}


def cursor_page(ask: Ask, items: list[dict], key: str) -> dict:
    """The part of a list that the query asks for, all where it names no limit, and where the next part begins."""
    limit = whole(ask, "limit", 1, 1000) or len(items)
    begin, cursor = 0, ask.query.get("page")
    if cursor is not None:
        begin = next((place for place, item in enumerate(items) if f"page_{item[key]}" == cursor), None)
        if begin is None:
            raise anthropic.invalid("page", "Invalid page token")
    rest = items[begin + limit :]
    return {"data": items[begin : begin + limit], "next_page": f"page_{rest[0][key]}" if rest else None}
