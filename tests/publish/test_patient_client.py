"""An answer that comes in while something is sent on the same socket is not missed."""

import asyncio

import zmq
import zmq.asyncio
from jupyter_client.session import Session

from course.publish import patient_client


def test_an_answer_is_seen_though_sending_took_its_call_away(monkeypatch):
    monkeypatch.setattr(patient_client, "LOOK_AGAIN", 0.05)
    assert asyncio.run(asyncio.wait_for(_ask(), 60))["content"] == {"status": "ok"}


async def _ask() -> dict:
    session = Session(key=b"a key")
    context = zmq.asyncio.Context()
    kernel = zmq.Socket(zmq.Context.shadow(context.underlying), zmq.DEALER)
    with context, context.socket(zmq.DEALER) as client, kernel:
        port = kernel.bind_to_random_port("tcp://127.0.0.1")
        client.connect(f"tcp://127.0.0.1:{port}")
        channel = patient_client.PatientClient.shell_channel_class.default_value(client, session, None)
        answer = asyncio.ensure_future(channel.get_msg())
        while not client._recv_futures:  # until it waits
            await asyncio.sleep(0)
        session.send(kernel, "execute_reply", {"status": "ok"})
        zmq.Socket.shadow(client.underlying).poll()  # looks at the socket, as sending does: the call is taken
        return await answer
