"""OpenAI's Chat Completions: `POST /v1/chat/completions`, plain and streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..types import Fault, Message, Reply, Turn, Usage
from . import openai as fields
from .openai import render_fault, secret

__all__ = ["ChatRequest", "parse", "render", "render_fault", "render_stream", "secret"]

_ROLES = ("system", "developer", "user", "assistant")
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

_READ = ("model", "messages", "max_completion_tokens", "max_tokens", "stop", "stream", "stream_options", "n")
# These change nothing in an answer made by rules. Their types are checked and they are otherwise ignored.
_NUMBERS = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
_CHOICES = {
    "reasoning_effort": _EFFORTS,
    "service_tier": ("auto", "default", "flex", "scale", "priority", "fast"),
    "verbosity": ("low", "medium", "high"),
    "prompt_cache_retention": ("in_memory", "24h"),
}
_STRINGS = ("user", "safety_identifier", "prompt_cache_key")
_UNSUPPORTED = (
    "audio",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "metadata",
    "modalities",
    "moderation",
    "parallel_tool_calls",
    "prediction",
    "prompt_cache_options",
    "response_format",
    "store",
    "tool_choice",
    "tools",
    "top_logprobs",
    "web_search_options",
)
_ALLOWED = frozenset([*_READ, *_NUMBERS, *_CHOICES, *_STRINGS, *_UNSUPPORTED, "seed"])
_MESSAGE_FIELDS = frozenset(["role", "content", "name"])
_PART_FIELDS = frozenset(["type", "text"])


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A turn, and how its answer is to be sent."""

    turn: Turn
    stream: bool
    include_usage: bool


def parse(body: object) -> ChatRequest:
    """Read a request's JSON value. Raises `Fault` invalid_request naming the parameter, as OpenAI does."""
    if not isinstance(body, dict):
        raise Fault("invalid_request", "The JSON body of your request is not an object.")
    fields.check_names(body, _ALLOWED)
    _check_ignored(body)
    model = body.get("model")
    if model is None or model == "":
        raise Fault("invalid_request", "you must provide a model parameter")
    stream = fields.boolean(body.get("stream"), "stream")
    turn = Turn(
        vendor=fields.VENDOR,
        model=fields.string(model, "model"),
        messages=_messages(body.get("messages")),
        max_output=_max_output(body),
        stop=_stop(body.get("stop")),
        effort=body.get("reasoning_effort"),
    )
    return ChatRequest(turn, stream, _include_usage(body.get("stream_options"), stream))


def render(reply: Reply) -> dict:
    """The body of a plain answer."""
    message = {"role": "assistant", "content": reply.text, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}
    return {
        **_envelope(reply, "chat.completion"),
        "choices": [choice],
        "usage": render_usage(reply.usage),
    }


def render_stream(call, request: ChatRequest) -> Iterator[dict | str]:
    """The events of a streamed answer, each the `data` of one server-sent event."""
    envelope = _envelope(call, "chat.completion.chunk")
    if request.include_usage:
        envelope["usage"] = None

    def chunk(delta: dict, finish: str | None = None) -> dict:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope, "choices": [choice]}

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    for piece in call:
        yield chunk({"content": piece})
    yield chunk({}, call.reply.finish)
    if request.include_usage:
        yield {**envelope, "choices": [], "usage": render_usage(call.reply.usage)}
    yield "[DONE]"


def render_usage(usage: Usage) -> dict:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_input,
            "cache_write_tokens": usage.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _envelope(answer, kind: str) -> dict:
    return {
        "id": f"chatcmpl-{answer.id}",
        "object": kind,
        "created": answer.created // 1_000_000,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _check_ignored(body: dict) -> None:
    for name in _UNSUPPORTED:
        if body.get(name) is not None:
            raise fields.unsupported(name)
    for name, (low, high) in _NUMBERS.items():
        fields.number(body.get(name), name, low, high)
    for name, options in _CHOICES.items():
        fields.choice(body.get(name), name, options)
    for name in _STRINGS:
        if body.get(name) is not None:
            fields.string(body[name], name)
    fields.integer(body.get("seed"), "seed", low=-(2**63))
    if fields.integer(body.get("n"), "n", low=1) not in (None, 1):
        message = f"Unsupported value: 'n' does not support {body['n']} with this model. Only 1 is supported."
        raise Fault("invalid_request", message, "n", "unsupported_value")


def _messages(value: object) -> tuple[Message, ...]:
    if value is None:
        raise fields.missing("messages")
    if not isinstance(value, list):
        raise fields.wrong_type("messages", "an array of objects", value)
    if not value:
        problem = "empty array. Expected an array with minimum length 1, but got an empty array instead."
        raise fields.invalid("messages", problem, "empty_array")
    return tuple(_message(each, f"messages[{index}]") for index, each in enumerate(value))


def _message(value: object, name: str) -> Message:
    message = fields.json_object(value, name)
    fields.check_names(message, _MESSAGE_FIELDS, f"{name}.")
    if message.get("role") is None:
        raise fields.missing(f"{name}.role")
    role = fields.choice(message["role"], f"{name}.role", _ROLES)
    if message.get("name") is not None:
        fields.string(message["name"], f"{name}.name")
    return Message("system" if role == "developer" else role, _content(message.get("content"), f"{name}.content"))


def _content(value: object, name: str) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        raise fields.missing(name)
    if not isinstance(value, list):
        raise fields.wrong_type(name, "one of a string or array of objects", value)
    return "\n".join(_text_part(part, f"{name}[{index}]") for index, part in enumerate(value))


def _text_part(value: object, name: str) -> str:
    part = fields.json_object(value, name)
    if part.get("type") is None:
        raise fields.missing(f"{name}.type")
    fields.choice(part["type"], f"{name}.type", ("text",))
    fields.check_names(part, _PART_FIELDS, f"{name}.")
    if part.get("text") is None:
        raise fields.missing(f"{name}.text")
    return fields.string(part["text"], f"{name}.text")


def _max_output(body: dict) -> int | None:
    """The older name of the limit is still accepted, but not both at once."""
    limit = fields.integer(body.get("max_completion_tokens"), "max_completion_tokens", low=1)
    older = fields.integer(body.get("max_tokens"), "max_tokens", low=1)
    if limit is not None and older is not None:
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise Fault("invalid_request", message, "max_tokens", "invalid_parameter_combination")
    return older if limit is None else limit


def _stop(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, list):
        raise fields.wrong_type("stop", "one of a string or array of strings", value)
    if len(value) > 4:
        problem = (
            "array too long. Expected an array with maximum length 4, "
            f"but got an array with length {len(value)} instead."
        )
        raise fields.invalid("stop", problem, "array_above_max_length")
    return tuple(each for i, item in enumerate(value) if (each := fields.string(item, f"stop[{i}]")))


def _include_usage(value: object, stream: bool) -> bool:
    if value is None:
        return False
    options = fields.json_object(value, "stream_options")
    if not stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise Fault("invalid_request", message, "stream_options")
    fields.check_names(options, frozenset(["include_usage", "include_obfuscation"]), "stream_options.")
    fields.boolean(options.get("include_obfuscation"), "stream_options.include_obfuscation")
    return fields.boolean(options.get("include_usage"), "stream_options.include_usage")
