"""Where work is handed to the learner's functions, and a log is kept of what came of it.

What a visitor sent is stored before a function sees it. A function that is missing, slow or failing loses nothing:
a colleague can take over, or the work can be handed over again.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Protocol

from sqlalchemy import desc, func, insert, select, update

from course.gateway.redaction import redact

from .store import Store, now, runs

WORKERS = 8
_LONGEST_PROBLEM = 400
# "human" is work for a colleague, "failed" is that too and says why.
AGAIN = ("failed", "human")


class Workflow(Protocol):
    """What surrounds one kind of function."""

    def work(self, function: Callable, subject: int, attempt: int) -> str:
        """Call the function, keep what it gives, and say in a few words what that was, without personal data."""

    def leave_to_colleague(self, subject: int, attempt: int) -> None:
        """Tell the visitor that a human will answer."""


class Desk:
    """Runs the functions in threads of its own, so that the website stays quick while they think."""

    def __init__(self, store: Store, function: Callable[[str], Callable | None]):
        """`function` gives what is plugged in for a kind of work right now."""
        self._store = store
        self._function = function
        self._workflows: Mapping[str, Workflow] = {}
        self._queue: queue.SimpleQueue[tuple[int, Callable[[], None]] | None] = queue.SimpleQueue()
        self._idle = threading.Condition()
        self._open = 0
        for number in range(WORKERS):
            # Daemons: a function that never returns must not keep the kernel from ending.
            threading.Thread(target=self._serve, name=f"agency-{number}", daemon=True).start()

    def open(self, workflows: Mapping[str, Workflow]) -> None:
        self._workflows = workflows

    def close(self) -> None:
        """Take no more work. A function that is at work is left to end by itself."""
        for _ in range(WORKERS):
            self._queue.put(None)

    def hand_over(self, kind: str, subject: int, after: Callable[[], None] = lambda: None) -> int:
        """Let a function have a piece of work; gives the number of the run. Returns at once.

        `after` is called when the work has ended, one way or the other, in the thread that did it.
        """
        with self._store.transaction() as connection:
            new = insert(runs).values(kind=kind, subject=subject, status="waiting", at=now())
            (run,) = connection.execute(new).inserted_primary_key
        self._add(run, after)
        return run

    def retry(self, run: int) -> bool:
        """Hand work over again that failed or was left to a colleague; whether it was such work."""
        with self._store.transaction() as connection:
            open_again = (runs.c.id == run) & runs.c.status.in_(AGAIN)
            values = {"status": "waiting", "problem": "", "result": ""}
            if not connection.execute(update(runs).where(open_again).values(**values)).rowcount:
                return False
        self._add(run, lambda: None)
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until all work is done, or so many seconds; whether it is."""
        with self._idle:
            return self._idle.wait_for(lambda: self._open == 0, seconds)

    def log(self) -> list[dict]:
        """All runs, newest first: id, kind, subject, called, status, result, problem, attempts, at, seconds."""
        with self._store.transaction() as connection:
            return [dict(row) for row in connection.execute(select(runs).order_by(desc(runs.c.id))).mappings()]

    def latest(self, kind: str, subject: int) -> dict | None:
        """The latest run about something."""
        chosen = (runs.c.kind == kind) & (runs.c.subject == subject)
        with self._store.transaction() as connection:
            row = connection.execute(select(runs).where(chosen).order_by(desc(runs.c.id)).limit(1)).mappings().first()
        return row and dict(row)

    def counts(self) -> dict[str, int]:
        """How many runs have each status."""
        with self._store.transaction() as connection:
            return dict(connection.execute(select(runs.c.status, func.count()).group_by(runs.c.status)).all())

    # ---- a worker -------------------------------------------------------------------------------------------------

    def _add(self, run: int, after: Callable[[], None]) -> None:
        with self._idle:
            self._open += 1
        self._queue.put((run, after))

    def _serve(self) -> None:
        while (work := self._queue.get()) is not None:
            run, after = work
            try:
                self._run(run)
            finally:
                after()
                with self._idle:
                    self._open -= 1
                    self._idle.notify_all()

    def _run(self, run: int) -> None:
        with self._store.transaction() as connection:
            kind, subject, attempts = connection.execute(
                select(runs.c.kind, runs.c.subject, runs.c.attempts).where(runs.c.id == run)
            ).one()
        workflow, function, attempt = self._workflows[kind], self._function(kind), attempts + 1
        if function is None:
            self._note(run, status="human", called="", attempts=attempt)
            self._leave(workflow, run, subject, attempt)
            return
        self._note(run, status="running", called=_name(function), attempts=attempt)
        started = time.perf_counter()
        try:
            result = workflow.work(function, subject, attempt)
        except BaseException as error:  # also sys.exit: it is the learner's function, not this thread, that gave up
            took = time.perf_counter() - started
            self._note(run, status="failed", problem=_problem(error, function), seconds=took)
            self._leave(workflow, run, subject, attempt)
        else:
            self._note(run, status="done", result=result, seconds=time.perf_counter() - started)

    def _leave(self, workflow: Workflow, run: int, subject: int, attempt: int) -> None:
        try:
            workflow.leave_to_colleague(subject, attempt)
        except Exception as error:
            with self._store.transaction() as connection:
                told = runs.c.problem + f" The visitor could not be told: {_words(error)}"
                connection.execute(update(runs).where(runs.c.id == run).values(problem=func.trim(told)))

    def _note(self, run: int, **values) -> None:
        with self._store.transaction() as connection:
            connection.execute(update(runs).where(runs.c.id == run).values(**values))


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _problem(error: BaseException, function: Callable) -> str:
    """What went wrong and where in the learner's code, without personal data that has a pattern."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    where = f" (line {frames[-1].lineno} of the cell, in {frames[-1].name})" if frames else ""
    return _words(error) + where


def _words(error: BaseException) -> str:
    words = f"{type(error).__name__}: {error}".strip().rstrip(":")
    text, _ = redact(words)
    return text if len(text) <= _LONGEST_PROBLEM else text[: _LONGEST_PROBLEM - 1] + "…"
