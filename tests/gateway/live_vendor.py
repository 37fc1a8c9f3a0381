"""Plays all vendors in a process of its own: the gateway's practice mode with today's models and prices.

Prints its address and its key, then serves until its standard input ends.
"""

from __future__ import annotations

import json
import sys

from course import catalog, tokens
from course.gateway.app import create_app
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.server import ThreadedServer
from course.gateway.store import Store


def count(text: str, model_id: str) -> int:
    return tokens.count(text, model_id).tokens


store = Store(f"sqlite:///{sys.argv[1]}")
key = store.add_key(store.add_project("The real account", 1), "real", 1)[1]
server = ThreadedServer(create_app(Pipeline(store, PracticeEngine(count), catalog.load(), count, pace=0.01)))
server.start()
print(json.dumps({"url": server.url, "key": key}), flush=True)
sys.stdin.read()
print(json.dumps([row._asdict() for row in store.ledger()]), flush=True)
