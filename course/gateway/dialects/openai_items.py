"""The items of OpenAI's Responses: what a caller sends as `input`, what is kept, and the messages it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..types import Attachment, Fault, Message, ToolCall
from . import openai as fields

_ROLES = ("user", "assistant", "system", "developer")
_STATUSES = ("in_progress", "completed", "incomplete")
_TYPES = ("message", "function_call", "function_call_output", "reasoning")
_FIELDS = {
    "message": frozenset(["type", "id", "status", "role", "content", "phase"]),
    "function_call": frozenset(["type", "id", "status", "call_id", "name", "arguments", "namespace", "caller"]),
    "function_call_output": frozenset(["type", "id", "status", "call_id", "output", "name", "namespace", "caller"]),
    "reasoning": frozenset(["type", "id", "status", "summary", "content", "encrypted_content"]),
}
_PART_FIELDS = {
    "input_text": frozenset(["type", "text", "prompt_cache_breakpoint"]),
    "input_image": frozenset(["type", "image_url", "file_id", "detail", "prompt_cache_breakpoint"]),
    "input_file": frozenset(
        ["type", "file_data", "file_id", "file_url", "filename", "detail", "prompt_cache_breakpoint"]
    ),
    "output_text": frozenset(["type", "text", "annotations", "logprobs", "parsed"]),
    "refusal": frozenset(["type", "refusal"]),
}
_SENT = ("input_text", "input_image", "input_file")
_ANSWERED = ("output_text", "refusal")
_PREFIXES = {"message": "msg", "function_call": "fc", "function_call_output": "fco", "reasoning": "rs"}


def parse(value: object) -> list[dict]:
    """The items of a request's `input`, each in its full form. Raises `Fault` invalid_request."""
    if isinstance(value, str):
        return [_message_item("user", [{"type": "input_text", "text": value}])]
    if not isinstance(value, list):
        raise fields.wrong_type("input", "one of a string or array of objects", value)
    if not value:
        raise fields.empty("input")
    return [_item(each, f"input[{index}]") for index, each in enumerate(value)]


def identified(items: Iterable[dict], call_id: str) -> list[dict]:
    """The items with an ID each, which those that were answers of the platform have already."""
    return [
        item if item.get("id") else {"id": f"{_PREFIXES[item['type']]}_{call_id}{place:04x}", **item}
        for place, item in enumerate(items)
    ]


def messages(items: Iterable[dict]) -> tuple[Message, ...]:
    """What the items say. Reasoning says nothing to a model made of rules."""
    said: list[Message] = []
    for item in items:
        if item["type"] == "message":
            said.append(_message(item))
        elif item["type"] == "function_call":
            call = ToolCall(item["call_id"], item["name"], item["arguments"])
            if not said or said[-1].role != "assistant":
                said.append(Message("assistant", ""))
            said[-1] = replace(said[-1], tool_calls=(*said[-1].tool_calls, call))
        elif item["type"] == "function_call_output":
            text, attachments = _content(item["output"])
            said.append(Message("tool", text, attachments, answers=item["call_id"]))
    return tuple(said)


def check_calls(items: Iterable[dict]) -> None:
    """Refuse an answer to a call that was not made, and a call that is not answered."""
    open_calls: dict[str, None] = {}
    for item in items:
        if item["type"] == "function_call":
            open_calls[item["call_id"]] = None
        elif item["type"] == "function_call_output":
            if item["call_id"] not in open_calls:
                message = f"No tool call found for function call output with call_id {item['call_id']}."
                raise Fault("invalid_request", message, "input")
            del open_calls[item["call_id"]]
    for call_id in open_calls:
        raise Fault("invalid_request", f"No tool output found for function call {call_id}.", "input")


