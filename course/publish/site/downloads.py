"""Files that visitors take with them: notebooks, exercises, and what was built beside the site."""

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from course.publish import handout
from course.publish.lesson import Lesson

FOLDER = "downloads"
_BUILT_IN = ("dist", "build")  # where other commands leave a handout and a package
_ALWAYS = (1980, 1, 1, 0, 0, 0)  # the date of each file in an archive, so that the same files give the same bytes


@dataclass(frozen=True, slots=True)
class Download:
    """`path` lies below the site's folder; `size` is in bytes."""

    title: str
    path: str
    what: str
    size: int

    @property
    def shown_size(self) -> str:
        return f"{self.size / 1e6:.1f} MB" if self.size >= 1e6 else f"{max(1, round(self.size / 1e3))} KB"


def collect(lessons: list[Lesson], site: Path) -> list[Download]:
    """Copy all that there is for `lessons` into the site; returns it in the order in which it is offered."""
    target = site / FOLDER
    root = lessons[0].folder.parent
    notebooks = [_copy(lesson.notebook, target / "notebooks") for lesson in lessons]
    exercises = [_copy(file, target / "exercises") for file in sorted(root.glob("exercises/release/*/*.ipynb"))]
    offered = [("All lessons", _pack(notebooks, target / "lessons.zip"), "The notebooks, executed, as one archive.")]
    if exercises:
        archive = _pack(exercises, target / "exercises.zip")
        offered.append(("All exercises", archive, "Notebooks with small tasks, which the course checks on the spot."))
    if paper := _newest(root, handout.NAME):
        what = "The whole course on paper, as PDF, with the answers at the end of each chapter."
        offered.append(("Handout", _copy(paper, target), what))
    if wheel := _newest(root, "course-*.whl"):
        what = "The course as a Python package, for `pip install`, with its data."
        offered.append(("Python package", _copy(wheel, target), what))
    return [
        Download(title, file.relative_to(site).as_posix(), what, file.stat().st_size) for title, file, what in offered
    ]


def _newest(root: Path, pattern: str) -> Path | None:
    found = [file for name in _BUILT_IN for file in root.glob(f"{name}/{pattern}")]
    return max(found, key=lambda file: file.stat().st_mtime, default=None)


def _copy(file: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(file, folder / file.name))


def _pack(files: list[Path], archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in files:
            entry = zipfile.ZipInfo(f"{archive.stem}/{file.name}", _ALWAYS)
            packed.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive
