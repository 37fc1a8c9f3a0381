"""Runs a class's gateway: one process, or several that share a PostgreSQL database."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvicorn
from sqlalchemy import make_url
from uvicorn.supervisors import Multiprocess

from course import catalog, serve, tokens
from course.gateway.app import create_app
from course.gateway.engines.memory import Memory
from course.gateway.engines.practice import PracticeEngine
from course.gateway.live_settings import NAMES, LiveProblem, Upstream, read_environment, read_upstreams
from course.gateway.pipeline import Pipeline
from course.gateway.protocol import Protocol
from course.gateway.store import StoreError

from . import console, register
from .address import PublicAddress
from .problem import ClassroomProblem
from .store import ClassroomStore

_STOP_SECONDS = 5
_START_SECONDS = 60
# Longer than nginx (60 s) and Caddy (120 s) keep connections: who closes first must be the one that sends next.
_KEEP_ALIVE_SECONDS = 150
_CONNECTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What a worker needs to know. `upstreams` are the vendors that answer; with none, the practice model does."""

    url: str
    database: str = field(repr=False)
    upstreams: Mapping[str, Upstream] = field(default_factory=dict)


def prepare(mode: str, database: str, workers: int) -> Setting:
    """Check before anything is started that a gateway can be. Raises `ClassroomProblem`."""
    if workers > 1 and not make_url(database).drivername.startswith("postgresql"):
        raise ClassroomProblem(
            f"{workers} workers need PostgreSQL: a file of SQLite is written by one process at a time. Name the "
            "database with --database postgresql+psycopg://USER@HOST/NAME, or leave out --workers."
        )
    upstreams = {}
    try:
        with serve.open_store(database) as store:
            found = register.classes(store)
            registered = bool(register.admin_keys(store))
        if mode == "live":
            upstreams = read_upstreams(read_environment(os.environ, Path.cwd()))
    except (serve.ServeError, LiveProblem) as error:
        raise ClassroomProblem(str(error)) from None
    if not found or not registered:
        raise ClassroomProblem("There is no class in this database yet. Make one with: course classroom init")
    return Setting(found[-1].terms.url, database, upstreams)


def announcement(setting: Setting) -> str:
    """What is served, and who pays."""
    if not setting.upstreams:
        return "Practice mode: no vendor is called, and no money is spent."
    called = [f"{NAMES[each.vendor]} at {each.url}" if each.own else each.name for each in setting.upstreams.values()]
    return f"Live mode: calls go to {' and '.join(called)}, and the owner of the key pays for them."


def create(setting: Setting):
    """The ASGI app of one worker. Raises `StoreError` and `LiveProblem`."""
    store, facts = ClassroomStore(setting.database), catalog.load()
    if setting.upstreams:
        from course.gateway.live_app import create_live_app

        pipeline = Pipeline(store, None, facts, tokens.number)
        app = create_live_app(pipeline, setting.upstreams)
    else:
        pipeline = Pipeline(store, Memory(PracticeEngine(tokens.number)), facts, tokens.number)
        app = create_app(pipeline)
    mode = "live" if setting.upstreams else "practice"
    return PublicAddress(console.beside(app, pipeline, mode, setting.url), setting.url)


def run(setting: Setting, listening: socket.socket, workers: int) -> None:
    """Answer calls until the process is told to stop. A worker that dies is replaced."""
    config = _Config(
        partial(_create, setting), factory=True, workers=workers, http=Protocol, lifespan="off", ws="none",
        access_log=False, log_level="warning", proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=_STOP_SECONDS, timeout_worker_healthcheck=_START_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )  # fmt: skip
    _allow_many_connections()
    with contextlib.suppress(KeyboardInterrupt):
        if workers == 1:
            uvicorn.Server(config).run([listening])
        elif sys.platform == "linux":
            address = listening.getsockname()
            listening.close()
            with _bound(listening.family, address):  # the port stays ours while a worker is replaced
                Multiprocess(config, sockets=[_Own(listening.family, address)]).run()
        else:
            Multiprocess(config, sockets=[listening]).run()


def _allow_many_connections() -> None:
    """A call takes two, the student's and the vendor's, and systems often let a process have a thousand."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS if most == resource.RLIM_INFINITY else min(_CONNECTIONS, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@dataclass(frozen=True, slots=True)
class _Own:
    """A worker unpacks it as a socket of its own on the port of all, on which it listens when it is ready. Linux
    deals new connections out among such sockets; of one that all share, the first worker that wakes takes all.
    """

    family: int
    address: tuple

    def __reduce__(self):
        return _bound, (self.family, self.address)


def _bound(family: int, address: tuple) -> socket.socket:
    # The protocol is named as in `serve.listen`.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        made.setsockopt(socket.SOL_SOCKET, option, 1)
    made.bind(address)
    return made


class _Config(uvicorn.Config):
    def configure_logging(self) -> None:
        """Called in each process before it serves."""
        super().configure_logging()
        # uvicorn raises the signal again when it has stopped. It must not kill then: calls are yet to be settled.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        logging.getLogger("uvicorn.error").addFilter(serve.is_news)


def _create(setting: Setting):
    try:
        return create(setting)
    except (StoreError, LiveProblem) as error:
        raise SystemExit(f"The gateway cannot start: {error}") from None
