"""`course classroom …` on the command line."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys

import httpx2
import pytest
from classmates import URL
from click.testing import CliRunner
from servers import end

from course import catalog
from course.classroom import register
from course.cli import main
from course.gateway.store import Store

KEY = re.compile(r"sk-practice-[0-9a-f]{32}-\d{4}")
ADMIN_KEY = re.compile(r"sk-admin-practice-[0-9a-f]{32}-\d{4}")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a roster, where commands run on a database of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ai1.csv").write_text("name,email\nAnn <b>Lee</b>,ann@x.edu\n陳偉,wei@x.edu\n", "utf-8")
    monkeypatch.delenv("COURSE_DATABASE", raising=False)
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(main, ["classroom", *arguments])


def init(*more: str):
    done = run("init", "ai1.csv", "--url", URL, *more)
    assert done.exit_code == 0, done.output
    return done


def test_init_prints_each_key_once_on_a_slip_and_keeps_only_hashes(here):
    done = init()
    slips = (here / "classroom" / "slips-1.html").read_text("utf-8")
    keys = KEY.findall(slips)
    assert len(set(keys)) == 2
    assert slips.count('<section class="slip">') == 2
    assert "Ann &lt;b&gt;Lee&lt;/b&gt;" in slips
    assert f"COURSE_GATEWAY={URL}\nCOURSE_KEY={keys[0]}" in slips
    admin = ADMIN_KEY.search((here / "classroom" / "instructor-1.env").read_text("utf-8"))[0]
    for path in (here / "classroom").iterdir():
        assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    stored = b"".join(path.read_bytes() for path in here.glob("classroom.sqlite*"))
    for secret in (*keys, admin):
        assert secret not in done.output
        assert secret[:-5].encode() not in stored
    assert "keys in the clear" in done.output


def test_init_again_adds_who_is_new_and_says_who_is_gone(here):
    init()
    (here / "ai1.csv").write_text("name,email\nAnn,ann@x.edu\nBo,bo@x.edu\n", "utf-8")
    done = run("init", "ai1.csv", "--csv")
    assert "1 new student" in done.output
    assert "wei@x.edu" in done.output
    with (here / "classroom" / "keys-1.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["name"], row["email"], row["class"], row["COURSE_GATEWAY"]) == ("Bo", "bo@x.edu", "ai1", URL)
    assert KEY.fullmatch(row["COURSE_KEY"])
    assert "0 new students" in run("init", "ai1.csv").output
    assert sorted(path.name for path in (here / "classroom").iterdir()) == [
        "instructor-1.env", "keys-1.csv", "slips-1.html",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--url https://ai.example.edu"),
        (("--url", "http://ai.example.edu"), "everybody on the way could read the keys"),
        (("--url", "ai.example.edu"), "is not the address of a gateway"),
        (("--url", URL, "--weekly", "nan"), "'nan' is not an amount"),
        (("--url", URL, "--cap", "0"), "'0' is not an amount"),
    ],
)
def test_init_makes_nothing_of_what_is_wrong(here, arguments, said):
    done = run("init", "ai1.csv", *arguments)
    assert done.exit_code == 1
    assert said in done.output
    assert not list(here.glob("classroom/*"))
    store = Store(f"sqlite:///{here / 'classroom.sqlite'}")
    assert (register.classes(store), list(store.known_keys())) == ([], [])
    store.close()


def test_status_revoke_new_key_and_top_up(here):
    init("--weekly", "2")
    assert "may spend $1.50 more" in run("top-up", "1.50", "ann@x.edu").output
    assert "The class may spend $3 more" in run("top-up", "3").output
    assert "is revoked" in run("revoke", "陳偉").output
    told = run("status").output
    assert "$3.50" in told
    assert "of the cap of $7.00" in told
    assert "revoked" in told
    done = run("new-key", "wei@x.edu")
    assert "slips-2.html" in done.output
    assert not KEY.search(done.output)
    assert len(KEY.findall((here / "classroom" / "slips-2.html").read_text("utf-8"))) == 1
    assert "revoked" not in run("status").output
    assert run("revoke", "nobody").exit_code == 1
    assert "instructor-2.env" in run("admin-key").output


def test_several_workers_need_postgresql(here):
    init()
    refusal = run("serve", "--workers", "2")
    assert refusal.exit_code == 1
    assert "2 workers need PostgreSQL" in refusal.output


def test_serve_needs_a_class_and_stays_on_this_computer(here):
    Store(f"sqlite:///{here / 'classroom.sqlite'}").close()
    assert "no class in this database" in run("serve").output
    init()
    assert "--expose" in run("serve", "--host", "0.0.0.0").output


def test_live_mode_needs_a_key(here, monkeypatch):
    init()
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert "Live mode needs a key" in run("serve", "--mode", "live", "--port", "0").output


def test_live_mode_says_which_calls_a_students_week_does_not_allow(here, monkeypatch):
    served = []
    monkeypatch.setattr("course.classroom.serving.run", lambda setting, *_: served.append(list(setting.upstreams)))
    monkeypatch.setenv("COURSE_OPENAI_URL", "http://127.0.0.1:1/v1")
    large, small = (catalog.load().pick("openai", tier).id for tier in ("large", "small"))
    init("--model", large, "--model", small, "--weekly", "1")
    assert f"one call of {large} without a limit" in run("serve", "--mode", "live", "--port", "0").output
    run("init", "ai1.csv", "--weekly", "1000")
    assert "without a limit" not in run("serve", "--mode", "live", "--port", "0").output
    assert served == [["openai"], ["openai"]]


def test_it_serves_until_it_is_told_to_stop(here):
    init()
    process = subprocess.Popen(
        [sys.executable, "-c", "from course.cli import main; main()", "classroom", "serve", "--port", "0"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = process.stderr.readline()
        url = re.search(r"listens at (http://127\.0\.0\.1:\d+)", said)[1]
        key = KEY.search((here / "classroom" / "slips-1.html").read_text("utf-8"))[0]
        answer = httpx2.get(f"{url}/classroom/v1/me", headers={"authorization": f"Bearer {key}"})
        assert answer.json()["class"] == "ai1"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            end(process)
        process.stderr.close()
