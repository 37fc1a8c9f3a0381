"""Gemini's contents, which hold parts, as the messages of a conversation."""

from __future__ import annotations

import json
from collections import defaultdict, deque

from ..types import Attachment, Fault, Message, ToolCall

_ROLES = ("user", "model", "function")
_PART_DATA = frozenset(
    [
        "text",
        "inline_data",
        "file_data",
        "function_call",
        "function_response",
        "executable_code",
        "code_execution_result",
        "tool_call",
        "tool_response",
        "thought_signature",
    ]
)


def invalid(path: str, problem: str) -> Fault:
    """The refusal of a value that has the right type. `path` begins with the message's name."""
    return Fault("invalid_request", f"* {path}: {problem}\n", path.partition(".")[2])


def text_of(parts: list[dict]) -> str:
    """The text of parts, each on a line of its own."""
    return "\n".join(part["text"] for part in parts if part.get("text") and not part.get("thought"))


def messages(contents: list[dict], request: str) -> tuple[Message, ...]:
    """The conversation. `request` is the name of the message that holds the contents."""
    if not contents:
        raise invalid(f"{request}.contents", "contents is not specified")
    for index, content in enumerate(contents):
        if content.get("role", "user") not in _ROLES:
            raise Fault("invalid_request", "Please use a valid role: user, model.", f"contents[{index}].role")
        _check_parts(content, f"{request}.contents[{index}]")
    calls = _Calls()
    found: list[Message] = []
    for role, parts in _turns(contents):
        found += [_model_message(parts, calls)] if role == "model" else _user_messages(parts, calls)
    return tuple(found)


def _turns(contents: list[dict]) -> list[tuple[str, list[dict]]]:
    """Role and parts. Neighbouring contents of the model are one: the pieces of a stream, sent back."""
    turns: list[tuple[str, list[dict]]] = []
    for content in contents:
        role = content.get("role", "user")
        if role == "model" and turns and turns[-1][0] == "model":
            turns[-1][1].extend(content["parts"])
        else:
            turns.append((role, list(content["parts"])))
    return turns


def _check_parts(content: dict, path: str) -> None:
    if not content.get("parts"):
        raise invalid(f"{path}.parts", "contents.parts must not be empty.")
    for index, part in enumerate(content["parts"]):
        if not _PART_DATA & part.keys():
            raise invalid(
                f"{path}.parts[{index}].data", "required oneof field 'data' must have one initialized field"
            )
        for kind in ("function_call", "function_response"):
            if kind in part and not part[kind].get("name"):
                raise invalid(f"{path}.parts[{index}].{kind}.name", "Name cannot be empty.")


class _Calls:
    """The functions that the model asked for and that are not answered yet.

    A call may come without an ID: it then has one by its place, and its response finds it by its name.
    """

    def __init__(self):
        self._open: dict[str, ToolCall] = {}
        self._by_name: defaultdict[str, deque[str]] = defaultdict(deque)
        self._asked = 0

    def ask(self, call: dict) -> ToolCall:
        self._asked += 1
        call_id = call.get("id")
        if not call_id or call_id in self._open:
            call_id = f"call-{self._asked}"
        asked = ToolCall(call_id, call["name"], _compact(call.get("args", {})))
        self._open[call_id] = asked
        self._by_name[asked.name].append(call_id)
        return asked

    def answer(self, responses: list[dict]) -> list[str]:
        """The IDs of the calls that these responses answer; all open calls must be."""
        if responses and not self._open:
            message = "Please ensure that function response turn comes immediately after a function call turn."
            raise Fault("invalid_request", message, "contents")
        if len(responses) != len(self._open):
            message = (
                "Please ensure that the number of function response parts is equal to the number of function call "
                "parts of the function call turn."
            )
            raise Fault("invalid_request", message, "contents")
        return [self._take(response.get("id", ""), response["name"]) for response in responses]

    def _take(self, call_id: str, name: str) -> str:
        named = self._by_name[name]
        while call_id not in self._open and named:
            call_id = named.popleft()
        if self._open.pop(call_id, None) is None:
            message = f"Function response {name[:64]!r} answers no function call of the turn before it."
            raise Fault("invalid_request", message, "contents")
        return call_id


def _model_message(parts: list[dict], calls: _Calls) -> Message:
    said = [part for part in parts if not part.get("thought")]
    text = "".join(part.get("text", "") for part in said)
    asked = tuple(calls.ask(part["function_call"]) for part in said if "function_call" in part)
    return Message("assistant", text, _attachments(parts), asked)


def _user_messages(parts: list[dict], calls: _Calls) -> list[Message]:
    """One message for each function's response, and one for all the rest."""
    responses = [part["function_response"] for part in parts if "function_response" in part]
    messages = [
        Message("tool", _result(response.get("response", {})), answers=call_id)
        for response, call_id in zip(responses, calls.answer(responses), strict=True)
    ]
    text, attachments = text_of(parts), _attachments(parts)
    if text or attachments or not messages:
        messages.append(Message("user", text, attachments))
    return messages


def _result(response: dict) -> str:
    """What a function gave. Under the one name "output", or "result" as the SDK has it, it is the value alone."""
    if len(response) == 1:
        value = response.get("output", response.get("result", response))
        return value if isinstance(value, str) else _compact(value)
    return _compact(response)


def _attachments(parts: list[dict]) -> tuple[Attachment, ...]:
    found = []
    for part in parts:
        for field in ("inline_data", "file_data"):
            if data := part.get(field):
                media_type = data.get("mime_type", "")
                name = data.get("display_name") or data.get("file_uri", "").rpartition("/")[2]
                found.append(Attachment(_kind(media_type), media_type, name, len(data.get("data", b""))))
    return tuple(found)


def _kind(media_type: str) -> str:
    family = media_type.partition("/")[0].lower()
    return family if family in ("image", "audio", "video") else "file"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
