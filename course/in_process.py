"""The gateway with neither thread nor socket: the SDKs' calls go to the ASGI app inside this process.

In a browser (Pyodide, JupyterLite) there is no other way. The vendors' clients send through `httpx2.HTTPTransport`.
While a server runs here, what is meant for its address is taken out there and answered by the app, on an event loop
of its own that waits for nothing outside. A synchronous client gets a streamed answer piece by piece.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx2

_log = logging.getLogger("uvicorn.error")  # as the server on a socket: `course.gateway.faults` knows its complaints
_numbers = count(1)
_running: dict[str, InProcessServer] = {}
# Pyodide's own lets other tasks go on meanwhile, on the loop that runs; here that would be this one, which waits.
_sleep = getattr(time.sleep, "__wrapped__", time.sleep)
_outside = httpx2.HTTPTransport.handle_request, httpx2.AsyncHTTPTransport.handle_async_request


class InProcessServer:
    """An ASGI app that answers, at `url`, every client of httpx2 in this process; one call at a time.

    An asynchronous client gets a streamed answer when it is whole.
    """

    def __init__(self, app):
        self.app = app
        self.loop = _Loop()
        # No resolver looks such a name up (RFC 6761): a call that is not taken out stays on this computer too.
        self._host = f"course-{next(_numbers)}.localhost"
        self.url = f"http://{self._host}"

    def start(self) -> None:
        if sys.platform == "emscripten":
            # Google's package looks for certificates, and fails where there are none and no place for them is named;
            # httpx2 warns of each package's choices for a connection. Here there is no connection.
            os.environ.setdefault("SSL_CERT_DIR", "/")
            warnings.filterwarnings("ignore", "The following transport option", UserWarning)
        _running[self._host] = self
        httpx2.HTTPTransport.handle_request = _handle_request
        httpx2.AsyncHTTPTransport.handle_async_request = _handle_async_request

    @property
    def running(self) -> bool:
        return self._host in _running

    def stop(self) -> None:
        """Answer no more calls, and drop what the app still does for those that it answered."""
        if _running.pop(self._host, None) is None:
            return
        if not _running:
            httpx2.HTTPTransport.handle_request, httpx2.AsyncHTTPTransport.handle_async_request = _outside
        self.loop.drop_tasks()
        self.loop.close()


def _handle_request(transport: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
    server = _running.get(request.url.host)
    return _outside[0](transport, request) if server is None else _Exchange(server, request).response()


async def _handle_async_request(transport: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
    server = _running.get(request.url.host)
    if server is None:
        return await _outside[1](transport, request)
    inside = httpx2.ASGITransport(server.app, raise_app_exceptions=False)
    return await inside.handle_async_request(request)


class _Exchange(httpx2.SyncByteStream):
    """One call under way: the app's task, and what it has sent. Reading the body lets the app go on."""

    def __init__(self, server: InProcessServer, request: httpx2.Request):
        self._loop = server.loop
        self._request = request
        self._patience = request.extensions.get("timeout", {}).get("read")
        self._sent: asyncio.Queue[dict | None] = asyncio.Queue()  # None: the app has ended
        self._hung_up = asyncio.Event()
        self._task = self._loop.create_task(self._serve(server.app, request.read()))

    def response(self) -> httpx2.Response:
        start = self._next()
        return httpx2.Response(start["status"], headers=start.get("headers", []), stream=self)

    def __iter__(self) -> Iterator[bytes]:
        more = True
        while more:
            message = self._next()
            yield message.get("body", b"")
            more = message.get("more_body", False)

    def close(self) -> None:
        self._hung_up.set()
        if not self._loop.is_closed():
            self._loop.run_until_complete(asyncio.wait([self._task]))

    def _next(self) -> dict:
        """What the app sends next. Raises what httpx2 would of a server that is late, or that breaks off."""
        try:
            message = self._loop.run_until_complete(asyncio.wait_for(self._sent.get(), self._patience))
        except TimeoutError:
            raise httpx2.ReadTimeout("The platform took too long.", request=self._request) from None
        if message is None:
            raise httpx2.RemoteProtocolError("The platform broke off its answer.", request=self._request)
        return message

    async def _serve(self, app, body: bytes) -> None:
        asked = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict:
            if asked:
                return asked.pop()
            await self._hung_up.wait()
            return {"type": "http.disconnect"}

        try:
            await app(_scope(self._request), receive, self._sent.put)
        except Exception as error:
            _log.error("Exception in ASGI application", exc_info=error)
        self._sent.put_nowait(None)


def _scope(request: httpx2.Request) -> dict:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": (url.host, url.port),
    }


class _Loop(asyncio.BaseEventLoop):
    """An event loop that only runs tasks and timers, also where another loop runs already, such as a kernel's."""

    def __init__(self):
        super().__init__()
        self._selector = self  # which the base class asks what has happened outside: never anything

    def select(self, seconds: float | None) -> tuple:
        if seconds is None:
            raise RuntimeError("The platform waits for something that cannot happen inside this process.")
        _sleep(max(seconds, 0))
        return ()

    def _process_events(self, _events) -> None:
        pass

    def run_until_complete(self, future):
        with _no_loop():
            return super().run_until_complete(future)

    def drop_tasks(self) -> None:
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.wait(tasks))


@contextmanager
def _no_loop() -> Iterator[None]:
    """Let another event loop run inside a task of the one that runs now; asyncio documents these four for loops and
    tasks of one's own: https://docs.python.org/3/library/asyncio-extending.html
    """
    loop = asyncio._get_running_loop()
    task = asyncio.current_task(loop) if loop else None
    if task:
        asyncio._leave_task(loop, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
        if task:
            asyncio._enter_task(loop, task)
