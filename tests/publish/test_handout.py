"""The course on paper: as a page, and once as a PDF from a real browser."""

import re
import sys

import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from course.publish import glossary, handout
from course.publish.lesson import Lesson, LessonError


@pytest.fixture(scope="module")
def soup(lesson):
    return BeautifulSoup(handout.html([lesson]), "html.parser")


def test_it_begins_with_its_contents_and_ends_with_the_glossary(soup):
    links = [link["href"] for link in soup.select(".cover nav a")]
    assert links == ["#90_dials", "#glossary"]
    assert [soup.find(id=link[1:]).h1.text for link in links] == ["A lesson with dials", "Glossary"]
    assert len(soup.find(id="glossary").find_all("dt")) == len(glossary.terms())


def test_it_needs_no_other_file_and_no_script(soup):
    assert soup.find_all(["script", "link", "iframe"]) == []
    assert all(image["src"].startswith("data:") and image["alt"] for image in soup.find_all("img"))
    assert "url(" not in str(soup.find_all("style"))


def test_a_widget_shows_its_twin_and_folded_code_stays_out(soup):
    dial = soup.find(id="90-dial")
    assert dial.find("table")
    assert "Dial()" not in dial.text
    assert "dial = Dial(value=4)" in soup.find(id="90-second-dial").text


def test_the_speakers_notes_stay_out(soup):
    assert "Wait for" not in soup.text


def test_the_margins_name_the_chapter_whatever_its_title():
    assert handout._css_text('a "b" </style>') == r'"a \22 b\22  \3c \2f style\3e "'


def test_links_between_lessons_lead_from_chapter_to_chapter():
    soup = handout._for_paper(
        '<a href="03_integration.ipynb">A</a><a href="glossary.md">B</a><a href="https://e.org/a.md">C</a>'
        '<a href="../exercises/release/01_operator/01_operator.ipynb">an exercise stays with the notebooks</a>'
    )
    assert [link["href"] for link in soup.find_all("a")] == ["#03_integration", "#glossary", "https://e.org/a.md"]


def test_a_heading_in_something_shown_is_not_a_chapter():
    soup = handout._for_paper('<h1>Chapter</h1><div class="output"><h1>Shown</h1></div>')
    assert [heading.text for heading in soup.find_all("h1")] == ["Chapter"]


def test_answers_stand_at_the_end_of_the_chapter_by_their_number(tmp_path):
    from course.widgets import Quiz

    cells = [
        v4.new_markdown_cell("# Title\n\n1. A list of\n2. something else\n\n## Check yourself"),
        v4.new_code_cell(outputs=[v4.new_output("display_data", data={"text/html": Quiz("02_billing").twin()})]),
        v4.new_markdown_cell("## The end"),
    ]
    lesson = Lesson(tmp_path / "source" / "91_quiz.py")
    lesson.notebook.write_text(v4.writes(v4.new_notebook(cells=cells)), encoding="utf-8")
    chapter = BeautifulSoup(handout.html([lesson]), "html.parser").main
    assert [heading.text for heading in chapter.find_all("h2")] == ["Check yourself", "The end", "Answers"]
    assert [heading.text for heading in chapter.find_all("h3")] == ["Check yourself"]
    answers = chapter.find("ol", class_="answers").find_all("li", recursive=False)
    questions = chapter.select_one(".output ol").find_all("li", recursive=False)
    assert [answer["value"] for answer in answers] == [str(number) for number in range(1, len(questions) + 1)]
    assert chapter.find("details") is None
    assert "the answers are at the end of the chapter" in chapter.text


def test_a_browser_prints_it_with_bookmarks_tags_and_page_numbers(lesson, browser, tmp_path):
    pdf = handout.export([lesson], tmp_path / "a folder").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert re.search(rb"/Outlines \d", pdf)
    assert re.search(rb"/StructTreeRoot \d", pdf)
    assert rb"/Title (A lesson with dials)" in pdf
    assert rb"/Title (Glossary)" in pdf
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 4


def test_without_a_browser_it_says_what_to_install(lesson, tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_BROWSER", raising=False)
    monkeypatch.setattr(handout.shutil, "which", lambda name: None)
    with pytest.raises(LessonError, match=r"none was found\. Install one .* COURSE_BROWSER"):
        handout.export([lesson], tmp_path)


@pytest.mark.parametrize("program", [sys.executable, "no such browser"])
def test_a_browser_that_prints_nothing_is_named(lesson, tmp_path, monkeypatch, program):
    monkeypatch.setenv("COURSE_BROWSER", program)
    with pytest.raises(LessonError, match=r"printed no handout\. Put another browser's program into COURSE_BROWSER"):
        handout.export([lesson], tmp_path)


def test_a_lesson_without_a_notebook_says_what_to_run(checkout, tmp_path):
    with pytest.raises(LessonError, match="First run: course notebooks 99_new"):
        handout.html([Lesson(checkout / "notebooks" / "source" / "99_new.py")])
