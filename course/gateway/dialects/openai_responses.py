"""OpenAI's Responses: `POST /v1/responses`, read and answered. `openai_items` knows the items of the conversation,
`openai_response_stream` the streamed answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..types import Draft, Fault, Message, Reply, ToolCall, Turn, Usage
from . import openai as fields
from . import openai_items, openai_schema, openai_tools
from .openai_chat import EFFORTS
from .openai_unread import Unread

_COUNTED = (
    "model",
    "input",
    "instructions",
    "previous_response_id",
    "conversation",
    "parallel_tool_calls",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
    "truncation",
)
_READ = (
    "include",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "store",
    "stream",
    "stream_options",
)
_UNREAD = Unread(
    numbers={"temperature": (0, 2), "top_p": (0, 1)},
    choices={
        "service_tier": ("auto", "default", "flex", "scale", "priority", "fast"),
        "truncation": ("auto", "disabled"),
        "prompt_cache_retention": ("in_memory", "24h"),
    },
    strings=("user", "safety_identifier", "prompt_cache_key"),
    defaults={"background": (False,), "top_logprobs": (0,)},
    unsupported=(
        "access_programs",
        "background_options",
        "context_management",
        "conversation",
        "image",
        "moderation",
        "prompt",
        "prompt_cache_options",
    ),
)
_ALLOWED = frozenset([*_COUNTED, *_READ, *_UNREAD.names])
_INCLUDABLE = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)
_SUMMARIES = ("auto", "concise", "detailed")
_REASONING = {
    "effort": EFFORTS,
    "summary": _SUMMARIES,
    "generate_summary": _SUMMARIES,
    "mode": ("standard", "pro"),
    "context": ("auto", "current_turn", "all_turns"),
}

Recall = Callable[[str], list[dict]]


@dataclass(frozen=True, slots=True)
class ResponseRequest:
    """A turn, how its answer is to be sent, and whether it is to be kept.

    `context` holds the items of the conversation before this request and `items` this request's own. `echoed` are
    the fields that the answer repeats.
    """

    turn: Turn
    context: list[dict]
    items: list[dict]
    stream: bool = False
    store: bool = True
    shorten: bool = False
    echoed: dict = field(default_factory=dict)


def parse(body: object, recall: Recall) -> ResponseRequest:
    """Read a request's JSON value. `recall(response_id)` gives the conversation up to an earlier response. Raises
    `Fault` invalid_request naming the parameter, as OpenAI does.
    """
    body = _object(body, _ALLOWED)
    _check_unread(body)
    fields.required(body, "input")
    stream = fields.boolean(body.get("stream"), "stream")
    _check_stream_options(body.get("stream_options"), stream)
    request = _request(body, recall)
    store = body.get("store") is not False
    fields.boolean(body.get("store"), "store")
    echoed = {**_echoed(body), "store": store, "metadata": fields.metadata(body.get("metadata"))}
    return ResponseRequest(
        request.turn, request.context, request.items, stream, store, body.get("truncation") == "auto", echoed
    )


def parse_count(body: object, recall: Recall) -> Turn:
    """Read a request to count the tokens of an input."""
    body = _object(body, frozenset([*_COUNTED, "personality"]))
    fields.choice(body.get("truncation"), "truncation", _UNREAD.choices["truncation"])
    if body.get("conversation") is not None:
        raise fields.unsupported("conversation")
    return _request(body, recall).turn


def render_count(tokens: int) -> dict:
    return {"object": "response.input_tokens", "input_tokens": tokens}


def render(reply: Reply, asked: ResponseRequest) -> dict:
    """The body of a finished answer."""
    cut = reply.finish == "length"
    response = {
        **render_envelope(reply, asked),
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": render_output(reply.id, reply.choices[0]),
        "usage": render_usage(reply.usage),
    }
    if not cut:
        response["completed_at"] = response["created_at"]
    return response


def render_envelope(answer, asked: ResponseRequest) -> dict:
    """A response before its answer: what its stream begins with."""
    return {
        "id": response_id(answer.id),
        "object": "response",
        "created_at": answer.created // 1_000_000,
        "status": "in_progress",
        "background": False,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "model": answer.model,
        "output": [],
        "service_tier": "default",
        **asked.echoed,
    }


def response_id(call_id: str) -> str:
    return f"resp_{call_id}"


def render_output(call_id: str, draft: Draft) -> list[dict]:
    """The items of an answer, the last of which may have been cut. One that was cut before its first word has no
    message.
    """
    output = [render_message(call_id, draft.text)] if has_message(draft) else []
    output += [render_call(call_id, place, call) for place, call in enumerate(draft.tool_calls)]
    if draft.finish == "length" and output:
        output[-1]["status"] = "incomplete"
    return [render_reasoning(call_id), *output] if draft.reasoning else output


def has_message(draft: Draft) -> bool:
    return bool(draft.text) or not (draft.tool_calls or draft.finish == "length")


def render_reasoning(call_id: str) -> dict:
    """That the model reasoned; what, it does not say."""
    return {"id": f"rs_{call_id}", "type": "reasoning", "summary": []}


def render_message(call_id: str, text: str | None, status: str = "completed") -> dict:
    """An answer's message; `None` is the text of one that has just begun."""
    content = [] if text is None else [render_text(text)]
    return {"id": f"msg_{call_id}", "type": "message", "status": status, "role": "assistant", "content": content}


