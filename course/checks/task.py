"""What a task of an exercise is, and what one hears after a check."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape


class Wrong(Exception):
    """An answer is wrong: `what` it did, and a `hint` that helps on. Neither gives the answer away."""

    def __init__(self, what: str, hint: str = ""):
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(frozen=True)
class Task:
    """One task that is checked by a program.

    `answer` is the name of the student's function. `claims` are what the task trains, see data/claims.csv.
    `check(answer, cases)` returns nothing, or raises `Wrong`; without `cases` it takes those that students may see.
    """

    name: str
    answer: str
    points: int
    claims: tuple[str, ...]
    check: Callable


@dataclass(frozen=True)
class Verdict:
    """What a check found: true when the answer passed. It reads as plain text, and as HTML in a notebook."""

    task: str
    passed: bool
    what: str
    hint: str = ""

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        first = f"{self.task}: {self._word}. {self.what}"
        return f"{first}\nHint: {self.hint}" if self.hint else first

    def _repr_html_(self) -> str:
        """A word and a sign say what the colour says. The text keeps the page's own colour, and so its contrast."""
        sign, colour = ("✓", "#2e7d32") if self.passed else ("✗", "#c62828")
        hint = f"<p><strong>Hint:</strong> {_html(self.hint)}</p>" if self.hint else ""
        return (
            f'<div class="course-check" role="status" style="border-left: 6px solid {colour}; padding: 0 12px">'
            f'<p><strong><span aria-hidden="true">{sign}</span> {escape(self.task)}: {self._word}.</strong> '
            f'<span style="white-space: pre-wrap">{_html(self.what)}</span></p>{hint}</div>'
        )

    @property
    def _word(self) -> str:
        return "passed" if self.passed else "not yet"


def _html(text: str) -> str:
    """A text with its `code` set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


_tasks: dict[str, Task] = {}


def task(name: str, answer: str, points: int, claims: Sequence[str]) -> Callable[[Callable], Callable]:
    """Put a check under its task's name, such as "billing.2"; the function itself stays as it is."""

    def register(check: Callable) -> Callable:
        _tasks[name] = Task(name, answer, points, tuple(claims), check)
        return check

    return register


def registered() -> dict[str, Task]:
    """The tasks of the modules that have been imported, by name."""
    return _tasks
