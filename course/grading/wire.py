"""Messages between the judge and a student's process: a length, then strict JSON. Both ends expect anything.

JSON makes plain values and nothing else, so no object of the student's, with methods of its own, ever gets here.
"""

from __future__ import annotations

import json
import math
import re
import socket
import struct
import time

LONGEST = 1_000_000  # bytes of one message
DEEPEST = 50  # lists and objects within one another
_LENGTH = struct.Struct(">I")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Closed(Exception):
    """The other process has ended, or has closed its end."""


class Late(Exception):
    """Nothing came in time."""


class Malformed(Exception):
    """What came is not a message; it says why."""


class Channel:
    """One end of a stream socket."""

    def __init__(self, end: socket.socket):
        self.socket = end

    def send(self, message: object, longest: int = LONGEST) -> None:
        """Raises `Malformed` for what is not strict JSON or too long, `Closed` where nobody listens."""
        data = pack(message, longest)
        try:
            self.socket.sendall(_LENGTH.pack(len(data)) + data)
        except TimeoutError as error:
            raise Late from error
        except OSError as error:
            raise Closed from error

    def receive(self, seconds: float | None = None, longest: int = LONGEST) -> object:
        """The next message, within so many seconds. Raises `Late`, `Closed` or `Malformed`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, deadline))
        if length > longest:
            raise Malformed(f"it is longer than {longest:,} bytes")
        return unpack(self._read(length, deadline))

    def _read(self, count: int, deadline: float | None) -> bytes:
        parts = []
        while count:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Late
            try:
                self.socket.settimeout(left)
                part = self.socket.recv(min(count, 65536))
            except TimeoutError as error:
                raise Late from error
            except OSError as error:
                raise Closed from error
            finally:
                self.socket.settimeout(None)
            if not part:
                raise Closed
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        self.socket.close()


def pack(message: object, longest: int = LONGEST) -> bytes:
    """Strict JSON of plain values. Raises `Malformed`."""
    try:
        data = json.dumps(message, allow_nan=False).encode()
    except RecursionError as error:
        raise Malformed("it is nested too deeply, or holds itself") from error
    except (TypeError, ValueError) as error:
        raise Malformed(str(error)) from error
    if len(data) > longest:
        raise Malformed(f"it is longer than {longest:,} bytes")
    return data


def unpack(data: bytes) -> object:
    """Plain values from strict JSON. Raises `Malformed` for NaN, infinity, deep nesting and broken text."""
    try:
        value = json.loads(data, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError as error:
        raise Malformed("it is nested too deeply") from error
    except ValueError as error:
        raise Malformed(str(error)) from error
    _look_through(value, DEEPEST)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too large for a number")
    return number


def _look_through(value: object, depth: int) -> None:
    if isinstance(value, str):
        if _LONE_SURROGATE.search(value):
            raise Malformed("a text in it is not valid Unicode")
    elif isinstance(value, list | dict):
        if not depth:
            raise Malformed(f"it is nested deeper than {DEEPEST} levels")
        for each in value if isinstance(value, list) else (*value, *value.values()):
            _look_through(each, depth - 1)
