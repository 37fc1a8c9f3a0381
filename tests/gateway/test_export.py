"""What an accountant and an auditor get, and that no prompt is in it; and the commands that give it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import pytest
from click.testing import CliRunner
from openai import OpenAI

from course.cli import main
from course.gateway import export

PROMPT = "Where is Perpetua Thistlewood?"


@pytest.fixture
def busy(store, base_url, key):
    """A platform with two calls and two changes."""
    store.add_project("=1+1", now=1)
    client = OpenAI(base_url=base_url, api_key=key, max_retries=0)
    for _ in range(2):
        client.responses.create(model="tiny", input=PROMPT)
    client.close()
    store.add_audit("project.created", "proj_1", 1_790_000_000_000_000, 1, 1, after={"name": "Ünï"})
    store.add_audit("project.updated", "proj_2", 1_790_000_000_000_001, None, 2, {"limit": 1}, {"limit": 2})
    return store


def written(store, what, form):
    return "".join(export.lines(export.WHAT[what](store), form))


@pytest.mark.parametrize("form", export.FORMATS)
@pytest.mark.parametrize("what", export.WHAT)
def test_both_forms_have_the_same_rows_and_no_prompt(busy, what, form):
    text = written(busy, what, form)
    rows = (
        list(csv.DictReader(io.StringIO(text))) if form == "csv" else [json.loads(each) for each in text.splitlines()]
    )
    assert len(rows) == 2
    assert list(rows[0]) == list(next(export.WHAT[what](busy)))
    assert PROMPT not in text


def test_usage_adds_up_to_the_ledger(busy):
    rows = list(export.usage(busy))
    assert [row["project"] for row in rows] == ["Default project"] * 2
    assert sum(float(row["cost_usd"]) for row in rows) == sum(row.cost_micros for row in busy.ledger()) / 1_000_000
    assert rows[0]["started"].startswith("2026-09-21T")


def test_an_entry_says_who_what_before_and_after(busy):
    made, changed = export.audit(busy)
    assert (made["actor"], made["action"], made["after"]) == (
        f"test …{made['actor'][-4:]}",
        "project.created",
        {"name": "Ünï"},
    )
    assert (changed["actor"], changed["before"], changed["after"]) == ("the platform", {"limit": 1}, {"limit": 2})
    assert changed["hash"] == busy.verify_audit().head


def test_no_cell_is_a_formula(busy):
    rows = list(csv.DictReader(io.StringIO(written(busy, "audit", "csv"))))
    assert rows[1]["project"] == "'=1+1"


@pytest.fixture
def run(busy, tmp_path, sqlite_only):
    database = f"sqlite:///{tmp_path / 'gateway.sqlite'}"
    return lambda *words: CliRunner().invoke(main, [*words, "--database", database])


def test_the_commands(run, busy, tmp_path):
    checked = run("audit", "verify")
    assert (checked.exit_code, "Intact. Entries: 2." in checked.output) == (0, True)
    assert run("audit", "verify", "--noted", checked.output.split()[-1]).exit_code == 0
    assert run("export", "usage", "--format", "jsonl").output.count("\n") == 2
    assert "0001.backup" in run("backup").output
    busy.set_policy(1, retention_days=0)
    assert "Stored contents deleted: 2." in run("retention").output
    assert [path.name for path in tmp_path.iterdir() if PROMPT.encode() in path.read_bytes()] == []
    with sqlite3.connect(tmp_path / "gateway.sqlite") as thief:
        thief.execute("UPDATE audit SET target = 'proj_9' WHERE id = 1")
    checked = run("audit", "verify")
    assert (checked.exit_code, "Entry 1 is not as it was written" in checked.output) == (1, True)


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    path = tmp_path / "none.sqlite"
    result = CliRunner().invoke(main, ["audit", "verify", "--database", f"sqlite:///{path}"])
    assert (result.exit_code, "There is no database" in result.output) == (1, True)
    assert not path.exists()
