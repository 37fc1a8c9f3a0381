"""What all of Anthropic's endpoints share: the key, the version, the error bodies, a request's fields, pages of a
list, the models.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ..types import Allowance, Fault

VENDOR = "anthropic"
# (https://platform.claude.com/docs/en/api/versioning, read 2026-11-26)
NEWEST_VERSION = "2026-10-21"
VERSIONS = ("2023-06-01", NEWEST_VERSION)

_DEEPEST_SCHEMA = 100
_RATE_LIMITS_PAGE = "https://platform.claude.com/docs/en/api/rate-limits"
_NO_PERMISSION = "Your API key does not have permission to use the specified resource."
# kind → (HTTP status, type, message); types and statuses as in https://platform.claude.com/docs/en/api/errors
# (read 2026-11-26)
_FAULTS = {
    "invalid_request": (400, "invalid_request_error", "Invalid request"),
    "invalid_json": (400, "invalid_request_error", "The request body is not valid JSON."),
    "missing_key": (401, "authentication_error", "x-api-key header is required"),
    "invalid_key": (401, "authentication_error", "invalid x-api-key"),
    "wrong_key_kind": (403, "permission_error", _NO_PERMISSION),
    "unknown_model": (404, "not_found_error", "model: {model}"),
    "model_forbidden": (404, "not_found_error", "model: {model}"),
    "wrong_model_kind": (400, "invalid_request_error", "model: '{model}' does not make {makes}."),
    "tool_forbidden": (403, "permission_error", "tools: '{tool}' is not enabled for this workspace."),
    "region_forbidden": (
        400,
        "invalid_request_error",
        "inference_geo: '{region}' is not allowed for this workspace. Allowed: {allowed}.",
    ),
    "personal_data": (400, "invalid_request_error", "The prompt holds personal data."),
    "not_found": (404, "not_found_error", "{what} not found: {id}"),
    "conflict": (409, "conflict_error", "The request conflicts with the current state of the resource."),
    "context_too_long": (400, "invalid_request_error", "prompt is too long: {tokens} tokens > {window} maximum"),
    "too_large": (413, "request_too_large", "Request exceeds the maximum size of {limit} bytes"),
    "rate_limited": (
        429,
        "rate_limit_error",
        "This request would exceed your workspace's rate limit of {limit:,} {meter} per {per} (workspace: {project}, "
        f"model: {{model}}). For details, refer to: {_RATE_LIMITS_PAGE}. You can see the response headers for "
        "current usage.",
    ),
    "budget_exceeded": (400, "invalid_request_error", "You have reached your specified {scope}API usage limits."),
    "overloaded": (529, "overloaded_error", "Overloaded"),
    "unavailable": (503, "api_error", "The service is temporarily unavailable."),
    "timeout": (504, "timeout_error", "Request timed out."),
    "internal": (500, "api_error", "Internal server error"),
    "unknown_route": (404, "not_found_error", "Not Found"),
    "wrong_method": (405, "invalid_request_error", "Method Not Allowed"),
}
_SCOPES = {"project": "workspace ", "key": "API key "}


def secret(headers: Mapping[str, str]) -> str | None:
    """The key that came with a request, if any; `x-api-key` counts where both headers are there."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else "") or None


def version(headers: Mapping[str, str]) -> str:
    """The version of the API that a request is written for. Raises `Fault` invalid_request."""
    sent = headers.get("anthropic-version")
    if not sent:
        raise invalid("anthropic-version", "header is required")
    if sent not in VERSIONS:
        raise invalid("anthropic-version", f'"{sent}" is not a valid version')
    return sent


def render_fault(fault: Fault) -> tuple[int, dict, dict[str, str]]:
    """HTTP status, error body, headers. The body lacks its `request_id`: who sends it knows that."""
    status, kind, message = _FAULTS[fault.kind]
    detail = dict(fault.detail)
    if fault.kind == "budget_exceeded":
        detail["scope"] = _SCOPES.get(str(detail.get("scope")), "")
    error = {"type": kind, "message": fault.message or message.format(**detail)}
    if fault.code:
        error["details"] = {"error_code": fault.code}
    wait = detail.get("retry_after")
    headers = {} if wait is None else {"retry-after": str(math.ceil(wait))}
    return status, {"type": "error", "error": error}, headers


def allowance_headers(allowances: Mapping[str, Allowance], now: int) -> dict[str, str]:
    """What is left of each rate limit. The gateway has one limit for tokens, and so it shows under both names that
    a client may look for.
    """
    headers = {}
    for meter, names in (("requests", ["requests"]), ("tokens", ["tokens", "input-tokens"])):
        if (allowance := allowances.get(meter)) is None:
            continue
        for name in names:
            prefix = f"anthropic-ratelimit-{name}"
            headers[f"{prefix}-limit"] = str(allowance.limit)
            headers[f"{prefix}-remaining"] = str(allowance.remaining)
            headers[f"{prefix}-reset"] = timestamp(now + math.ceil(allowance.resets_in) * 1_000_000)
    return headers


