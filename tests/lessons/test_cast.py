"""Lantern Travel is one set of people and places over the whole course: who has a name stands in cast.csv."""

import re

from course_files import lessons
from prose import quiz_prose

from course import data

TEXTS = {lesson.name: lesson.source.read_text("utf-8") for lesson in lessons()}
CAST = list(data.rows("cast.csv", ("name", "who", "does", "languages", "habit")))
NOT_PEOPLE = {"Claude", "Max", "German", "May"}  # products, a language and a month


def words(text: str) -> set[str]:
    return set(re.findall(r"\b[A-Z][a-zà-ÿ]+\b", text))


def test_six_people_work_at_the_agency_and_each_has_a_part_in_a_lesson():
    places = [row.choice("who", ("Lantern Travel", "client", "guest")) for row in CAST]
    people = [row.text("name") for row, place in zip(CAST, places, strict=True) if place == "Lantern Travel"]
    assert len(people) == 6
    assert set(people) <= words("\n".join(TEXTS.values()))


def test_nobody_else_has_a_name_in_a_lesson_or_a_question():
    kinds = data.rows("personal_names.csv", ("script", "kind", "words"))
    given = {word for row in kinds if row.cells["kind"] == "given" for word in row.text("words").split("; ")}
    known = NOT_PEOPLE | {row.text("name").split()[0] for row in CAST}
    strangers = {
        place: found
        for place, text in (*TEXTS.items(), *quiz_prose())
        if (found := {word for word in words(text) - known if word.lower() in given})
    }
    assert strangers == {}, "Take one of the people in data/cast.csv, or add the guest there."