def render_text(text: str) -> dict:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def render_call(call_id: str, place: int, call: ToolCall, status: str = "completed") -> dict:
    return {
        "id": f"fc_{call_id}{place:02x}",
        "type": "function_call",
        "status": status,
        "call_id": f"call_{call.id}",
        "name": call.name,
        "arguments": call.arguments,
    }


def render_usage(usage: Usage) -> dict:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {
            "cached_tokens": usage.cached_input,
            "cache_write_tokens": usage.cache_write,
        },
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }


def render_deleted(public_id: str) -> dict:
    return {"id": public_id, "object": "response", "deleted": True}


def not_found(public_id: str) -> Fault:
    return Fault("not_found", f"Response with id '{public_id}' not found.")


def previous_not_found(public_id: str) -> Fault:
    message = f"Previous response with id '{public_id}' not found."
    return Fault("invalid_request", message, "previous_response_id", "previous_response_not_found")


def too_long(fault: Fault) -> Fault:
    """A prompt that does not fit, in the words of this endpoint."""
    message = "Your input exceeds the context window of this model. Please adjust your input and try again."
    return Fault(fault.kind, message, "input", detail=fault.detail)


def check_retrieval(query: Mapping[str, str]) -> None:
    """Refuse what only a response made in the background can do."""
    stream = fields.choice(query.get("stream"), "stream", ("true", "false"))
    if stream == "true" or query.get("starting_after") is not None:
        message = "Only a response that was created with 'background' and 'stream' can be streamed again."
        raise Fault("invalid_request", message, "stream")


def cancel_refused() -> Fault:
    return Fault("invalid_request", "Cannot cancel a synchronous response.")


def _object(body: object, allowed: frozenset[str]) -> dict:
    if not isinstance(body, dict):
        raise Fault("invalid_request", "The JSON body of your request is not an object.")
    fields.check_names(body, allowed)
    if body.get("model") == "":
        raise fields.missing("model")
    fields.string(fields.required(body, "model"), "model")
    return body


