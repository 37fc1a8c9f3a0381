"""`course classroom init`: from a roster to a class with printed keys, as a whole or not at all."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import ArgumentError

from course import catalog
from course.gateway.pipeline import utc_micros
from course.gateway.store import Store, StoreError

from . import address, register, slips
from .money import micros
from .private_file import free_name, new_private_file, write_out
from .problem import ClassroomProblem
from .register import Class, Enrolled, Enrolment, Issued, Terms
from .roster import Student

_WEEKLY_DOLLARS = "1.00"
_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; `None` is what holds already, or the usual in a new class. Money is in dollars."""

    url: str | None = None
    weekly: str | None = None
    cap: str | None = None
    per_minute: int | None = None
    models: Sequence[str] = ()

    def terms(self, now: Terms | None, students: int) -> Terms:
        """The terms of a class that has, or will have, so many students. Raises `ClassroomProblem`."""
        if self.url is None and now is None:
            raise ClassroomProblem(
                "Say where students will reach the gateway, it stands on their slips: --url https://ai.example.edu. "
                "To try it on this computer alone: --url http://127.0.0.1:8791"
            )
        weekly = micros(_WEEKLY_DOLLARS) if now is None else now.weekly_micros
        weekly = weekly if self.weekly is None else micros(self.weekly)
        cap = weekly * students if now is None else now.cap_micros
        models = None if now is None else now.models
        return Terms(
            url=now.url if self.url is None else address.checked(self.url),
            weekly_micros=weekly,
            cap_micros=cap if self.cap is None else micros(self.cap),
            per_minute=self.per_minute or (_PER_MINUTE if now is None else now.per_minute),
            models=_known(self.models) if self.models else models,
        )


@contextmanager
def open_store(database: str) -> Iterator[Store]:
    """The store of a database, which is made if it is not there. Raises `ClassroomProblem`."""
    try:
        store = Store(database)
    except (StoreError, ArgumentError) as error:
        raise ClassroomProblem(str(error)) from None
    try:
        yield store
    except StoreError as error:
        raise ClassroomProblem(str(error)) from None
    finally:
        store.close()


def admit(
    store: Store,
    name: str,
    roster: Sequence[Student],
    wanted: Wanted,
    folder: Path,
    as_table: bool,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Enrolment, Path | None]:
    """Make the class, or add to it who is new; and the file with the new keys, `None` if there are none. Raises
    `ClassroomProblem`; then nothing was made.
    """
    path, written = _form(folder, as_table)
    with new_private_file(path) as file:

        def deliver(klass: Class, issued: list[Issued]) -> None:
            write_out(file, written(klass, issued))

        enrolment = register.enrol(
            store, name, roster, lambda now: wanted.terms(now, len(roster)), utc_micros(), deliver, progress
        )
    if not enrolment.issued:
        path.unlink()
    return enrolment, path if enrolment.issued else None


def issue_again(store: Store, klass: Class, who: Enrolled, folder: Path, as_table: bool) -> Path:
    """Another key for a student, in a file. Raises `ClassroomProblem`; then the key before it holds on."""
    path, written = _form(folder, as_table)
    with new_private_file(path) as file:
        register.new_key(store, klass, who, utc_micros(), lambda issued: write_out(file, written(klass, [issued])))
    return path


def write_admin_key(store: Store, url: str, folder: Path) -> Path:
    """A new key to the status page, in a file; the one before it ends. Raises `ClassroomProblem`."""
    path = free_name(folder, "instructor", ".env")
    with new_private_file(path) as file:
        said = f"# Opens {url}/classroom/ and administers everything. Keep it as you keep a password.\n"
        register.make_admin_key(
            store, utc_micros(), lambda secret: write_out(file, f"{said}COURSE_ADMIN_KEY={secret}\n")
        )
    return path


def _form(folder: Path, as_table: bool) -> tuple[Path, Callable[[Class, list[Issued]], str]]:
    """A new file for keys, and what writes them."""
    if as_table:
        return free_name(folder, "keys", ".csv"), slips.table
    return free_name(folder, "slips", ".html"), slips.page


def _known(models: Sequence[str]) -> tuple[str, ...]:
    known = [model.id for model in catalog.load().models]
    for model in models:
        if model not in known:
            near = difflib.get_close_matches(model, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" The price book has: {', '.join(known)}."
            raise ClassroomProblem(f"There is no model {model!r} in the price book.{hint}")
    return tuple(models)
