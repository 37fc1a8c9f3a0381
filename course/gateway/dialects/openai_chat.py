"""OpenAI's Chat Completions: `POST /v1/chat/completions`, plain and streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..types import Attachment, Draft, Fault, Message, Reply, ToolCall, Turn, Usage
from . import openai as fields
from . import openai_schema, openai_tools
from .openai import render_fault, secret
from .openai_unread import Unread

__all__ = ["ChatRequest", "parse", "render", "render_fault", "render_stream", "secret"]

MOST_ANSWERS = 128
_ROLES = ("system", "developer", "user", "assistant", "tool")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

_READ = (
    "model",
    "messages",
    "max_completion_tokens",
    "max_tokens",
    "stop",
    "stream",
    "stream_options",
    "n",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
)
_UNREAD = Unread(
    numbers={
        "temperature": (0, 2),
        "top_p": (0, 1),
        "frequency_penalty": (-2, 2),
        "presence_penalty": (-2, 2),
    },
    choices={
        "reasoning_effort": EFFORTS,
        "service_tier": ("auto", "default", "flex", "scale", "priority", "fast"),
        "verbosity": ("low", "medium", "high"),
        "prompt_cache_retention": ("in_memory", "24h"),
    },
    strings=("user", "safety_identifier", "prompt_cache_key"),
    defaults={"store": (False,), "logprobs": (False,), "modalities": (["text"],), "top_logprobs": (0,)},
    unsupported=(
        "audio",
        "function_call",
        "functions",
        "logit_bias",
        "moderation",
        "prediction",
        "prompt_cache_options",
        "web_search_options",
    ),
)
_CHECKED_LATER = frozenset(_READ) - {"parallel_tool_calls"}
_ALLOWED = frozenset([*_READ, *_UNREAD.names, "metadata", "seed"])
_MESSAGE_FIELDS = frozenset(
    ["role", "content", "name", "refusal", "annotations", "audio", "tool_calls", "tool_call_id"]
)
_PART_FIELDS = {
    "text": frozenset(["type", "text", "prompt_cache_breakpoint"]),
    "refusal": frozenset(["type", "refusal"]),
    "image_url": frozenset(["type", "image_url"]),
    "input_audio": frozenset(["type", "input_audio"]),
    "file": frozenset(["type", "file"]),
}


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
    _check_unread(body)
    model = body.get("model")
    if model is None or model == "":
        raise Fault("invalid_request", "you must provide a model parameter")
    stream = fields.boolean(body.get("stream"), "stream")
    tools, hosted = openai_tools.parse(body.get("tools"), nested=True)
    choice, name = openai_tools.parse_choice(body.get("tool_choice"), tools, nested=True)
    messages = _messages(body.get("messages"))
    schema, json_only = _response_format(body.get("response_format"), messages)
    turn = Turn(
        vendor=fields.VENDOR,
        model=fields.string(model, "model"),
        messages=messages,
        max_output=_max_output(body),
        stop=_stop(body.get("stop")),
        effort=body.get("reasoning_effort"),
        answers=_answers(body.get("n")),
        tools=tools,
        hosted_tools=hosted,
        tool_choice=choice,
        tool_name=name,
        parallel_tool_calls=body.get("parallel_tool_calls") is not False,
        schema=schema,
        json_only=json_only,
    )
    return ChatRequest(turn, stream, _include_usage(body.get("stream_options"), stream))


def render(reply: Reply) -> dict:
    """The body of a plain answer."""
    choices = [
        {"index": index, "message": _render_message(draft), "logprobs": None, "finish_reason": draft.finish}
        for index, draft in enumerate(reply.choices)
    ]
    return {
        **_envelope(reply, "chat.completion"),
        "choices": choices,
        "usage": render_usage(reply.usage),
    }


def render_stream(call, request: ChatRequest) -> Iterator[dict | str]:
    """The events of a streamed answer, each the `data` of one server-sent event."""
    envelope = _envelope(call, "chat.completion.chunk")
    if request.include_usage:
        envelope["usage"] = None

    def chunk(index: int, delta: dict, finish: str | None = None) -> dict:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope, "choices": [choice]}

    begun = set()
    for piece in call:
        if piece.choice not in begun:
            begun.add(piece.choice)
            content = "" if piece.tool is None else None
            yield chunk(piece.choice, {"role": "assistant", "content": content, "refusal": None})
        yield chunk(piece.choice, _delta(piece))
    for index, draft in enumerate(call.reply.choices):
        if index not in begun:
            yield chunk(index, {"role": "assistant", "content": "", "refusal": None})
        yield chunk(index, {}, draft.finish)
    if request.include_usage:
        yield {**envelope, "choices": [], "usage": render_usage(call.reply.usage)}
    yield "[DONE]"


def _delta(piece) -> dict:
    if piece.tool is None:
        return {"content": piece.text}
    if piece.begins is None:
        return {"tool_calls": [{"index": piece.tool, "function": {"arguments": piece.text}}]}
    return {"tool_calls": [{"index": piece.tool, **_render_call(piece.begins)}]}


def _render_message(draft: Draft) -> dict:
    message = {"role": "assistant", "content": draft.text, "refusal": None, "annotations": []}
    if draft.tool_calls:
        message["content"] = draft.text or None
        message["tool_calls"] = [_render_call(call) for call in draft.tool_calls]
    return message


def _render_call(call: ToolCall) -> dict:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": f"call_{call.id}", "type": "function", "function": function}


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
    }


def _check_unread(body: dict) -> None:
    if body.keys() <= _CHECKED_LATER:
        return
    _UNREAD.check(body)
    fields.metadata(body.get("metadata"))
    fields.integer(body.get("seed"), "seed", low=-(2**63))
    fields.boolean(body.get("parallel_tool_calls"), "parallel_tool_calls")


def _answers(value: object) -> int:
    number = fields.integer(value, "n", low=1)
    if number is not None and number > MOST_ANSWERS:
        problem = f"integer above maximum value. Expected a value <= {MOST_ANSWERS}, but got {number} instead."
        raise fields.invalid("n", problem, "integer_above_max_value")
    return number or 1


def _response_format(value: object, messages: tuple[Message, ...]) -> tuple[dict | None, bool]:
    """The schema that the answer must fill, and whether it must be JSON at all."""
    if value is None:
        return None, False
    asked = fields.json_object(value, "response_format")
    if asked.get("type") is None:
        raise fields.missing("response_format.type")
    kind = fields.choice(asked["type"], "response_format.type", ("text", "json_object", "json_schema"))
    if kind == "json_schema":
        fields.check_names(asked, frozenset(["type", "json_schema"]), "response_format.")
        if asked.get("json_schema") is None:
            raise fields.missing("response_format.json_schema")
        return openai_schema.parse(asked["json_schema"], "response_format.json_schema"), True
    if kind == "json_object" and not any("json" in message.text.lower() for message in messages):
        message = (
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        )
        raise Fault("invalid_request", message, "messages")
    return None, kind == "json_object"


def _messages(value: object) -> tuple[Message, ...]:
    if value is None:
        raise fields.missing("messages")
    if not isinstance(value, list):
        raise fields.wrong_type("messages", "an array of objects", value)
    if not value:
        problem = "empty array. Expected an array with minimum length 1, but got an empty array instead."
        raise fields.invalid("messages", problem, "empty_array")
    messages = tuple(_message(each, f"messages[{index}]") for index, each in enumerate(value))
    _check_tool_answers(messages)
    return messages


def _message(value: object, name: str) -> Message:
    message = fields.json_object(value, name)
    fields.check_names(message, _MESSAGE_FIELDS, f"{name}.")
    role = fields.choice(fields.required(message, "role", f"{name}."), f"{name}.role", _ROLES)
    if message.get("name") is not None:
        fields.string(message["name"], f"{name}.name")
    calls = _tool_calls(message.get("tool_calls"), f"{name}.tool_calls")
    if calls and role != "assistant":
        raise fields.invalid(f"{name}.tool_calls", "only an assistant's message may have tool calls.")
    answers = fields.required_string(message, "tool_call_id", f"{name}.") if role == "tool" else ""
    if message.get("content") is None and role == "assistant" and (calls or message.get("refusal") is not None):
        text, attachments = "", ()
    else:
        text, attachments = _content(message.get("content"), f"{name}.content")
    return Message("system" if role == "developer" else role, text, attachments, calls, answers)


def _tool_calls(value: object, name: str) -> tuple[ToolCall, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise fields.wrong_type(name, "an array of objects", value)
    return tuple(_tool_call(each, f"{name}[{index}]") for index, each in enumerate(value))


def _tool_call(value: object, name: str) -> ToolCall:
    call = fields.json_object(value, name)
    call_id, kind, function = (fields.required(call, field, f"{name}.") for field in ("id", "type", "function"))
    fields.choice(kind, f"{name}.type", ("function",))
    function = fields.json_object(function, f"{name}.function")
    parts = (fields.required_string(function, field, f"{name}.function.") for field in ("name", "arguments"))
    return ToolCall(fields.string(call_id, f"{name}.id"), *parts)


def _check_tool_answers(messages: tuple[Message, ...]) -> None:
    """Each tool call must be answered right after it, and nothing else may be answered."""
    open_calls: list[str] = []
    for index, message in enumerate(messages):
        if message.role == "tool":
            if message.answers not in open_calls:
                sentence = (
                    "Invalid parameter: messages with role 'tool' must be a response to a preceding message with "
                    "'tool_calls'."
                )
                raise Fault("invalid_request", sentence, f"messages.[{index}].role")
            open_calls.remove(message.answers)
            continue
        _refuse_unanswered(open_calls, index)
        open_calls = [call.id for call in message.tool_calls]
    _refuse_unanswered(open_calls, len(messages))


def _refuse_unanswered(open_calls: list[str], index: int) -> None:
    if open_calls:
        sentence = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(open_calls)}"
        )
        raise Fault("invalid_request", sentence, f"messages.[{index}].role")


def _content(value: object, name: str) -> tuple[str, tuple[Attachment, ...]]:
    if isinstance(value, str):
        return value, ()
    if value is None:
        raise fields.missing(name)
    if not isinstance(value, list):
        raise fields.wrong_type(name, "one of a string or array of objects", value)
    parts = [_part(part, f"{name}[{index}]") for index, part in enumerate(value)]
    texts = [part for part in parts if isinstance(part, str)]
    return "\n".join(texts), tuple(part for part in parts if not isinstance(part, str))


def _part(value: object, name: str) -> str | Attachment:
    part = fields.json_object(value, name)
    kind = fields.choice(fields.required(part, "type", f"{name}."), f"{name}.type", tuple(_PART_FIELDS))
    fields.check_names(part, _PART_FIELDS[kind], f"{name}.")
    holds = fields.required(part, kind, f"{name}.")
    if kind in ("text", "refusal"):
        return fields.string(holds, f"{name}.{kind}")
    content = fields.json_object(holds, f"{name}.{kind}")
    if kind == "image_url":
        return fields.attachment("image", fields.required_string(content, "url", f"{name}.image_url."))
    if kind == "input_audio":
        sound = fields.required_string(content, "data", f"{name}.input_audio.")
        form = fields.required(content, "format", f"{name}.input_audio.")
        return Attachment("audio", f"audio/{form}", size=len(sound) * 3 // 4)
    if content.get("file_data") is None and content.get("file_id") is None:
        raise fields.missing(f"{name}.file.file_id")
    file_name = fields.string(content.get("filename") or "", f"{name}.file.filename")
    return fields.attachment("file", fields.string(content.get("file_data") or "", f"{name}.file"), file_name)


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
