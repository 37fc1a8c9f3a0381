"""The content of a message as Anthropic has it: a text, or blocks of many kinds."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ..types import Attachment, Message, ToolCall
from . import anthropic as fields

TOOL_ID_PREFIX = "toolu_"
_IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")


@dataclass(slots=True)
class Content:
    """What the blocks of one message hold. `answers` has the place and the ID of each answered tool call."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    answers: list[tuple[int, Message]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


def read_content(value: object, name: str, role: str, version: str) -> Content:
    """Read a message's content. Raises `Fault` invalid_request."""
    content = Content()
    if isinstance(value, str):
        content.texts.append(value)
        return content
    for index, each in enumerate(fields.json_list(value, name)):
        where = f"{name}.{index}"
        block = fields.json_object(each, where)
        kind = fields.tag(block, where, tuple(_BLOCKS))
        allowed, roles, read = _BLOCKS[kind]
        if role not in roles and not (kind == "document" and role == "assistant" and version < fields.NEWEST_VERSION):
            raise fields.invalid(where, f"`{kind}` blocks are not permitted in `{role}` messages")
        inner = f"{where}.{kind}"
        fields.check_names(block, frozenset(["type", *allowed]), f"{inner}.")
        if "cache_control" in allowed:
            fields.check_cache_control(block.get("cache_control"), f"{inner}.cache_control")
        if kind == "text" and role == "user" and block.get("citations") and version >= fields.NEWEST_VERSION:
            raise fields.invalid(f"{inner}.citations", "Citations are not permitted on text blocks in user messages")
        read(block, inner, content, index)
    return content


def read_texts(value: object, name: str) -> str:
    """Read a system prompt: a text, or blocks that hold text."""
    if isinstance(value, str):
        return value
    return read_content(value, name, "system", fields.NEWEST_VERSION).text


def block_of_call(call: ToolCall) -> dict:
    """The `tool_use` block of a tool call."""
    return {
        "type": "tool_use",
        "id": f"{TOOL_ID_PREFIX}{call.id}",
        "name": call.name,
        "input": json.loads(call.arguments or "{}"),
    }


def _read_text(block: dict, name: str, content: Content, _index: int) -> None:
    text = fields.string(fields.required(block, "text", name), f"{name}.text")
    if not text:
        raise fields.invalid(name.split(".")[0], "text content blocks must be non-empty")
    if block.get("citations") is not None:
        fields.json_list(block["citations"], f"{name}.citations")
    content.texts.append(text)


def _read_image(block: dict, name: str, content: Content, _index: int) -> None:
    _, source, where = _source(block, name, ("base64", "url", "file"))
    _attach(content, "image", source, where, _IMAGE_TYPES)


def _read_document(block: dict, name: str, content: Content, _index: int) -> None:
    """A text document is read like any text; a PDF is an attachment."""
    title = _optional_string(block, "title", name)
    context = _optional_string(block, "context", name)
    _check_citations(block, name)
    kind, source, where = _source(block, name, ("base64", "text", "content", "url", "file"))
    content.texts.extend(each for each in (title, context) if each)
    if kind == "text":
        fields.choice(fields.required(source, "media_type", where), f"{where}.media_type", ("text/plain",))
        content.texts.append(fields.string(fields.required(source, "data", where), f"{where}.data"))
    elif kind == "content":
        inner = read_content(fields.required(source, "content", where), f"{where}.content", "source", "")
        content.texts.extend(inner.texts)
        content.attachments.extend(inner.attachments)
    else:
        _attach(content, "file", source, where, ("application/pdf",), title)


def _read_search_result(block: dict, name: str, content: Content, _index: int) -> None:
    _check_citations(block, name)
    for part in ("source", "title"):
        content.texts.append(fields.string(fields.required(block, part, name), f"{name}.{part}"))
    content.texts.append(read_texts(fields.required(block, "content", name), f"{name}.content"))


def _read_thinking(block: dict, name: str, _content: Content, _index: int, parts: tuple[str, ...]) -> None:
    """Earlier thinking is accepted and forgotten: a model made of rules has no use for it."""
    for part in parts:
        fields.string(fields.required(block, part, name), f"{name}.{part}")


