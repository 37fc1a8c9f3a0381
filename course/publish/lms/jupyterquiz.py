"""A quiz for the package JupyterQuiz, in its public schema, without the keys that are this course's own.

``display_quiz("02_billing.json")`` shows it, and shuffles the options. Points, hints and claims have no place there.
"""

import json
from pathlib import Path

from course.quiz import Question

_KEYS = ("question", "type", "code", "answers", "precision", "input_width", "answer_cols")


def write(quizzes: dict[str, list[Question]], folder: Path) -> list[Path]:
    """One file for each quiz, as JupyterQuiz wants it; give the paths."""
    paths = []
    for name, questions in quizzes.items():
        kept = [{key: question[key] for key in _KEYS if key in question} for question in questions]
        path = folder / f"{name}.json"
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        paths.append(path)
    return paths
