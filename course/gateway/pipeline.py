"""A call's way between wire and engine.

authenticate → permit model → region → rate → redact → engine → reserve budget → settle → record. The practice
engine answers at once and for nothing, so a call reserves exactly what its answer costs, or is charged where the
answer is delivered whole; where a vendor answers, what the call may cost at most is reserved first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial, wraps
from hashlib import sha256
from typing import Protocol

from . import pricing
from .call import Admission, Call, output_tokens
from .faults import Faults
from .limits import RateLimiter
from .prompt_cache import PromptCache, cacheable
from .screening import blocked, screen, screen_turn
from .store import Policy, RateLimit, Store, StoreError
from .store.ledger import LIVE
from .types import Allowance, Caller, Draft, Embeddings, Fault, Message, Turn, Usage

# What a chat format adds around each message and before the answer, as OpenAI's own counting recipe has it:
# https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken (read 2026-11-23).
MESSAGE_TOKENS = 4
ANSWER_TOKENS = 3
# Estimates: vendors count an image by its size, from under a hundred tokens to some thousands.
ATTACHMENT_TOKENS = 258
BYTES_FOR_A_TOKEN = 4
_COUNTS_KEPT = 4096
_RATES_KEPT = 4096
_SHORT_TEXT = 4096

_log = logging.getLogger(__name__)


class Engine(Protocol):
    """Answers a turn. `model` is the catalog's row for `turn.model`."""

    def answer(self, turn: Turn, model) -> Draft: ...

    def embed(self, texts: list[str], dimensions: int) -> tuple[tuple[float, ...], ...]: ...


@dataclass(frozen=True, slots=True)
class Embedded:
    embeddings: Embeddings
    allowances: dict[str, Allowance]
    cost_micros: int


def utc_micros() -> int:
    return time.time_ns() // 1000


def _noted(decide):
    """A method that refuses a caller's turn, or its call of a vendor's model, then leaves a line in the store."""

    @wraps(decide)
    def noted(self: Pipeline, caller: Caller, *asked, **rest):
        try:
            return decide(self, caller, *asked, **rest)
        except Fault as fault:
            turn = asked[0]
            vendor, model = (turn.vendor, turn.model) if isinstance(turn, Turn) else asked[:2]
            self._note(self.store.add_refusal, caller, vendor, model, fault)
            raise

    return noted


