"""The files that are made from the lessons, the questions and the glossary, and hold the course together."""

from pathlib import Path

from course import data
from course.publish import claims, glossary
from course.publish.lesson import find_lessons


def made(notebooks: Path) -> dict[Path, str]:
    """Each of these files with the text that it should have now; `notebooks` is the folder of the lessons.

    None for lessons that lie elsewhere than the course's own data.
    """
    if notebooks.resolve().parent != data.FOLDER.parent:
        return {}
    taught, tested = list(claims.cells(find_lessons(notebooks))), list(claims.questions())
    return {
        data.path(claims.FILE): claims.dumps(claims.locate(claims.load(), taught, tested)),
        notebooks / glossary.PAGE: glossary.page(),
    }


def refresh(notebooks: Path) -> list[Path]:
    """Write these files; returns their paths."""
    files = made(notebooks)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(files)
