"""The deck as text: how it is cut and put together. test_deck.py looks at it in a browser."""

import json
import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import get_exporter
from nbformat import v4

from course.publish import slides
from course.publish.lesson import LessonError
from course.publish.widget_state import STATE, VIEW


def prose(text, kind):
    return v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}} if kind else {})


@pytest.fixture(scope="module")
def soup(deck):
    return BeautifulSoup(deck.read_text("utf-8"), "html.parser")


def test_slides_are_cut_by_the_cells_metadata():
    cells = [
        prose("left out", "skip"),
        prose("# Title", "slide"),
        prose("say hello", "notes"),
        prose("more", "-"),
        prose("below", "subslide"),
        prose("## Next\nwords", "slide"),
        prose("bit by bit", "fragment"),
        prose("no metadata", None),
    ]
    (first, second) = slides.cut(cells)
    assert [[cell.source for cell in page["cells"]] for page in first] == [["# Title", "more"], ["below"]]
    assert [[cell.source for cell in page["notes"]] for page in first] == [["say hello"], []]
    assert [page["topic"] for page in first] == ["", "Title"]
    assert [cell.source for cell in second[0]["cells"]] == ["## Next\nwords", "bit by bit", "no metadata"]


def test_a_notebook_that_shows_nothing_is_refused():
    with pytest.raises(LessonError, match="no cell to show"):
        slides.cut([prose("x", "skip")])


def test_a_module_is_stored_once_for_all_widgets_that_use_it(deck):
    html = deck.read_text("utf-8")
    assert html.count("twice: ") == 1
    assert html.count("data-widget=") == 2


def test_collected_widgets_point_into_the_texts():
    outputs = [
        v4.new_output("display_data", metadata={STATE: json.dumps({"_esm": "E", "_css": css, "n": n})})
        for n, css in enumerate(["A", "B"])
    ]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(outputs=outputs)])
    collected = slides.collect_widgets(notebook)
    assert collected == {
        "texts": ["E", "A", "B"],
        "widgets": [{"esm": 0, "css": 1, "traits": {"n": 0}}, {"esm": 0, "css": 2, "traits": {"n": 1}}],
    }


def test_the_deck_names_language_title_and_each_picture(soup):
    assert soup.html["lang"] == "en"
    assert soup.title.text == "A lesson with dials"
    assert [image["alt"] for image in soup.find_all("img")] == [
        "Two bars: small 1, large 6",
        "One bar, three long",
    ]


def test_the_deck_refers_to_no_other_file(soup):
    for tag, attribute in (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")):
        for element in soup.find_all(tag):
            assert element.get(attribute, "data:").startswith("data:"), element
    for style in soup.find_all("style"):
        assert "@import" not in style.text
        assert not re.findall(r"url\(\s*['\"]?(?!data:)", style.text)


def test_links_between_lessons_lead_from_deck_to_deck():
    links = "[next](03_integration.ipynb), [terms](glossary.md), [theirs](https://example.org/a.ipynb)"
    links += ", [exercise](../exercises/release/01_operator/01_operator.ipynb)"  # which stays with the notebooks
    html, _ = slides.CourseSlidesExporter().from_notebook_node(v4.new_notebook(cells=[prose(links, "slide")]))
    assert [link["href"] for link in BeautifulSoup(html, "html.parser").select(".page a")] == [
        "03_integration.slides.html",
        "index.html#glossary",
        "https://example.org/a.ipynb",
    ]


def test_text_of_a_widget_cannot_end_its_script_element(soup):
    stored = json.loads(soup.find(id="widgets").text)
    assert any("</script><!--" in text for text in stored["texts"])


def test_code_is_folded_shown_or_left_out_by_tag(soup):
    assert soup.find(id="90-dial").find("details").summary.text == "Show the code"
    assert "set_index" in soup.find(id="90-table").find("div", class_="code").text
    cells = [v4.new_code_cell("secret()", metadata={"tags": ["remove-input"]}), v4.new_code_cell("shown()")]
    html, _ = slides.CourseSlidesExporter().from_notebook_node(v4.new_notebook(cells=cells))
    assert "secret" not in html
    assert "shown" in html


def test_notes_are_for_the_speaker(soup):
    (notes,) = soup.find_all("aside", class_="notes")
    assert notes.strong.text == "three"
    assert notes.find_parent("section").find(id="90-dial")


def test_pandas_tables_get_one_header_row_with_scopes(soup):
    table = soup.find(id="90-table").find("table")
    assert [header.text for header in table.select("thead th")] == ["plan", "seats", "fee"]
    assert {header["scope"] for header in table.select("thead th")} == {"col"}
    assert {header["scope"] for header in table.select("tbody th")} == {"row"}
    assert "border" not in table.attrs
    assert not soup.find(id="90-table").find("style")


def test_a_notebook_saved_by_jupyterlab_keeps_its_widgets_alive():
    view = v4.new_output("display_data", data={VIEW: {"model_id": "m"}, "text/plain": "Dial()"})
    notebook = v4.new_notebook(cells=[v4.new_code_cell("Dial()", outputs=[view])])
    model = {"model_module": "anywidget", "state": {"_esm": "export default {}", "value": 5, "layout": "x"}}
    notebook.metadata.widgets = {STATE: {"state": {"m": model}}}
    html, _ = slides.CourseSlidesExporter().from_notebook_node(notebook)
    stored = json.loads(BeautifulSoup(html, "html.parser").find(id="widgets").text)
    assert stored["widgets"] == [{"esm": 0, "css": 1, "traits": {"value": 5}}]


def test_without_reveal_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(slides, "find_spec", lambda name: None)
    with pytest.raises(LessonError, match=r"pip install course\[publish\]"):
        slides.reveal_files()


def test_a_lesson_without_a_notebook_says_what_to_run(checkout, tmp_path):
    from course.publish.lesson import Lesson

    with pytest.raises(LessonError, match="First run: course notebooks 99_new"):
        slides.export(Lesson(checkout / "notebooks" / "source" / "99_new.py"), tmp_path)


@pytest.mark.parametrize("name", ["html", "slides"])
def test_plain_nbconvert_gives_the_static_twins(lesson, name):
    html, _ = get_exporter(name)().from_filename(lesson.notebook)
    soup = BeautifulSoup(html, "html.parser")
    twins = [table for table in soup.find_all("table") if "Turns" in table.text]
    assert [table.find_all("td")[1].text for table in twins] == ["6", "8"]
    assert not soup.find_all("script", type=re.compile("widget"))
    assert "html-manager" not in html
    assert len(soup.find_all("img", src=re.compile("^data:image/png"))) == 2


def test_nbconvert_knows_the_deck_by_name(lesson, deck, tmp_path):
    command = [sys.executable, "-m", "nbconvert", "--to", "course_slides", "--output-dir", tmp_path, lesson.notebook]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "90_dials.slides.html").read_text("utf-8") == deck.read_text("utf-8")
