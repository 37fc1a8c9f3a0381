"""Messages from a student's process: plain values come through, and nothing else does."""

import math
import socket
import struct

import pytest

from course.grading.wire import Channel, Closed, Late, Malformed, pack, unpack


@pytest.mark.parametrize("value", [None, True, 0.1, -3, "Zoë ✓", [], {"a": [1, {"b": None}]}])
def test_plain_values_come_through(value):
    assert unpack(pack(value)) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, object(), b"bytes", "x" * 1_000_000])
def test_what_is_not_plain_is_not_sent(value):
    with pytest.raises(Malformed):
        pack(value)


@pytest.mark.parametrize(
    "data",
    [b"NaN", b"-Infinity", b"1e999", b"[" * 60 + b"]" * 60, b"[" * 200_000, b'"\\ud800"', b"\xff", b"", b"9" * 5000],
)
def test_what_is_not_plain_is_not_taken(data):
    with pytest.raises(Malformed):
        unpack(data)


def test_a_channel_says_whether_it_was_late_closed_or_too_long():
    ours, theirs = map(Channel, socket.socketpair())
    theirs.send({"one": 1})
    assert ours.receive(5) == {"one": 1}
    with pytest.raises(Late):
        ours.receive(0.01)
    theirs.socket.sendall(struct.pack(">I", 2_000_000_000))
    with pytest.raises(Malformed, match="longer"):
        ours.receive(5)
    theirs.close()
    with pytest.raises(Closed):
        ours.receive(5)
    ours.close()
