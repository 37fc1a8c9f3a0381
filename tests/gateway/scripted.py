"""An engine that answers what a test says, and a server for a platform of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fakes import FixedCatalog, SteppingClock, count_words

from course.gateway.pipeline import Pipeline
from course.gateway.server import ThreadedServer
from course.gateway.store import Store
from course.gateway.types import Draft, Turn


class ScriptedEngine:
    """Answers with `script(turn)`, and remembers the last turn. A text's vector begins with its length."""

    def __init__(self, script: Callable[[Turn], Draft]):
        self.script = script
        self.turn: Turn | None = None

    def answer(self, turn: Turn, model) -> Draft:
        self.turn = turn
        return self.script(turn)

    def embed(self, texts: list[str], dimensions: int) -> tuple[tuple[float, ...], ...]:
        return tuple((float(len(text)),) + (0.0,) * (dimensions - 1) for text in texts)


def scripted_pipeline(store: Store, engine: ScriptedEngine) -> Pipeline:
    return Pipeline(store, engine, FixedCatalog(), count_words, clock=SteppingClock())


@contextmanager
def serving(app) -> Iterator[str]:
    """The address of a server for `app` on loopback."""
    server = ThreadedServer(app)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
