"""Gemini's generateContent and streamGenerateContent, and the prompts that countTokens takes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..types import Draft, Fault, Message, Piece, Reply, ToolCall, Turn, Usage
from . import gemini_config, gemini_tools, proto_json
from .gemini import VENDOR
from .gemini_content import invalid, messages, text_of
from .gemini_messages import COUNT_TOKENS, GENERATE_CONTENT

_REQUEST = "GenerateContentRequest"
_FINISH_REASONS = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS"}


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """A turn, and whether its answer is to be one of an enum's values, without quotes."""

    turn: Turn
    enum_text: bool = False


def parse(model: str, body: object) -> GenerateRequest:
    """Read the JSON value of a request to `models/{model}`. Raises `Fault` as Google does."""
    return _request(model, proto_json.read(GENERATE_CONTENT, body))


def parse_count(model: str, body: object) -> Turn:
    """Read a countTokens request: contents, or a whole request to generate."""
    fields = proto_json.read(COUNT_TOKENS, body)
    inner = fields.get("generate_content_request")
    if inner is None:
        return Turn(VENDOR, model, messages(fields.get("contents", []), "CountTokensRequest"))
    if fields.get("contents"):
        message = "Only one of contents and generate_content_request may be set."
        raise Fault("invalid_request", message, "generate_content_request")
    return _request(model, inner).turn


def render(reply: Reply, request: GenerateRequest) -> dict:
    """The body of a plain answer."""
    candidates = [
        _candidate(index, _parts(draft, request), draft.finish) for index, draft in enumerate(reply.choices)
    ]
    return _response(reply, candidates, reply.usage)


def render_stream(call, request: GenerateRequest) -> Iterator[dict]:
    """The parts of a streamed answer, each a response of its own. A function's call comes in one part."""
    pending: dict[int, _Pending] = {}

    def chunk(choice: int, parts: list[dict], finish: str | None = None) -> dict:
        usage = call.usage if call.reply is None else call.reply.usage
        return _response(call, [_candidate(choice, parts, finish)], usage)

    for piece in call:
        held = pending.setdefault(piece.choice, _Pending(whole=request.enum_text))
        if parts := held.take(piece):
            yield chunk(piece.choice, parts)
    for choice, draft in enumerate(call.reply.choices):
        rest = pending[choice].rest() if choice in pending else []
        yield chunk(choice, rest or [{"text": ""}], draft.finish)


def render_count(tokens: int) -> dict:
    return {"totalTokens": tokens, "promptTokensDetails": _modalities(tokens)}


def _request(model: str, fields: dict) -> GenerateRequest:
    if fields.get("cached_content"):
        message = "CachedContent not found (or permission denied)"
        raise Fault("model_forbidden", message, "cached_content")
    if fields.get("continuation_token"):
        raise invalid(f"{_REQUEST}.continuation_token", "continuation_token is invalid.")
    config = fields.get("generation_config", {})
    gemini_config.check(config)
    system = text_of(fields.get("system_instruction", {}).get("parts", []))
    conversation = messages(fields.get("contents", []), _REQUEST)
    functions, hosted = gemini_tools.tools(fields.get("tools", []))
    choice, names = gemini_tools.tool_choice(fields.get("tool_config", {}), functions, hosted)
    schema = gemini_config.schema(config)
    mime_type = config.get("response_mime_type")
    turn = Turn(
        vendor=VENDOR,
        model=model,
        messages=(Message("system", system), *conversation) if system else conversation,
        max_output=config.get("max_output_tokens"),
        stop=tuple(stop for stop in config.get("stop_sequences", []) if stop),
        effort=gemini_config.effort(config.get("thinking_config", {})),
        answers=config.get("candidate_count", 1),
        tools=tuple(each for each in functions if each.name in names) if names else functions,
        tool_choice=choice,
        tool_name=names[0] if len(names) == 1 else None,
        hosted_tools=hosted,
        schema=schema,
        json_only=mime_type == "application/json" and schema is None,
    )
    return GenerateRequest(turn, enum_text=mime_type == "text/x.enum")


@dataclass(slots=True)
class _Pending:
    """What of a streamed answer is held back: a function's call until it is whole, or all the text."""

    whole: bool
    text: str = ""
    call: ToolCall | None = None
    arguments: list[str] = field(default_factory=list)

    def take(self, piece: Piece) -> list[dict]:
        """The parts that can be sent now."""
        if piece.begins is not None:
            parts, self.call = self.rest(), piece.begins
            return parts
        if piece.tool is not None:
            self.arguments.append(piece.text)
            return []
        if self.whole:
            self.text += piece.text
            return []
        return [{"text": piece.text}]

    def rest(self) -> list[dict]:
        """The parts that are still held."""
        parts = [{"text": _unquoted(self.text)}] if self.text else []
        if self.call is not None:
            parts.append(_call_part(ToolCall(self.call.id, self.call.name, "".join(self.arguments))))
        self.text, self.call, self.arguments = "", None, []
        return parts


def _parts(draft: Draft, request: GenerateRequest) -> list[dict]:
    text = _unquoted(draft.text) if request.enum_text else draft.text
    calls = [_call_part(call) for call in draft.tool_calls]
    if draft.finish == "length" and not text:
        return calls  # all of the limit went into thinking
    return [{"text": text}, *calls] if text or not calls else calls


def _call_part(call: ToolCall) -> dict:
    """A part that asks for a function's call. Arguments that were cut short are left out."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = {}
    return {"functionCall": {"id": call.id, "name": call.name, "args": arguments}}


def _unquoted(text: str) -> str:
    """The value of a JSON string."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _candidate(index: int, parts: list[dict], finish: str | None) -> dict:
    content = {"parts": parts, "role": "model"} if parts else {"role": "model"}
    reason = {"finishReason": _FINISH_REASONS[finish]} if finish else {}
    return {"content": content, **reason, "index": index}


def _response(answer, candidates: list[dict], usage: Usage) -> dict:
    return {
        "candidates": candidates,
        "usageMetadata": _usage(usage),
        "modelVersion": answer.model,
        "responseId": base64.urlsafe_b64encode(bytes.fromhex(answer.id)).decode().rstrip("="),
    }


def _usage(usage: Usage) -> dict:
    """Token counts. As in all of Google's JSON, a count of 0 is left out."""
    counts = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": usage.output - usage.reasoning if usage.output else 0,
        "totalTokenCount": usage.input + (usage.output or usage.reasoning),
        "cachedContentTokenCount": usage.cached_input,
        "promptTokensDetails": _modalities(usage.input),
        "cacheTokensDetails": _modalities(usage.cached_input),
        "thoughtsTokenCount": usage.reasoning,
    }
    return {name: count for name, count in counts.items() if count}


def _modalities(tokens: int) -> list[dict]:
    return [{"modality": "TEXT", "tokenCount": tokens}] if tokens else []
