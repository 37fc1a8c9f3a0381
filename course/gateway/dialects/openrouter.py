"""OpenRouter's wire format: OpenAI's Chat Completions for the models of many vendors, with the price in each answer.

(https://openrouter.ai/docs/api/reference/overview and https://openrouter.ai/docs/guides/routing/model-fallbacks,
read 2026-11-26)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal

from ..pricing import Rates
from ..types import Fault, Reply
from . import openai as fields
from . import openai_chat
from .openai import secret

__all__ = ["Candidate", "ChatRequest", "parse", "render", "render_fault", "render_stream", "secret"]

# The vendors whose models are routed to, as OpenRouter names them, and their tokenizers.
PROVIDERS = {"openai": "OpenAI", "anthropic": "Anthropic", "google": "Google AI Studio"}
_TOKENIZERS = {"openai": "GPT", "anthropic": "Claude", "google": "Gemini"}
_FINISH_REASONS = {
    "openai": {},
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"},
    "google": {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP"},
}
_MAX_MODELS = 3
_TOKENS_PRICED = Decimal(1_000_000)

# These are OpenRouter's own. They change nothing here: their types are checked and they are otherwise ignored.
_OBJECTS = ("provider", "usage", "stream_options", "trace", "debug")
_LISTS = ("transforms", "plugins")
_STRINGS = ("session_id",)
_NUMBERS = {
    "top_k": (0, math.inf),
    "top_a": (0, 1),
    "min_p": (0, 1),
    "repetition_penalty": (0, 2),
}
_OWN = frozenset(["model", "models", "route", "reasoning", *_OBJECTS, *_LISTS, *_STRINGS, *_NUMBERS])

# HTTP status and sentence.
_FAULTS = {
    "invalid_request": (400, "Bad Request"),
    "invalid_json": (400, "Invalid JSON body"),
    "missing_key": (401, "Missing Authentication header"),
    "invalid_key": (401, "User not found."),
    "wrong_key_kind": (403, "A management key cannot be used to run a model. Use an API key."),
    "unknown_model": (400, "{model} is not a valid model ID"),
    "wrong_model_kind": (400, "{model} cannot make {makes}"),
    "model_forbidden": (
        404,
        "No endpoints available matching your guardrail restrictions and data policy: {model} is not allowed.",
    ),
    "tool_forbidden": (404, "No endpoints available matching your guardrail restrictions: {tool} is not allowed."),
    "region_forbidden": (404, "No endpoints found in {region} that are allowed for this account."),
    "personal_data": (403, "The prompt holds personal data."),
    "not_found": (404, "Resource not found"),
    "conflict": (409, "Conflict"),
    "context_too_long": (
        400,
        "This endpoint's maximum context length is {window} tokens. However, you requested about {tokens} tokens.",
    ),
    "too_large": (413, "Request body is larger than {limit} bytes"),
    "rate_limited": (429, "Rate limit exceeded: {limit} {meter} per {per} for {model}."),
    "budget_exceeded": (402, "{spent}"),
    "overloaded": (503, "There is no available model provider that meets your routing requirements"),
    "unavailable": (502, "Your chosen model is down or we received an invalid response from it"),
    "timeout": (408, "Your request timed out"),
    "internal": (500, "Internal Server Error"),
    "unknown_route": (404, "Not Found: {method} {path}"),
    "wrong_method": (405, "Method Not Allowed: {method} {path}"),
}
_CREDITS_SPENT = "Insufficient credits. Add more using https://openrouter.ai/settings/credits"
_KEY_SPENT = "Key limit exceeded. Manage it using https://openrouter.ai/settings/keys"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may answer."""

    vendor: str
    model: str

    @property
    def name(self) -> str:
        return f"{self.vendor}/{self.model}"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request to chat, and the models that may answer it, the one that is wanted most first."""

    chat: openai_chat.ChatRequest
    candidates: tuple[Candidate, ...]


def parse(body: object) -> ChatRequest:
    """Read a request's JSON value. Raises `Fault` invalid_request or unknown_model."""
    if not isinstance(body, dict):
        raise Fault("invalid_request", "The JSON body of your request is not an object.")
    _check_ignored(body)
    candidates = _candidates(body)
    same = {name: value for name, value in body.items() if name not in _OWN}
    effort = _effort(body.get("reasoning"))
    if effort is not None:
        same.setdefault("reasoning_effort", effort)
    chat = openai_chat.parse({**same, "model": candidates[0].model})
    return ChatRequest(replace(chat, include_usage=True), candidates)


