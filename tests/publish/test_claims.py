"""The list of claims is read, located and checked. tests/lessons looks at the course's own claims."""

from pathlib import Path

import pytest

from course import data
from course.publish import claims
from course.publish.claims import Claim
from course.publish.lesson import Lesson

FIXTURES = Path(__file__).parent / "fixtures"

SOURCES = "id,title,publisher,url,checked,lessons\npage,A,Maker,https://example.com,2026-11-23,\n"
HEAD = "id,claim,taught,tested,sources,note\n"


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "sources.csv").write_text(SOURCES, encoding="utf-8")
        (tmp_path / "claims.csv").write_text(HEAD + text, encoding="utf-8")
        return claims.load(tmp_path)

    return read


def test_what_is_written_is_read_again(read):
    text = 'C01,"One, two",a:b a:c,q.1,page,A note\nC02,Three,,,,\n'
    found = read(text)
    assert found[0] == Claim("C01", "One, two", ("a:b", "a:c"), ("q.1",), ("page",), "A note")
    assert claims.dumps(found) == HEAD + text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("C01,,,,,\n", "line 2, column claim: is empty"),
        ("C01,A,,,,\nC01,B,,,,\n", "line 3, column id: C01 stands in the file twice"),
        ("C01,A,,,gone,\n", "line 2, column sources: 'gone' is not an id"),
    ],
)
def test_a_bad_line_is_refused(read, text, says):
    with pytest.raises(data.DataError, match=says):
        read(text)


def test_a_claim_knows_its_cells_and_questions():
    cells = [("01_a:one", ["C01"]), ("01_a:two", ["C02", "C01"])]
    (claim,) = claims.locate([Claim("C01", "It is so.", taught=("old:cell",))], cells, [("a.q01", ["C01"])])
    assert (claim.taught, claim.tested) == (("01_a:one", "01_a:two"), ("a.q01",))


def test_a_broken_thread_is_named():
    known = [Claim("C01", "It is so."), Claim("C02", "It is not.")]
    assert claims.problems(known, [("01_a:one", ["C01", "C09"]), ("01_a:two", [])], [("a.q01", ["C02"])]) == [
        "No question tests C01: It is so.",
        "No cell teaches C02: It is not.",
        "01_a:one names C09, which data/claims.csv does not have.",
        "01_a:two names no claim.",
    ]


def test_cells_that_only_speak_to_the_teacher_or_set_up_need_no_claim():
    places = dict(claims.cells([Lesson(FIXTURES / "notebooks" / "source" / "90_dials.py")]))
    assert places["90_dials:dial-title"] == ["C28"]
    assert "90_dials:dial-notes" not in places
    assert "90_dials:dial-class" not in places
