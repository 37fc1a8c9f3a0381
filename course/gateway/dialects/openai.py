"""What all of OpenAI's endpoints share: the key, the error bodies, a request's fields, the list of models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, time

from ..store import public_id
from ..types import Allowance, Attachment, Caller, Fault

VENDOR = "openai"

_KEYS_PAGE = "https://platform.openai.com/account/api-keys"
_NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
    "auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're "
    "accessing the API from your browser and are prompted for a username and password. You can obtain an API "
    f"key from {_KEYS_PAGE}."
)
_ADMIN_KEY = "An admin key cannot be used to run a model; use a key of a project."
_PROJECT_KEY = "A project's key cannot administer the organization; use an admin key."
_SPENT = "This {} has reached its spend limit. Raise the limit in its settings, or wait until the next period begins."
# https://developers.openai.com/api/docs/guides/spend-limits.md (read 2026-11-23).
_SPEND_LIMITS = {
    scope: (f"{scope}_spend_limit_exceeded", _SPENT.format(scope)) for scope in ("project", "organization")
}
# kind → (HTTP status, type, code, message)
_FAULTS = {
    "invalid_request": (400, "invalid_request_error", None, ""),
    "invalid_json": (
        400,
        "invalid_request_error",
        None,
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
        "library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)",
    ),
    "wrong_key_kind": (
        401,
        "invalid_request_error",
        "insufficient_permissions",
        "You have insufficient permissions for this operation. {wrong_key}",
    ),
    "missing_key": (401, "invalid_request_error", None, _NO_KEY),
    "invalid_key": (
        401,
        "invalid_request_error",
        "invalid_api_key",
        f"Incorrect API key provided: {{secret}}. You can find your API key at {_KEYS_PAGE}.",
    ),
    "unknown_model": (
        404,
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you do not have access to it.",
    ),
    "wrong_model_kind": (
        404,
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` cannot make {makes}. Use another endpoint, or another model.",
    ),
    "model_forbidden": (
        403,
        "invalid_request_error",
        "model_not_found",
        "Project `{project}` does not have access to model `{model}`.",
    ),
    "tool_forbidden": (
        403,
        "invalid_request_error",
        "hosted_tool_not_allowed",
        "The hosted tool '{tool}' is not enabled for this project.",
    ),
    "region_forbidden": (
        401,
        "invalid_request_error",
        "incorrect_hostname",
        "This project's data stays in the region '{allowed}', and the request was made for '{region}'.",
    ),
    # OpenAI has no such rule: the platform's own words.
    "personal_data": (400, "invalid_request_error", "personal_data_blocked", "The prompt holds personal data."),
    "not_found": (404, "invalid_request_error", None, "No such {what}: '{id}'."),
    "conflict": (409, "invalid_request_error", None, ""),
    "rate_limited": (429, "{meter}", "rate_limit_exceeded", "{rate}"),
    "budget_exceeded": (
        429,
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details. For more information on this "
        "error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
    ),
    "overloaded": (
        503,
        "service_unavailable_error",
        None,
        "The engine is currently overloaded, please try again later.",
    ),
    "unavailable": (503, "service_unavailable_error", None, "The service cannot be reached at the moment."),
    "timeout": (504, "server_error", None, "The request timed out."),
    "context_too_long": (
        400,
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is {window} tokens. However, your messages resulted in {tokens} "
        "tokens. Please reduce the length of the messages.",
    ),
    "too_large": (413, "invalid_request_error", None, "Maximum content size limit ({limit} bytes) exceeded."),
    "unknown_route": (404, "invalid_request_error", None, "Invalid URL ({method} {path})"),
    "wrong_method": (
        405,
        "invalid_request_error",
        "method_not_supported",
        "Not allowed to {method} on {path} (HINT: Perhaps you meant to use a different HTTP method?)",
    ),
    "internal": (
        500,
        "server_error",
        None,
        "The server had an error while processing your request.",
    ),
}


def secret(headers: Mapping[str, str]) -> str | None:
    """The key that came with a request, if any."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() or None if scheme.lower() == "bearer" else None


