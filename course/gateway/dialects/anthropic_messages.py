"""Anthropic's Messages: `POST /v1/messages`, plain and streamed, and `POST /v1/messages/count_tokens`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..types import Draft, Fault, Message, Reply, Turn, Usage
from . import anthropic as fields
from .anthropic_content import TOOL_ID_PREFIX, Content, block_of_call, read_content, read_texts
from .anthropic_tools import read_tool_choice, read_tools

__all__ = ["MessageRequest", "parse", "parse_count", "render", "render_count", "render_stream"]

_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_THINKING = ("enabled", "disabled", "between_tools", "adaptive")
_LEAST_THINKING_BUDGET = 1024
_NO_THREADS = "thread: Threads are not available here. Send the full conversation without `thread`."
# What only the older version takes: sampling, and the former name of `output_config.format`.
_OLDER = ("temperature", "top_p", "top_k", "output_format")

# The fields that decide what the prompt is, and those that only a call has.
_PROMPT_FIELDS = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config")
_PROMPT_FIELDS += ("cache_control", "speed")
_CALL_FIELDS = ("max_tokens", "stream", "stop_sequences", "metadata", "service_tier", "inference_geo")
_COUNT_ALLOWED = frozenset(_PROMPT_FIELDS)
_ALLOWED = frozenset([*_PROMPT_FIELDS, *_CALL_FIELDS])


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A turn, and how its answer is to be sent."""

    turn: Turn
    stream: bool


def parse(body: object, version: str = fields.NEWEST_VERSION) -> MessageRequest:
    """Read a request's JSON value, written for a version of the API. Raises `Fault` invalid_request naming the
    field, as Anthropic does.
    """
    body = fields.json_object(body, "body")
    if body.get("thread") is not None:
        # The SDK's tool runner tries this first; at this refusal it sends the whole conversation, as before.
        raise Fault("invalid_request", _NO_THREADS, "thread", "thread_unsupported_request")
    _check_names(body, _ALLOWED, version)
    max_output = fields.integer(fields.required(body, "max_tokens", ""), "max_tokens", low=0)
    _check_ignored(body)
    stream = fields.boolean(body.get("stream"), "stream")
    turn = _turn(
        body,
        version,
        max_output=max_output,
        stop=_stop_sequences(body.get("stop_sequences")),
        region=_optional_string(body, "inference_geo"),
    )
    if body["messages"][-1]["role"] == "assistant":
        message = (
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
        raise Fault("invalid_request", message, "messages")
    return MessageRequest(turn, stream)


def parse_count(body: object, version: str = fields.NEWEST_VERSION) -> Turn:
    """Read a request to count a prompt's tokens. Raises `Fault` invalid_request."""
    body = fields.json_object(body, "body")
    _check_names(body, _COUNT_ALLOWED, version)
    return _turn(body, version)


def render_count(tokens: int) -> dict:
    return {"input_tokens": tokens}


def render(reply: Reply, request: MessageRequest, tier: str = "standard") -> dict:
    """The body of a plain answer. `tier` is the service tier that it was charged by."""
    draft = reply.choices[0]
    text = [{"type": "text", "text": draft.text}] if draft.text else []
    return {
        **_envelope(reply, request),
        "content": [*text, *map(block_of_call, draft.tool_calls)],
        **_stop_reason(draft),
        "usage": _usage(reply.usage, request, tier),
    }


def render_stream(call, request: MessageRequest) -> Iterator[tuple[str, dict]]:
    """The events of a streamed answer: (name, data)."""
    start = {
        **_envelope(call, request),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(call.usage, request, "standard"),
    }
    try:
        for data in _answer_events(call, start):
            yield data["type"], data
    except Fault as fault:
        yield "error", fields.render_fault(fault)[1]


def _answer_events(call, start: dict) -> Iterator[dict]:
    yield {"type": "message_start", "message": start}
    yield {"type": "ping"}
    index, open_block = -1, None  # a block is open for the text (-1) or for one of the tool calls (its number)
    for piece in call:
        block = -1 if piece.tool is None else piece.tool
        if block != open_block:
            if open_block is not None:
                yield {"type": "content_block_stop", "index": index}
            index, open_block = index + 1, block
            yield {"type": "content_block_start", "index": index, "content_block": _empty_block(piece)}
        if piece.text:
            yield {"type": "content_block_delta", "index": index, "delta": _delta(piece)}
    if open_block is not None:
        yield {"type": "content_block_stop", "index": index}
    usage = call.reply.usage
    yield {
        "type": "message_delta",
        "delta": _stop_reason(call.reply.choices[0]),
        "usage": {**_token_counts(usage), "output_tokens_details": {"thinking_tokens": usage.reasoning}},
    }
    yield {"type": "message_stop"}


def _empty_block(piece) -> dict:
    if piece.begins is None:
        return {"type": "text", "text": ""}
    begun = piece.begins
    return {"type": "tool_use", "id": f"{TOOL_ID_PREFIX}{begun.id}", "name": begun.name, "input": {}}


def _delta(piece) -> dict:
    if piece.tool is None:
        return {"type": "text_delta", "text": piece.text}
    return {"type": "input_json_delta", "partial_json": piece.text}


def _envelope(answer, request: MessageRequest) -> dict:
    return {
        "id": f"msg_{answer.id}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "stop_details": None,
    }


def _stop_reason(draft: Draft) -> dict:
    reasons = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}
    reason = "stop_sequence" if draft.met_stop is not None else reasons[draft.finish]
    return {"stop_reason": reason, "stop_sequence": draft.met_stop}


