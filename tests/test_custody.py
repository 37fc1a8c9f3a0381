"""What the lesson on data shows: where a text rests, what the log proves, and the record of a use."""

from __future__ import annotations

import pytest
from openai import OpenAI

from course import custody, session, use_record

SECRET = "Perpetua Thistlewood"


@pytest.fixture(scope="module")
def platform():
    session.start()
    yield session.running()
    session.stop()


@pytest.fixture(scope="module")
def project(platform):
    """A project with one letter sent, its rules set, and a backup taken."""
    organization = OpenAI().admin.organization
    made = organization.projects.create(name="Guest mail").id
    account = organization.projects.service_accounts.create(made, name="reader")
    client = OpenAI(api_key=account.api_key.value, max_retries=0)
    client.responses.create(model=session.model("openai"), input=f"Summarise: I am {SECRET}.")
    custody.backup()
    custody.set_rules(made, retention_days=30)
    return made


def test_a_text_is_found_until_its_time_is_over(project):
    assert custody.rests(SECRET)["found"].any()
    assert set(custody.rests(SECRET)["place"]) >= {"the platform's database", "a backup of the database"}
    assert custody.run_retention(after_days=29) == 0
    assert custody.run_retention(after_days=31) == 1
    assert not custody.rests([SECRET]).found.any()


def test_rules_are_set_by_the_administration_and_noted(project):
    rules = custody.set_rules(project, redaction="mask", kinds=["card", "name"], region="eu")
    assert rules == {"redaction": "mask", "kinds": ["card", "name"], "retention_days": 30, "region": "eu"}
    assert (
        custody.audit_log()["change"].iloc[-1] == "redaction: off → mask; kinds: 0 kinds → 2 kinds; region: None → eu"
    )


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"redaction": "hide"}, "'off', 'warn', 'mask', and 'block'"),
        ({"kinds": ["shoe size"]}, "shoe size"),
        ({"retention_days": -1}, "below minimum"),
        ({"retention_days": 10**9}, "a hundred years"),
        ({"retention": 1}, "retention"),
    ],
)
def test_rules_that_are_none_are_refused(project, rules, says):
    with pytest.raises(ValueError, match=says):
        custody.set_rules(project, **rules)


def test_a_tampered_copy_is_found_out_and_the_log_itself_is_untouched(project):
    assert "Entry 1" in custody.tampered("UPDATE audit SET target = 'x' WHERE id = 1").problem
    assert custody.verify().intact


def test_a_record_fills_in_what_is_known_and_shows_what_is_missing(project, tmp_path):
    custody.set_rules(project, redaction="block")
    record = use_record.fill("Guest mail", "OpenAI API", purpose="Sort <letters>", owner="Mei")
    assert record.lines["Personal data in prompts"] == "such a prompt is refused"
    assert record.lines["How long we keep texts"] == "30 days"
    assert record.lines["Audit log"].endswith("intact")
    assert "Who checks the answers" in record.missing
    assert "Who answers for it" not in record.missing
    page = (tmp_path / record.save(tmp_path)).read_text("utf-8")
    assert "Sort &lt;letters&gt;" in page
    assert use_record.MISSING in page


@pytest.mark.parametrize(
    ("about", "error"),
    [(("Nowhere", "OpenAI API"), LookupError), (("Guest mail", "Pigeon post"), LookupError)],
)
def test_a_record_of_nothing_is_refused(project, about, error):
    with pytest.raises(error, match=r"There is no pro"):
        use_record.fill(*about)


def test_a_line_that_the_record_does_not_have_is_refused(project):
    with pytest.raises(TypeError, match="no line 'colour'"):
        use_record.fill("Guest mail", "OpenAI API", colour="blue")
