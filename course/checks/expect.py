"""What checks ask of a student's result before they look at its value, in words that a student can use."""

from __future__ import annotations

import math
from collections.abc import Iterable

from course.checks.task import Wrong


def shown(value: object, longest: int = 80) -> str:
    """A value as one would type it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def call(name: str, *arguments: object) -> str:
    """A call as one would type it, such as `cost_of_call(1000, 500)`."""
    return f"{name}({', '.join(map(shown, arguments))})"


def number(given: object, said: str, hint: str = "") -> float:
    """`given` as it is, if it is a finite number. `said` is the call that gave it."""
    if given is None:
        raise Wrong(f"{said} gave None.", "Every way through a function needs a `return` with a value.")
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Wrong(f"{said} gave {shown(given)}, which is not a number.", hint or "Return a number, without a sign.")
    if not math.isfinite(given):
        raise Wrong(f"{said} gave {given}, which is not a finite number.", hint)
    return given


def text(given: object, said: str, hint: str = "") -> str:
    """`given` as it is, if it is a text with something in it."""
    if given is None:
        raise Wrong(f"{said} gave None.", "Every way through a function needs a `return` with a value.")
    if not isinstance(given, str) or not given.strip():
        raise Wrong(f"{said} gave {shown(given)}, which is not a text.", hint or "Return a text (str).")
    return given


def one_of(given: object, allowed: Iterable[str], said: str, hint: str = "") -> str:
    """`given` as it is, if it is one of the `allowed` words."""
    words = list(allowed)
    if given not in words:
        known = ", ".join(f'"{word}"' for word in words)
        raise Wrong(f"{said} gave {shown(given)}.", hint or f"Use one of these words: {known}.")
    return given


def mapping(given: object, keys: Iterable[str], said: str, hint: str = "") -> dict:
    """`given` as it is, if it is a dictionary with exactly these keys."""
    wanted = list(keys)
    listed = ", ".join(f'"{key}"' for key in wanted)
    if not isinstance(given, dict):
        raise Wrong(f"{said} gave {shown(given)}, which is not a dictionary.", hint or f"Its keys must be {listed}.")
    if missing := [key for key in wanted if key not in given]:
        raise Wrong(f'{said} gave a dictionary without "{missing[0]}".', hint or f"Its keys must be {listed}.")
    if extra := [key for key in given if key not in wanted]:
        raise Wrong(f'{said} gave a dictionary with one key too many: "{extra[0]}".', f"Its keys must be {listed}.")
    return given


def items(given: object, length: int, said: str, hint: str = "") -> list:
    """`given` as it is, if it is a list of so many items."""
    if not isinstance(given, list):
        raise Wrong(f"{said} gave {shown(given)}, which is not a list.", hint or "Return a list.")
    if len(given) != length:
        raise Wrong(f"{said} gave a list of {len(given)}; it should have {length}.", hint)
    return given


def close(given: float, expected: float) -> bool:
    """Whether two numbers are equal, but for what rounding inside a computer does."""
    return math.isclose(given, expected, rel_tol=1e-9, abs_tol=1e-12)
