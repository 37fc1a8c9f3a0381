"""HTTP as the server reads it from a connection."""

from __future__ import annotations

import asyncio
import json

from uvicorn.protocols.http.auto import AutoHTTPProtocol


class Protocol(AutoHTTPProtocol):
    """uvicorn's own. What is no HTTP names no vendor: its refusal can be read as OpenAI's and as Anthropic's."""

    def connection_made(self, transport) -> None:
        super().connection_made(_Joining(transport))

    def send_400_response(self, msg: str) -> None:
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()  # an answer is under way, and what comes now would be read as a part of it
            return
        error = {"type": "invalid_request_error", "message": msg, "param": None, "code": None}
        body = json.dumps({"type": "error", "error": error}).encode()
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


class _Joining:
    """A transport that sends the head of an answer together with its body, where that comes at once: the client is
    woken once, and the system called once.
    """

    def __init__(self, transport: asyncio.Transport):
        self._transport = transport
        self._head = b""
        self._later = asyncio.get_running_loop().call_soon

    def __getattr__(self, name: str):
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1"):
            self._head = data
            self._later(self._send_head)
            return
        self._transport.write(data)

    def close(self) -> None:
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