def render(reply: Reply, call) -> dict:
    """The body of a plain answer to a call that is settled."""
    return _routed(openai_chat.render(reply), call)


def render_stream(call, request: ChatRequest) -> Iterator[dict | str]:
    """The events of a streamed answer; usage and price come in the last one, asked for or not."""
    for event in openai_chat.render_stream(call, request.chat):
        yield event if isinstance(event, str) else _routed(event, call)


def render_fault(fault: Fault) -> tuple[int, dict, dict[str, str]]:
    """HTTP status, error body and headers."""
    status, sentence = _FAULTS[fault.kind]
    words = {**fault.detail, "spent": _KEY_SPENT if fault.detail.get("scope") == "key" else _CREDITS_SPENT}
    error: dict[str, object] = {"message": fault.message or sentence.format(**words), "code": status}
    if metadata := _metadata(fault):
        error["metadata"] = metadata
    wait = fault.detail.get("retry_after")
    return status, {"error": error}, {} if wait is None else {"retry-after": str(math.ceil(float(wait)))}


def render_model(model, rates: Rates) -> dict:
    """A model of the catalog. Prices are US dollars for a token. `created` is the day its facts were checked."""
    name = Candidate(model.vendor, model.id).name
    return {
        "id": name,
        "canonical_slug": name,
        "name": f"{PROVIDERS[model.vendor]}: {model.name}",
        "created": int(datetime.combine(model.accessed_on, time(), UTC).timestamp()),
        "description": "",
        "context_length": model.context_window,
        "architecture": {
            "modality": "text->text",
            "input_modalities": ["text"],
            "output_modalities": ["text"],
            "tokenizer": _TOKENIZERS[model.vendor],
            "instruct_type": None,
        },
        "pricing": _pricing(rates),
        "top_provider": {
            "context_length": model.context_window,
            "max_completion_tokens": None,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": [
            "max_tokens",
            "reasoning",
            "response_format",
            "stop",
            "structured_outputs",
            "tool_choice",
            "tools",
        ],
    }


def render_key(secret: str, management: bool, budgets: Sequence[Mapping], spent: Mapping[str, int]) -> dict:
    """What a key is and may still spend. `budgets` are the key's; `spent` holds micro-dollars by "total", "day",
    "week" and "month".
    """
    limit = min(budgets, key=left_micros, default=None)
    resets = {"day": "daily", "week": "weekly", "month": "monthly"}
    return {
        "data": {
            "label": f"{secret[:12]}...{secret[-4:]}",
            "limit": None if limit is None else _dollars(limit["limit_micros"]),
            "limit_remaining": None if limit is None else _dollars(left_micros(limit)),
            "limit_reset": None if limit is None else resets.get(limit["period"]),
            "include_byok_in_limit": False,
            "usage": _dollars(spent["total"]),
            "usage_daily": _dollars(spent["day"]),
            "usage_weekly": _dollars(spent["week"]),
            "usage_monthly": _dollars(spent["month"]),
            "byok_usage": 0,
            "byok_usage_daily": 0,
            "byok_usage_weekly": 0,
            "byok_usage_monthly": 0,
            "is_free_tier": False,
            "is_management_key": management,
            "is_provisioning_key": management,
            "expires_at": None,
            "rate_limit": {
                "requests": -1,
                "interval": "10s",
                "note": "This field is deprecated and safe to ignore.",
            },
        }
    }


def render_credits(budgets: Sequence[Mapping], spent_micros: int) -> dict:
    """What was bought, so to say, and what is spent of it. `total_credits` is `None` where no budget is set."""
    left = min((left_micros(budget) for budget in budgets), default=None)
    total = None if left is None else _dollars(spent_micros + left)
    return {"data": {"total_credits": total, "total_usage": _dollars(spent_micros)}}


