"""What calls of real vendors cost, by the prices of genai-prices, in micro-dollars."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from importlib.metadata import version

from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from ..live_settings import NAMES, SESSION_CAP_MICROS

_MEDIA = ("audio", "image", "video")
LIBRARY = f"genai-prices {version('genai-prices')}"


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """A model's prices at a vendor. `window` is how many tokens its prompt may have, `None` where nobody says."""

    provider: Provider
    info: ModelInfo

    @property
    def id(self) -> str:
        return self.info.id

    @property
    def window(self) -> int | None:
        return self.info.context_window

    def cost_micros(self, usage: Usage, context: Mapping[str, str]) -> int:
        """What this usage costs; `context` may name the `service_tier` and the `speed` of the answer. Raises
        `ValueError` where its parts do not fit together.
        """
        found = self.info.calc_price(
            usage, self.provider, genai_request_timestamp=datetime.now(UTC), price_context=context
        )
        return int((found.total_price * 1_000_000).to_integral_value(ROUND_HALF_EVEN))

    def most_micros(self, prompt: int, output: int, context: Mapping[str, str], media: bool = False) -> int:
        """What so many tokens can cost at most: each at the dearest rate for its direction, such as the one for
        writing to a cache, in the dearest service tier that the request may be given. `media` says that the prompt
        has more than text.
        """
        now = datetime.now(UTC)
        prices = [self.info.get_prices(now)] + [
            self.info.get_prices(now, variant.when)
            for variant in self.info.price_variants or ()
            if _reachable(variant.when, context)
        ]
        return math.ceil(
            max(
                prompt * _dearest(each, ("input_", "cache_"), prompt, media)
                + output * _dearest(each, ("output_",), prompt)
                for each in prices
            )
        )


@lru_cache(maxsize=1024)
def find(vendor: str, model_id: str) -> Tariff | None:
    """A model's tariff, `None` where its price for tokens is not known."""
    try:
        provider, info = get_snapshot().find_provider_model(model_id, None, vendor, None)
    except LookupError:
        return None
    return Tariff(provider, info) if info.get_prices(datetime.now(UTC)).input_mtok is not None else None


def worst_case(plan: Iterable[tuple[str, int, int, int]]) -> str:
    """What a lesson can cost at most in live mode, as a sentence to be read before its first call.

    `plan` has a tuple for each kind of call: model ID, prompt tokens, most output tokens, number of calls.
    """
    plan = list(plan)
    calls = sum(times for *_, times in plan)
    total, unknown = 0, []
    for model_id, prompt, output, times in plan:
        tariff = next(filter(None, (find(vendor, model_id) for vendor in NAMES)), None)
        if tariff is None:
            unknown.append(model_id)
        else:
            total += times * tariff.most_micros(prompt, output, {})
    beside = (
        f", beside what {' and '.join(dict.fromkeys(unknown))} costs, whose price is not known" if unknown else ""
    )
    return (
        f"In live mode this lesson makes at most {calls} {'call' if calls == 1 else 'calls'}, for at most "
        f"${total / 1_000_000:.4f}{beside}. That assumes that no prompt is longer than planned, that every answer is "
        f"as long as it may be, and the dearest rate of {LIBRARY} for every token. The session stops at "
        f"${SESSION_CAP_MICROS / 1_000_000:.2f}."
    )


def _reachable(when: Mapping[str, str], context: Mapping[str, str]) -> bool:
    """Whether a request may be charged at these special prices. A vendor may give another service tier to who asks
    for none; all else must be asked for.
    """
    return all(
        context.get(name) == value or (name == "service_tier" and context.get(name, "auto") == "auto")
        for name, value in when.items()
    )


def _dearest(prices: ModelPrice, directions: tuple[str, ...], prompt: int, media: bool = True) -> Decimal:
    """US dollars for a million tokens."""
    return max(
        (
            _rate(value, prompt)
            for name, value in vars(prices).items()
            if value is not None
            and name.startswith(directions)
            and name.endswith("_mtok")
            and (media or not any(kind in name for kind in _MEDIA))
        ),
        default=Decimal(0),
    )


def _rate(value: Decimal | TieredPrices, prompt: int) -> Decimal:
    if isinstance(value, TieredPrices):
        return max([value.base, *(tier.price for tier in value.tiers if prompt > tier.start)])
    return value
