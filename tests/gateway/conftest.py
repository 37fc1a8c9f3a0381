"""A gateway with fixed models, prices, token counts and clock, so that no test depends on today's facts."""

from __future__ import annotations

import pytest
from fakes import FixedCatalog, SteppingClock, count_words

from course.gateway.app import create_app
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.server import ThreadedServer
from course.gateway.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'gateway.sqlite'}")
    yield store
    store.close()


@pytest.fixture
def key(store):
    """The secret of a key of the project "Default project"."""
    project = store.add_project("Default project", now=1)
    return store.add_key(project, "test", now=1)[1]


@pytest.fixture
def pipeline(store):
    return Pipeline(store, PracticeEngine(count_words), FixedCatalog(), count_words, clock=SteppingClock())


@pytest.fixture
def app(pipeline):
    return create_app(pipeline)


@pytest.fixture
def base_url(app):
    """A server on loopback; what OpenAI's SDK calls its base URL."""
    server = ThreadedServer(app)
    server.start()
    yield f"{server.url}/openai/v1"
    server.stop()
