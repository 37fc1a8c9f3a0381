"""The application without a socket."""

from __future__ import annotations

import asyncio
import json


def chat_scope(key):
    return {
        "type": "http",
        "method": "POST",
        "path": "/openai/v1/chat/completions",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {key}".encode())],
    }


def chat_body(**options):
    return json.dumps(
        {"model": "middle", "messages": [{"role": "user", "content": "What is a token?"}], **options}
    ).encode()


async def post_stream(app, key, on_send, hang_up: asyncio.Event):
    """Send one streamed chat; `on_send` sees each message, and setting `hang_up` ends the connection."""
    received = iter([{"type": "http.request", "body": chat_body(stream=True), "more_body": False}])

    async def receive():
        message = next(received, None)
        if message is None:
            await hang_up.wait()
            message = {"type": "http.disconnect"}
        return message

    async def send(message):
        on_send(message)

    await app(chat_scope(key), receive, send)


def test_a_client_that_hangs_up_mid_stream_is_charged_for_what_it_got(app, key, store):
    sent = []

    async def run():
        hang_up = asyncio.Event()

        def on_send(message):
            sent.append(message)
            if len(sent) == 5:
                hang_up.set()

        await post_stream(app, key, on_send, hang_up)

    asyncio.run(run())
    (row,) = store.ledger()
    assert row.status == "cut"
    assert 0 < row.output < 20
    assert len(sent) < 10


def test_streams_take_turns(app, key, store):
    order = []

    async def run():
        streams = [
            post_stream(app, key, lambda _message, name=name: order.append(name), asyncio.Event())
            for name in ("a", "b")
        ]
        await asyncio.gather(*streams)

    asyncio.run(run())
    assert order.index("b") < len(order) // 4
    assert [row.status for row in store.ledger()] == ["ok", "ok"]