def _read_tool_use(block: dict, name: str, content: Content, _index: int) -> None:
    call_id = fields.string(fields.required(block, "id", name), f"{name}.id", shortest=1)
    called = fields.string(fields.required(block, "name", name), f"{name}.name", shortest=1)
    arguments = fields.json_object(fields.required(block, "input", name), f"{name}.input")
    try:
        text = json.dumps(arguments, ensure_ascii=False)
    except RecursionError:
        raise fields.invalid(f"{name}.input", "nested too deeply") from None
    content.calls.append(ToolCall(call_id.removeprefix(TOOL_ID_PREFIX), called, text))


def _read_tool_result(block: dict, name: str, content: Content, index: int) -> None:
    call_id = fields.string(fields.required(block, "tool_use_id", name), f"{name}.tool_use_id", shortest=1)
    fields.boolean(block.get("is_error"), f"{name}.is_error")
    inner = Content()
    if block.get("content") is not None:
        inner = read_content(block["content"], f"{name}.content", "tool_result", fields.NEWEST_VERSION)
    answer = Message("tool", inner.text, tuple(inner.attachments), answers=call_id.removeprefix(TOOL_ID_PREFIX))
    content.answers.append((index, answer))


def _source(block: dict, name: str, kinds: tuple[str, ...]) -> tuple[str, dict, str]:
    """The kind of a block's source, the source, and its name."""
    where = f"{name}.source"
    source = fields.json_object(fields.required(block, "source", name), where)
    kind = fields.tag(source, where, kinds)
    where = f"{where}.{kind}"
    fields.check_names(source, frozenset(["type", *_SOURCE_FIELDS[kind]]), f"{where}.")
    return kind, source, where


def _attach(
    content: Content, kind: str, source: dict, where: str, media_types: tuple[str, ...], title: str = ""
) -> None:
    if source["type"] == "base64":
        media_type = fields.choice(fields.required(source, "media_type", where), f"{where}.media_type", media_types)
        data = fields.string(fields.required(source, "data", where), f"{where}.data", shortest=1)
        content.attachments.append(Attachment(kind, media_type, title, _decoded_size(data, where)))
        return
    part = "url" if source["type"] == "url" else "file_id"
    address = fields.string(fields.required(source, part, where), f"{where}.{part}", shortest=1)
    content.attachments.append(Attachment(kind, "", title or address))


def _decoded_size(data: str, name: str) -> int:
    try:
        return len(b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        raise fields.invalid(f"{name}.data", "invalid base64 data") from None


def _optional_string(block: dict, part: str, name: str) -> str:
    return "" if block.get(part) is None else fields.string(block[part], f"{name}.{part}")


def _check_citations(block: dict, name: str) -> None:
    if block.get("citations") is None:
        return
    where = f"{name}.citations"
    citations = fields.json_object(block["citations"], where)
    fields.check_names(citations, frozenset(["enabled"]), f"{where}.")
    fields.boolean(citations.get("enabled"), f"{where}.enabled")


_SOURCE_FIELDS = {
    "base64": ("media_type", "data"),
    "text": ("media_type", "data"),
    "content": ("content",),
    "url": ("url",),
    "file": ("file_id",),
}
# kind → (fields beside `type`, where it may stand, what reads it). Besides the roles of messages, a block can stand
# in a tool's result or in the source of a document.
_BLOCKS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[dict, str, Content, int], None]]] = {
    "text": (
        ("text", "cache_control", "citations"),
        ("user", "assistant", "system", "tool_result", "source"),
        _read_text,
    ),
    "image": (
        ("source", "cache_control", "transformations"),
        ("user", "tool_result", "source"),
        _read_image,
    ),
    "document": (
        ("source", "cache_control", "citations", "context", "title"),
        ("user", "tool_result"),
        _read_document,
    ),
    "search_result": (
        ("source", "title", "content", "cache_control", "citations"),
        ("user", "tool_result"),
        _read_search_result,
    ),
    "thinking": (("thinking", "signature"), ("assistant",), partial(_read_thinking, parts=("thinking", "signature"))),
    "redacted_thinking": (("data",), ("assistant",), partial(_read_thinking, parts=("data",))),
    "tool_use": (("id", "name", "input", "cache_control", "caller", "toolset_name"), ("assistant",), _read_tool_use),
    "tool_result": (
        ("tool_use_id", "content", "is_error", "cache_control", "toolset_name"),
        ("user",),
        _read_tool_result,
    ),
}
