"""An instructor's own style sheet and logo."""

import pytest
from bs4 import BeautifulSoup

from course.publish import look, slides
from course.publish.lesson import LessonError

GREEN = ":root { --accent: #1b5e20; }\n.page { background: url( 'data:image/png;base64,AAAA') }"


def test_a_deck_carries_the_style_after_ours_and_the_logo_once(lesson, tmp_path):
    (tmp_path / "green.css").write_text(GREEN, "utf-8")
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', "utf-8")
    deck = slides.export(lesson, tmp_path, tmp_path / "green.css", tmp_path / "logo.svg").read_text("utf-8")
    assert deck.index("--accent: #0b5cad") < deck.index(GREEN)
    (logo,) = BeautifulSoup(deck, "html.parser").select("img.logo")
    assert logo["src"].startswith("data:image/svg+xml;base64,PHN2Zy")


def test_a_deck_without_them_has_no_place_for_them(deck):
    assert 'class="logo"' not in deck.read_text("utf-8")


@pytest.mark.parametrize(
    "rule", ['@import "other.css";', "p { background: url(logo.png) }", "p { b: URL( 'https://x' ) }"]
)
def test_a_style_that_needs_another_file_is_refused(rule, tmp_path):
    (tmp_path / "own.css").write_text(rule, "utf-8")
    with pytest.raises(LessonError, match="asks for another file"):
        look.style(tmp_path / "own.css")


def test_a_style_cannot_end_its_element(tmp_path):
    (tmp_path / "own.css").write_text("p { content: '</style><script>' }", "utf-8")
    assert "</style" not in look.style(tmp_path / "own.css")


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("logo.gif", 10, "not a picture that browsers know"),
        ("logo.png", 200_001, "Make it smaller"),
        ("no.png", None, "cannot be read"),
    ],
)
def test_a_logo_that_cannot_be_used_is_refused(name, size, says, tmp_path):
    if size:
        (tmp_path / name).write_bytes(bytes(size))
    with pytest.raises(LessonError, match=says):
        look.logo(tmp_path / name)


def test_a_style_that_is_not_there_is_told(tmp_path):
    with pytest.raises(LessonError, match=r"none\.css cannot be read"):
        look.style(tmp_path / "none.css")
