"""Chat or API? The package behind the lessons.

A lesson begins with `course.start()`. Importing this package loads nothing heavy; each function does that
when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    import pandas

    from .checks import Verdict
    from .references import References

__all__ = [
    "check",
    "faults",
    "join",
    "ledger",
    "model",
    "personal_key",
    "refusals",
    "sources",
    "spent",
    "start",
    "track",
]
__version__ = "0.1.0"


def start(mode: str | None = None, pace: float = 0) -> None:
    """Start the practice platform for this kernel; see `course.session.start`."""
    from course import session

    session.start(mode, pace)


def join() -> None:
    """Ask for the two lines of a class's slip, and keep them for `start`; see `course.classroom.joining`."""
    from course.classroom.joining import join

    join()


def model(vendor: str, tier: str = "small") -> str:
    """The ID of a vendor's current model; `tier` is "small", "standard", "large" or "embedding"."""
    from course import session

    return session.model(vendor, tier)


def ledger() -> pandas.DataFrame:
    """Every call of this session with its tokens and cost; see `course.session.ledger`."""
    from course import session

    return session.ledger()


def spent() -> Decimal:
    """What all calls of this session cost, in US dollars; see `course.session.spent`."""
    from course import session

    return session.spent()


def refusals() -> pandas.DataFrame:
    """Every call of this session that was refused, and why; see `course.session.refusals`."""
    from course import session

    return session.refusals()


def personal_key(email: str, project_id: str) -> str:
    """A key that a person makes for herself in the platform's console; see `course.session.personal_key`."""
    from course import session

    return session.personal_key(email, project_id)


def sources(lesson: str) -> References:
    """The pages that a lesson such as "02_billing" states facts from; see `course.references`."""
    from course.references import References

    return References(lesson)


def faults(kind: str | None = None, calls: int | None = None, share: float | None = None, seconds: float = 2) -> None:
    """Let calls fail on purpose; see `course.session.faults`."""
    from course import session

    session.faults(kind, calls, share, seconds)


def track(items: Sequence, label: str) -> Iterator:
    """Go through `items` with a progress bar; see `course.progress_bar.track`."""
    from course.progress_bar import track

    return track(items, label)


def check(task: str, cases: Sequence | None = None) -> Verdict:
    """Say whether your answer to a task such as "billing.2" is right; see `course.checks.check`."""
    from course import checks

    return checks.check(task, cases)