def _usage(usage: Usage, request: MessageRequest, tier: str) -> dict:
    return {
        **_token_counts(usage),
        "cache_creation": {"ephemeral_5m_input_tokens": usage.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens_details": {"thinking_tokens": usage.reasoning},
        "service_tier": tier,
        "inference_geo": request.turn.region,
    }


def _token_counts(usage: Usage) -> dict:
    """`input_tokens` is what was neither read from the prompt cache nor written to it."""
    return {
        "input_tokens": usage.input - usage.cached_input - usage.cache_write,
        "cache_read_input_tokens": usage.cached_input,
        "cache_creation_input_tokens": usage.cache_write,
        "output_tokens": usage.output,
    }


def _check_names(body: dict, allowed: frozenset[str], version: str) -> None:
    """The newest version knows no sampling fields. With the older one they are checked and change nothing: a model
    made of rules has nothing to sample.
    """
    if version >= fields.NEWEST_VERSION:
        fields.check_names(body, allowed)
        return
    fields.check_names(body, allowed.union(_OLDER))
    for name in ("temperature", "top_p"):
        if body.get(name) is not None:
            fields.fraction(body[name], name)
    if body.get("top_k") is not None:
        fields.integer(body["top_k"], "top_k", low=0)


def _check_ignored(body: dict) -> None:
    """Check what changes nothing in an answer made by rules."""
    if body.get("service_tier") is not None:
        fields.choice(body["service_tier"], "service_tier", ("auto", "standard_only"))
    if body.get("metadata") is not None:
        metadata = fields.json_object(body["metadata"], "metadata")
        fields.check_names(metadata, frozenset(["user_id"]), "metadata.")
        if metadata.get("user_id") is not None:
            fields.string(metadata["user_id"], "metadata.user_id")


def _optional_string(body: dict, name: str) -> str | None:
    return None if body.get(name) is None else fields.string(body[name], name, shortest=1)


def _stop_sequences(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    stops = fields.json_list(value, "stop_sequences")
    for index, stop in enumerate(stops):
        if not fields.string(stop, f"stop_sequences.{index}").strip():
            raise fields.invalid("stop_sequences", "each stop sequence must contain non-whitespace")
    return tuple(stops)


def _turn(body: dict, version: str, **call_fields) -> Turn:
    """The turn of a prompt, with the fields that only a call has."""
    fields.check_cache_control(body.get("cache_control"), "cache_control")
    if body.get("speed") is not None:
        fields.choice(body["speed"], "speed", ("standard",))
    tools, hosted = read_tools(body.get("tools"))
    effort, schema = _output_config(body.get("output_config"))
    if body.get("output_format") is not None:
        schema = _output_format(body["output_format"], "output_format")
    choice, tool_name, parallel = read_tool_choice(body.get("tool_choice"), tools, hosted)
    thinking = _thinking(body.get("thinking"), call_fields.get("max_output"))
    if thinking == "on" and choice == "required":
        raise Fault("invalid_request", "Thinking may not be enabled when tool_choice forces tool use.", "thinking")
    return Turn(
        vendor=fields.VENDOR,
        model=fields.string(fields.required(body, "model", ""), "model", shortest=1),
        messages=_system(body.get("system")) + _messages(fields.required(body, "messages", ""), version),
        effort={"on": effort or "high", "off": "none"}.get(thinking, effort),
        tools=tools,
        tool_choice=choice,
        tool_name=tool_name,
        parallel_tool_calls=parallel,
        hosted_tools=hosted,
        schema=schema,
        **call_fields,
    )


def _system(value: object) -> tuple[Message, ...]:
    text = "" if value is None else read_texts(value, "system")
    return (Message("system", text),) if text else ()


def _messages(value: object, version: str) -> tuple[Message, ...]:
    listed = fields.json_list(value, "messages")
    if not listed:
        raise fields.invalid("messages", "at least one message is required")
    read = [_read_message(each, f"messages.{index}", version) for index, each in enumerate(listed)]
    _check_pairs(read)
    return tuple(message for role, content in read for message in _as_messages(role, content))


def _read_message(value: object, name: str, version: str) -> tuple[str, Content]:
    message = fields.json_object(value, name)
    role = fields.choice(fields.required(message, "role", name), f"{name}.role", ("user", "assistant", "system"))
    fields.check_names(message, frozenset(["role", "content"]), f"{name}.")
    value = fields.required(message, "content", name)
    if value in ("", []):
        raise fields.invalid(name, "all messages must have non-empty content")
    return role, read_content(value, f"{name}.content", role, version)


def _as_messages(role: str, content: Content) -> Iterator[Message]:
    """A user's message may hold tool results and text; inside the gateway these are messages of their own."""
    for _, answer in content.answers:
        yield answer
    if content.texts or content.attachments or content.calls or not content.answers:
        yield Message(role, content.text, tuple(content.attachments), tuple(content.calls))


def _check_pairs(read: list[tuple[str, Content]]) -> None:
    """Each tool call must be answered in the user's next messages, and nothing else may be."""
    asked: dict[str, None] = {}
    asked_at = 0
    for index, (role, content) in enumerate(read):
        if role == "assistant":
            _check_answered(asked, asked_at)
            asked, asked_at = {call.id: None for call in content.calls}, index
        for place, answer in content.answers:
            if answer.answers not in asked:
                call_id = f"{TOOL_ID_PREFIX}{answer.answers}"
                problem = (
                    f"unexpected `tool_use_id` found in `tool_result` blocks: {call_id}. Each `tool_result` block "
                    "must have a corresponding `tool_use` block in the previous message."
                )
                raise fields.invalid(f"messages.{index}.content.{place}", problem)
            del asked[answer.answers]
    _check_answered(asked, asked_at)


def _check_answered(asked: dict[str, None], index: int) -> None:
    if asked:
        listed = ", ".join(f"{TOOL_ID_PREFIX}{call_id}" for call_id in asked)
        problem = (
            f"`tool_use` ids were found without `tool_result` blocks immediately after: {listed}. Each `tool_use` "
            "block must have a corresponding `tool_result` block in the next message."
        )
        raise fields.invalid(f"messages.{index}", problem)


def _thinking(value: object, max_output: int | None) -> str | None:
    """Whether thinking is "on" or "off", `None` where nothing was said."""
    if value is None:
        return None
    thinking = fields.json_object(value, "thinking")
    kind = fields.tag(thinking, "thinking", _THINKING)
    name = f"thinking.{kind}"
    allowed = {"enabled": {"budget_tokens", "display"}, "adaptive": {"display"}}.get(kind, set())
    fields.check_names(thinking, frozenset(allowed | {"type"}), f"{name}.")
    if thinking.get("display") is not None:
        fields.choice(thinking["display"], f"{name}.display", ("summarized", "omitted"))
    if kind == "enabled":
        budget = fields.required(thinking, "budget_tokens", name)
        budget = fields.integer(budget, f"{name}.budget_tokens", low=_LEAST_THINKING_BUDGET)
        if max_output is not None and budget >= max_output:
            raise fields.invalid("max_tokens", "must be greater than thinking.budget_tokens")
    return "off" if kind == "disabled" else "on"


def _output_config(value: object) -> tuple[str | None, dict | None]:
    """The effort that is wanted, and the JSON Schema that the answer must fill."""
    if value is None:
        return None, None
    config = fields.json_object(value, "output_config")
    fields.check_names(config, frozenset(["effort", "format"]), "output_config.")
    effort = config.get("effort")
    if effort is not None:
        fields.choice(effort, "output_config.effort", _EFFORTS)
    if config.get("format") is None:
        return effort, None
    return effort, _output_format(config["format"], "output_config.format")


def _output_format(value: object, name: str) -> dict:
    form = fields.json_object(value, name)
    fields.tag(form, name, ("json_schema",))
    fields.check_names(form, frozenset(["type", "schema"]), f"{name}.json_schema.")
    schema = fields.json_schema(fields.required(form, "schema", name), f"{name}.schema")
    _check_closed(schema, f"{name}.schema")
    return schema


def _check_closed(schema: dict, name: str) -> None:
    """Anthropic takes only schemas whose objects allow no further properties."""
    waiting: list[object] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            if part.get("type") == "object" and part.get("additionalProperties") is not False:
                raise fields.invalid(
                    name, "For 'object' type, 'additionalProperties' must be explicitly set to false"
                )
            waiting.extend(part.values())
