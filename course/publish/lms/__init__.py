"""Quizzes for a learning platform (LMS): QTI, Moodle XML, and JupyterQuiz's JSON.

Texts, right answers, points and feedback are those of the lessons. What a platform cannot do is said in the module of
its format.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from course import data, quiz
from course.publish.lms import jupyterquiz, moodle, qti

#: The name of a course's file or folder, on every platform.
NAME = "chat_or_api"

#: {format: how to write quizzes into a folder; it gives the paths written}.
FORMATS: dict[str, Callable[[dict[str, list[quiz.Question]], Path], list[Path]]] = {
    "qti": lambda quizzes, folder: [qti.write(quizzes, folder / f"{NAME}_qti.zip")],
    "moodle": lambda quizzes, folder: [moodle.write(quizzes, folder / f"{NAME}_moodle.xml")],
    "jupyterquiz": jupyterquiz.write,
}


def names() -> list[str]:
    """The quizzes of the course, in its order."""
    return sorted(path.stem for path in data.path("quizzes").glob("*.json"))


def export(form: str, quizzes: Iterable[str], folder: Path) -> list[Path]:
    """Write quizzes into ``folder`` and give the paths written.

    ``form`` is a key of FORMATS. ``quizzes`` are names, such as ``02_billing``, or paths of files in the same schema;
    none means all quizzes of the course. All are read before anything is written. Raises ``course.quiz.QuizError``
    for one that is not there or breaks the schema.
    """
    loaded = {Path(name).stem: _load(name) for name in list(quizzes) or names()}
    folder.mkdir(parents=True, exist_ok=True)
    return FORMATS[form](loaded, folder)


def _load(name: str) -> list[quiz.Question]:
    if not name.endswith(".json") and name not in names():
        raise quiz.QuizError(f"There is no quiz “{name}”. Quizzes: {', '.join(names())}.")
    return quiz.load(name)
