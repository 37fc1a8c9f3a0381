"""The two variables on a student's slip: where the class's gateway is, and a key to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GATEWAY, KEY = "COURSE_GATEWAY", "COURSE_KEY"


@dataclass(frozen=True, slots=True)
class Invitation:
    """`url` is the gateway's, as `address.checked` has it."""

    url: str
    key: str = field(repr=False)


def is_invited(values: Mapping[str, str]) -> bool:
    """Whether a slip's variables are among those that are set."""
    return bool({GATEWAY, KEY} & values.keys())


def read(values: Mapping[str, str]) -> Invitation:
    """What stands on the student's slip. Raises `LiveProblem`."""
    from course.gateway.live_settings import LiveProblem

    from .address import checked
    from .problem import ClassroomProblem

    for name, other in ((GATEWAY, KEY), (KEY, GATEWAY)):
        if name not in values:
            found = f"{other} is set and {name} is not" if other in values else f"{GATEWAY} and {KEY} are not set"
            raise LiveProblem(f"{found}. Your slip has a line for each: give both to course.join().")
    key = values[KEY]
    if not key.isascii() or not key.isprintable() or " " in key:
        raise LiveProblem(f"What stands in {KEY} is not a key. Give the lines of your slip to course.join() again.")
    try:
        return Invitation(checked(values[GATEWAY]), key)
    except ClassroomProblem as problem:
        raise LiveProblem(f"{GATEWAY}: {problem} Give the lines of your slip to course.join() again.") from None
