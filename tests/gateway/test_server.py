from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import httpx
import pytest

from course.gateway.server import ThreadedServer


@pytest.fixture
def server(app):
    server = ThreadedServer(app)
    server.start()
    yield server
    server.stop()


def test_only_this_computer_can_reach_it(server):
    assert urlsplit(server.url).hostname == "127.0.0.1"


def test_two_servers_have_two_ports(server, app):
    other = ThreadedServer(app)
    other.start()
    assert other.url != server.url
    other.stop()


def test_a_stopped_server_answers_no_more_and_leaves_no_thread(app):
    before = set(threading.enumerate())
    server = ThreadedServer(app)
    server.start()
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{server.url}/openai/v1/models").status_code == 401
        server.stop()  # while the client keeps its connection open
        with pytest.raises(httpx.TransportError):
            client.get(f"{server.url}/openai/v1/models")
    assert not server.running
    assert set(threading.enumerate()) <= before


def test_small_answers_are_sent_at_once(server):
    """asyncio turns TCP_NODELAY on for accepted sockets only where the listening one names its protocol."""
    assert server._socket.proto == socket.IPPROTO_TCP
