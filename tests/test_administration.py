"""Who can do what on each platform: each answer with a page of its vendor, and tables that link to it."""

import re
import shutil

import pytest

from course import administration, data
from course.governance import NOT_STATED

FACTS = administration.facts()


def test_every_product_answers_every_topic_from_pages_that_the_lesson_lists():
    assert {kind: len({name[1] for name in FACTS if name[0] == kind}) for kind in administration.TOPICS} == {
        "platform": 3,
        "plan": 5,
    }
    listed = {source.id for source in data.sources("04_management")}
    for fact in FACTS.values():
        assert {page.id for page in fact.pages} <= listed
        assert bool(fact.pages) == (fact.answer != NOT_STATED)


@pytest.mark.parametrize("kind", administration.TOPICS)
def test_a_table_says_each_answer_and_links_to_its_page(kind):
    shown = administration.table(kind)
    assert shown.frame.shape == (
        len(administration.TOPICS[kind]),
        len({name[1] for name in FACTS if name[0] == kind}),
    )
    for cell in re.findall(r"<td [^>]*>(.*?)</td>", shown._repr_html_()):
        assert cell == NOT_STATED or cell.startswith('<a href="https://')
    quoted = sum(not fact.official for name, fact in FACTS.items() if name[0] == kind)
    assert shown._repr_html_().count("†") == quoted + bool(quoted)


def test_another_kind_is_refused():
    with pytest.raises(LookupError, match="platform, plan"):
        administration.table("seat")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("box,Google Cloud project,gemini-api-key", "box,Google Cloud project,openai-projects", "no page of Google"),
        ("box,Google Cloud project,gemini-api-key", "box,Google Cloud project,", "Name a row of sources.csv"),
        ("google,models,not stated,,", "google,models,not stated,gemini-billing,", "has none"),
        ("google,models,not stated", "google,box,not stated", "twice"),
        ("platform,Gemini API,google,audit,not stated,,,\n", "", "lacks audit"),
    ],
)
def test_a_bad_row_is_refused_by_name(tmp_path, old, new, problem):
    shutil.copy(data.path("sources.csv"), tmp_path)
    text = data.path("administration.csv").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tmp_path / "administration.csv").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(data.DataError, match=problem):
        administration.facts(tmp_path)
