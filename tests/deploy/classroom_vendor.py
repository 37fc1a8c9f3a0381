"""Plays OpenAI for a class: each answer takes 300 ms and says what it has used.

A process of its own: prints its address, then serves until its standard input ends. A GET gives the list of all that
it has served: the student (the field `user` of the request) and the tokens of each call, in and out. No two calls of
a student use the same.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter

LATENCY = 0.3
PIECES = 4
_WORDS = "A token is a piece of text that a model reads or writes at once."


class Vendor:
    """An ASGI app with one endpoint, chat completions, plain and streamed."""

    def __init__(self, latency: float = LATENCY):
        self.served: list[tuple[str, int, int]] = []
        self._latency = latency
        self._calls: Counter[str] = Counter()

    async def __call__(self, scope, receive, send) -> None:
        if scope["method"] == "GET":
            await _start(send, b"application/json")
            await send({"type": "http.response.body", "body": json.dumps(self.served).encode()})
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        asked = json.loads(body)
        student = asked["user"]
        self._calls[student] += 1
        number = self._calls[student]
        prompt, output = 100 + number, 10 + number % 50
        self.served.append((student, prompt, output))  # from here on, the vendor bills it
        usage = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}
        about = {"id": f"chatcmpl-{student}-{number}", "created": 1, "model": asked["model"]}
        if asked.get("stream"):
            await self._stream(send, about, usage)
            return
        await asyncio.sleep(self._latency)
        message = {"role": "assistant", "content": _WORDS, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        answer = {**about, "object": "chat.completion", "choices": [choice], "usage": usage}
        await _start(send, b"application/json")
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    async def _stream(self, send, about: dict, usage: dict) -> None:
        about = {**about, "object": "chat.completion.chunk"}
        words = _WORDS.split(" ")
        size = -(-len(words) // PIECES)
        for start in range(0, len(words), size):
            await asyncio.sleep(self._latency / PIECES)
            if start == 0:
                await _start(send, b"text/event-stream")
            delta = {"content": " ".join(words[start : start + size]) + " "}
            await _event(send, {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        await _event(send, {**about, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        await _event(send, {**about, "choices": [], "usage": usage})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


async def _start(send, kind: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})


async def _event(send, event: dict) -> None:
    await send(
        {"type": "http.response.body", "body": b"data: " + json.dumps(event).encode() + b"\n\n", "more_body": True}
    )


def main() -> None:
    from course.gateway.server import ThreadedServer

    vendor = Vendor()
    server = ThreadedServer(vendor)
    server.start()
    print(server.url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
