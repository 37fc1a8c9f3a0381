"""Serves the gateway's application on loopback, from a thread of this process."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn

from .protocol import Protocol

_START_SECONDS = 10
_STOP_SECONDS = 5
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
        self._server = uvicorn.Server(
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
        self._server.should_exit = True
        self._server.force_exit = True  # an idle SDK keeps its connection open; do not wait for it
        self._thread.join(_STOP_SECONDS)
        self._socket.close()
