"""Which models a student's week does not allow to call freely: live mode holds the price of the longest answer."""

from __future__ import annotations

from collections.abc import Iterable

from course import catalog
from course.gateway.engines import live_prices
from course.gateway.engines.output_limits import most_output

from .register import Class


def too_dear(klass: Class, vendors: Iterable[str]) -> list[str]:
    """The vendors' models of which one call without a limit on its answer can cost more than a student's week."""
    terms = klass.terms
    offered = [model for model in catalog.load().models if model.vendor in vendors and model.dimensions is None]
    allowed = [model for model in offered if terms.models is None or model.id in terms.models]
    return [model.id for model in allowed if _longest_answer_micros(model.vendor, model.id) > terms.weekly_micros]


def _longest_answer_micros(vendor: str, model: str) -> int:
    """What the longest answer alone can cost; 0 where no price is known, for then no call is let in anyway."""
    tariff = live_prices.find(vendor, model)
    tokens = most_output(model) or (tariff and tariff.window) or 0
    return tariff.most_micros(0, tokens, {}) if tariff else 0
