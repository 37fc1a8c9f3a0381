"""What the course says, claim by claim: which cells teach it, which questions test it, which pages bear it out.

`data/claims.csv` is written by hand but for two columns, `taught` and `tested`. These repeat what the cells and
the questions say of themselves, so that a reader sees it in one place; `course refresh` fills them in.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from course import data, quiz
from course.publish.lesson import Lesson

FILE = "claims.csv"
# Cells that need no claim. By slide type: they set up, list, or speak to the teacher. By label: they lead over to a
# quiz, or say something of the course itself. And quizzes: their questions speak for them.
OFF_STAGE = {"notes", "skip"}
NO_LESSON = {"quiz-intro", "layers-intro", "move", "check", "doctor", "progress-intro", "progress"}
QUIZ = re.compile(r"\bQuiz\(")

Named = Sequence[tuple[str, list[str]]]  # a place in the course, and the ids of the claims that it names


@dataclass(frozen=True, slots=True)
class Claim:
    """One point of the course. `taught` holds `lesson:cell`, `tested` ids of questions, `sources` ids of pages.

    `note` says what is true now where the article behind the course is imprecise or out of date.
    """

    id: str
    claim: str
    taught: tuple[str, ...] = ()
    tested: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    note: str = ""


COLUMNS = tuple(field.name for field in fields(Claim))


def load(folder: Path = data.FOLDER) -> list[Claim]:
    """The claims, in order. Raises DataError for one that stands there twice, or names an unknown source."""
    pages = {source.id for source in data.sources(folder=folder)}
    claims: dict[str, Claim] = {}
    for row in data.rows(FILE, COLUMNS, folder):
        taught, tested, sources = (tuple(row.optional(name).split()) for name in ("taught", "tested", "sources"))
        claim = Claim(row.text("id"), row.text("claim"), taught, tested, sources, row.optional("note"))
        if claim.id in claims:
            raise row.wrong("id", f"{claim.id} stands in the file twice. Keep one of the two lines.")
        if unknown := [source for source in sources if source not in pages]:
            raise row.wrong("sources", f"{unknown[0]!r} is not an id in data/sources.csv; add the page there first.")
        claims[claim.id] = claim
    return list(claims.values())


def cells(lessons: Iterable[Lesson]) -> Iterator[tuple[str, list[str]]]:
    """Each cell that teaches, as `lesson:label`, with the claims that its header names."""
    for lesson in lessons:
        for cell in lesson.read().cells:
            named = cell.metadata.get("claims", [])
            silent = cell.metadata.get("slideshow", {}).get("slide_type") in OFF_STAGE and not named
            if cell.metadata.label not in NO_LESSON and not silent and not QUIZ.search(cell.source):
                yield f"{lesson.name}:{cell.metadata.label}", named


def questions() -> Iterator[tuple[str, list[str]]]:
    """Each question of the bank, by its id, with the claims that it names."""
    for file in sorted(data.path("quizzes").glob("*.json")):
        for question in quiz.load(file):
            yield question["id"], question.get("claims", [])


def locate(claims: Iterable[Claim], cells: Named, questions: Named) -> list[Claim]:
    """The claims with `taught` and `tested` as the cells and the questions say it now."""
    return [replace(claim, taught=_naming(claim, cells), tested=_naming(claim, questions)) for claim in claims]


def problems(claims: Sequence[Claim], cells: Named, questions: Named) -> list[str]:
    """Where the thread breaks, one sentence each: a claim that nothing teaches or tests, or what names no claim."""
    known = {claim.id for claim in claims}
    found = []
    for claim in locate(claims, cells, questions):
        found += [f"No cell teaches {claim.id}: {claim.claim}"] * (not claim.taught)
        found += [f"No question tests {claim.id}: {claim.claim}"] * (not claim.tested)
    for place, named in [*cells, *questions]:
        found += [f"{place} names no claim."] * (not named)
        found += [f"{place} names {id}, which data/{FILE} does not have." for id in named if id not in known]
    return found


def dumps(claims: Iterable[Claim]) -> str:
    """The text of `data/claims.csv`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for claim in claims:
        values = (getattr(claim, column) for column in COLUMNS)
        writer.writerow([value if isinstance(value, str) else " ".join(value) for value in values])
    return text.getvalue()


def _naming(claim: Claim, places: Named) -> tuple[str, ...]:
    return tuple(place for place, named in places if claim.id in named)
