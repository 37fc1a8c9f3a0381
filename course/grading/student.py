"""A submission's process as the judge sees it: it runs cells and answers calls, or has failed and says how."""

from __future__ import annotations

import builtins
import contextlib
import select
import time
from pathlib import Path

from course.grading.limits import WAITING, Limits
from course.grading.wire import Channel, Closed, Late, Malformed

_GRACE = 2  # seconds that a process gets to stop by itself
_LOOK = 0.2  # seconds between two looks at its memory
_PAGE = 4096


class Ended(Exception):
    """The student's program was ended, for the reason it tells."""


class Student:
    """One submission's process. After a failure each further request raises `Ended` with the same reason."""

    def __init__(self, channel: Channel, limits: Limits, forkserver: int):
        self._channel = channel
        self.limits = limits
        self._forkserver = forkserver
        self._idle, _ = _use(forkserver)
        self._deadline = time.monotonic() + limits.seconds
        self._asked = 0
        self.failure = ""

    def run(self, source: str) -> dict:
        """Run a cell: what it printed, what it showed last, and its error, if any. Raises `Ended`."""
        return self._ask({"do": "run", "source": source}, self.limits.cell_seconds)

    def call(self, name: str, arguments: tuple) -> object:
        """The plain value that a function of the student's gave. Raises the student's error as one of the same kind,
        or `Ended`.
        """
        answer = self._ask({"do": "call", "name": name, "arguments": arguments}, self.limits.call_seconds)
        if "error" in answer:
            raise _error(answer["error"])
        if "result" not in answer:
            raise Ended(self._fail("it sent an answer without a result"))
        return answer["result"]

    def look(self, name: str) -> dict:
        """Whether a name is `found`, and then whether it is `callable` and how it is `shown`. Raises `Ended`."""
        return self._ask({"do": "look", "name": name}, self.limits.call_seconds)

    def modules(self) -> list[str]:
        """What has been imported. Raises `Ended`."""
        return self._ask({"do": "modules"}, self.limits.call_seconds)["modules"]

    def trouble(self) -> str:
        """Why the walls do not stand, or nothing."""
        try:
            self.look("anything")
        except Ended as ended:
            return str(ended)
        return ""

    def close(self) -> None:
        self._channel.close()

    def _ask(self, request: dict, seconds: float) -> dict:
        if self.failure:
            raise Ended(self.failure)
        self._asked += 1
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Ended(self._fail(f"all of it together took longer than {self.limits.seconds:g} seconds"))
        until = time.monotonic() + min(WAITING * seconds + _GRACE, left)
        try:
            self._channel.socket.settimeout(_GRACE)
            self._channel.send(request | {"id": self._asked, "seconds": seconds})
            answer = self._wait(until)
        except Late:
            raise Ended(self._fail(f"it did not stop after {seconds:g} seconds")) from None
        except Closed:
            raise Ended(self._fail("it crashed, or left, or used more than it may")) from None
        except Malformed as error:
            raise Ended(self._fail(f"it sent something that is not an answer: {str(error)[:200]}")) from None
        return answer

    def _wait(self, until: float) -> dict:
        """The answer to the latest request; late answers to earlier ones are passed over."""
        while True:
            answer = self._next(until)
            if not isinstance(answer, dict):
                raise Malformed("it is not an object")
            if "walls" in answer and self._asked == 1:
                raise Ended(self._fail(str(answer["walls"])))
            if answer.get("id") == self._asked:
                return answer

    def _next(self, until: float) -> object:
        """Wait for a message, and meanwhile watch what the process uses."""
        while (left := until - time.monotonic()) > 0:
            if select.select([self._channel.socket], [], [], min(left, _LOOK))[0]:
                return self._channel.receive(until - time.monotonic())
            self._watch()
        raise Late

    def _watch(self) -> None:
        processes, memory = _use(self._forkserver)
        if memory > self.limits.memory:
            raise Ended(self._fail(f"it used more than {self.limits.memory / 1e6:,.0f} MB of memory"))
        if processes - self._idle > self.limits.processes // 2:
            raise Ended(self._fail("it started too many processes"))

    def _fail(self, reason: str) -> str:
        self.failure = f"the program was ended, because {reason}"
        self.close()
        return self.failure


def _use(forkserver: int) -> tuple[int, int]:
    """How many processes there are below the forkserver, and their resident bytes."""
    count = memory = 0
    waiting = [str(forkserver)]
    while waiting:
        process = Path("/proc", waiting.pop())
        with contextlib.suppress(OSError, ValueError, IndexError):
            memory += int((process / "statm").read_text().split()[1]) * _PAGE
            count += 1
            for thread in (process / "task").iterdir():
                waiting += (thread / "children").read_text().split()
    return count, memory


def _error(told: object) -> Exception:
    """An error of the kind that a student's code raised, with its message and nothing else of it."""
    kind = str(told.get("type", "Error")) if isinstance(told, dict) else "Error"
    message = str(told.get("message", "")) if isinstance(told, dict) else ""
    known = getattr(builtins, kind, None)
    if isinstance(known, type) and issubclass(known, Exception):
        with contextlib.suppress(TypeError):  # a few want more than a message
            return known(message)
    name = kind if kind.isidentifier() else "Error"
    return type(name[:100], (Exception,), {})(message[:2000])