def project_caller(caller: Caller) -> Caller:
    """The caller, if its key belongs to a project. Raises `Fault` wrong_key_kind."""
    if caller.project_id is None:
        raise Fault("wrong_key_kind", detail={"admin": True})
    return caller


def render_fault(fault: Fault) -> tuple[int, dict, dict[str, str]]:
    """HTTP status, error body and the headers that come with it."""
    status, kind, code, message = _FAULTS[fault.kind]
    detail = {
        **fault.detail,
        "secret": masked(str(fault.detail.get("secret", ""))),
        "wrong_key": _ADMIN_KEY if fault.detail.get("admin") else _PROJECT_KEY,
    }
    if "project" in detail:
        detail["project"] = public_id("proj_", detail["project"])
    if fault.kind == "rate_limited":
        detail["rate"] = _rate_sentence(detail)
    if fault.kind == "budget_exceeded":
        # An organization's total is the credit that was paid for; every other limit is one that somebody has set.
        credit = (detail["scope"], detail.get("period")) == ("organization", "total")
        code, message = _SPEND_LIMITS.get("" if credit else detail["scope"], (code, message))
    return (
        status,
        {
            "error": {
                "message": fault.message or message.format(**detail),
                "type": kind.format(**detail),
                "param": fault.param,
                "code": fault.code or code,
            }
        },
        retry_headers(fault),
    )


def retry_headers(fault: Fault) -> dict[str, str]:
    """When to come back, as OpenAI's SDK reads it, where waiting helps."""
    seconds = fault.detail.get("retry_after")
    if not isinstance(seconds, int | float):
        return {}
    return {"retry-after": str(math.ceil(seconds)), "retry-after-ms": str(math.ceil(seconds * 1000))}


def rate_headers(allowances: Mapping[str, Allowance]) -> dict[str, str]:
    """What is left of the rate limits, as every answer of OpenAI's says."""
    return {
        f"x-ratelimit-{name}-{meter}": value
        for meter, left in allowances.items()
        for name, value in (
            ("limit", str(left.limit)),
            ("remaining", str(left.remaining)),
            ("reset", duration(left.resets_in)),
        )
    }


