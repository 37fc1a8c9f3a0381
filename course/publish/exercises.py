"""What students get: `exercises/source`, with solutions, becomes `exercises/release` by nbgrader's own converter."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable
from pathlib import Path

from course.publish.lesson import LessonError

CONFIG = "nbgrader_config.py"


def find_exercises(start: Path) -> Path:
    """The `exercises` folder of the checkout that `start` is in. Raises LessonError outside of one."""
    for folder in (start, *start.parents):
        if (folder / "exercises" / CONFIG).is_file():
            return folder / "exercises"
    raise LessonError(
        f"There are no exercises here: no file `exercises/{CONFIG}` in this folder or above it. "
        "Run this command inside the course's folder, a clone of its repository: solutions are nowhere else."
    )


def assignments(folder: Path, names: Iterable[str] = ()) -> list[str]:
    """The assignments that `names` ask for, such as "02_billing", or all of them, in order.

    Raises LessonError for a name that is not an assignment's, with the nearest one as a suggestion.
    """
    known = sorted(path.parent.name for path in folder.glob("source/*/*.ipynb"))
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise LessonError(f"There is no assignment “{name}”.{hint} Assignments: {', '.join(known) or 'none'}.")
    return list(dict.fromkeys(names)) or known


def notebook(folder: Path, step: str, assignment: str) -> Path:
    """Where an assignment's notebook lies; `step` is "source" or "release"."""
    return folder / step / assignment / f"{assignment}.ipynb"


def release(folder: Path, names: Iterable[str], output: Path | None = None) -> list[Path]:
    """Make the students' versions of the assignments in `names`, and return where they lie.

    They go to `output`, or else to `folder`/release. No gradebook is touched. Raises LessonError when nbgrader
    refuses one, with what it said.
    """
    from nbgrader.converters.base import NbGraderException
    from nbgrader.converters.generate_assignment import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells
    from traitlets.config import PyFileConfigLoader

    target = output or folder / "release"
    config = PyFileConfigLoader(CONFIG, path=str(folder)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    config.CourseDirectory.release_directory = str(target.resolve())
    config.GenerateAssignment.force = True
    said = _Said()
    for name in names:
        place = CourseDirectory(config=config, assignment_id=name)
        converter = GenerateAssignment(coursedir=place, config=config, no_database=True, log=said.logger)
        converter.preprocessors = [each for each in converter.preprocessors if each is not SaveCells]
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            raise LessonError(f"nbgrader refused {name}: {' '.join(said.errors) or error}") from error
    return [target / name / f"{name}.ipynb" for name in names]


class _Said(logging.Handler):
    """Keeps what nbgrader calls an error, and hides the rest."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.errors: list[str] = []
        self.logger = logging.Logger("nbgrader")
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(record.getMessage())
