"""The vendors' formats as far as the cost of a call concerns: what bounds it before, and what tells it after.

Whatever could make a call cost more than its tokens, such as a search that the vendor runs itself, is found here,
so that it can be refused: a cap that something may pass is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Fold = Callable[[dict, dict], None]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of endpoint. `reader` names the extractor of genai-prices: provider and flavor.

    `fold(document, event)` takes into `document` what one event of a stream says about usage; `words(event)` gives
    the text that it brings; `ends(event)` whether it is the last, where the format has such an event.

    `limits`, `answers` and `costly` are names of fields: of those that bound an answer, of those that say how many
    there shall be, and of those that make a cost that nobody can know beforehand. The first two stand in one of the
    objects `settings`, if it has names. `param` is what the caller is told to set.
    """

    kind: str
    reader: tuple[str, str]
    limits: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    costly: tuple[str, ...] = ()
    tool_kinds: tuple[str, ...] = ("function", "custom")
    fold: Fold = lambda document, event: None
    words: Callable[[dict], Iterator[str]] = lambda event: iter(())
    ends: Callable[[dict], bool] | None = None
    param: str = ""

    @property
    def makes_text(self) -> bool:
        return self.kind == "chat"

    def max_output(self, body: dict) -> int | None:
        """The most tokens that the caller wants for one answer."""
        return max(filter(None, (_number(value) for value in self._values(body, self.limits))), default=None)

    def how_many(self, body: dict) -> int:
        """How many answers are wanted."""
        return max(filter(None, (_number(value) for value in self._values(body, self.answers))), default=1)

    def unbounded(self, body: dict) -> str | None:
        """What makes the cost of this request unknowable beforehand."""
        for name in self.costly:
            if body.get(name):
                return name
        tools = body.get("tools")
        for tool in tools if isinstance(tools, list) else ():
            if isinstance(tool, dict) and (found := self._hosted(tool)):
                return found
        return None

    def _hosted(self, tool: dict) -> str | None:
        """The name of a tool that the vendor runs itself."""
        if self.reader[0] == "google":
            return next((name for name in tool if name not in self.tool_kinds), None)
        kind = tool.get("type", "custom")
        return None if isinstance(kind, str) and kind.startswith(self.tool_kinds) else str(kind)

    def _values(self, body: dict, names: tuple[str, ...]) -> Iterator[object]:
        settings = [body.get(name) for name in self.settings] if self.settings else [body]
        return (each.get(name) for each in settings if isinstance(each, dict) for name in names)


def context(document: Mapping) -> dict[str, str]:
    """What a request or an answer says about special prices."""
    found = {}
    usage = document.get("usage") or document.get("usageMetadata")
    for part in (document, usage if isinstance(usage, dict) else {}):
        for ours, theirs in (("service_tier", "service_tier"), ("service_tier", "serviceTier"), ("speed", "speed")):
            if isinstance(part.get(theirs), str):
                found[ours] = part[theirs].lower()
    return found


def _number(value: object) -> int | None:
    """A number above zero, also where it is written as a text, as Google's JSON may have it."""
    try:
        number = int(float(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0
    except (ValueError, OverflowError):
        return None
    return number if number > 0 else None


def _objects(value: object) -> list[dict]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: object, *names: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[name] for name in names if isinstance(value.get(name), str))


def _fold_chat(document: dict, event: dict) -> None:
    document.update({name: event[name] for name in ("id", "model", "service_tier", "usage") if event.get(name)})


def _chat_words(event: dict) -> Iterator[str]:
    for choice in _objects(event.get("choices")):
        delta = choice.get("delta")
        yield from _texts(delta, "content", "refusal", "reasoning", "reasoning_content")
        for call in _objects(delta.get("tool_calls") if isinstance(delta, dict) else None):
            yield from _texts(call.get("function"), "name", "arguments")


def _fold_response(document: dict, event: dict) -> None:
    if isinstance(event.get("response"), dict):
        document.update(event["response"])


def _response_words(event: dict) -> Iterator[str]:
    if str(event.get("type")).endswith(".delta"):
        yield from _texts(event, "delta")


def _response_ends(event: dict) -> bool:
    return event.get("type") in ("response.completed", "response.incomplete", "response.failed")


def _fold_message(document: dict, event: dict) -> None:
    if isinstance(event.get("message"), dict):
        document.update(event["message"])
    if isinstance(event.get("usage"), dict):  # counts from the beginning, and leaves out what is known
        before = document.get("usage")
        known = {name: value for name, value in event["usage"].items() if value is not None}
        document["usage"] = {**(before if isinstance(before, dict) else {}), **known}


def _message_words(event: dict) -> Iterator[str]:
    yield from _texts(event.get("delta"), "text", "thinking", "partial_json")
    yield from _texts(event.get("content_block"), "name", "text")


def _message_ends(event: dict) -> bool:
    return event.get("type") == "message_stop"


def _fold_gemini(document: dict, event: dict) -> None:
    document.update({name: event[name] for name in ("modelVersion", "usageMetadata") if event.get(name)})


def _gemini_words(event: dict) -> Iterator[str]:
    for candidate in _objects(event.get("candidates")):
        content = candidate.get("content")
        for part in _objects(content.get("parts") if isinstance(content, dict) else None):
            yield from _texts(part, "text")
            if "functionCall" in part:
                yield json.dumps(part["functionCall"], ensure_ascii=False)


def chat(provider: str) -> Format:
    """Chat Completions, which several vendors speak."""
    return Format(
        "chat",
        (provider, "chat"),
        limits=("max_completion_tokens", "max_tokens"),
        answers=("n",),
        costly=("web_search_options", "plugins", "preset"),
        fold=_fold_chat,
        words=_chat_words,
        param="max_completion_tokens",
    )


RESPONSES = Format(
    "chat",
    ("openai", "responses"),
    limits=("max_output_tokens",),
    costly=("background", "conversation", "prompt"),
    fold=_fold_response,
    words=_response_words,
    ends=_response_ends,
    param="max_output_tokens",
)
MESSAGES = Format(
    "chat",
    ("anthropic", "default"),
    limits=("max_tokens",),
    costly=("mcp_servers", "container"),
    tool_kinds=("custom", "bash_", "text_editor_", "computer_", "memory_"),
    fold=_fold_message,
    words=_message_words,
    ends=_message_ends,
    param="max_tokens",
)
GEMINI = Format(
    "chat",
    ("google", "default"),
    limits=("maxOutputTokens", "max_output_tokens"),
    answers=("candidateCount", "candidate_count"),
    settings=("generationConfig", "generation_config"),
    costly=("cachedContent", "cached_content"),
    tool_kinds=("functionDeclarations", "function_declarations"),
    fold=_fold_gemini,
    words=_gemini_words,
    param="maxOutputTokens",
)
EMBEDDINGS = Format("embedding", ("openai", "embeddings"))
GEMINI_EMBEDDINGS = Format("embedding", ("google", "default"))
