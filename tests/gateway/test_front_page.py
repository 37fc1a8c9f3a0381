"""Who comes without a vendor's prefix is told what this is, and where to go."""

from __future__ import annotations

import pytest
from asgi import Wire

HOST = (b"host", b"localhost:8000")


@pytest.fixture
def wire(app):
    wire = Wire(app)
    yield wire
    wire.close()


@pytest.mark.parametrize("accept", [b"*/*", b"text/html,*/*"])
def test_the_first_page_says_what_this_is_and_how_to_get_there_without_a_key(wire, accept, key):
    answer = wire.send("GET", "/", headers=[HOST, (b"accept", accept)])
    text = answer.body.decode()
    assert answer.status == 200
    assert ("<html lang" in text) == (b"html" in accept)
    assert "AI API platform" in text
    for line in (
        "OPENAI_BASE_URL=http://localhost:8000/openai/v1",
        "ANTHROPIC_BASE_URL=http://localhost:8000/anthropic",
        "GOOGLE_GEMINI_BASE_URL=http://localhost:8000/google",
        "OPENROUTER_BASE_URL=http://localhost:8000/openrouter/api/v1",
        "OPENAI_API_KEY=YOUR_KEY",
    ):
        assert line in text
    assert key not in text


def test_a_host_that_is_no_name_cannot_write_into_the_page(wire):
    for host in (b'"><script>alert(1)</script>', b"\xff", b""):
        answer = wire.send("GET", "/", headers=[(b"host", host), (b"accept", b"text/html")])
        assert answer.status == 200
        assert b"<script" not in answer.body


@pytest.mark.parametrize(
    ("path", "base", "shape"),
    [
        ("/v1/chat/completions", "/openai/v1", {"message", "type", "param", "code"}),
        ("/v1/messages", "/anthropic", {"type", "message"}),
        ("/v1beta/models/x:generateContent", "/google", {"code", "message", "status"}),
        ("/api/v1/chat/completions", "/openrouter/api/v1", {"code", "message"}),
        ("/", "/openai/v1", {"message", "type", "param", "code"}),
    ],
)
def test_an_address_that_has_lost_its_prefix_is_told_the_way_in_the_vendors_words(wire, path, base, shape):
    answer = wire.send("POST", path, headers=[HOST])
    error = answer.json["error"]
    assert answer.status == error.get("code", 404) or error["code"] is None
    assert answer.status == 404
    assert shape <= error.keys()
    assert f"http://localhost:8000{base}" in error["message"]
