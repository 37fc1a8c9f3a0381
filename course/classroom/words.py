"""Numbers and reasons as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

# A `Fault`'s kind, for someone who has not read its list.
_REASONS = {
    "budget_exceeded": "budget used up",
    "rate_limited": "too many calls a minute",
    "model_forbidden": "model not allowed",
    "invalid_key": "revoked key used",
    "unknown_model": "no such model",
    "tool_forbidden": "tool not allowed",
    "personal_data": "personal data",
    "context_too_long": "prompt too long",
    "invalid_request": "request not understood",
}


def dollars(micros: int | None) -> str:
    """To the cent, and no real spending as nothing; `None` is no limit."""
    if micros is None:
        return "no limit"
    return "<$0.01" if 0 < micros < 5_000 else f"${micros / 1_000_000:,.2f}"


def moment(micros: int | None, form: str = "%Y-%m-%d %H:%M") -> str:
    return "never" if micros is None else f"{datetime.fromtimestamp(micros / 1_000_000, UTC):{form}}"


def reasons(refused: Mapping[str, int]) -> str:
    """How many refusals, and why."""
    return ", ".join(f"{count} {_REASONS.get(kind, kind.replace('_', ' '))}" for kind, count in refused.items())
