"""A gateway with fixed models, prices, token counts and clock, so that no test depends on today's facts."""

from __future__ import annotations

import os

import pytest
from databases import PostgreSQL
from fakes import FixedCatalog, SteppingClock, count_words

from course.gateway.app import create_app
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.server import ThreadedServer
from course.gateway.store import Store


def pytest_collection_modifyitems(config, items):
    """With another database, only what has to do with one is worth testing again."""
    if os.environ.get("COURSE_TEST_DATABASE"):
        again = [item for item in items if "database" in item.fixturenames]
        config.hook.pytest_deselected(items=[item for item in items if item not in again])
        items[:] = again


@pytest.fixture(scope="session")
def server_of_databases():
    """The PostgreSQL that COURSE_TEST_DATABASE names, by the URL of a database on it; `None` to test with SQLite."""
    url = os.environ.get("COURSE_TEST_DATABASE")
    server = PostgreSQL(url) if url else None
    yield server
    if server is not None:
        server.close()


@pytest.fixture
def database(tmp_path, server_of_databases):
    """The URL of an empty database, of this test alone."""
    if server_of_databases is None:
        yield f"sqlite:///{tmp_path / 'gateway.sqlite'}"
        return
    with server_of_databases.database() as url:
        yield url


@pytest.fixture
def sqlite_only(server_of_databases):
    """For a test that looks into SQLite's file."""
    if server_of_databases is not None:
        pytest.skip("about SQLite's file")


@pytest.fixture
def store(database):
    store = Store(database)
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
