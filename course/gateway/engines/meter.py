"""Reads out of a vendor's raw answer what it has used, and what that costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from genai_prices import Usage as Extracted
from genai_prices.data_snapshot import get_snapshot

from ..types import Usage
from . import live_prices
from .bound import Bound
from .live_prices import Tariff
from .prompt_bound import CountTokens, most_tokens
from .wire import Format, context

# More is no answer's usage, whatever a server says, and no database's number.
_MOST_TOKENS = 10**9
_MOST_DOLLARS = 10**6


@dataclass(frozen=True, slots=True)
class Quote:
    """A call before it is made. `tariff` is `None` where the call is free: at an address of the learner's own, for
    a model without a known price. `context` is what the request says about special prices.
    """

    vendor: str
    model: str
    tariff: Tariff | None
    bound: Bound
    context: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bill:
    """What a call is charged. `status` is "ok"; "estimated" where the vendor did not say what was used, which then
    is counted upward; or "cut" where the answer did not come to its end.
    """

    usage: Usage
    cost_micros: int
    status: str


class Meter:
    """Feed it an answer's bytes as they pass. A stream's reasoning that is neither shown nor reported, as OpenAI's
    Chat Completions has it without `stream_options: {"include_usage": true}`, cannot be counted.
    """

    def __init__(self, format: Format, quote: Quote, count: CountTokens, events: bool):
        self.ended = False
        self.document: dict = {}
        self._format = format
        self._quote = quote
        self._count = count
        self._events = events
        self._words: list[str] = []
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        self._rest += chunk
        if self._events:
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                self._read_line(line)

    @property
    def at_end(self) -> bool:
        """Whether nothing is missing, should no more bytes come."""
        return self.ended or self._format.ends is None

    def bill(self, whole: bool) -> Bill:
        """What was used so far; `whole` says that the answer came to its end."""
        if not self._events:
            self._read_body()
        usage = self._reported()
        if usage is None:
            used = Usage(input=self._quote.bound.prompt_tokens, output=self._counted())
            return Bill(used, self._most(used), "estimated" if whole else "cut")
        if not whole:
            usage.output_tokens = max(self._counted(), usage.reported_value("output_tokens"))
        return Bill(_ours(usage), self._cost(usage), "ok" if whole else "cut")

    def _read_line(self, line: bytes) -> None:
        name, _, data = line.strip().partition(b":")
        if name != b"data":
            return
        if data.strip() == b"[DONE]":
            self.ended = True
        elif isinstance(event := _decoded(data), dict):
            self._format.fold(self.document, event)
            self._words.extend(self._format.words(event))
            self.ended = self.ended or (self._format.ends is not None and self._format.ends(event))

    def _read_body(self) -> None:
        """An answer in one piece; Gemini may send its chunks as one array."""
        value = _decoded(self._rest)
        if isinstance(value, dict):
            self.document = value
        for event in value if isinstance(value, list) else ():
            if isinstance(event, dict):
                self._format.fold(self.document, event)
        self._words = [self._rest.decode("utf-8", "replace")]

    def _reported(self) -> Extracted | None:
        name, flavor = self._format.reader
        provider = get_snapshot().find_provider(None, name, None)
        try:
            _, usage = provider.extract_usage(self.document, api_flavor=flavor)
        except ValueError:  # it says nothing, or nothing that fits
            return None
        return usage if max(asdict(_ours(usage)).values()) <= _MOST_TOKENS else None

    def _counted(self) -> int:
        """The answer's tokens, counted upward."""
        if not self._format.makes_text:
            return 0
        return most_tokens("".join(self._words), self._quote.model, self._count)

    def _cost(self, usage: Extracted) -> int:
        if (stated := self._stated_micros()) is not None:
            return stated
        if (tariff := self._tariff()) is None:
            return 0
        try:
            return tariff.cost_micros(usage, {**self._quote.context, **context(self.document)})
        except ValueError:  # its parts contradict each other: the dearest rate for all
            return self._most(_ours(usage))

    def _most(self, usage: Usage) -> int:
        tariff = self._tariff()
        return tariff.most_micros(usage.input, usage.output, self._quote.context) if tariff else 0

    def _tariff(self) -> Tariff | None:
        """That of the model which has answered: a router may choose another than the first one asked for."""
        if self._quote.tariff is None:
            return None
        model = self.document.get("model") or self.document.get("modelVersion")
        return (live_prices.find(self._quote.vendor, model) if isinstance(model, str) else None) or self._quote.tariff

    def _stated_micros(self) -> int | None:
        """The price that OpenRouter puts into its answers, in US dollars."""
        usage = self.document.get("usage")
        cost = usage.get("cost") if isinstance(usage, dict) and self._quote.vendor == "openrouter" else None
        if isinstance(cost, bool) or not isinstance(cost, int | float) or not 0 <= cost <= _MOST_DOLLARS:
            return None
        return int((Decimal(str(cost)) * 1_000_000).to_integral_value(ROUND_HALF_EVEN))


def _ours(usage: Extracted) -> Usage:
    def tokens(name: str) -> int:
        return int(usage.reported_value(name))

    return Usage(
        input=tokens("input_tokens"),
        cached_input=tokens("cache_read_tokens"),
        cache_write=tokens("cache_write_tokens"),
        output=tokens("output_tokens"),
        reasoning=tokens("output_reasoning_tokens"),
    )


def _decoded(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
