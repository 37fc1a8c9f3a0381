"""In the student's process: run the cells that the judge sends, and answer its calls. It knows no test and no grade.

Whatever the student's code does to this module, it can only change what comes back, and that is never trusted.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import types
from collections.abc import Iterator

from course.grading.limits import WAITING, Limits
from course.grading.wire import Channel, Closed, Malformed

SHORT = 500  # characters of a message


class TimeLimit(BaseException):
    """Not an `Exception`, so that a student's `except Exception` lets it through."""


def serve(channel: Channel, limits: Limits) -> None:
    """Answer until the judge closes the channel."""
    shell = _shell()
    do = {"run": _run, "call": _call, "look": _look, "modules": _modules}
    while True:
        try:
            request = channel.receive()
        except Closed:
            return
        try:
            answer = do[request["do"]](shell, request, limits)
        except BaseException as error:
            answer = {"error": _told(error)}
        try:
            channel.send({"id": request["id"]} | answer)
        except Malformed as error:
            channel.send({"id": request["id"], "error": {"type": "ValueError", "message": str(error)[:SHORT]}})


def _shell():
    """IPython as in a kernel: magics, top-level await, `get_ipython`; names live in `__main__`, where checks look."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=settings, user_module=main, user_ns=main.__dict__)
    shell.showtraceback = lambda *args, **kwargs: None
    shell.showsyntaxerror = lambda *args, **kwargs: None
    return shell


def _run(shell, request: dict, limits: Limits) -> dict:
    printed, shown = _Printed(limits.output), []
    shell.display_trap.hook = lambda value: None if value is None else shown.append(repr(value)[: limits.output])
    with _streams(printed), _limit(request["seconds"]):
        result = shell.run_cell(request["source"], store_history=False)
    error = result.error_before_exec or result.error_in_exec
    answer = {"printed": printed.text(), "shown": shown[-1] if shown else None}
    return answer | ({"error": _told(error)} if error else {})


def _call(shell, request: dict, limits: Limits) -> dict:
    if request["name"] not in shell.user_ns:
        raise NameError(f"name '{request['name']}' is not defined")
    with _streams(_Printed(0)), _limit(request["seconds"]):
        return {"result": shell.user_ns[request["name"]](*request["arguments"])}


def _look(shell, request: dict, limits: Limits) -> dict:
    if request["name"] not in shell.user_ns:
        return {"found": False}
    value = shell.user_ns[request["name"]]
    return {"found": True, "callable": callable(value), "shown": repr(value)[:SHORT]}


def _modules(shell, request: dict, limits: Limits) -> dict:
    return {"modules": sorted(sys.modules)}


def _told(error: BaseException) -> dict:
    """Its kind and its words, however hard the error makes it to read them."""
    kind = "TimeoutError" if isinstance(error, TimeLimit) else type(error).__name__
    try:
        with _limit(1):
            message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    except BaseException as worse:
        message = f"(its message cannot be read: {type(worse).__name__})"
    return {"type": str(kind)[:100], "message": message[:SHORT].encode("utf-8", "replace").decode()}


@contextlib.contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise `TimeLimit` after so many seconds of work, or several times as many of waiting, and again each second
    until it is heeded. Seconds of work do not depend on how busy the computer is.
    """

    def stop(*_):
        raise TimeLimit(f"it took longer than {seconds:g} seconds")

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, 1), (signal.ITIMER_REAL, signal.SIGALRM, WAITING))
    for timer, heard, times in timers:
        signal.signal(heard, stop)
        signal.setitimer(timer, times * seconds, 1)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)


@contextlib.contextmanager
def _streams(printed: _Printed) -> Iterator[None]:
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield


class _Printed(io.TextIOBase):
    """Keeps the first characters printed, and lets the rest go."""

    def __init__(self, most: int):
        self._left = most
        self._parts: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._left:
            part = text[: self._left]
            self._left -= len(part)
            self._parts.append(part)
        return len(text)

    def fileno(self) -> int:
        return os.open(os.devnull, os.O_WRONLY)

    def text(self) -> str:
        return "".join(self._parts).encode("utf-8", "replace").decode()
