"""Runs the gateway alone, for programs that are not in a notebook."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from . import catalog, tokens
from .gateway import gateway, live_settings
from .gateway.live_settings import LiveProblem
from .gateway.protocol import Protocol
from .gateway.store import Store, StoreError

_WAITING_CONNECTIONS = 2048
# How long answers that are under way may still take when the gateway is told to stop.
_STOP_SECONDS = 5


class ServeError(RuntimeError):
    """The gateway cannot be run as asked; the message says why and what to do."""


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach the address."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return False


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises `ServeError`."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named so that asyncio sends small answers at once, see `server.ThreadedServer`.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_WAITING_CONNECTIONS)  # whoever reads our address early waits, and is not refused
    except OSError as error:
        raise ServeError(
            f"Port {port} of {host} cannot be used: {error.strerror or error}. Stop the program that uses it, or "
            "choose another with --port; --port 0 takes a free one."
        ) from None
    return listening


def environment_lines(variables: Mapping[str, str]) -> str:
    """Ready to paste into a shell, or to keep as a `.env` file."""
    return "".join(f"{name}={value}\n" for name, value in variables.items())


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read. Raises `ServeError`."""
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ServeError(f"{path} cannot be written: {error.strerror}. Name another file with --env-file.") from None


def open_gateway(mode: str, database: str, pace: float) -> tuple[gateway.Gateway, str]:
    """The gateway on a database, "practice" or "live", and a sentence that says what it is. Raises `ServeError`."""
    try:
        if mode == "practice":
            return gateway.practice(
                database, catalog.load(), tokens.number, pace
            ), "Practice mode: no vendor is called."
        upstreams = live_settings.read_upstreams(live_settings.read_environment(os.environ, Path.cwd()))
        opened = gateway.live(database, catalog.load(), tokens.number, upstreams)
        return opened, live_settings.announcement(upstreams)
    except (StoreError, LiveProblem) as error:
        raise ServeError(str(error)) from None


@contextlib.contextmanager
def open_store(database: str) -> Iterator[Store]:
    """The store of a database that is there already. Raises `ServeError`."""
    try:
        url = make_url(database)
        if url.drivername.startswith("sqlite") and not Path(url.database or "").is_file():
            raise ServeError(f"There is no database {url.database}. Name it with --database sqlite:///FILE.")
        store = Store(url)
    except (StoreError, ArgumentError) as error:
        raise ServeError(str(error)) from None
    try:
        yield store
    except StoreError as error:
        raise ServeError(str(error)) from None
    finally:
        store.close()


def run(opened: gateway.Gateway, listening: socket.socket) -> None:
    """Answer calls until the process is told to stop."""
    config = uvicorn.Config(
        opened.app, http=Protocol, lifespan="off", ws="none", access_log=False, log_level="warning",
        proxy_headers=False, server_header=False, timeout_graceful_shutdown=_STOP_SECONDS,
    )  # fmt: skip
    # uvicorn raises the signal again when it has stopped. SIGTERM must not kill then: calls are yet to be settled.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.getLogger("uvicorn.error").addFilter(is_news)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([listening])
    finally:
        opened.close()


def is_news(record: logging.LogRecord) -> bool:
    """Whether the server's complaint is about more than a call that was cut off because the server stops."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
