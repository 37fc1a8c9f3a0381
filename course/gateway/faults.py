"""Faults on request, for teaching: what a program must expect of any platform, when a lesson asks for it.

Off unless asked for. A rule strikes the next `calls` calls, or a fixed `share` of all calls, evenly spread, so
that a lesson shows the same on every machine. Each process has its own rules.
"""

from __future__ import annotations

import asyncio
import logging
import math
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock

from .types import Fault

KINDS = {
    "rate_limit": "refused, too many requests",
    "overload": "refused, the platform has no capacity",
    "server_error": "refused, the platform failed",
    "timeout": "no answer before `seconds` have passed, then a refusal",
    "slow": "the answer begins `seconds` later",
    "cut": "the connection ends in the middle of the answer",
    "malformed": "the answer is JSON that has lost its end",
}
# So short that a lesson need not wait, and long enough to be seen: SDKs obey up to two minutes of it.
RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """`kind` is one of `KINDS`. `calls` is how many calls it strikes, or `share` the part of all, above 0 and at
    most 1. `project_id` is whose calls, `None` for anybody's.
    """

    kind: str
    calls: int | None = None
    share: float | None = None
    project_id: int | None = None
    seconds: float = 2

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}. The faults are: {', '.join(KINDS)}.")
        if (self.calls is None) == (self.share is None):
            raise ValueError("say either calls=, how many calls shall fail, or share=, which part of them.")
        if self.calls is not None and (not isinstance(self.calls, int) or self.calls < 1):
            raise ValueError(f"calls must be a whole number above zero, not {self.calls!r}.")
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, not {self.share!r}.")
        if not 0 <= self.seconds <= 600:
            raise ValueError(f"seconds must be between 0 and 600, not {self.seconds!r}.")


# The rule that has struck the call which this task answers.
_struck: ContextVar[list[Rule] | None] = ContextVar("struck", default=None)


class Faults:
    """The rules in force."""

    def __init__(self):
        self._counts: dict[Rule, int] = {}
        self._lock = Lock()

    def __bool__(self) -> bool:
        return bool(self._counts)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._counts)

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._counts[rule] = 0

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()

    def strike(self, project_id: int) -> None:
        """Let the first rule that applies strike a call. Raises its `Fault` where the call is refused."""
        rule = self._next(project_id) if self._counts else None
        if rule is None:
            return
        if rule.kind == "rate_limit":
            raise Fault(
                "rate_limited",
                detail={
                    "meter": "requests",
                    "per": "minute",
                    "limit": 1,
                    "used": 1,
                    "requested": 1,
                    "model": "any model",
                    "project": project_id,
                    "retry_after": RETRY_SECONDS,
                },
            )
        if rule.kind == "overload":
            raise Fault("overloaded", detail={"retry_after": RETRY_SECONDS})
        if rule.kind == "server_error":
            raise Fault("internal")
        if (struck := _struck.get()) is not None:
            struck.append(rule)
        if rule.kind == "timeout":
            raise Fault("timeout")

    def _next(self, project_id: int) -> Rule | None:
        with self._lock:
            for rule, count in self._counts.items():
                if rule.project_id not in (None, project_id):
                    continue
                self._counts[rule] = count + 1
                if rule.share is not None:
                    if math.floor((count + 1) * rule.share) > math.floor(count * rule.share):
                        return rule
                    continue
                if count + 1 == rule.calls:
                    del self._counts[rule]
                return rule
        return None


class _Cut(ConnectionAbortedError):
    """Makes the server close the connection in the middle of an answer."""


class Spoiler:
    """Delays, cuts or garbles the answers of struck calls on their way out."""

    def __init__(self, app, faults: Faults):
        logging.getLogger("uvicorn.error").addFilter(_was_not_asked_for)
        self._app = app
        self._faults = faults

    async def __call__(self, scope, receive, send) -> None:
        if not self._faults or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        struck: list[Rule] = []
        token = _struck.set(struck)
        try:
            await self._app(scope, receive, _Spoiled(send, struck))
        finally:
            _struck.reset(token)


def _was_not_asked_for(record: logging.LogRecord) -> bool:
    """Whether a server's complaint is about more than a cut that a lesson wanted."""
    return not (record.exc_info and isinstance(record.exc_info[1], _Cut))


class _Spoiled:
    """An ASGI `send` that spoils what passes through it once a rule has struck."""

    _PIECES_BEFORE_CUT = 4

    def __init__(self, send, struck: list[Rule]):
        self._send = send
        self._struck = struck
        self._start = None
        self._bodies = 0

    async def __call__(self, message) -> None:
        if not self._struck:
            await self._send(message)
            return
        rule = self._struck[0]
        if message["type"] == "http.response.start":
            if rule.kind in ("slow", "timeout"):
                await asyncio.sleep(rule.seconds)
            if rule.kind in ("slow", "timeout"):
                await self._send(message)
            else:
                self._start = message
            return
        if rule.kind == "cut":
            await self._cut(message)
        elif rule.kind == "malformed":
            await self._garble(message)
        else:
            await self._send(message)

    async def _cut(self, message) -> None:
        self._bodies += 1
        body = message.get("body", b"")
        if message.get("more_body") and self._bodies < self._PIECES_BEFORE_CUT:
            await self._begin()
            await self._send(message)
            return
        await self._begin()
        await self._send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        raise _Cut

    async def _garble(self, message) -> None:
        body = message.get("body", b"")
        if message.get("more_body"):
            self._bodies += 1
            await self._begin()
            spoiled = self._bodies == self._PIECES_BEFORE_CUT - 1
            await self._send({**message, "body": body[: -len(body) // 3] + b"\n\n" if spoiled else body})
            return
        if self._bodies:
            await self._send(message)
            return
        half = body[: len(body) // 2]
        headers = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        self._start = {**self._start, "headers": [*headers, (b"content-length", str(len(half)).encode())]}
        await self._begin()
        await self._send({**message, "body": half})

    async def _begin(self) -> None:
        if self._start is not None:
            start, self._start = self._start, None
            await self._send(start)