def duration(seconds: float) -> str:
    """A time as OpenAI writes it: 12ms, 1.5s, 6m0s, 2h10m0s."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms"
    if seconds < 60:
        return f"{math.ceil(seconds * 1000) / 1000:g}s"
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s"


def _rate_sentence(detail: Mapping[str, object]) -> str:
    short = {("requests", "minute"): "RPM", ("requests", "day"): "RPD", ("tokens", "minute"): "TPM"}
    meter = short[detail["meter"], detail["per"]]
    unit = {"RPM": "requests per min", "RPD": "requests per day", "TPM": "tokens per min"}[meter]
    return (
        f"Rate limit reached for {detail['model']} in project {detail['project']} on {unit} ({meter}): Limit "
        f"{detail['limit']}, Used {detail['used']}, Requested {detail['requested']}. Please try again in "
        f"{duration(detail['retry_after'])}. Visit https://platform.openai.com/account/rate-limits to learn more."
    )


def masked(secret: str) -> str:
    """A key as OpenAI shows it in an error: eight characters, stars, four characters."""
    if len(secret) <= 12:
        return "*" * len(secret)
    return secret[:8] + "*" * (len(secret) - 12) + secret[-4:]


def render_models(models: list) -> dict:
    return {"object": "list", "data": [render_model(model) for model in models]}


def render_model(model) -> dict:
    """A model of the catalog. `created` is the day its facts were checked: its birthday is not on file."""
    return {
        "id": model.id,
        "object": "model",
        "created": int(datetime.combine(model.accessed_on, time(), UTC).timestamp()),
        "owned_by": VENDOR,
        "shutdown_date": model.retired_on.isoformat() if model.retired_on else None,
    }


# Fields of a request. Each function takes a JSON value and the field's name as OpenAI writes it, such as
# "messages[0].content", and raises the `Fault` that OpenAI would answer with. `null` counts as absent.


def missing(name: str) -> Fault:
    return Fault("invalid_request", f"Missing required parameter: '{name}'.", name, "missing_required_parameter")


def wrong_type(name: str, expected: str, value: object) -> Fault:
    message = f"Invalid type for '{name}': expected {expected}, but got {_json_type(value)} instead."
    return Fault("invalid_request", message, name, "invalid_type")


def invalid(name: str, problem: str, code: str = "invalid_value") -> Fault:
    return Fault("invalid_request", f"Invalid '{name}': {problem}", name, code)


def unsupported(name: str) -> Fault:
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return Fault("invalid_request", message, name, "unsupported_parameter")


def too_long(name: str, most: int, length: int) -> Fault:
    problem = (
        f"array too long. Expected an array with maximum length {most}, "
        f"but got an array with length {length} instead."
    )
    return invalid(name, problem, "array_above_max_length")


def empty(name: str) -> Fault:
    problem = "empty array. Expected an array with minimum length 1, but got an empty array instead."
    return invalid(name, problem, "empty_array")


def required(fields: dict, name: str, prefix: str = "") -> object:
    """The value of a field that must be there."""
    if fields.get(name) is None:
        raise missing(f"{prefix}{name}")
    return fields[name]


def required_string(fields: dict, name: str, prefix: str = "") -> str:
    return string(required(fields, name, prefix), f"{prefix}{name}")


def check_names(fields: dict, allowed: frozenset[str], prefix: str = "") -> None:
    """Refuse the first field whose name is not allowed."""
    for name in fields:
        if name not in allowed:
            full = f"{prefix}{name}"
            raise Fault("invalid_request", f"Unknown parameter: '{full}'.", full, "unknown_parameter")


def json_object(value: object, name: str) -> dict:
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)
    return value


def string(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, "a string", value)
    return value


def boolean(value: object, name: str) -> bool:
    if value is not None and not isinstance(value, bool):
        raise wrong_type(name, "a boolean", value)
    return bool(value)


def integer(value: object, name: str, low: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(name, "an integer", value)
    if value < low:
        problem = f"integer below minimum value. Expected a value >= {low}, but got {value} instead."
        raise invalid(name, problem, "integer_below_min_value")
    return value


def number(value: object, name: str, low: float, high: float) -> None:
    """Check a number that has no effect on a model made of rules."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(name, "a number", value)
    if value < low:
        problem = f"decimal below minimum value. Expected a value >= {low}, but got {value} instead."
        raise invalid(name, problem, "decimal_below_min_value")
    if value > high:
        problem = f"decimal above maximum value. Expected a value <= {high}, but got {value} instead."
        raise invalid(name, problem, "decimal_above_max_value")


def choice(value: object, name: str, options: tuple[str, ...]) -> str | None:
    if value is None:
        return None
    if string(value, name) not in options:
        listed = ", ".join(f"'{option}'" for option in options[:-1])
        listed = f"{listed}, and '{options[-1]}'" if listed else f"'{options[-1]}'"
        message = f"Invalid value: '{value}'. Supported values are: {listed}."
        raise Fault("invalid_request", message, name, "invalid_value")
    return value


MOST_METADATA = 16
_LONGEST_METADATA = {"key": 64, "value": 512}


def metadata(value: object) -> dict[str, str]:
    """Labels that a caller hangs on an object."""
    if value is None:
        return {}
    labels = json_object(value, "metadata")
    if len(labels) > MOST_METADATA:
        problem = f"too many properties. Expected an object with at most {MOST_METADATA} properties."
        raise invalid("metadata", problem, "object_above_max_properties")
    for key, label in labels.items():
        string(label, f"metadata.{key}")
        for what, text in (("key", key), ("value", label)):
            longest = _LONGEST_METADATA[what]
            if len(text) > longest:
                problem = f"string too long. Expected a {what} with maximum length {longest}, but got {len(text)}."
                raise invalid(f"metadata.{key[:64]}", problem, "string_above_max_length")
    return labels


def attachment(kind: str, address: str, name: str = "") -> Attachment:
    """What was attached, by its address; one that begins with `data:` carries the bytes in Base64."""
    if not address.startswith("data:"):
        return Attachment(kind, name=name)
    head, _, content = address.partition(",")
    return Attachment(kind, head.removeprefix("data:").split(";")[0], name, len(content) * 3 // 4)


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "an integer",
        float: "a decimal",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names[type(value)]
