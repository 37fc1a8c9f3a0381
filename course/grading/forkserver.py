"""Imports once what students' code imports, then forks a child for each submission.

It runs inside bubblewrap and never runs a line of a student's. The judge speaks to it over a socket, whose number is
the first argument: it names modules to import, opens a submission by sending one end of a socket pair, and closes it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys

from course.grading import answering, isolation
from course.grading.limits import Limits
from course.grading.warmup import warm_up
from course.grading.wire import Channel, Closed


def main(number: int, sandboxed: bool) -> None:
    control = Channel(socket.socket(fileno=number))
    if sandboxed:
        isolation.hide()
        isolation.end_with_parent()
        isolation.adopt_orphans()
    child = 0
    while True:
        try:
            request = control.receive()
        except Closed:
            break
        if request["do"] == "import":
            warm_up(request["modules"])
            control.send({"done": True})
        elif request["do"] == "open":
            ends = socket.recv_fds(control.socket, 1, 1)[1]
            child = _fork(control, socket.socket(fileno=ends[0]), Limits(**request["limits"]), request, sandboxed)
        elif request["do"] == "close":
            _end(child)
            control.send({"done": True})


def _fork(control: Channel, end: socket.socket, limits: Limits, request: dict, sandboxed: bool) -> int:
    child = os.fork()
    if child:
        end.close()
        return child
    channel = Channel(end)
    try:
        if sandboxed:
            isolation.end_with_parent()
            isolation.leave()
            inner = os.fork()
            if inner:
                end.close()
                os.waitpid(inner, 0)
                os._exit(0)
            isolation.settle(limits, request["number"])
        else:
            os.setsid()
            os.chdir(request["folder"])
            isolation.hold(limits)
        channel = _alone(end)
        answering.serve(channel, limits)
        os._exit(0)
    except BaseException as error:
        with contextlib.suppress(BaseException):
            channel.send({"walls": f"{type(error).__name__}: {error}"})
    os._exit(1)


def _alone(end: socket.socket) -> Channel:
    """The way to the judge, with nothing else open, and with a home of the student's own."""
    number = os.dup2(end.fileno(), 3)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.closerange(4, 4096)
    end.detach()  # its old number is closed already
    home = os.getcwd()
    os.environ.update(HOME=home, TMPDIR=home, IPYTHONDIR=home)
    return Channel(socket.socket(fileno=number))


def _end(child: int) -> None:
    """Kill a child, and wait until it and all that it started are gone."""
    if not os.waitpid(child, os.WNOHANG)[0]:
        os.kill(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:  # the first process of its namespaces comes to us, and goes when the last one in them has gone
            os.waitpid(-1, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] == "sandboxed")
