"""A gateway with fixed models, prices, token counts and clock, so that no test depends on today's facts."""

from __future__ import annotations

import os
import shutil
from inspect import signature
from pathlib import Path

import pytest
from databases import database, new_database, server_of_databases
from fakes import FixedCatalog, SteppingClock, count_words
from made_once import compiled_once, one_certificate

from course.gateway.app import create_app
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.server import ThreadedServer
from course.gateway.store import Store

__all__ = ["compiled_once", "database", "one_certificate", "server_of_databases"]

# Who asks for one of these looks at what the database holds, or at who else uses it.
LOOKS_INSIDE = {"store", "database", "module_database"}


def pytest_collection_modifyitems(config, items):
    """With another database, only what has to do with one is worth testing again: each test that looks inside, and
    of each other test that has one below it the first case. Its further cases differ in what is asked over HTTP and
    not in the SQL that runs.
    """
    if not os.environ.get("COURSE_TEST_DATABASE"):
        return
    again, seen = [], set()
    for item in items:
        if not {"database", "module_database"} & set(item.fixturenames):
            continue
        if LOOKS_INSIDE & set(signature(item.function).parameters) or (item.path, item.originalname) not in seen:
            again.append(item)
        seen.add((item.path, item.originalname))
    config.hook.pytest_deselected(items=[item for item in items if item not in again])
    items[:] = again


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """An SQLite file with the tables and nothing in them: copied in a fifth of the time in which one is made."""
    file = tmp_path_factory.mktemp("empty") / "gateway.sqlite"
    Store(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="module")
def module_database(tmp_path_factory, server_of_databases):
    """The URL of an empty database that a module's tests share."""
    with new_database(server_of_databases, tmp_path_factory.mktemp("module")) as url:
        yield url


@pytest.fixture
def sqlite_only(server_of_databases):
    """For a test that looks into SQLite's file."""
    if server_of_databases is not None:
        pytest.skip("about SQLite's file")


@pytest.fixture
def store(database, empty_file):
    file = Path(database.removeprefix("sqlite:///"))
    if database.startswith("sqlite") and not file.exists():
        shutil.copy(empty_file, file)
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
