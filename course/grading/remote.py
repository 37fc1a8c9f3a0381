"""The student's names as checks see them: functions whose calls are answered by the student's process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from course.grading.student import Ended, Student


class RemoteFunction:
    """Calls go to the student's process with plain values, and plain values come back."""

    def __init__(self, student: Student, name: str):
        self._student = student
        self.__name__ = name

    def __call__(self, *arguments: object) -> object:
        return self._student.call(self.__name__, arguments)


class RemoteNames(Mapping):
    """The names in the student's notebook. What is no function is given as a text that shows it.

    When the student's program has ended, each name is a function, whose call says so.
    """

    def __init__(self, student: Student):
        self._student = student

    def __getitem__(self, name: str) -> object:
        if self._student.failure:
            return RemoteFunction(self._student, name)
        seen = self._student.look(name)
        if not seen.get("found"):
            raise KeyError(name)
        return RemoteFunction(self._student, name) if seen.get("callable") else _Shown(str(seen.get("shown")))

    def __contains__(self, name: object) -> bool:
        with contextlib.suppress(Ended):
            return bool(self._student.look(str(name)).get("found"))
        return True

    def __iter__(self) -> Iterator[str]:
        raise TypeError("a student's names are asked for one by one")

    def __len__(self) -> int:
        raise TypeError("a student's names are asked for one by one")


class _Shown(str):
    def __repr__(self) -> str:
        return str(self)
