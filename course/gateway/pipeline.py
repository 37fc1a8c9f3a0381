"""A call's way between wire and engine: authenticate → permit model → engine → settle → record."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import count as counter
from typing import Protocol

from . import pricing
from .prompt_cache import PromptCache, cacheable
from .store import Store
from .types import Caller, Draft, Fault, Message, Reply, Turn, Usage

# What a chat format adds around each message and before the answer, as OpenAI's own counting recipe has it:
# https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken (read 2026-11-23).
MESSAGE_TOKENS = 4
ANSWER_TOKENS = 3

_PIECES = re.compile(r"\s*[⺀-鿿가-힯＀-￯]|\s*[^\s⺀-鿿가-힯＀-￯]+|\s+")


class Engine(Protocol):
    """Answers a turn. `model` is the catalog's row for `turn.model`."""

    def answer(self, turn: Turn, model) -> Draft: ...


def utc_micros() -> int:
    return time.time_ns() // 1000


class Pipeline:
    """The gateway's policy.

    `catalog` knows models and prices, `count_tokens(text, model_id)` the tokens of a text, `clock()` the UTC
    time in microseconds.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        catalog,
        count_tokens: Callable[[str, str], int],
        clock: Callable[[], int] = utc_micros,
    ):
        self.store = store
        self.clock = clock
        self._engine = engine
        self._catalog = catalog
        self._count = count_tokens
        self._cache = PromptCache()
        self._numbers = counter(store.last_call() + 1)
        self._models = {
            (model.vendor, model.id): model
            for model in catalog.models
            if model.retired_on is None or model.retired_on > catalog.checked_on
        }

    def authenticate(self, secret: str | None) -> Caller:
        """Who is calling. Raises `Fault` missing_key or invalid_key."""
        if not secret:
            raise Fault("missing_key")
        caller = self.store.find_caller(secret)
        if caller is None:
            raise Fault("invalid_key", detail={"secret": secret})
        return caller

    def models(self, vendor: str) -> list:
        """The vendor's models that can be called, as the catalog has them."""
        return [model for model in self._models.values() if model.vendor == vendor]

    def permit_model(self, vendor: str, model_id: str):
        """The catalog's row for a model that may be called. Raises `Fault` unknown_model."""
        try:
            return self._models[vendor, model_id]
        except KeyError:
            raise Fault("unknown_model", param="model", detail={"model": model_id}) from None

    def open(self, caller: Caller, turn: Turn) -> Call:
        """Admit a call and let the engine answer it. Raises `Fault` when it is refused."""
        started = self.clock()
        model = self.permit_model(turn.vendor, turn.model)
        tokens = self._prompt_tokens(turn.messages, model.id) + ANSWER_TOKENS
        if tokens > model.context_window:
            raise Fault(
                "context_too_long",
                param="messages",
                detail={"window": model.context_window, "tokens": tokens},
            )
        rates = pricing.rates(self._catalog, model.id, tokens)
        cached, written = self._use_cache(caller, turn, tokens, rates)
        draft = self._engine.answer(turn, model)
        usage = Usage(input=tokens, cached_input=cached, cache_write=written, reasoning=draft.reasoning)
        return Call(self, caller, turn, draft, usage, rates, self._reply_id(turn), started)

    def count(self, text: str, model_id: str) -> int:
        return self._count(text, model_id)

    def _prompt_tokens(self, messages: tuple[Message, ...], model_id: str) -> int:
        return sum(MESSAGE_TOKENS + self._count(message.text, model_id) for message in messages)

    def _use_cache(self, caller: Caller, turn: Turn, tokens: int, rates: pricing.Rates) -> tuple[int, int]:
        """Tokens read from the prompt cache, and tokens written to it where writing has a price."""
        most = cacheable(tokens - ANSWER_TOKENS)
        if rates.cached_input is None or not most:
            return 0, 0
        known = self._cache.longest_prefix(f"{caller.project_id} {turn.model}", turn.messages)
        # A prefix that ends inside a token can count as one token more than the same text within the prompt.
        cached = min(cacheable(self._prompt_tokens(known, turn.model)), most)
        return cached, most - cached if rates.cache_write is not None else 0

    def _reply_id(self, turn: Turn) -> str:
        """The same for the same call at the same place in a session, so that lessons print the same."""
        return sha256(f"{next(self._numbers)}\0{turn!r}".encode()).hexdigest()[:32]


class Call:
    """An admitted call. Iterate over it to deliver the answer piece by piece; then `reply` is there.

    Leaving its `with` block early, as when the caller hangs up, charges for what was delivered.
    """

    def __init__(self, pipeline, caller, turn, draft, usage, rates, reply_id, started):
        self.id = reply_id
        self.model = turn.model
        self.created = started
        self.reply: Reply | None = None
        self._pipeline = pipeline
        self._caller = caller
        self._draft = draft
        self._usage = usage
        self._rates = rates
        self._delivered: list[str] = []

    def __enter__(self) -> Call:
        return self

    def __exit__(self, *_error) -> None:
        if self.reply is None:
            self._settle("cut")

    def __iter__(self) -> Iterator[str]:
        for piece in _PIECES.findall(self._draft.text):
            self._delivered.append(piece)
            yield piece
        self._settle("ok")

    def complete(self) -> Reply:
        """Deliver the whole answer at once."""
        self._delivered.append(self._draft.text)
        self._settle("ok")
        return self.reply

    def _settle(self, status: str) -> None:
        """Price what was delivered and write it into the ledger."""
        text = "".join(self._delivered)
        usage = replace(self._usage, output=self._usage.reasoning + self._pipeline.count(text, self.model))
        self.reply = Reply(self.id, self.model, self.created, text, self._draft.finish, usage)
        self._pipeline.store.record(
            caller=self._caller,
            reply_id=self.id,
            model=self.model,
            usage=usage,
            cost_micros=pricing.cost_micros(usage, self._rates),
            status=status,
            started=self.created,
            ended=self._pipeline.clock(),
        )
