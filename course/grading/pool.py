"""Several judges at work at once, each a process of its own."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from course.grading.problem import GradingProblem

_SPARE_SECONDS = 60  # that a judge may take beyond the limit of a submission


class Pool:
    """`jobs` judges of one assignment. `order` is what a `worker` reads first; `seconds` is a submission's limit."""

    def __init__(self, order: dict, jobs: int, seconds: float):
        self._order = order
        self._jobs = jobs
        self._seconds = seconds

    def outcomes(self, paths: list[Path]) -> Iterator[tuple[Path, dict]]:
        """Each path with its outcome, as they come: `notebook`, `unreadable` or `trouble` (the judge itself failed).

        Raises `GradingProblem` when no judge can begin.
        """
        waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for path in paths:
            waiting.put(path)
        done: queue.SimpleQueue[tuple[Path | None, dict]] = queue.SimpleQueue()
        judges = [_Judge(self._order, self._seconds) for _ in range(min(self._jobs, len(paths)))]
        threads = [threading.Thread(target=_work, args=(judge, waiting, done), daemon=True) for judge in judges]
        for thread in threads:
            thread.start()
        try:
            for _ in paths:
                path, outcome = done.get()
                if path is None or "problem" in outcome:
                    raise GradingProblem(outcome["problem"])
                yield path, outcome
        finally:
            for judge in judges:
                judge.stop()


def _work(judge: _Judge, waiting: queue.SimpleQueue, done: queue.SimpleQueue) -> None:
    while True:
        try:
            path = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put((path, judge.grade(path)))
        except GradingProblem as problem:
            done.put((None, {"problem": str(problem)}))
            return


class _Judge:
    """One worker process, begun when it is first needed, and again after it was lost."""

    def __init__(self, order: dict, seconds: float):
        self._order = order
        self._seconds = seconds
        self._process: subprocess.Popen | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the judge
        self._stopped = False

    def grade(self, path: Path) -> dict:
        """The outcome; `trouble` where the judge was lost over this submission. Raises `GradingProblem`."""
        if self._process is None:
            self._begin()
        outcome = self._ask({"path": str(path)}, self._seconds + _SPARE_SECONDS)
        if outcome is None:
            self._end()
            return {"trouble": f"the judge was lost or took too long: {self._last_words()}"}
        return outcome

    def stop(self) -> None:
        self._stopped = True
        self._end()

    def _begin(self) -> None:
        if self._stopped:
            raise GradingProblem("Grading was stopped.")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "course.grading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the run, which then ends its judges itself
        )
        answer = self._ask(self._order, 600)
        if answer is None or "problem" in answer:
            self._end()
            raise GradingProblem(answer["problem"] if answer else f"A judge did not start: {self._last_words()}")

    def _ask(self, message: dict, seconds: float) -> dict | None:
        """The answer, or `None` from a process that has ended, or was ended after so many seconds."""
        alarm = threading.Timer(seconds, self._process.kill)
        alarm.start()
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except (OSError, ValueError):
            return None
        finally:
            alarm.cancel()
        return json.loads(line) if line else None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _last_words(self) -> str:
        self._said.seek(0)
        return self._said.read()[-500:].decode("utf-8", "replace").strip()
