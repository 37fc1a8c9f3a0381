"""Turn, Reply, Usage, Fault: the one vocabulary inside the gateway.

No vendor's field name appears here. Counts are tokens, times are UTC microseconds, money is micro-dollars.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `role` is "system", "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What a caller asks for: everything that policy and engine need to know, and nothing about the wire.

    `vendor` is whose platform was addressed and `model` one of its model IDs.
    `max_output` bounds reasoning and visible output together. `effort` is how much the caller wants the model
    to reason, `None` where nothing was said.
    """

    vendor: str
    model: str
    messages: tuple[Message, ...]
    max_output: int | None = None
    stop: tuple[str, ...] = ()
    effort: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An engine's answer before it is delivered and priced.

    `finish` is "stop" (the answer is complete or met a stop sequence) or "length" (it met `max_output`).
    """

    text: str
    finish: str = "stop"
    reasoning: int = 0


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
    """A delivered answer. `id` is hexadecimal, without any vendor's prefix; `created` is UTC microseconds."""

    id: str
    model: str
    created: int
    text: str
    finish: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a key belongs to."""

    project_id: int
    key_id: int


@dataclass
class Fault(Exception):
    """A refusal, in the gateway's words; the dialect says it in the vendor's.

    `kind` is one of the names below. `message` is set where the dialect itself found the fault and has worded
    it already. `param` names the request's field; `detail` holds what the vendor's sentence needs.

    invalid_request   the body is not what the endpoint takes
    missing_key       no key was sent
    invalid_key       the key is unknown or revoked; detail: secret
    unknown_model     not offered here; detail: model
    context_too_long  the prompt does not fit; detail: window, tokens
    too_large         the body has too many bytes; detail: limit
    unknown_route     no such address; detail: method, path
    wrong_method      the address is there, the method is not; detail: method, path
    internal          our own defect
    """

    kind: str
    message: str = ""
    param: str | None = None
    code: str | None = None
    detail: dict[str, object] = field(default_factory=dict)
