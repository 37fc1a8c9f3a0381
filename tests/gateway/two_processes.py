"""What a second process does to a database. Processes are started afresh, so this imports no tests."""

from __future__ import annotations

from fakes import FixedCatalog, SteppingClock, count_words

from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store
from course.gateway.types import Fault, Message, Turn

TURN = Turn("openai", "middle", (Message("user", "What is a token?"),))


def call_often(database: str, key: str, times: int) -> int:
    """Call `times` times; how many calls were answered."""
    store = Store(database)
    pipeline = Pipeline(store, PracticeEngine(count_words), FixedCatalog(), count_words, clock=SteppingClock())
    caller = pipeline.authenticate(key)
    answered = 0
    for number in range(times):
        try:
            pipeline.open(caller, TURN, whole=number % 2 == 0).complete()
            answered += 1
        except Fault as fault:
            if fault.kind != "budget_exceeded":
                raise
    store.close()
    return answered
