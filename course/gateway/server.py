"""Serves the gateway's application on loopback, from a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import uvicorn

from .protocol import Protocol

_START_SECONDS = 10
_STOP_SECONDS = 5
_LAST_WORDS_SECONDS = 0.1
# Longer than a reader pauses between two cells: an SDK's open connection is still there for the next call.
_KEEP_ALIVE_SECONDS = 3600


class ThreadedServer:
    """An ASGI app on a free port of 127.0.0.1. The thread ends with the process at the latest."""

    def __init__(self, app):
        # asyncio sends small answers at once (TCP_NODELAY) only where the protocol is named; else each answer
        # may wait 40 ms for the client's acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = _Server(
            uvicorn.Config(
                app,
                http=Protocol,
                lifespan="off",
                ws="none",
                access_log=False,
                log_config=None,
                log_level="error",
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="course-gateway", daemon=True
        )

    def start(self) -> None:
        """Return when calls are answered. Raises `RuntimeError` when that takes too long."""
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(
                    "The practice platform did not start on this computer. Restart the kernel and try again; "
                    "if it fails again, check whether a firewall forbids connections to 127.0.0.1."
                )
            time.sleep(0.001)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop answering and wait until the thread has ended."""
        if self.running:
            self._server.end()
        self._thread.join(_STOP_SECONDS)
        self._socket.close()


class _Server(uvicorn.Server):
    """Ends as soon as it is told to, where uvicorn looks ten times a second, and waits once more before it goes."""

    def end(self) -> None:
        """From another thread."""
        self.should_exit = True
        if self.started:
            self._loop.call_soon_threadsafe(self._told.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        ticking, told = asyncio.ensure_future(super().main_loop()), asyncio.ensure_future(self._told.wait())
        await asyncio.wait((ticking, told), return_when=asyncio.FIRST_COMPLETED)
        ticking.cancel()
        told.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers under way end within a moment. An idle SDK keeps its connection open: nobody waits for it."""
        for each in (*self.servers, *(sockets or ())):
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_LAST_WORDS_SECONDS)
        await asyncio.sleep(0)  # connections that were closed say so
