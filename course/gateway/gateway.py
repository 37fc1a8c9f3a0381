"""A whole gateway: a database, the policy over it, the application, and the first keys to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .app import create_app
from .engines.memory import Memory
from .engines.practice import PracticeEngine
from .environment import environment
from .pipeline import Pipeline, utc_micros
from .store import Store

if TYPE_CHECKING:
    from .live_settings import Upstream

__all__ = ["Gateway", "environment", "live", "practice"]

PROJECT = "Default project"


@dataclass(frozen=True)
class Gateway:
    """`app` is the ASGI application. `key` belongs to the first project, `admin_key` administers the platform;
    both are secrets that cannot be had again.
    """

    store: Store
    pipeline: Pipeline
    app: object
    key: str
    admin_key: str

    def close(self) -> None:
        self.store.close()


def practice(database, catalog, count_tokens: Callable[[str, str], int], pace: float = 0) -> Gateway:
    """A gateway whose practice model answers. `database` is an SQLAlchemy URL; the rest as `Pipeline` has it.
    Raises `StoreError`.
    """
    store = Store(database)
    pipeline = Pipeline(store, Memory(PracticeEngine(count_tokens)), catalog, count_tokens, pace=pace)
    return Gateway(store, pipeline, create_app(pipeline), *_first_keys(store))


def live(
    database,
    catalog,
    count_tokens: Callable[[str, str], int],
    upstreams: Mapping[str, Upstream],
    capped: bool = True,
) -> Gateway:
    """A gateway that forwards to vendors, see `live_settings.read_upstreams`, under the cap of a session unless
    another gateway keeps one. Raises `StoreError`, and `LiveProblem` when this computer's proxy cannot be used.
    """
    from .live_app import create_live_app
    from .live_settings import SESSION_CAP_MICROS

    store = Store(database)
    store.set_budget("organization", 0, "total", SESSION_CAP_MICROS if capped else None, utc_micros())
    pipeline = Pipeline(store, None, catalog, count_tokens)
    return Gateway(store, pipeline, create_live_app(pipeline, upstreams), *_first_keys(store))


def _first_keys(store: Store) -> tuple[str, str]:
    """The secrets of a new key of the first project and of a new admin key."""
    project = store.find_project(PROJECT) or store.add_project(PROJECT, utc_micros())
    _, key = store.add_key(project, "practice", utc_micros())
    _, admin_key = store.add_key(None, "practice admin", utc_micros())
    return key, admin_key