def with_texts(value: object, change: Callable[[str], str]) -> object:
    """Items, or a response, with every text changed that a person or a tool wrote."""
    if isinstance(value, list):
        return [with_texts(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: change(each)
        if isinstance(each, str) and name in ("text", "arguments", "output", "instructions")
        else with_texts(each, change)
        for name, each in value.items()
    }


def _item(value: object, name: str) -> dict:
    item = fields.json_object(value, name)
    kind = item.get("type")
    if kind is None and "role" in item:
        kind = "message"
    elif kind is None:
        raise fields.missing(f"{name}.type")
    fields.choice(kind, f"{name}.type", _TYPES)
    fields.check_names(item, _FIELDS[kind], f"{name}.")
    fields.choice(item.get("status"), f"{name}.status", _STATUSES)
    if item.get("id") is not None:
        fields.string(item["id"], f"{name}.id")
    kept = {"id": item["id"]} if item.get("id") else {}
    if kind == "message":
        return kept | _sent_message(item, name)
    if kind == "function_call":
        return kept | {
            "type": kind,
            "status": "completed",
            **{field: fields.required_string(item, field, f"{name}.") for field in ("call_id", "name", "arguments")},
        }
    if kind == "function_call_output":
        return kept | {
            "type": kind,
            "status": "completed",
            "call_id": fields.required_string(item, "call_id", f"{name}."),
            "output": _output(fields.required(item, "output", f"{name}."), f"{name}.output"),
        }
    return kept | {"type": kind, "summary": _summary(item.get("summary"), f"{name}.summary")}


def _sent_message(item: dict, name: str) -> dict:
    role = fields.choice(fields.required(item, "role", f"{name}."), f"{name}.role", _ROLES)
    content = fields.required(item, "content", f"{name}.")
    written = ("output_text" if role == "assistant" else "input_text") if isinstance(content, str) else None
    if written:
        return _message_item(role, [_part({"type": written, "text": content}, f"{name}.content", (written,))])
    if not isinstance(content, list):
        raise fields.wrong_type(f"{name}.content", "one of an array of objects or string", content)
    kinds = _ANSWERED if role == "assistant" else _SENT
    parts = [_part(part, f"{name}.content[{index}]", kinds) for index, part in enumerate(content)]
    return _message_item(role, parts)


def _message_item(role: str, content: list[dict]) -> dict:
    return {"type": "message", "status": "completed", "role": role, "content": content}


def _output(value: object, name: str) -> str | list[dict]:
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise fields.wrong_type(name, "one of an array of objects or string", value)
    return [_part(part, f"{name}[{index}]", _SENT) for index, part in enumerate(value)]


def _part(value: object, name: str, kinds: tuple[str, ...]) -> dict:
    part = fields.json_object(value, name)
    kind = fields.choice(fields.required(part, "type", f"{name}."), f"{name}.type", kinds)
    fields.check_names(part, _PART_FIELDS[kind], f"{name}.")
    if kind == "refusal":
        return {"type": kind, "refusal": fields.required_string(part, "refusal", f"{name}.")}
    if kind == "output_text":
        return {
            "type": kind,
            "text": fields.required_string(part, "text", f"{name}."),
            "annotations": [],
            "logprobs": [],
        }
    if kind == "input_text":
        return {"type": kind, "text": fields.required_string(part, "text", f"{name}.")}
    sources = ("image_url", "file_id") if kind == "input_image" else ("file_data", "file_id", "file_url")
    kept = {
        field: fields.string(part[field], f"{name}.{field}")
        for field in (*sources, "filename")
        if part.get(field) is not None
    }
    if not any(source in kept for source in sources):
        raise fields.missing(f"{name}.{sources[0]}")
    if kind == "input_image":
        kept["detail"] = fields.choice(part.get("detail"), f"{name}.detail", ("low", "high", "auto", "original"))
        kept["detail"] = kept["detail"] or "auto"
    return {"type": kind, **kept}


def _summary(value: object, name: str) -> list[dict]:
    if value is None:
        raise fields.missing(name)
    if not isinstance(value, list):
        raise fields.wrong_type(name, "an array of objects", value)
    parts = [fields.json_object(part, f"{name}[{index}]") for index, part in enumerate(value)]
    return [
        {"type": "summary_text", "text": fields.required_string(part, "text", f"{name}[{index}].")}
        for index, part in enumerate(parts)
    ]


def _message(item: dict) -> Message:
    text, attachments = _content(item["content"])
    return Message("system" if item["role"] == "developer" else item["role"], text, attachments)


def _content(content: str | list[dict]) -> tuple[str, tuple[Attachment, ...]]:
    if isinstance(content, str):
        return content, ()
    texts = [part.get("text", part.get("refusal")) for part in content]
    attachments = tuple(_attachment(part) for part in content if part["type"] in ("input_image", "input_file"))
    return "\n".join(text for text in texts if text is not None), attachments


def _attachment(part: dict) -> Attachment:
    if part["type"] == "input_image":
        return fields.attachment("image", part.get("image_url", ""))
    return fields.attachment("file", part.get("file_data", ""), part.get("filename", ""))