def timestamp(micros: int) -> str:
    """UTC microseconds as RFC 3339, whole seconds."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=micros // 1_000_000)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def render_model(model) -> dict:
    """A model of the catalog. `created_at` is the epoch, as Anthropic has it where the day is not known."""
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.name,
        "created_at": timestamp(0),
        "lifecycle": "active",
        "line": None,
        "max_input_tokens": model.context_window,
        "max_tokens": None,
        "capabilities": None,
        "deprecated_at": None,
        "retires_at": _midnight(model.retired_on) if model.retired_on else None,
    }


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is asked for: `limit` items after one ID or before another."""

    limit: int = 20
    after: str | None = None
    before: str | None = None


def parse_page(query: Mapping[str, str]) -> PageRequest:
    """Read a list's query parameters. Raises `Fault` invalid_request."""
    limit = 20
    if "limit" in query:
        text = query["limit"]
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise invalid("limit", "Input should be a valid integer")
        limit = integer(int(text), "limit", low=1, high=1000)
    after, before = query.get("after_id") or None, query.get("before_id") or None
    if after and before:
        raise invalid("before_id", "Only one of before_id and after_id may be given")
    return PageRequest(limit, after, before)


def take_page(items: list[dict], page: PageRequest) -> tuple[list[dict], bool]:
    """The items of a whole list that are on the page, and whether more follow in the direction of reading."""
    ids = [item["id"] for item in items]
    if page.before is not None:
        end = ids.index(page.before) if page.before in ids else 0
        return items[max(end - page.limit, 0) : end], end > page.limit
    start = 0
    if page.after is not None:
        start = ids.index(page.after) + 1 if page.after in ids else len(items)
    return items[start : start + page.limit], len(items) > start + page.limit


def render_page(items: list[dict], has_more: bool) -> dict:
    return {
        "data": items,
        "has_more": has_more,
        "first_id": items[0]["id"] if items else None,
        "last_id": items[-1]["id"] if items else None,
    }


# Fields of a request. Each function takes a JSON value and the field's name as Anthropic writes it, such as
# "messages.0.content", and raises the `Fault` that Anthropic would answer with. `null` counts as absent.


def invalid(name: str, problem: str) -> Fault:
    return Fault("invalid_request", f"{name}: {problem}", name)


def missing(name: str) -> Fault:
    return invalid(name, "Field required")


def check_names(fields: dict, allowed: frozenset[str], prefix: str = "") -> None:
    """Refuse the first field whose name is not allowed."""
    for name in fields:
        if name not in allowed:
            raise invalid(f"{prefix}{name}", "Extra inputs are not permitted")


def json_object(value: object, name: str) -> dict:
    if not isinstance(value, dict):
        raise invalid(name, "Input should be a valid dictionary")
    return value


def json_schema(value: object, name: str) -> dict:
    """A JSON Schema, nested no deeper than what reads it later can bear."""
    level = [json_object(value, name)]
    for _ in range(_DEEPEST_SCHEMA):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return value
    raise invalid(name, "Schema is nested too deeply")


def json_list(value: object, name: str) -> list:
    if not isinstance(value, list):
        raise invalid(name, "Input should be a valid list")
    return value


def string(value: object, name: str, shortest: int = 0) -> str:
    if not isinstance(value, str):
        raise invalid(name, "Input should be a valid string")
    if len(value) < shortest:
        raise invalid(name, f"String should have at least {shortest} character{'s' if shortest > 1 else ''}")
    return value


def boolean(value: object, name: str) -> bool:
    if value is not None and not isinstance(value, bool):
        raise invalid(name, "Input should be a valid boolean")
    return bool(value)


def integer(value: object, name: str, low: int, high: int | None = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(name, "Input should be a valid integer")
    if value < low:
        raise invalid(name, f"Input should be greater than or equal to {low}")
    if high is not None and value > high:
        raise invalid(name, f"Input should be less than or equal to {high}")
    return value


def fraction(value: object, name: str) -> None:
    """Check a number between 0 and 1 that has no effect on a model made of rules."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(name, "Input should be a valid number")
    if not 0 <= value <= 1:
        raise invalid(name, "range: 0..1")


def choice(value: object, name: str, options: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in options:
        quoted = [f"'{option}'" for option in options]
        listed = " or ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)
        raise invalid(name, f"Input should be {listed}")
    return value


def tag(fields: dict, name: str, options: tuple[str, ...]) -> str:
    """The `type` of an object that can be one of several kinds."""
    kind = fields.get("type")
    if not isinstance(kind, str):
        raise invalid(name, "Unable to extract tag using discriminator 'type'")
    if kind not in options:
        listed = ", ".join(f"'{option}'" for option in options)
        raise invalid(
            name, f"Input tag '{kind}' found using 'type' does not match any of the expected tags: {listed}"
        )
    return kind


def required(fields: dict, field: str, name: str) -> object:
    """A field's value; `name` is that of the object."""
    value = fields.get(field)
    if value is None:
        raise missing(f"{name}.{field}" if name else field)
    return value


def check_cache_control(value: object, name: str) -> None:
    """A wish to cache the prompt up to here. The gateway's own prompt cache needs no wish and keeps what it sees,
    so this is checked and otherwise ignored.
    """
    if value is None:
        return
    control = json_object(value, name)
    tag(control, name, ("ephemeral",))
    check_names(control, frozenset(["type", "ttl"]), f"{name}.ephemeral.")
    if control.get("ttl") is not None:
        choice(control["ttl"], f"{name}.ephemeral.ttl", ("5m", "1h"))