def _request(body: dict, recall: Recall) -> ResponseRequest:
    tools, hosted = openai_tools.parse(body.get("tools"), nested=False)
    choice, name = openai_tools.parse_choice(body.get("tool_choice"), tools, nested=False, hosted=hosted)
    fields.boolean(body.get("parallel_tool_calls"), "parallel_tool_calls")
    effort = _reasoning(body.get("reasoning"))["effort"]
    instructions = _instructions(body.get("instructions"))
    items = [] if body.get("input") is None else openai_items.parse(body["input"])
    schema, json_only = _format(body.get("text"), items)
    previous = body.get("previous_response_id")
    context = [] if previous is None else recall(fields.string(previous, "previous_response_id"))
    openai_items.check_calls([*context, *items])
    turn = Turn(
        vendor=fields.VENDOR,
        model=body["model"],
        messages=instructions + openai_items.messages([*context, *items]),
        max_output=fields.integer(body.get("max_output_tokens"), "max_output_tokens", low=1),
        effort=effort,
        tools=tools,
        hosted_tools=hosted,
        tool_choice=choice,
        tool_name=name,
        parallel_tool_calls=body.get("parallel_tool_calls") is not False,
        schema=schema,
        json_only=json_only,
    )
    return ResponseRequest(turn, context, items)


def _instructions(value: object) -> tuple[Message, ...]:
    if value is None:
        return ()
    return (Message("system", fields.string(value, "instructions")),)


def _reasoning(value: object) -> dict:
    asked = {} if value is None else fields.json_object(value, "reasoning")
    fields.check_names(asked, frozenset(_REASONING), "reasoning.")
    for name, options in _REASONING.items():
        fields.choice(asked.get(name), f"reasoning.{name}", options)
    return {"effort": asked.get("effort"), "summary": asked.get("summary") or asked.get("generate_summary")}


def _format(value: object, items: list[dict]) -> tuple[dict | None, bool]:
    """The schema that the answer must fill, and whether it must be JSON at all."""
    text = {} if value is None else fields.json_object(value, "text")
    fields.check_names(text, frozenset(["format", "verbosity"]), "text.")
    fields.choice(text.get("verbosity"), "text.verbosity", ("low", "medium", "high"))
    if text.get("format") is None:
        return None, False
    asked = fields.json_object(text["format"], "text.format")
    kind = fields.required(asked, "type", "text.format.")
    fields.choice(kind, "text.format.type", ("text", "json_object", "json_schema"))
    if kind == "json_schema":
        return openai_schema.parse(asked, "text.format"), True
    fields.check_names(asked, frozenset(["type"]), "text.format.")
    if kind == "json_object" and not any("json" in each.text.lower() for each in openai_items.messages(items)):
        message = (
            "Response input messages must contain the word 'json' in some form to use 'text.format' of type "
            "'json_object'."
        )
        raise Fault("invalid_request", message, "input")
    return None, kind == "json_object"


def _echoed(body: dict) -> dict:
    """The fields that a response repeats, with what holds where nothing was said."""
    text = body.get("text") or {}
    return {
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "reasoning": _reasoning(body.get("reasoning")),
        "safety_identifier": body.get("safety_identifier"),
        "temperature": 1.0 if body.get("temperature") is None else body["temperature"],
        "text": {"format": text.get("format") or {"type": "text"}, "verbosity": text.get("verbosity") or "medium"},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": openai_tools.echo(body.get("tools")),
        "top_logprobs": 0,
        "top_p": 1.0 if body.get("top_p") is None else body["top_p"],
        "truncation": body.get("truncation") or "disabled",
        **({"user": body["user"]} if body.get("user") is not None else {}),
    }


def _check_unread(body: dict) -> None:
    _UNREAD.check(body)
    fields.integer(body.get("max_tool_calls"), "max_tool_calls", low=1)
    include = body.get("include")
    if include is not None and not isinstance(include, list):
        raise fields.wrong_type("include", "an array of strings", include)
    for index, each in enumerate(include or ()):
        fields.choice(fields.string(each, f"include[{index}]"), f"include[{index}]", _INCLUDABLE)


def _check_stream_options(value: object, stream: bool) -> None:
    if value is None:
        return
    options = fields.json_object(value, "stream_options")
    if not stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise Fault("invalid_request", message, "stream_options")
    fields.check_names(options, frozenset(["include_obfuscation"]), "stream_options.")
    fields.boolean(options.get("include_obfuscation"), "stream_options.include_obfuscation")
