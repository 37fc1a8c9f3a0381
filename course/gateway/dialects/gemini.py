"""What all of Gemini's endpoints share: the key, the headers, the error bodies, the list of models."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from ..types import Fault

VENDOR = "google"
VERSIONS = ("v1", "v1beta")
# What comes with every answer. There is no request ID and nothing about rate limits among Google's headers.
HEADERS = {
    "content-type": "application/json; charset=UTF-8",
    "vary": "Origin, X-Origin, Referer",
    "x-xss-protection": "0",
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
}

_SERVICE = "generativelanguage.googleapis.com"
_LIMITS_PAGE = "https://ai.google.dev/gemini-api/docs/rate-limits"
_SPEND_PAGE = "https://ai.studio/spend"
_PAGE_SIZE = 50
_MAX_PAGE_SIZE = 1000

_NOT_THERE = (
    "models/{model} is not found for API version {version}, or is not supported for {operation}. Call ListModels "
    "to see the list of available models and their supported methods."
)
# HTTP status, gRPC status, sentence.
_FAULTS = {
    "invalid_request": (400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    "invalid_json": (
        400,
        "INVALID_ARGUMENT",
        "Invalid JSON payload received. Parsing terminated before end of input.",
    ),
    "missing_key": (
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key "
        "or other form of API consumer identity to call this API.",
    ),
    "invalid_key": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "wrong_key_kind": (403, "PERMISSION_DENIED", "The caller does not have permission"),
    "unknown_model": (404, "NOT_FOUND", _NOT_THERE),
    "wrong_model_kind": (404, "NOT_FOUND", _NOT_THERE),
    "model_forbidden": (
        403,
        "PERMISSION_DENIED",
        "Your project does not have permission to use models/{model}. Ask an administrator of the project.",
    ),
    "tool_forbidden": (
        403,
        "PERMISSION_DENIED",
        "Your project does not have permission to use the tool {tool}. Ask an administrator of the project.",
    ),
    "region_forbidden": (
        400,
        "FAILED_PRECONDITION",
        "The location {region} is not allowed for this project: its calls are handled in {allowed}.",
    ),
    "personal_data": (400, "INVALID_ARGUMENT", "The prompt holds personal data."),
    "not_found": (404, "NOT_FOUND", "Requested entity was not found."),
    "conflict": (409, "ABORTED", "The operation was aborted."),
    "context_too_long": (
        400,
        "INVALID_ARGUMENT",
        "The input token count ({tokens}) exceeds the maximum number of tokens allowed ({window}).",
    ),
    "too_large": (400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: {limit} bytes."),
    "rate_limited": (
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details. For more information on "
        "this error, head to: " + _LIMITS_PAGE + ".\n* Quota exceeded for metric: {metric}, limit: {limit}, "
        "model: {model}\nPlease retry in {delay}.",
    ),
    "budget_exceeded": (
        429,
        "RESOURCE_EXHAUSTED",
        "Your {owner} has exceeded its spending cap of ${dollars}. Please go to AI Studio at " + _SPEND_PAGE + " to "
        "manage your spend caps.",
    ),
    "overloaded": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "unavailable": (503, "UNAVAILABLE", "The service is currently unavailable."),
    "timeout": (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
    "internal": (500, "INTERNAL", "Internal error encountered."),
    "unknown_route": (404, "NOT_FOUND", "The requested URL {path} was not found on this server."),
    # Google's front end knows no 405: a method it does not expect at an address is an address it does not know.
    "wrong_method": (404, "NOT_FOUND", "The requested URL {path} was not found on this server for {method}."),
}
# Metric and ID of the quota that each limit stands for.
_QUOTAS = {
    ("requests", "minute"): ("generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel"),
    ("requests", "day"): ("generate_requests_per_model_per_day", "GenerateRequestsPerDayPerProjectPerModel"),
    ("tokens", "minute"): (
        "generate_content_paid_tier_input_token_count",
        "GenerateContentPaidTierInputTokensPerModelPerMinute",
    ),
}
_OWNERS = {"organization": "billing account", "project": "project", "key": "API key"}


def secret(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The key that came with a request: in a header of its own, in the address, or as a bearer token."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else None
    return headers.get("x-goog-api-key") or query.get("key") or token or None


def render_fault(fault: Fault) -> tuple[int, dict, dict[str, str]]:
    """HTTP status, error body and headers."""
    code, status, sentence = _FAULTS[fault.kind]
    error = {"code": code, "message": fault.message or sentence.format(**_words(fault)), "status": status}
    if details := _details(fault):
        error["details"] = details
    return code, {"error": error}, HEADERS


def render_model(model, methods: tuple[str, ...]) -> dict:
    """A model of the catalog and the methods that it can be called with."""
    return {
        "name": f"models/{model.id}",
        "displayName": model.name,
        "inputTokenLimit": model.context_window,
        "supportedGenerationMethods": list(methods),
    }


def page(names: list, query: Mapping[str, str]) -> tuple[list, dict[str, str]]:
    """The page of a list that `pageSize` and `pageToken` ask for, and where the next one begins."""
    size = min(_page_size(query.get("pageSize") or query.get("page_size") or "0") or _PAGE_SIZE, _MAX_PAGE_SIZE)
    start = _page_start(query.get("pageToken") or query.get("page_token") or "")
    rest = {"nextPageToken": _page_token(start + size)} if start + size < len(names) else {}
    return names[start : start + size], rest


def _page_size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Fault("invalid_request", f"Invalid value at 'page_size' (TYPE_INT32), \"{text[:40]}\"", "page_size")
    return int(text)


def _page_token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode().rstrip("=")


def _page_start(token: str) -> int:
    if not token:
        return 0
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        text = ""
    number = text.removeprefix("from:")
    if number == text or not number.isdigit() or len(number) > 9:
        raise Fault("invalid_request", "* ListModelsRequest.page_token: page token is invalid.\n", "page_token")
    return int(number)


def _words(fault: Fault) -> dict[str, object]:
    """What a sentence of `_FAULTS` may hold."""
    words = {"version": VERSIONS[0], "operation": "generateContent", **fault.detail}
    if fault.kind == "rate_limited":
        words |= {"metric": f"{_SERVICE}/{_quota(fault)[0]}", "delay": _delay(fault)}
    if fault.kind == "budget_exceeded":
        words["owner"] = _OWNERS[str(fault.detail["scope"])]
        words["dollars"] = f"{int(fault.detail['limit_micros']) / 1_000_000:,.2f}"
    return words


def _details(fault: Fault) -> list[dict]:
    """The machine's part of an error, as google.rpc has it (https://google.aip.dev/193, read 2026-11-26)."""
    if fault.kind == "invalid_key":
        return [
            _detail("ErrorInfo", reason="API_KEY_INVALID", domain="googleapis.com", metadata={"service": _SERVICE}),
            _detail("LocalizedMessage", locale="en-US", message=_FAULTS["invalid_key"][2]),
        ]
    if violations := fault.detail.get("violations"):
        return [_detail("BadRequest", fieldViolations=[_violation(*each) for each in violations])]
    if fault.kind == "rate_limited":
        metric, quota_id = _quota(fault)
        failure = {
            "quotaMetric": f"{_SERVICE}/{metric}",
            "quotaId": quota_id,
            "quotaDimensions": {"location": "global", "model": fault.detail["model"]},
            "quotaValue": str(fault.detail["limit"]),
        }
        return [
            _detail("Help", links=[{"description": "Learn more about Gemini API quotas", "url": _LIMITS_PAGE}]),
            _detail("QuotaFailure", violations=[failure]),
            _detail("RetryInfo", retryDelay=_delay(fault)),
        ]
    if fault.kind in ("overloaded", "unavailable") and fault.detail.get("retry_after") is not None:
        return [_detail("RetryInfo", retryDelay=_delay(fault))]
    return []


def _detail(kind: str, **fields: object) -> dict:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


def _violation(field: str, description: str) -> dict:
    return {"field": field, "description": description} if field else {"description": description}


def _quota(fault: Fault) -> tuple[str, str]:
    return _QUOTAS[str(fault.detail["meter"]), str(fault.detail["per"])]


def _delay(fault: Fault) -> str:
    """A `Duration` as JSON writes it."""
    return f"{float(fault.detail['retry_after']):.9g}s"
