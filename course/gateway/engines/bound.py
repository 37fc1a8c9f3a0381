"""The most that a call of a vendor can use and cost, which is reserved before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..live_settings import BACK, Upstream
from ..types import Fault
from . import live_prices, wire
from .live_prices import Tariff
from .output_limits import most_output
from .prompt_bound import CountTokens, Prompt
from .wire import Format

# More is no wish that a vendor grants, and no database's number.
_MOST_TOKENS = 10**12


@dataclass(frozen=True, slots=True)
class Bound:
    """Tokens of the prompt, and micro-dollars of the whole call."""

    prompt_tokens: int
    micros: int


def find_tariffs(upstream: Upstream, models: list[str]) -> dict[str, Tariff | None]:
    """What each model costs; `None` where it is free: at an address of the learner's own, without a known price.
    Raises `Fault` unknown_model where a price is needed.
    """
    tariffs = {model: live_prices.find(upstream.vendor, model) for model in models}
    for model, tariff in tariffs.items():
        if tariff is None and not upstream.own:
            raise Fault(
                "unknown_model",
                f"No price is known for the model {model!r}, so your cap could not hold and the call was not sent. "
                f"Choose a model whose price is known to {live_prices.LIBRARY}. {BACK}",
                "model",
                detail={"model": model},
            )
    return tariffs


def find_bound(
    format: Format,
    fields: dict,
    prompt: Prompt,
    tokens_before: int,
    tariffs: Mapping[str, Tariff | None],
    count: CountTokens,
) -> Bound:
    """The most that any of the models can use and cost. `tokens_before` come before the prompt: an answer that the
    vendor has kept. Raises `Fault` invalid_request where there is no bound.
    """
    bounds = [
        _free(prompt, model, count)
        if tariff is None
        else _priced(format, fields, prompt, tokens_before, tariff, model, count)
        for model, tariff in tariffs.items()
    ]
    return Bound(max(each.prompt_tokens for each in bounds), max(each.micros for each in bounds))


def _free(prompt: Prompt, model: str, count: CountTokens) -> Bound:
    return Bound(prompt.most_tokens(model, count) or 0, 0)


def _priced(
    format: Format, fields: dict, prompt: Prompt, before: int, tariff: Tariff, model: str, count: CountTokens
) -> Bound:
    if costly := format.unbounded(fields):
        raise _no_bound(f"what {costly!r} costs", costly)
    counted = prompt.most_tokens(model, count)
    known = [each for each in (tariff.window, None if counted is None else counted + before) if each is not None]
    if not known:
        raise _no_bound("how long this prompt is", None)
    output = format.max_output(fields) or most_output(model) or tariff.window if format.makes_text else 0
    if output is None:
        raise _no_bound(f"how long the answer of {model} will be; say {format.param}", format.param)
    output = min(output * format.how_many(fields), _MOST_TOKENS)
    return Bound(min(known), tariff.most_micros(min(known), output, wire.context(fields), prompt.media))


def _no_bound(what: str, param: str | None) -> Fault:
    return Fault(
        "invalid_request",
        f"Live mode cannot know beforehand {what}. Your cap could not hold, so the call was not sent. {BACK}",
        param,
    )
