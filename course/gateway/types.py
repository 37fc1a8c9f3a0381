"""Turn, Reply, Usage, Fault: the one vocabulary inside the gateway.

No vendor's field name appears here. Counts are tokens, times are UTC microseconds, money is micro-dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a message that is not text. `kind` is "image", "audio", "video" or "file"; `size` is in bytes,
    0 where only an address was sent.
    """

    kind: str
    media_type: str = ""
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish that the caller run a tool. `arguments` is the text of a JSON object."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A function of the caller's that a model may ask for. `schema` is the JSON Schema of its arguments."""

    name: str
    description: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    `role` is "system", "user", "assistant" or "tool". An assistant's message may hold `tool_calls`; a tool's
    message answers the call with the ID `answers`.
    """

    role: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a caller asks for: everything that policy and engine need to know, and nothing about the wire.

    `vendor` is whose platform was addressed and `model` one of its model IDs.
    `max_output` bounds reasoning and visible output together. `effort` is how much the caller wants the model
    to reason, `None` where nothing was said. `answers` is how many independent answers are wanted.

    `tool_choice` is "auto", "none" or "required"; with "required", `tool_name` may name the tool to be called.
    `hosted_tools` are tools that the platform would run itself, by the vendor's names.
    `schema` is the JSON Schema that the answer must fill; `json_only` asks for any JSON object.
    `region` is where the caller wants the call to be handled, `None` where nothing was said.
    """

    vendor: str
    model: str
    messages: tuple[Message, ...]
    max_output: int | None = None
    stop: tuple[str, ...] = ()
    effort: str | None = None
    answers: int = 1
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    tool_name: str | None = None
    parallel_tool_calls: bool = True
    hosted_tools: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    json_only: bool = False
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An engine's answer before it is delivered and priced.

    `finish` is "stop" (the answer is complete or met a stop sequence, which is then `met_stop`), "length" (it
    met `max_output`) or "tool_calls" (the caller is to run tools).
    """

    text: str
    finish: str = "stop"
    reasoning: int = 0
    tool_calls: tuple[ToolCall, ...] = ()
    met_stop: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer as it is delivered.

    `choice` counts the call's answers from 0. For text, `tool` is `None`. A tool call comes as one piece with
    `begins` (its ID and name, no arguments yet), then pieces whose `text` is part of its arguments; `tool`
    counts the answer's tool calls from 0.
    """

    text: str
    choice: int = 0
    tool: int | None = None
    begins: ToolCall | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. `cached_input` and `cache_write` are parts of `input`; `reasoning` of `output`."""

    input: int = 0
    cached_input: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """Delivered answers, one `Draft` for each. `id` is hexadecimal, without any vendor's prefix; `created` is
    UTC microseconds.
    """

    id: str
    model: str
    created: int
    choices: tuple[Draft, ...]
    usage: Usage

    @property
    def text(self) -> str:
        return self.choices[0].text

    @property
    def finish(self) -> str:
        return self.choices[0].finish

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        return self.choices[0].tool_calls


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector of length 1 for each text, in their order."""

    model: str
    vectors: tuple[tuple[float, ...], ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a key belongs to. An `admin` key administers the platform and cannot run a model."""

    project_id: int | None
    key_id: int
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a rate limit after a call was let in. `resets_in` is in seconds."""

    limit: int
    remaining: int
    resets_in: float


@dataclass
class Fault(Exception):
    """A refusal, in the gateway's words; the dialect says it in the vendor's.

    `kind` is one of the names below. `message` is set where the dialect itself found the fault and has worded
    it already. `param` names the request's field; `detail` holds what the vendor's sentence needs.

    invalid_request   the body is not what the endpoint takes
    invalid_json      the body is not JSON
    missing_key       no key was sent
    invalid_key       the key is unknown or revoked; detail: secret
    wrong_key_kind    an admin key ran a model, or a project's key administers
    unknown_model     not offered here; detail: model
    wrong_model_kind  the model cannot do this; detail: model, makes ("text" or "embeddings": what was asked for)
    model_forbidden   the project may not use it; detail: model, project
    tool_forbidden    the project may not use a hosted tool; detail: tool
    region_forbidden  the project's calls stay in another region; detail: region, allowed
    personal_data     the project lets no personal data leave; message set; detail: found (kind → pieces)
    not_found         no such thing, or another project's; detail: what, id
    conflict          the thing's state does not allow it; message set
    context_too_long  the prompt does not fit; detail: window, tokens
    too_large         the body has too many bytes; detail: limit
    rate_limited      detail: meter ("requests", "tokens"), per ("minute", "day"), limit, used, requested,
                      model, project, retry_after (seconds)
    budget_exceeded   the call may cost more than is left; detail: scope ("organization", "project", "key"),
                      period ("total" is credit that is gone for good), limit_micros, project
    overloaded        the vendor has no capacity; detail: retry_after
    unavailable       the vendor cannot be reached; detail: retry_after
    timeout           the vendor took too long
    internal          our own defect, or a server error asked for
    unknown_route     no such address; detail: method, path
    wrong_method      the address is there, the method is not; detail: method, path
    """

    kind: str
    message: str = ""
    param: str | None = None
    code: str | None = None
    detail: dict[str, object] = field(default_factory=dict)
