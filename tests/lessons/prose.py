"""What the course says in words, taken out of its files, and how hard it is to read."""

import json
import re
from collections.abc import Iterator
from functools import cache

from course_files import NOTEBOOKS, ROOT, lessons

from course import data
from course.publish import glossary

GUIDES = ("README.md", "CONTRIBUTING.md", "INSTRUCTORS.md", "data/README.md")


@cache
def lesson_prose() -> list[tuple[str, str]]:
    """Each cell of prose as it stands in a lesson, by `lesson:cell`."""
    return [
        (f"{lesson.name}:{cell.metadata.label}", cell.source)
        for lesson in lessons()
        for cell in lesson.read().cells
        if cell.cell_type == "markdown"
    ]


def quiz_prose() -> Iterator[tuple[str, str]]:
    """All texts of each question that a learner can see, by the question's id."""
    for file in sorted(data.path("quizzes").glob("*.json")):
        for question in json.loads(file.read_text("utf-8")):
            answers = [answer.get(key, "") for answer in question["answers"] for key in ("answer", "feedback")]
            yield question["id"], "\n".join([question["question"], question.get("hint", ""), *answers])


@cache
def all_prose() -> dict[str, str]:
    """Everything above, the glossary, the claims and the guides."""
    texts = dict([*lesson_prose(), *quiz_prose()])
    texts |= {f"glossary: {term}": f"{term}: {definition}" for term, definition in glossary.terms().items()}
    texts |= {name: (ROOT / name).read_text("utf-8") for name in GUIDES}
    texts["claims"] = data.path("claims.csv").read_text("utf-8")
    return texts


def guides() -> dict[str, str]:
    """The Markdown pages around the lessons."""
    return {name: (ROOT / name).read_text("utf-8") for name in (*GUIDES, f"{NOTEBOOKS.name}/{glossary.PAGE}")}


def running_text(markdown: str) -> str:
    """Sentences alone: no code, table, heading or mark; an item of a list ends like a sentence."""
    text = re.sub(r"```[\s\S]*?```|<[^>]*>", "", markdown)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    lines = [
        re.sub(r"^\s*(?:[->]|\d+\.)\s+", "", line) for line in text.splitlines() if not re.match(r"\s*[#|]", line)
    ]
    plain = [
        re.sub(r"`[^`]*`", "code", line).translate({ord(mark): None for mark in "*_>"}).strip() for line in lines
    ]
    return "\n".join(line if line[-1] in ".?!:;" else f"{line}." for line in plain if line)


def reading_age(text: str) -> float:
    """The age of a reader whom the text suits: the school year of Flesch and Kincaid's formula, and five.

    Within half a year of textstat for these lessons. Not textstat itself: it fetches a dictionary from the network
    on first use, and brings nltk along. Syllables are counted as groups of vowels, without a silent e.
    """
    sentences = [each for each in re.split(r"(?<=[.!?])\W+|\n", text) if re.search("[A-Za-z]", each)]
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", text)
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 + 5


def _syllables(word: str) -> int:
    letters = re.sub(r"[^a-z]", "", word.lower())
    spoken = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", letters)
    return max(1, len(re.findall(r"[aeiouy]+", spoken)))
