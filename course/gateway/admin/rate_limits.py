"""The rate limits of a project's models, as an administrator reads and changes them."""

from __future__ import annotations

from ..store import Store

METERS = ("requests_per_minute", "tokens_per_minute", "requests_per_day")
# Stands for "no limit" where a vendor's API wants a number: the largest that every client's integer can hold.
UNLIMITED = 2**31 - 1


def limits(store: Store, project_id: int, model_id: str) -> dict[str, int | None]:
    """What holds for a model: its own limits, or else those for any model. `None` is no limit."""
    row = store.rate_limit(project_id, model_id)
    return {meter: None if row is None else getattr(row, meter) for meter in METERS}


def change(store: Store, project_id: int, model_id: str, changes: dict[str, int | None]) -> None:
    """Set some limits of a model; the others stay as they hold. `UNLIMITED` is no limit."""
    wanted = {**limits(store, project_id, model_id), **changes}
    wanted = {meter: None if limit is None or limit >= UNLIMITED else limit for meter, limit in wanted.items()}
    store.set_rate_limit(project_id, model_id, **wanted)
