"""What takes long to make and is the same for every gateway and every client that tests make. Not for benchmarks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import certifi
import pytest
import starlette.routing
from sqlalchemy import Engine

from course.gateway.store import database as database_module
from course.gateway.store.database import Database


@pytest.fixture(scope="session", autouse=True)
def compiled_once():
    """A gateway compiles each SQL statement and each route once. Nearly every test makes a gateway of its own: let
    them share what they compile, which is half of what it takes to make one.
    """
    engines: dict[str, Engine] = {}
    statements: dict[tuple, tuple] = {}
    create_engine, sql = database_module.create_engine, Database.sql

    def create_sharing_engine(url, **options):
        engine = create_engine(url, **options)
        known = engines.setdefault(engine.dialect.name, engine)
        if known.dialect.server_version_info:
            engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        else:  # it never connected
            engines[engine.dialect.name] = engine
        return engine

    def sql_once(database, statement):
        key = (database._engine.dialect.name, statement)
        if key not in statements:
            statements[key] = sql(database, statement)
        return statements[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_module, "create_engine", create_sharing_engine)
        patch.setattr(Database, "sql", sql_once)
        patch.setattr(starlette.routing, "compile_path", cache(starlette.routing.compile_path))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_certificate(tmp_path_factory):
    """Nothing here goes through TLS, but each client of a vendor's SDK reads all certificates that it trusts: with
    one alone, it is made in a fiftieth of the time.
    """
    file = tmp_path_factory.mktemp("certificates") / "one.pem"
    end = "-----END CERTIFICATE-----\n"
    file.write_text(Path(certifi.where()).read_text("utf-8").partition(end)[0] + end, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield
