"""A class in a database of its own, SQLite or what COURSE_TEST_DATABASE names, and its gateway."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from classmates import URL

from course.classroom import admission, register, roster, serving
from course.gateway.server import ThreadedServer
from course.gateway.store import Store

sys.path.append(str(Path(__file__).parent.parent / "gateway"))

from databases import database, server_of_databases

__all__ = ["database", "server_of_databases"]


@pytest.fixture
def store(database):
    store = Store(database)
    yield store
    store.close()


@pytest.fixture
def enrol(store):
    """Enrols students in the class “AI 1” under terms as `admission.Wanted` has them; gives their keys by email."""

    def enrol(*students: roster.Student, **wanted) -> dict[str, str]:
        delivered = {}
        register.enrol(
            store,
            "AI 1",
            students,
            lambda now: admission.Wanted(**{"url": URL, **wanted}).terms(now, len(students)),
            1_795_000_000_000_000,
            lambda _, issued: delivered.update({each.student.handle: each.secret for each in issued}),
        )
        return delivered

    return enrol


@pytest.fixture
def admin_key(store):
    """The secret of a key to the status page."""
    secrets = []
    register.make_admin_key(store, 1_795_000_000_000_000, secrets.append)
    return secrets[0]


@pytest.fixture
def serve(database):
    """Starts the class's gateway in practice mode and gives the address at which it listens; `url` is what it is
    told to be seen as from outside.
    """
    servers = []

    def serve(url: str = URL) -> str:
        servers.append(ThreadedServer(serving.create(serving.Setting(url, database))))
        servers[-1].start()
        return servers[-1].url

    yield serve
    for server in servers:
        server.stop()
