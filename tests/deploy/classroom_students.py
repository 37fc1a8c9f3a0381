"""Students who call a gateway all at once, on bare sockets of loopback: five hundred of them fit into one process."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Attempt:
    """One request. `status` is 0 where the connection broke before the answer was whole."""

    status: int
    began: float
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Student:
    """One program with a key, on one connection at a time."""

    def __init__(self, name: str, key: str, url: str, model: str, path: str = "/openai/v1/chat/completions"):
        self.name = name
        self.attempts: list[Attempt] = []
        self._key = key
        self._address = urlsplit(url)
        self._model = model
        self._path = path
        self._pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, stream: bool, seconds: float = 300) -> Attempt:
        """Ask once."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(seconds):
                attempt = await self._ask(stream, began)
        except (OSError, EOFError, TimeoutError):
            attempt = Attempt(0, began, time.perf_counter() - began)
        if attempt.status == 0:
            self.hang_up()
        self.attempts.append(attempt)
        return attempt

    def hang_up(self) -> None:
        if self._pipe is not None:
            self._pipe[1].close()
            self._pipe = None

    async def _ask(self, stream: bool, began: float) -> Attempt:
        if self._pipe is None:
            self._pipe = await asyncio.open_connection(self._address.hostname, self._address.port)
        reader, writer = self._pipe
        body = json.dumps(
            {
                "model": self._model,
                "user": self.name,
                "stream": stream,
                "messages": [{"role": "user", "content": "What is a token?"}],
                "max_completion_tokens": 100,
                **({"stream_options": {"include_usage": True}} if stream else {}),
            }
        )
        writer.write(
            f"POST {self._path} HTTP/1.1\r\nhost: {self._address.netloc}\r\nauthorization: Bearer {self._key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        if headers.get("transfer-encoding") == "chunked":
            content = await _chunks(reader)
        else:
            content = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.hang_up()
        return Attempt(int(head[0].split()[1]), began, time.perf_counter() - began, headers, content)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)
