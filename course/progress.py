"""What this learner has done, kept in one small JSON file beside their notebooks.

The file is ``.course/progress.json`` in the folder where Jupyter runs the notebook. The environment
variable ``COURSE_PROGRESS`` names another file, or says ``off``: then nothing is read or written,
which is how lessons are built, so that their outputs do not depend on who built them.

Losing progress is never worth stopping a lesson, so nothing here raises: each call returns a
message for the learner, empty when all went well.
"""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakMethod

VERSION = 1
#: Places whose disk is thrown away after a session, by an environment variable that each sets.
_FORGETFUL = {"BINDER_LAUNCH_HOST": "Binder", "COLAB_RELEASE_TAG": "Colab"}


@dataclass(frozen=True)
class Progress:
    """What one learner has done: the state of each quiz by name, and the lessons that they ticked off."""

    quizzes: dict[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] = ()


_watchers: list[WeakMethod] = []


def file() -> Path | None:
    """The progress file, or None when progress is off."""
    place = os.environ.get("COURSE_PROGRESS", "").strip()
    if place.lower() == "off":
        return None
    return Path(place) if place else Path(".course", "progress.json")


def forgetful_place() -> str:
    """The name of the place that this runs in, where that place forgets all files after a session; else empty."""
    return next((name for variable, name in _FORGETFUL.items() if variable in os.environ), "")


def load(quiz: str) -> tuple[Any, str]:
    """The saved state of a quiz (None when there is none), and a message."""
    progress, message = load_all()
    return progress.quizzes.get(quiz), message


def load_all() -> tuple[Progress, str]:
    """All that is saved, and a message."""
    place = file()
    if place is None:
        return Progress(), ""
    try:
        return _read(place)
    except OSError as error:
        return Progress(), (
            f"Your earlier answers could not be read from {place} ({_reason(error)}). "
            "The file was not touched; the quiz starts empty."
        )


def save(quiz: str, state: Any) -> str:
    """Save the state of a quiz, a JSON value; the rest of the file stays as it is.

    Returns a message when something went wrong.
    """
    return change(lambda saved: Progress({**saved.quizzes, quiz: state}, saved.done))


def tick(lesson: str, done: bool) -> str:
    """Save that a lesson is done, or is not. Returns a message when something went wrong."""

    def ticked(saved: Progress) -> Progress:
        lessons = {*saved.done, lesson} if done else {*saved.done} - {lesson}
        return Progress(saved.quizzes, tuple(sorted(lessons)))

    return change(ticked)


def change(make: Callable[[Progress], Progress]) -> str:
    """Save what `make` makes of all that is saved. Returns a message when something went wrong."""
    place = file()
    if place is None:
        return ""
    try:
        saved, message = _read(place)
        now = make(saved)
        _write(place, {"version": VERSION, "quizzes": now.quizzes, "done": list(now.done)})
    except OSError as error:
        return (
            f"The quiz goes on, but your answers could not be saved in {place} ({_reason(error)}). "
            "To keep them, open the notebook from a folder that you may write to."
        )
    _tell_watchers()
    return message


def watch(method: Callable[[], None]) -> None:
    """Call a bound method after each change in this kernel, for as long as its object lives."""
    _watchers.append(WeakMethod(method))


def _tell_watchers() -> None:
    for watcher in list(_watchers):
        if method := watcher():
            method()
        else:
            _watchers.remove(watcher)


def _read(place: Path) -> tuple[Progress, str]:
    """What the file holds; a file that cannot be understood is kept aside, never overwritten."""
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        if content["version"] == VERSION:
            return Progress(dict(content["quizzes"]), _lessons(content.get("done", []))), ""
    except FileNotFoundError:
        return Progress(), ""
    except (ValueError, KeyError, TypeError):
        pass
    aside = _free_name(place)
    os.replace(place, aside)
    return (
        Progress(),
        f"The file with your earlier answers was damaged. It was kept as {aside}, and a new one begins.",
    )


def _lessons(done: Any) -> tuple[str, ...]:
    """A list of lessons' names. Raises ValueError for anything else."""
    if not isinstance(done, list) or not all(isinstance(lesson, str) for lesson in done):
        raise ValueError("not a list of lessons")
    return tuple(sorted(set(done)))


def _free_name(place: Path) -> Path:
    names = (place.with_name(f"{place.name}.bak{number or ''}") for number in count())
    return next(name for name in names if not name.exists())


def _write(place: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step, so that a crash leaves the old one or the new one, whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=place.parent, prefix=f"{place.name}.", delete=False
    ) as draft:
        try:
            json.dump(content, draft, indent=1, sort_keys=True)
            draft.close()
            os.replace(draft.name, place)
        except BaseException:
            draft.close()
            os.unlink(draft.name)
            raise


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
