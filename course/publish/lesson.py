"""Where a lesson lies, and how its source is read."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

LABEL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME = "[0-9][0-9]_*"  # of a saved lesson, as a pattern


class LessonError(Exception):
    """A lesson cannot be published. The message names the lesson and the cell, and says what to do."""


@dataclass(frozen=True)
class Lesson:
    """One lesson: `notebooks/source/NN_name.py` and the notebook made from it."""

    source: Path

    @property
    def name(self) -> str:
        return self.source.stem

    @property
    def folder(self) -> Path:
        """The folder of the executed notebooks; lessons run here, as a student's do."""
        return self.source.parent.parent

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.name}.ipynb"

    @property
    def number(self) -> str:
        return self.name.split("_")[0]

    def read(self) -> NotebookNode:
        """The source as a notebook without outputs; each cell's id is `NN-label`.

        Raises LessonError when a cell has no label, or one that another cell of the lesson has.
        """
        import jupytext

        notebook = jupytext.read(self.source, fmt="py:percent")
        seen = set()
        for position, cell in enumerate(notebook.cells, start=1):
            label = cell.metadata.get("label")
            if not isinstance(label, str) or not LABEL.fullmatch(label):
                first_line = cell.source.split("\n", 1)[0]
                raise LessonError(
                    f"{self.name}: cell {position} (“{first_line}”) has no good label. "
                    'Write one in its header, such as `# %% label="ask-the-api"`: '
                    "small letters, digits and hyphens."
                )
            if label in seen:
                raise LessonError(f"{self.name}: two cells are labelled “{label}”. Rename one of them.")
            seen.add(label)
            cell.id = f"{self.number}-{label}"
            cell.metadata.pop("lines_to_next_cell", None)  # how the script is spaced, not the lesson
        return notebook


def find_folder(start: Path) -> Path:
    """The `notebooks` folder of the checkout that `start` is in. Raises LessonError outside of one."""
    for folder in (start, *start.parents):
        if (folder / "notebooks" / "source").is_dir():
            return folder / "notebooks"
    raise LessonError(
        "The lessons' sources are not here: no folder `notebooks/source` in this folder or above it. "
        "Run this command inside the course's folder, a clone of its repository."
    )


def find_saved(start: Path) -> Path:
    """The folder of saved notebooks that `start` is in: a checkout's, or a learner's own. Raises LessonError."""
    for folder in (start, *start.parents):
        if (folder / "notebooks" / "source").is_dir() or any(folder.glob(f"notebooks/{NAME}.ipynb")):
            return folder / "notebooks"
    raise LessonError(
        "There are no lessons here: no folder `notebooks` with lessons in this folder or above it. "
        "Run this command inside the course's folder. If there is none yet, copy the lessons out: course start FOLDER"
    )


def find_lessons(folder: Path, names: tuple[str, ...] = ()) -> list[Lesson]:
    """The lessons of `folder` that `names` ask for, or all of them, in order; without sources, those that are saved.

    Raises LessonError for a name that is not a lesson's, with the nearest one as a suggestion.
    """
    sources = sorted(folder.glob("source/*.py"))
    if not (folder / "source").is_dir():
        sources = [folder / "source" / f"{path.stem}.py" for path in sorted(folder.glob(f"{NAME}.ipynb"))]
    lessons = {path.stem: Lesson(path) for path in sources}
    for name in names:
        if name not in lessons:
            near = difflib.get_close_matches(name, lessons, n=1, cutoff=0.4)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise LessonError(f"There is no lesson “{name}”.{hint} Lessons: {', '.join(lessons) or 'none'}.")
    return [lessons[name] for name in dict.fromkeys(names)] or list(lessons.values())