class Pipeline:
    """The gateway's policy.

    `catalog` knows models and prices, `count_tokens(text, model_id)` the tokens of a text, `clock()` the UTC
    time in microseconds. `pace` is how many seconds pass between two pieces of a streamed answer.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        catalog,
        count_tokens: Callable[[str, str], int],
        clock: Callable[[], int] = utc_micros,
        pace: float = 0,
    ):
        self.store = store
        self.clock = clock
        self.catalog = catalog
        self.pace = pace
        self.faults = Faults()
        self._engine = engine
        self._count = count_tokens
        # A conversation sends its past again with each message, and a class the same question.
        self._count_again = lru_cache(_COUNTS_KEPT)(count_tokens)
        self._rates = lru_cache(_RATES_KEPT)(partial(pricing.rates, catalog))
        self._cache = PromptCache()
        self._limiter = RateLimiter(clock, store)
        self._names = {model.id for model in catalog.models}
        store.worker(clock())
        self._models = {
            (model.vendor, model.id): model
            for model in catalog.models
            if model.retired_on is None or model.retired_on > catalog.checked_on
        }

    def authenticate(self, secret: str | None) -> Caller:
        """Who is calling. Raises `Fault` missing_key or invalid_key."""
        if not secret:
            raise Fault("missing_key")
        caller = self.store.find_caller(secret, self.clock)
        if caller is None:
            fault = Fault("invalid_key", detail={"secret": secret})
            self._note(self.store.add_key_refusal, secret, fault)
            raise fault
        return caller

    def models(self, caller: Caller, vendor: str) -> list:
        """The vendor's models that the caller may use, as the catalog has them."""
        policy = self._policy(caller)
        return [model for model in self.offered(vendor) if policy.permits_model(model.id)]

    def offered(self, vendor: str) -> list:
        """The vendor's models that the platform has, as the catalog has them."""
        return [model for model in self._models.values() if model.vendor == vendor]

    @_noted
    def permit_model(self, caller: Caller, vendor: str, model_id: str):
        """The catalog's row for a model that may be called. Raises `Fault` unknown_model, model_forbidden or
        wrong_key_kind.
        """
        return self._permitted(self._policy(caller), caller, vendor, model_id)

    @_noted
    def open(self, caller: Caller, turn: Turn, kind: str = "chat", whole: bool = False) -> Call:
        """Admit a call and let the engine answer it. `kind` is what the ledger calls it. A call whose answer will be
        delivered `whole` is in the ledger at once; any other holds what it may cost until it is delivered. Raises
        `Fault` when it is refused.
        """
        started = self.clock()
        policy, limits = self._rules(caller, turn.model)
        model = self._permitted(policy, caller, turn.vendor, turn.model)
        if model.dimensions is not None:
            raise Fault("wrong_model_kind", param="model", detail={"model": model.id, "makes": "text"})
        _permit_turn(policy, turn)
        turn = self._checked(caller, turn.vendor, turn.model, policy, *screen_turn(policy, turn))
        tokens = self._prompt_tokens(turn)
        if tokens > model.context_window:
            raise Fault(
                "context_too_long",
                param="messages",
                detail={"window": model.context_window, "tokens": tokens},
            )
        allowances = self._allow(caller, limits, max(tokens, turn.max_output or 0))
        rates = self._rates(model.id, tokens, kind == "batch")
        cached, written = self._use_cache(caller, turn, tokens, rates)
        drafts = (self._engine.answer(turn, model),) * turn.answers
        usage = Usage(tokens, cached, written, output_tokens(drafts, model.id, self.count), _reasoning(drafts))
        cost = pricing.cost_micros(usage, rates)
        reply_id = self._reply_id(model.id, started)
        about = (caller, reply_id, turn.vendor, model.id, kind)
        if whole:
            self.store.charge_call(*about, usage, cost, started, self.clock())
        ticket = None if whole else self.store.open_call(*about, cost, started)
        return Call(Admission(self, ticket, allowances, started), turn, reply_id, drafts, usage, cost, rates)

    @_noted
    def admit(
        self,
        caller: Caller,
        vendor: str,
        model_id: str,
        kind: str,
        tokens: int,
        most_micros: int,
        batch: bool = False,
    ) -> Admission:
        """Let in a call that a vendor answers: the project's rules for the model, its rate limits for so many
        tokens, unless it is a part of a `batch`, and its budgets for what the call may cost at most. Raises `Fault`
        when it is refused.
        """
        started = self.clock()
        policy, limits = self._rules(caller, model_id)
        _permit(policy, caller, model_id)
        allowances = {} if batch else self._allow(caller, limits, tokens)
        reply_id = self._reply_id(model_id, started)
        ticket = self.store.open_call(caller, reply_id, vendor, model_id, f"{LIVE}{kind}", most_micros, started)
        return Admission(self, ticket, allowances, started)

    @_noted
    def embed(
        self,
        caller: Caller,
        vendor: str,
        model_id: str,
        texts: list[str],
        dimensions: int | None = None,
        counts: list[int] | None = None,
        batch: bool = False,
    ) -> Embedded:
        """Vectors for texts. `counts` has the tokens of each where the caller sent tokens. Raises `Fault` when the
        call is refused.
        """
        started = self.clock()
        policy, limits = self._rules(caller, model_id)
        model = self._permitted(policy, caller, vendor, model_id)
        if model.dimensions is None:
            raise Fault("wrong_model_kind", param="model", detail={"model": model_id, "makes": "embeddings"})
        texts = self._checked(caller, vendor, model_id, policy, *screen(policy, texts))
        counts = counts or [self.count(text, model_id) for text in texts]
        if max(counts, default=0) > model.context_window:
            raise Fault(
                "context_too_long",
                param="input",
                detail={"window": model.context_window, "tokens": max(counts)},
            )
        usage = Usage(input=sum(counts))
        allowances = self._allow(caller, limits, usage.input)
        cost = pricing.cost_micros(usage, pricing.embedding_rates(self.catalog, model_id, batch))
        reply_id = self._reply_id(model_id, started)
        vectors = self._engine.embed(texts, dimensions or model.dimensions)
        kind = "batch_embed" if batch else "embedding"
        self.store.charge_call(caller, reply_id, vendor, model_id, kind, usage, cost, started, self.clock())
        return Embedded(Embeddings(model_id, vectors, usage), allowances, cost)

    def count_prompt(self, caller: Caller, turn: Turn) -> int:
        """The prompt's tokens, without a call. Raises `Fault` as `permit_model` does."""
        self.permit_model(caller, turn.vendor, turn.model)
        return self._prompt_tokens(screen_turn(self._policy(caller), turn)[0])

    def count(self, text: str, model_id: str) -> int:
        """The tokens of a text."""
        return self._count_again(text, model_id) if len(text) <= _SHORT_TEXT else self._count(text, model_id)

    def _note(self, write: Callable[..., None], *refusal) -> None:
        """Write down a refusal. It stays what it is even if that cannot be written."""
        try:
            write(*refusal, self.clock())
        except StoreError as error:
            _log.error("%s", error)

    def _checked(self, caller: Caller, vendor: str, model_id: str, policy: Policy, screened, found: dict[str, int]):
        """What was `screened`, once it is written down what was found. Raises `Fault` personal_data."""
        if found:
            self.note_findings(caller, vendor, model_id, policy, found)
        return screened

    def note_findings(
        self, caller: Caller, vendor: str, model_id: str, policy: Policy, found: dict[str, int]
    ) -> None:
        """Write down that personal data was found. Raises `Fault` personal_data where it may not go on."""
        self.store.add_findings(caller, vendor, model_id, policy.redaction, found, self.clock())
        if policy.redaction == "block":
            raise blocked(found)

    def _policy(self, caller: Caller) -> Policy:
        return self._rules(caller, "")[0]

    def _rules(self, caller: Caller, model_id: str) -> tuple[Policy, RateLimit | None]:
        if caller.project_id is None:
            raise Fault("wrong_key_kind", detail={"admin": True})
        # A model that nobody offers has no limits, and its name may be anything.
        return self.store.rules(caller.project_id, model_id if model_id in self._names else "")

    def _permitted(self, policy: Policy, caller: Caller, vendor: str, model_id: str):
        try:
            model = self._models[vendor, model_id]
        except KeyError:
            raise Fault("unknown_model", param="model", detail={"model": model_id}) from None
        _permit(policy, caller, model_id)
        return model

    def _allow(self, caller: Caller, limits: RateLimit | None, tokens: int) -> dict[str, Allowance]:
        self.faults.strike(caller.project_id)
        if limits is None:
            return {}
        key = caller.key_id if limits.each_key else 0
        return self._limiter.admit(caller.project_id, limits.model, limits, tokens, key)

    def _prompt_tokens(self, turn: Turn) -> int:
        tools = sum(
            self.count(f"{tool.name} {tool.description} {dict(tool.schema)!r}", turn.model) for tool in turn.tools
        )
        return self._message_tokens(turn.messages, turn.model) + tools + ANSWER_TOKENS

    def _message_tokens(self, messages: tuple[Message, ...], model_id: str) -> int:
        tokens = 0
        for message in messages:
            tokens += MESSAGE_TOKENS + self.count(message.text, model_id)
            for attachment in message.attachments:
                tokens += _attachment_tokens(attachment)
            for call in message.tool_calls:
                tokens += self.count(f"{call.name} {call.arguments}", model_id)
        return tokens

    def _use_cache(self, caller: Caller, turn: Turn, tokens: int, rates: pricing.Rates) -> tuple[int, int]:
        """Tokens read from the prompt cache, and tokens written to it where writing has a price."""
        most = cacheable(tokens - ANSWER_TOKENS)
        if rates.cached_input is None or not most:
            return 0, 0
        known = self._cache.longest_prefix(f"{caller.project_id} {turn.model}", turn.messages)
        # A prefix that ends inside a token can count as one token more than the same text within the prompt.
        cached = min(cacheable(self._message_tokens(known, turn.model)), most)
        return cached, most - cached if rates.cache_write is not None else 0

    def _reply_id(self, model_id: str, now: int) -> str:
        """The same for the same call at the same place in a session, so that lessons print the same."""
        return sha256(f"{self.store.next_call(now)}\0{model_id}".encode()).hexdigest()[:32]


def _permit(policy: Policy, caller: Caller, model_id: str) -> None:
    if not policy.permits_model(model_id):
        raise Fault("model_forbidden", param="model", detail={"model": model_id, "project": caller.project_id})


def _reasoning(drafts: tuple[Draft, ...]) -> int:
    return sum(draft.reasoning for draft in drafts)


def _permit_turn(policy: Policy, turn: Turn) -> None:
    for tool in turn.hosted_tools:
        if not policy.permits_tool(tool):
            raise Fault("tool_forbidden", param="tools", detail={"tool": tool})
    if policy.region and turn.region and turn.region != policy.region:
        raise Fault("region_forbidden", detail={"region": turn.region, "allowed": policy.region})


def _attachment_tokens(attachment) -> int:
    return max(ATTACHMENT_TOKENS, attachment.size // BYTES_FOR_A_TOKEN if attachment.kind == "file" else 0)
