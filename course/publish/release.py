"""All files of a release: package, slides, handout, site, exercises, tested pins, changes, and their checksums.

One commit gives the same bytes each time, on one machine: whoever doubts a file can build it and compare.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import course
from course import bootstrap
from course.publish.lesson import find_lessons

CHANGELOG = "CHANGELOG.md"
CHECKSUMS = "SHA256SUMS"
UNRELEASED = "Unreleased"
_SECTION = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$", re.MULTILINE)  # a version, and its day
_PDF_DATE = re.compile(rb"(?<=Date \(D:)\d{14}(?=[+-Z])")  # CreationDate and ModDate


class ReleaseError(Exception):
    """This tree cannot be released. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is released: a clone's `root`, its version, what is new in it, its commit's time in Unix seconds."""

    root: Path
    version: str
    changes: str
    epoch: int

    @property
    def steps(self) -> int:
        """How often `build` calls `advance`."""
        from course.publish import site

        return 4 + site.steps(len(find_lessons(self.root / "notebooks")))


def plan(root: Path = bootstrap.ROOT) -> Plan:
    """What a release of the clone in `root` would be.

    Raises ReleaseError where there is no clone, where something is not committed, and where version, changelog and
    tag do not agree.
    """
    if not (root / CHANGELOG).is_file():
        raise ReleaseError("A release is made in a clone of the course's repository, and this course was installed.")
    if changed := _git(root, "status", "--porcelain").splitlines():
        some = "\n".join(changed[:5] + ["…"] * (len(changed) > 5))
        raise ReleaseError(f"Only what is committed can be released, and this is not:\n{some}\nCommit or remove it.")
    version = course.__version__
    changes = read_changes((root / CHANGELOG).read_text(encoding="utf-8"), version)
    tags = _git(root, "tag", "--points-at", "HEAD", "--list", "v*").split()
    if tags and f"v{version}" not in tags:
        raise ReleaseError(
            f"The commit is tagged {', '.join(tags)}, and course/__init__.py says {version}. Make them agree."
        )
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct"))
    return Plan(root, version, changes, epoch)


def read_changes(changelog: str, version: str) -> str:
    """The section on `version`, which must be the newest. Raises ReleaseError."""
    _, *parts = _SECTION.split(changelog)
    sections = list(zip(parts[::3], parts[1::3], map(str.strip, parts[2::3]), strict=True))
    if sections and sections[0][0] == UNRELEASED:
        _, _, pending = sections.pop(0)
        if pending:
            raise ReleaseError(f"{CHANGELOG} lists changes under {UNRELEASED}. Move them under [{version}].")
    newest, day, changes = sections[0] if sections else ("none", "", "")
    if newest != version:
        raise ReleaseError(
            f"The newest version in {CHANGELOG} is {newest}, and course/__init__.py says {version}. "
            f"Begin a section `## [{version}] - YYYY-MM-DD`, or correct the version."
        )
    if not day or not changes:
        raise ReleaseError(f"The section on {version} in {CHANGELOG} lacks its day, or says nothing. Complete it.")
    return f"{changes}\n"


def build(what: Plan, output: Path, advance: Callable[[], None] = lambda: None) -> list[Path]:
    """Build all files into `output`, in place of those of an earlier release there; other files stay.

    All is made in a fresh clone, where nothing lies that git does not know, and `output` does not change before all
    is made. Returns the files' paths, the checksums last. Raises ReleaseError and LessonError.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        clone, parts = Path(scratch, "course"), Path(scratch, "parts")
        _git(what.root, "clone", "--quiet", str(what.root), str(clone))
        files = _make(what, clone, parts, advance)
        checksums = clone / "dist" / CHECKSUMS
        checksums.write_text(_checksums(files), encoding="utf-8", newline="\n")
        return _replace([*files, checksums], output)


def _make(what: Plan, clone: Path, parts: Path, advance: Callable[[], None]) -> list[Path]:
    """All files but the checksums, in the clone's `dist`: there the site finds the package and the handout."""
    from course.publish import exercises, handout, site

    made, prefix = clone / "dist", f"course-{what.version}"
    lessons = find_lessons(clone / "notebooks")
    _package(clone, what.epoch)
    advance()
    paper = _print_date(handout.export(lessons, made), what.epoch)
    advance()
    practice = clone / "exercises"
    tasks = exercises.release(practice, exercises.assignments(practice), parts / "exercises")
    _compare(tasks, practice / "release")
    advance()
    repository = os.environ.get("GITHUB_REPOSITORY", site.REPOSITORY)  # GitHub's own runners say it
    site.build(clone / "notebooks", parts / "site", repository, advance=advance)
    for part, folder in {"exercises": "exercises", "slides": "site/slides", "site": "site"}.items():
        _zip(parts / folder, made / f"{prefix}-{part}.zip", what.epoch)
    paper.rename(made / f"{prefix}-handout.pdf")
    (made / f"{prefix}-requirements.txt").write_bytes((clone / bootstrap.STUDENT).read_bytes())
    (made / f"{prefix}-changes.md").write_text(what.changes, encoding="utf-8", newline="\n")
    advance()
    return sorted(made.iterdir())


def _compare(made: list[Path], saved: Path) -> None:
    """The package holds the exercises that were saved: raises ReleaseError unless their sources give the same."""
    for path in made:
        there = saved / path.parent.name / path.name
        if not there.is_file() or there.read_bytes() != path.read_bytes():
            raise ReleaseError(
                f"The release of the exercise {path.stem} is not what its source gives. "
                f"Run: course exercises {path.stem}, and commit."
            )


def _package(clone: Path, epoch: int) -> None:
    """The wheel and the source distribution, in `dist`."""
    if find_spec("hatchling") is None:
        raise ReleaseError(
            f"hatchling builds the package, and it is not here. Run: pip install -r {bootstrap.DEVELOPER}"
        )
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build"],
        cwd=clone,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise ReleaseError(f"hatchling could not build the package. It said:\n{built.stderr.strip()[-500:]}")


def _print_date(pdf: Path, epoch: int) -> Path:
    """Let a PDF bear the commit's time instead of the clock's; it is as long, so that the file's index holds."""
    pdf.write_bytes(_PDF_DATE.sub(time.strftime("%Y%m%d%H%M%S", time.gmtime(epoch)).encode(), pdf.read_bytes()))
    return pdf


def _zip(folder: Path, target: Path, epoch: int) -> None:
    """The files of `folder`, in one folder that is named like the archive; the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{target.stem}/{path.relative_to(folder).as_posix()}", time.gmtime(epoch)[:6])
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(entry, path.read_bytes())


def _checksums(files: list[Path]) -> str:
    """As `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def _replace(files: list[Path], output: Path) -> list[Path]:
    """Move files to `output`, and remove those that the checksums of an earlier release name there."""
    output.mkdir(parents=True, exist_ok=True)
    earlier = output / CHECKSUMS
    if earlier.is_file():
        for line in earlier.read_text(encoding="utf-8").splitlines():
            (output / Path(line.partition("  ")[2]).name).unlink(missing_ok=True)
    return [Path(shutil.move(path, output / path.name)) for path in files]


def _git(root: Path, *arguments: str) -> str:
    try:
        asked = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        raise ReleaseError(f"A release is made in a clone, with git. git said: {said}") from error
    return asked.stdout
