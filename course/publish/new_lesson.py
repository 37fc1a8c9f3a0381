"""A new lesson in the course's shape, to be filled: its source, its quiz, its exercise, and its rows in the lists.

Everything passes the course's tests as it stands, and says in its own text what to write in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import jinja2

from course import outline
from course.publish import claims as claim_list
from course.publish import exercises
from course.publish.lesson import Lesson, LessonError

_WORD = re.compile(r"[a-z]{3,20}")
_TEMPLATES = Path(__file__).parent / "templates" / "new_lesson"
#: The page that the first call of a new lesson is taken from.
_SOURCE = "openai-conversation-state"

#: The tasks of a new exercise: simple, so that their checks can be read at a glance.
_TASKS = [
    dict(zip(("number", "answer", "what", "solution", "shown", "hidden"), row, strict=True))
    for row in (
        (1, "total_tokens", "the sum", "sum(tokens)", 30, 2000),
        (2, "largest_call", "the largest", "max(tokens)", 9, 1200),
        (3, "smallest_call", "the smallest", "min(tokens)", 2, 50),
        (4, "average_call", "the average", "sum(tokens) / len(tokens)", 6, 500),
    )
]


def create(root: Path, word: str, title: str, minutes: int, claims: Sequence[str]) -> Lesson:
    """Write the files of a new lesson, after the last one, into the checkout at ``root``; give the lesson.

    ``word`` names it, such as "latency" for 07_latency. ``claims`` are ids of data/claims.csv that it teaches. Raises
    LessonError, with nothing written, for a word or a title that will not do and for an unknown claim.
    """
    lessons = outline.lessons(root / "data")
    name = f"{int(lessons[-1].number) + 1:02}_{word}"
    _refuse(lessons, word, title, claims, root)
    values = {"name": name, "word": word, "title": title, "minutes": minutes, "tasks": _TASKS}
    values |= {"claims": json.dumps(list(claims)), "claims_tuple": repr(tuple(claims)).replace("'", '"')}
    for path, text in _files(root, values, list(claims)).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return Lesson(root / "notebooks" / "source" / f"{name}.py")


def _refuse(lessons: Sequence[outline.Lesson], word: str, title: str, claims: Sequence[str], root: Path) -> None:
    if not _WORD.fullmatch(word):
        raise LessonError(f"“{word}” cannot name a lesson. Take one word of 3 to 20 small letters, such as latency.")
    if taken := [lesson.name for lesson in lessons if lesson.name.partition("_")[2] == word]:
        raise LessonError(f"There is a lesson {taken[0]} already. Take another word.")
    if not title.strip() or re.search(r"[|\[\]$<>\n]", title):
        raise LessonError(
            "A title is one line of text, without | [ ] $ < and >, since it stands in tables and links."
        )
    known = {claim.id for claim in claim_list.load(root / "data")}
    if unknown := [claim for claim in claims if claim not in known]:
        raise LessonError(f"data/{claim_list.FILE} has no {unknown[0]}. Add it there first, or name another one.")


def _files(root: Path, values: dict, claims: list[str]) -> dict[Path, str]:
    """Each file to write or to add to, with its whole text."""
    name, word = values["name"], values["word"]
    return {
        root / "notebooks" / "source" / f"{name}.py": _fill("lesson.py.j2", values),
        root / "data" / "quizzes" / f"{name}.json": json.dumps(_quiz(word, claims), indent=2) + "\n",
        root / "course" / "checks" / f"{word}.py": _fill("checks.py.j2", values),
        root / "tests" / "exercises" / "answers" / f"{word}.py": _fill("answers.py.j2", values),
        exercises.notebook(root / "exercises", "source", name): _notebook(_fill("exercise.py.j2", values)),
        **_rows(root, values),
    }


def _rows(root: Path, values: dict) -> dict[Path, str]:
    """The lists of lessons, with a row for the new one."""
    name, title, minutes = (values[key] for key in ("name", "title", "minutes"))
    quoted = '"' + title.replace('"', '""') + '"' if re.search(r'[",]', title) else title
    number, what = name[:2], "what it teaches"
    start = root / "notebooks" / "source" / "00_start.py"
    changes = {
        root / "data" / "lessons.csv": (r"\d\d_", f"{name},{quoted},{minutes},{name}"),
        root / "data" / "lesson_calls.csv": (r"\d\d_", f"{name},openai,small,500,200,1"),
        root / "README.md": (r"\| \d\d \| \[", f"| {number} | [{title}](notebooks/{name}.ipynb) | {what} |"),
        start: (r"# \| \d\d \| \[", f"# | {number} | [{title}]({name}.ipynb) | {what} | {minutes} |"),
    }
    texts = {path: _after_last(path.read_text("utf-8"), *change) for path, change in changes.items()}
    sources = root / "data" / "sources.csv"
    texts[sources] = re.sub(rf"^{_SOURCE},.*", rf"\g<0> {name}", sources.read_text("utf-8"), flags=re.MULTILINE)
    return texts


def _notebook(script: str) -> str:
    """A script as the notebook that nbgrader reads; the ids in its headers become those of the cells."""
    import jupytext
    import nbformat

    notebook = jupytext.reads(script, fmt="py:percent")
    notebook.metadata.pop("jupytext", None)
    for cell in notebook.cells:
        cell.id = cell.metadata.pop("id")
        cell.metadata.pop("lines_to_next_cell", None)
    return nbformat.writes(notebook, version=4) + "\n"


def _after_last(text: str, beginning: str, line: str) -> str:
    """The text with a line more, after the last one that begins so."""
    lines = text.splitlines()
    last = max(place for place, each in enumerate(lines) if re.match(beginning, each))
    return "\n".join([*lines[: last + 1], line, *lines[last + 1 :]]) + "\n"


def _fill(template: str, values: dict) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template(template).render(values)


# The quiz ----------------------------------------------------------------------------------------

_RIGHT = "Right. Say here why, in one or two short sentences."
_MISTAKE = "Say what this mistake is, and how one can see that it is one."
_DEFAULT = "Say where to look again, for an answer that nobody foresaw."


def _quiz(word: str, claims: list[str]) -> list[dict]:
    """Ten questions of all four kinds, each with a place for a mistake that people really make."""
    kinds = [_one] * 6 + [_many] * 2 + [_number, _text]
    return [
        {
            "id": f"{word}.q{number:02}",
            "topic": f"Topic {number}",
            **kind(number),
            "hint": "Say where to look, and not what to find.",
            "claims": claims,
            "keep_order": True,
        }
        for number, kind in enumerate(kinds, start=1)
    ]


def _one(number: int) -> dict:
    options = [
        {"answer": "A mistake that people really make", "correct": False, "feedback": _MISTAKE},
        {"answer": "Another one, just as likely", "correct": False, "feedback": _MISTAKE},
        {"answer": "A third one", "correct": False, "feedback": _MISTAKE},
    ]
    options.insert(number % 4, {"answer": "What is right", "correct": True, "feedback": _RIGHT})
    return {"type": "multiple_choice", "question": f"Question {number}: which of these is right?", "answers": options}


def _many(number: int) -> dict:
    options = [
        {"answer": "One thing that is true", "correct": True, "feedback": _RIGHT},
        {"answer": "A thing that sounds true", "correct": False, "feedback": _MISTAKE},
        {"answer": "Another thing that is true", "correct": True, "feedback": _RIGHT},
    ]
    return {"type": "many_choice", "question": f"Question {number}: which of these are true?", "answers": options}


def _number(number: int) -> dict:
    values = [
        {"type": "value", "value": 12, "correct": True, "feedback": _RIGHT},
        {"type": "value", "value": 7, "correct": False, "feedback": _MISTAKE},
        {"type": "default", "feedback": _DEFAULT},
    ]
    return {"type": "numeric", "question": f"Question {number}: how much is three times four?", "answers": values}


def _text(number: int) -> dict:
    words = [
        {"answer": "token", "correct": True, "fuzzy_threshold": 0.8, "feedback": _RIGHT},
        {"answer": "word", "correct": False, "feedback": _MISTAKE},
        {"type": "default", "feedback": _DEFAULT},
    ]
    return {"type": "string", "question": f"Question {number}: what does the meter count?", "answers": words}
