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
from itertools import count
from pathlib import Path
from typing import Any

VERSION = 1


def file() -> Path | None:
    """The progress file, or None when progress is off."""
    place = os.environ.get("COURSE_PROGRESS", "").strip()
    if place.lower() == "off":
        return None
    return Path(place) if place else Path(".course", "progress.json")


def load(quiz: str) -> tuple[Any, str]:
    """The saved state of a quiz (None when there is none), and a message."""
    place = file()
    if place is None:
        return None, ""
    try:
        quizzes, message = _read(place)
    except OSError as error:
        return None, (
            f"Your earlier answers could not be read from {place} ({_reason(error)}). "
            "The file was not touched; the quiz starts empty."
        )
    return quizzes.get(quiz), message


def save(quiz: str, state: Any) -> str:
    """Save the state of a quiz, a JSON value; the other quizzes in the file stay as they are.

    Returns a message when something went wrong.
    """
    place = file()
    if place is None:
        return ""
    try:
        quizzes, message = _read(place)
        _write(place, {"version": VERSION, "quizzes": {**quizzes, quiz: state}})
    except OSError as error:
        return (
            f"The quiz goes on, but your answers could not be saved in {place} ({_reason(error)}). "
            "To keep them, open the notebook from a folder that you may write to."
        )
    return message


def _read(place: Path) -> tuple[dict[str, Any], str]:
    """The quizzes in the file; a file that cannot be understood is kept aside, never overwritten."""
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        if content["version"] == VERSION:
            return dict(content["quizzes"]), ""
    except FileNotFoundError:
        return {}, ""
    except (ValueError, KeyError, TypeError):
        pass
    aside = _free_name(place)
    os.replace(place, aside)
    return (
        {},
        f"The file with your earlier answers was damaged. It was kept as {aside}, and a new one begins.",
    )


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
