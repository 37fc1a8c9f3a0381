"""Remembers what an engine answered: one that is deterministic need not think again when a class asks the same."""

from __future__ import annotations

from functools import lru_cache

from ..types import Draft, Turn

_ANSWERS_KEPT = 1024
# Longer prompts are seldom sent twice.
_MOST_CHARACTERS = 10_000


class Memory:
    """`engine`, which answers the same turn with the same draft, asked once for each of the latest short turns."""

    def __init__(self, engine):
        self._engine = engine
        self._answer_again = lru_cache(_ANSWERS_KEPT)(engine.answer)
        self.embed = engine.embed

    def answer(self, turn: Turn, model) -> Draft:
        # What has a schema in it cannot be looked up.
        if turn.tools or turn.schema is not None or sum(len(each.text) for each in turn.messages) > _MOST_CHARACTERS:
            return self._engine.answer(turn, model)
        return self._answer_again(turn, model)
