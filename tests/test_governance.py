"""The facts about data: each with a page of its vendor, none guessed, and complete enough to be a table."""

import shutil

import pytest

from course import data, governance

ROWS = [(fact.product, fact.topic) for fact in governance.facts()]
STATED = [fact for fact in governance.facts() if fact.stated]


def fact(product, topic):
    return next(fact for fact in governance.facts() if (fact.product, fact.topic) == (product, topic))


@pytest.fixture
def folder(tmp_path):
    """A copy of the data whose governance.csv a test may break."""
    for name in ("governance.csv", "sources.csv"):
        shutil.copy(data.path(name), tmp_path / name)

    def change(old, new):
        file = tmp_path / "governance.csv"
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        file.write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return change


def test_every_product_answers_every_topic_once():
    products = {product for product, _ in ROWS}
    assert len(products) >= 15
    assert len(ROWS) == len(set(ROWS)) == len(products) * len(governance.TOPICS)


@pytest.mark.parametrize("vendor", ["openai", "google", "anthropic"])
def test_each_vendor_has_a_product_for_each_audience(vendor):
    assert {fact.audience for fact in governance.facts() if fact.vendor == vendor} == {
        "individual",
        "team",
        "enterprise",
        "api",
    }


@pytest.mark.parametrize("stated", STATED, ids=lambda fact: f"{fact.product}: {fact.topic}")
def test_a_stated_fact_rests_on_pages_that_the_lesson_lists(stated):
    listed = {source.id for source in data.sources("05_governance")}
    assert stated.sources
    assert {source.id for source in stated.sources} <= listed
    assert stated.checked


def test_what_is_not_stated_has_no_source_and_no_day():
    unknown = [fact for fact in governance.facts() if not fact.stated]
    assert unknown
    assert all(fact.sources == () and fact.checked is None and fact.trust == "" for fact in unknown)


def test_a_quoted_page_says_so_in_its_note():
    quoted = [fact for fact in STATED if fact.trust == "third-party"]
    assert quoted
    assert all("was not read" in fact.note for fact in quoted)


def test_the_lessons_corrections_stand_in_the_table():
    assert fact("Gemini API, unpaid", "training").answer.startswith("Yes")
    assert fact("Gemini API, paid", "training").answer.startswith("No")
    assert "approval" in fact("OpenAI API", "zero_retention").answer
    assert fact("ChatGPT Business", "training").answer.startswith("No")
    assert fact("ChatGPT Enterprise and Edu", "regions").stated
    assert "case by case" in fact("OpenAI API", "health_data").answer


def test_a_table_has_a_row_for_each_product_and_a_column_for_each_topic():
    table = governance.table("training", "retention")
    assert list(table.columns) == ["Used for training", "How long it is kept"]
    assert len(table) == len({product for product, _ in ROWS})
    assert table.loc["Gemini API, paid", "Used for training"] == "No"
    assert governance.table().shape[1] == len(governance.TOPICS)


def test_evidence_gives_the_page_and_the_day():
    row = governance.evidence("training").set_index("product").loc["OpenAI API"]
    assert row["pages"] == "https://developers.openai.com/api/docs/guides/your-data"
    assert row["checked"].isoformat() == "2026-11-26"


@pytest.mark.parametrize("ask", [governance.evidence, governance.table])
def test_an_unknown_topic_is_refused_with_the_known_ones(ask):
    with pytest.raises(LookupError, match=r"no topic 'colour'. There are: training, "):
        ask("colour")


TRAINING = 'OpenAI API,openai,api,training,"No, since 1 March 2023",'


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (f"{TRAINING},official,", "column sources: is empty. Name a row"),
        (f"{TRAINING}a-blog,official,", "column sources: 'a-blog' is not an id"),
        (f"{TRAINING}claude-zero-retention,official,", "is not a page of OpenAI"),
        (f"{TRAINING}openai-your-data,hearsay,", "column trust: 'hearsay'"),
        (f"{TRAINING.replace('training', 'price')}openai-your-data,official,", "column topic: 'price'"),
        (f"{TRAINING.replace('training', 'choice')}openai-your-data,official,", "has 'choice' twice"),
        ("OpenAI API,openai,api,training,not stated,openai-your-data,official,", "has none"),
    ],
)
def test_a_bad_fact_is_refused_with_its_line(folder, new, says):
    with pytest.raises(data.DataError, match=rf"governance\.csv, line \d+, .*{says}"):
        governance.facts(folder(f"{TRAINING}openai-your-data,official,", new))


def test_a_product_that_lacks_a_topic_is_refused(folder):
    with pytest.raises(data.DataError, match=r"OpenAI API lacks training"):
        governance.facts(folder(f"{TRAINING}openai-your-data,official,\n", ""))
