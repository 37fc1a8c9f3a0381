"""Runs a test cell of the instructor's source in the judge's own process, against a student in another."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
from collections.abc import Sequence

from nbformat.v4 import new_output

import course
from course import checks
from course.grading.remote import RemoteFunction, RemoteNames
from course.grading.student import Student
from course.grading.text import clean


def run(source: str, student: Student, names: dict) -> list:
    """The outputs of the cell, as a notebook holds them. An error among them means that the test failed.

    `names` are those that the tests of this student share, see `Names`.
    """
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), _checking(student):
            value = _execute(source, names)
    except Exception as error:
        kind, said = type(error).__name__, clean(error)
        failed = new_output("error", ename=kind, evalue=said, traceback=[f"{kind}: {said}"])
        return [*_stream(printed), failed]
    shown = (
        [] if value is None else [new_output("execute_result", {"text/plain": clean(repr(value))}, execution_count=1)]
    )
    return [*_stream(printed), *shown]


def _execute(source: str, names: dict) -> object:
    """Run a cell; the value of its last line, if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<test>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), names) if last else None


@contextlib.contextmanager
def _checking(student: Student):
    """Within this, `course.check` looks at the student's functions."""

    def check(name: str, cases: Sequence | None = None) -> checks.Verdict:
        return checks.examine(checks.find(name), RemoteNames(student), cases)

    usual = course.check
    course.check = check
    try:
        yield
    finally:
        course.check = usual


class Names(dict):
    """The tests' own names; a name that it does not know is a function of the student's."""

    def __init__(self, student: Student):
        super().__init__(course=course, __builtins__=builtins, __name__="__test__")
        self._student = student

    def __missing__(self, name: str) -> RemoteFunction:
        if hasattr(builtins, name):
            raise KeyError(name)
        return RemoteFunction(self._student, name)


def _stream(printed: io.StringIO) -> list:
    text = clean(printed.getvalue())
    return [new_output("stream", name="stdout", text=text)] if text else []