def left_micros(budget: Mapping) -> int:
    return max(budget["limit_micros"] - budget["spent_micros"] - budget["reserved_micros"], 0)


def _candidates(body: dict) -> tuple[Candidate, ...]:
    models = body.get("models")
    if models is None:
        models = []
    if not isinstance(models, list):
        raise fields.wrong_type("models", "an array of strings", models)
    if len(models) > _MAX_MODELS:
        raise Fault("invalid_request", f"'models' array must have {_MAX_MODELS} items or fewer.", "models")
    names = [fields.string(each, f"models[{index}]") for index, each in enumerate(models)]
    if body.get("model") is not None:
        names.insert(0, fields.string(body["model"], "model"))
    if not names:
        raise Fault("invalid_request", "No models provided", "model")
    return tuple(_candidate(name) for name in dict.fromkeys(names))


def _candidate(name: str) -> Candidate:
    vendor, _, model = name.partition("/")
    if vendor not in PROVIDERS or not model:
        raise Fault("unknown_model", param="model", detail={"model": name})
    if ":" in model:
        message = f"{name} is not offered here: variants such as :free, :floor and :nitro are not supported."
        raise Fault("invalid_request", message, "model")
    return Candidate(vendor, model)


def _effort(value: object) -> str | None:
    """How much the model is to reason."""
    if value is None:
        return None
    reasoning = fields.json_object(value, "reasoning")
    fields.integer(reasoning.get("max_tokens"), "reasoning.max_tokens", low=0)
    for name in ("exclude", "enabled"):
        fields.boolean(reasoning.get(name), f"reasoning.{name}")
    if reasoning.get("enabled") is False:
        return "none"
    return fields.choice(reasoning.get("effort"), "reasoning.effort", openai_chat.EFFORTS)


def _check_ignored(body: dict) -> None:
    for name in _OBJECTS:
        if body.get(name) is not None:
            fields.json_object(body[name], name)
    for name in _LISTS:
        if body.get(name) is not None and not isinstance(body[name], list):
            raise fields.wrong_type(name, "an array", body[name])
    for name in _STRINGS:
        if body.get(name) is not None:
            fields.string(body[name], name)
    for name, (low, high) in _NUMBERS.items():
        fields.number(body.get(name), name, low, high)
    fields.choice(body.get("route"), "route", ("fallback", "sort"))


def _routed(body: dict, call) -> dict:
    """OpenAI's body as OpenRouter passes it on."""
    vendor = call.turn.vendor
    routed = {name: value for name, value in body.items() if name not in ("service_tier", "usage")}
    routed |= {
        "id": f"gen-{call.created // 1_000_000}-{call.id[:20]}",
        "provider": PROVIDERS[vendor],
        "model": Candidate(vendor, call.model).name,
        "choices": [_native(choice, vendor) for choice in body["choices"]],
    }
    if body.get("usage") is not None:
        price = {"cost": _dollars(call.cost_micros), "is_byok": False}
        routed["usage"] = body["usage"] | price | {"cost_details": {"upstream_inference_cost": None}}
    return routed


def _native(choice: dict, vendor: str) -> dict:
    """A choice with the reason for its end in the vendor's own word."""
    reason = choice["finish_reason"]
    return choice | {"native_finish_reason": _FINISH_REASONS[vendor].get(reason, reason)}


def _metadata(fault: Fault) -> dict:
    if fault.kind == "budget_exceeded":
        own = fault.detail.get("scope") == "key"
        return {"limit_source": "openrouter_key_limit" if own else "openrouter_credits"}
    if fault.kind == "rate_limited":
        limit, left = int(fault.detail["limit"]), int(fault.detail["limit"]) - int(fault.detail["used"])
        return {"headers": {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(left, 0))}}
    return {}


def _pricing(rates: Rates) -> dict[str, str]:
    prices = {
        "prompt": rates.input,
        "completion": rates.output,
        "input_cache_read": rates.cached_input,
        "input_cache_write": rates.cache_write,
    }
    return {name: _for_a_token(price) for name, price in prices.items() if price is not None}


def _for_a_token(price: Decimal) -> str:
    return format((price / _TOKENS_PRICED).normalize(), "f")


def _dollars(micros: int) -> float:
    return micros / 1_000_000
