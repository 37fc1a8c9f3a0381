"""Looks at something now and then, in the background, and tells everybody who listens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

#: Seconds between two looks at least: four a second at most.
PAUSE = 0.25
# A look that takes long is taken less often, so that the kernel keeps nine tenths of its time.
_REST = 9

_log = logging.getLogger(__name__)


class Sampler:
    """Calls `look()` in one thread for all listeners together, while there are any, and hands on what it returns."""

    def __init__(self, look: Callable[[], object]):
        self._look = look
        self._listeners: list[Callable[[object], None]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None

    def add(self, listener: Callable[[object], None]) -> None:
        with self._changed:
            self._listeners.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="course-sampler", daemon=True)
                self._thread.start()

    def remove(self, listener: Callable[[object], None]) -> None:
        with self._changed:
            if listener in self._listeners:
                self._listeners.remove(listener)
                self._changed.notify()

    def _run(self) -> None:
        pause = PAUSE
        while self._wait(pause):
            began = time.monotonic()
            try:
                seen = self._look()
            except Exception:
                _log.exception("The platform could not be looked at.")
            else:
                self._tell(seen)
            pause = max(PAUSE, _REST * (time.monotonic() - began))

    def _wait(self, pause: float) -> bool:
        """Whether somebody still listens after a pause, which ends early when nobody does."""
        with self._changed:
            self._changed.wait_for(lambda: not self._listeners, pause)
            if not self._listeners:
                self._thread = None
            return bool(self._listeners)

    def _tell(self, seen: object) -> None:
        for listener in list(self._listeners):
            try:
                listener(seen)
            except Exception:
                _log.exception("A dashboard could not be brought up to date, and is given up.")
                self.remove(listener)
