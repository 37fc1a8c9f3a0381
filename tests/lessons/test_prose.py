"""The words of the course: easy to read, spelt well, with links that lead somewhere and pictures described."""

import re
import subprocess
import sys
from itertools import chain
from urllib.parse import urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from course_files import NOTEBOOKS, ROOT, lessons
from prose import all_prose, guides, lesson_prose, quiz_prose, reading_age, running_text

from course import data

OLDEST = 14  # the age of a reader who shall understand each page
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]*)[^)\n]*\)")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("The cat sat on the mat. It was a fat cat.", 0, 6),
        (
            "The practice platform answers a question that a program sends, and writes the price into its ledger.",
            11,
            16,
        ),
        (
            "Organisational accountability necessitates documentation of algorithmic decision procedures.",
            25,
            60,
        ),
    ],
)
def test_the_reading_age_tells_easy_from_hard(text, low, high):
    assert low < reading_age(text) < high


def test_each_lesson_and_each_quiz_can_be_read_at_fourteen():
    texts = {}
    for place, text in lesson_prose():
        texts.setdefault(place.split(":")[0], []).append(running_text(text))
    for place, text in quiz_prose():
        texts.setdefault(f"quiz {place.split('.')[0]}", []).append(running_text(text))
    ages = {name: reading_age("\n".join(parts)) for name, parts in texts.items()}
    assert {name: round(age, 1) for name, age in ages.items() if age > OLDEST} == {}


def test_each_page_of_a_lesson_can_be_read_at_fourteen():
    pages = {place: running_text(text) for place, text in lesson_prose()}
    hard = {place: round(reading_age(text), 1) for place, text in pages.items() if len(text.split()) >= 30}
    assert {place: age for place, age in hard.items() if age > OLDEST} == {}


def test_the_words_are_spelt_well(tmp_path):
    """codespell knows the usual misspellings of English, and takes other languages for them: it reads prose alone."""
    words = tmp_path / "words.txt"
    words.write_text("\n".join(all_prose().values()), encoding="utf-8")
    command = [sys.executable, "-m", "codespell_lib", words]
    found = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert found.stdout == ""  # it names the word; look for it in the lessons, quizzes, terms, claims and guides
    assert found.returncode == 0, found.stderr


def test_the_english_is_british_throughout():
    """But for "organization", which is what OpenAI and Anthropic call the thing."""
    american = re.compile(r"\b(?:colors?|centers?|behaviors?|favors?|labeled|canceled|neighbors?|travelers?|"
                          r"(?:summar|recogn|anonym|author|real|minim)iz\w+)\b", re.I)  # fmt: skip
    found = {place: match[0] for place, text in all_prose().items() if (match := american.search(running_text(text)))}
    assert found == {}


def test_no_word_stands_there_twice():
    twice = re.compile(r"\b(?!that\b|had\b)([a-z]{2,}) +\1\b")
    found = {place: match[0] for place, text in all_prose().items() if (match := twice.search(running_text(text)))}
    assert found == {}


def anchors(markdown: str) -> set[str]:
    """The places of a page that a link can point to, named as GitHub names them."""
    headings = re.findall(r"^#+ +(.+)$", markdown, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere():
    """Form and anchors; a scheduled workflow asks the web itself."""
    pages = chain(
        ((place, text, NOTEBOOKS) for place, text in lesson_prose()),
        ((name, text, (ROOT / name).parent) for name, text in guides().items()),
    )
    broken = []
    for place, text, folder in pages:
        for target in LINK.findall(re.sub(r"```[\s\S]*?```|`[^`\n]*`", "", text)):
            parts = urlsplit(target)
            if parts.scheme:
                sound = parts.scheme == "https" and "." in parts.netloc and not re.search(r"\s|//", parts.path)
            else:
                file = folder / parts.path if parts.path else None
                page = file.read_text("utf-8") if file and file.suffix == ".md" and file.is_file() else text
                sound = (not file or file.exists()) and (not parts.fragment or parts.fragment in anchors(page))
            if not sound:
                broken.append(f"{place}: {target}")
    assert broken == []


def test_a_link_to_the_web_says_where_it_leads():
    vague = re.compile(r"\[(?:here|this|link|click here|page|this page)\]\(", re.I)
    assert [place for place, text in lesson_prose() if vague.search(text)] == []


def test_every_page_that_a_lesson_links_to_is_among_its_sources():
    """So each has a title, a publisher and the day it was read, and the list at the lesson's end is whole."""
    missing = []
    for place, text in lesson_prose():
        listed = {source.url for source in data.sources(place.split(":")[0])}
        missing += [f"{place}: {link}" for link in LINK.findall(text) if "://" in link and link not in listed]
    assert missing == []


def test_every_picture_of_a_lesson_is_described():
    """shape.py looks at bare pictures; this looks at those that stand in HTML and in prose."""
    bare = []
    for lesson in lessons():
        for cell in nbformat.read(lesson.notebook, as_version=4).cells:
            shown = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
            for image in BeautifulSoup("".join([*shown, cell.source]), "html.parser").find_all("img"):
                if len(image.get("alt", "").split()) < 4:
                    bare.append(f"{lesson.name}:{cell.metadata.label}")
            if re.search(r"!\[\s*\]\(", cell.source):
                bare.append(f"{lesson.name}:{cell.metadata.label}")
    assert bare == []


def test_each_source_is_named_by_title_and_publisher():
    for source in data.sources():
        assert len(source.title) >= 3, source.id
        assert not source.title.startswith("http"), source.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source.id)
