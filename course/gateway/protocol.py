"""HTTP as the server reads it from a connection."""

from __future__ import annotations

import json

from uvicorn.protocols.http.auto import AutoHTTPProtocol


class Protocol(AutoHTTPProtocol):
    """uvicorn's own. What is no HTTP names no vendor: its refusal can be read as OpenAI's and as Anthropic's."""

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
