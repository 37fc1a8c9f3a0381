"""Checks of the exercises: `course.check("billing.2")` says at once whether an answer is right.

Each assignment has a module here, loaded when one of its tasks is asked for; each task is a small function in it. A
check calls the student's function and looks at what comes back. It holds no solution. When answers are graded, the
same checks are called with more cases, and the student's functions may then live in another process. So whatever goes
in or comes out is plain JSON.
"""

from __future__ import annotations

import difflib
import importlib
import json
import pkgutil
import sys
from collections.abc import Mapping, Sequence

from course.checks import expect
from course.checks.task import Task, Verdict, Wrong, registered

__all__ = ["Task", "Verdict", "Wrong", "assignments", "check", "examine", "find", "tasks"]

_TOOLS = ("expect", "task")


def check(name: str, cases: Sequence | None = None) -> Verdict:
    """Check the answer to a task such as "billing.2", found by its name in the notebook or script that runs.

    `cases` takes the place of the cases that students see. Raises `LookupError` for an unknown task, with the
    nearest name.
    """
    return examine(find(name), _notebook(), cases)


def examine(task: Task, names: Mapping[str, object], cases: Sequence | None = None) -> Verdict:
    """Check the answer to a task that stands in `names`, which may hold functions of another process."""
    try:
        answer = _Answer(task, _function(task, names))
        task.check(answer, *() if cases is None else (cases,))
    except Wrong as wrong:
        return Verdict(task.name, False, wrong.what, wrong.hint)
    except Exception as error:
        # Checks look before they leap, but a result can be stranger than they expect.
        what = f"The result of {task.answer} has a form that the check cannot work with ({_said(error)})."
        return Verdict(task.name, False, what, "Compare what it returns with what the task asks for.")
    return Verdict(task.name, True, "Each case was right. When it is graded, it meets more cases than these.")


def find(name: str) -> Task:
    """The task with this name. Raises `LookupError` with the nearest name."""
    module = str(name).partition(".")[0]
    if module in assignments():
        importlib.import_module(f"{__name__}.{module}")
    if name in registered():
        return registered()[name]
    known = [each.name for assignment in assignments() for each in tasks(assignment)]
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    hint = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(known)}."
    raise LookupError(f'There is no task "{name}". {hint}')


def tasks(assignment: str) -> list[Task]:
    """The tasks of an assignment by its short name, such as "billing", in order."""
    importlib.import_module(f"{__name__}.{assignment}")
    return [each for each in registered().values() if each.name.partition(".")[0] == assignment]


def assignments() -> list[str]:
    """The short names of all assignments that have checks."""
    return [module.name for module in pkgutil.iter_modules(__path__) if module.name not in _TOOLS]


class _Answer:
    """A student's function, called with copies of plain values, whose errors are told as part of the verdict."""

    def __init__(self, task: Task, function):
        self._task = task
        self._function = function
        self.__name__ = task.answer

    def __call__(self, *arguments):
        said = expect.call(self.__name__, *arguments)
        try:
            given = self._function(*_copy(arguments))
        except (Exception, SystemExit) as error:
            if _kind(error) == "NotImplementedError" and str(error).startswith(self._task.name):
                what = f"{self.__name__} is not written yet."
                hint = f"Write it in the cell with `def {self.__name__}`, and take its last line out."
                raise Wrong(what, hint) from error
            raise Wrong(f"{said} stopped with {_said(error)}.", _HINTS.get(_kind(error), _ALONE)) from error
        try:
            return _copy(given)
        except (TypeError, ValueError) as error:
            raise Wrong(f"{said} gave a {type(given).__name__}, which is not plain data.", _PLAIN) from error


_HINTS = {
    "TypeError": "Look at what each value is: a number, a text, a list, None? How many values does the call give?",
    "KeyError": "The dictionary has no such key. Print it, or use `.get(key, 0)` where a key may be missing.",
    "IndexError": "The list is shorter than the code thinks. What if it holds one item, or none?",
    "AttributeError": 'That value has no such part. A part of a dictionary is read as `row["part"]`.',
    "NameError": "The function uses a name that is not there. Run the cells above, and look for a slip of the pen.",
    "ZeroDivisionError": "Something that one divides by can be zero. What should the answer be then?",
    "RecursionError": "The function calls itself without an end.",
    "OpenAIError": "Run the first code cell, with `course.start()`, then this one again.",
}
_ALONE = "Make this call alone in a new cell: the last line of the error names the problem, the arrow its place."
_PLAIN = "Return numbers, texts, True or False, None, or lists and dictionaries of these."


def _function(task: Task, names: Mapping[str, object]):
    cell = f"the cell with `def {task.answer}`"
    if task.answer not in names:
        raise Wrong(f"There is no {task.answer} yet.", f"Run {cell}, then this one again.")
    function = names[task.answer]
    if not callable(function):
        what = f"{task.answer} is not a function here: it is {expect.shown(function)}."
        raise Wrong(what, f"A line gave that name to something else. Rename that, and run {cell} again.")
    return function


def _copy(value):
    return json.loads(json.dumps(value))


def _kind(error: BaseException) -> str:
    return type(error).__name__


def _said(error: BaseException) -> str:
    return f"{_kind(error)}: {error}" if str(error) else _kind(error)


def _notebook() -> Mapping[str, object]:
    """The names of the notebook that runs, or of the script."""
    if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
        return shell.user_ns
    return vars(sys.modules["__main__"])
