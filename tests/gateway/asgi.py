"""One request to an ASGI app as exactly these bytes: no client in between that mends or refuses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` has lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Wire:
    """Sends requests to `app`, one at a time. What the app raises, it raises: a server would log it."""

    def __init__(self, app):
        self._app = app
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.close()

    def send(self, method: str, path: str, body: bytes = b"", headers: Headers = (), query: bytes = b"") -> Answer:
        """`path` is quoted, as in a request's first line. Raises `TimeoutError` after ten seconds."""
        return self._loop.run_until_complete(asyncio.wait_for(self._send(method, path, body, headers, query), 10))

    async def _send(self, method, path, body, headers, query) -> Answer:
        raw = path.encode("latin-1")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
            "raw_path": raw,
            "root_path": "",
            "query_string": query,
            "headers": list(headers),
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        half = len(body) // 2
        received = iter(
            [
                {"type": "http.request", "body": body[:half], "more_body": True},
                {"type": "http.request", "body": body[half:], "more_body": False},
            ]
        )
        sent = []

        async def receive():
            message = next(received, None)
            if message is None:
                await asyncio.Event().wait()  # the client stays and listens
            return message

        async def send(message):
            sent.append(message)

        await self._app(scope, receive, send)
        start = sent[0]
        found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], found, b"".join(each.get("body", b"") for each in sent[1:]))
