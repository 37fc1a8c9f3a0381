"""An admitted call: what it may cost is reserved; what it delivers is charged."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import pricing
from .store import StoreError
from .types import Allowance, Draft, Piece, Reply, ToolCall, Turn, Usage

if TYPE_CHECKING:
    from .pipeline import Pipeline
    from .store import Ticket

_PIECES = re.compile(r"\s*[⺀-鿿가-힯＀-￯]|\s*[^\s⺀-鿿가-힯＀-￯]+|\s+")
_ARGUMENT_CHARACTERS = 24

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that policy has let in. `settle` must follow, whatever happens; where `ticket` is `None`, the call is in
    the ledger already.
    """

    pipeline: Pipeline
    ticket: Ticket | None
    allowances: dict[str, Allowance]
    started: int

    def settle(self, usage: Usage, cost_micros: int, status: str) -> None:
        """Charge the call and release what it held. `status` is "ok", "cut" or "error". Where that cannot be written
        now, it will be before the next call: no reason to withhold an answer that was paid for.
        """
        if self.ticket is None:
            return
        try:
            self.pipeline.store.close_call(self.ticket, usage, cost_micros, status, self.pipeline.clock())
        except StoreError as error:
            _log.error("%s", error)


class Call:
    """Iterate over it to deliver the answers piece by piece; then `reply` is there.

    Leaving its `with` block early, as when the caller hangs up, charges for what was delivered. `usage` is the
    call's before delivery: its output has the reasoning alone. `whole` is its usage once all is delivered, and
    `cost_micros` what it costs then.
    """

    def __init__(
        self,
        admission: Admission,
        turn: Turn,
        reply_id: str,
        drafts: tuple[Draft, ...],
        whole: Usage,
        cost_micros: int,
        rates: pricing.Rates,
    ):
        self.id = reply_id
        self.model = turn.model
        self.turn = turn
        self.created = admission.started
        self.allowances = admission.allowances
        self.pace = admission.pipeline.pace
        self.reply: Reply | None = None
        self.cost_micros = cost_micros
        self._admission = admission
        self._count = admission.pipeline.count
        self._rates = rates
        self._drafts = drafts
        self._whole = whole
        self._delivered: list[list[Piece]] = [[] for _ in drafts]

    @property
    def usage(self) -> Usage:
        return replace(self._whole, output=self._whole.reasoning)

    def __enter__(self) -> Call:
        return self

    def __exit__(self, *_error) -> None:
        if self.reply is None:
            delivered = tuple(_so_far(pieces) for pieces in self._delivered)
            usage = replace(self.usage, output=output_tokens(delivered, self.model, self._count))
            self.cost_micros = pricing.cost_micros(usage, self._rates)
            self._settle(delivered, usage, "cut")

    def __iter__(self) -> Iterator[Piece]:
        for choice, draft in enumerate(self._drafts):
            for piece in _pieces(draft, choice):
                self._delivered[choice].append(piece)
                yield piece
        self._settle(self._drafts, self._whole, "ok")

    def complete(self) -> Reply:
        """Deliver the whole answers at once."""
        return self._settle(self._drafts, self._whole, "ok")

    def fail(self) -> None:
        """End the call without an answer: the platform's fault, so it costs nothing."""
        self.reply = Reply(self.id, self.model, self.created, self._drafts, Usage())
        self._admission.settle(Usage(), 0, "error")

    def _settle(self, choices: tuple[Draft, ...], usage: Usage, status: str) -> Reply:
        """Write what was delivered into the ledger."""
        self.reply = Reply(self.id, self.model, self.created, choices, usage)
        self._admission.settle(usage, self.cost_micros, status)
        return self.reply


def output_tokens(choices: tuple[Draft, ...], model: str, count) -> int:
    """The tokens of answers, their reasoning and the tool calls that they ask for."""
    tokens = 0
    for draft in choices:
        tokens += draft.reasoning + (count(draft.text, model) if draft.text else 0)
        for call in draft.tool_calls:
            tokens += count(call.name, model) + count(call.arguments, model)
    return tokens


def _pieces(draft: Draft, choice: int) -> Iterator[Piece]:
    for text in _PIECES.findall(draft.text):
        yield Piece(text, choice)
    for place, call in enumerate(draft.tool_calls):
        yield Piece("", choice, place, replace(call, arguments=""))
        for start in range(0, len(call.arguments), _ARGUMENT_CHARACTERS):
            yield Piece(call.arguments[start : start + _ARGUMENT_CHARACTERS], choice, place)


def _so_far(pieces: list[Piece]) -> Draft:
    """The part of an answer that was delivered."""
    calls: list[ToolCall] = []
    for piece in pieces:
        if piece.begins is not None:
            calls.append(piece.begins)
        elif piece.tool is not None:
            calls[-1] = replace(calls[-1], arguments=calls[-1].arguments + piece.text)
    text = "".join(piece.text for piece in pieces if piece.tool is None)
    return Draft(text, "length", tool_calls=tuple(calls))
