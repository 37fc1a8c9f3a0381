"""The set-up check: what it says when all is well, when something is not, and that it never shows a key."""

import sys
import tempfile

import pytest
from click.testing import CliRunner

from course import bootstrap, catalog, cli, data, doctor, session
from course.gateway import server

KEY = "sk-learner-0123456789abcdef"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def learner(tmp_path, monkeypatch):
    """A learner's own folder, without a proxy, a key or a mode."""
    monkeypatch.chdir(tmp_path)
    session.stop()
    for name in (*PROXIES, *map(str.lower, PROXIES), "COURSE_MODE", "COURSE_PROGRESS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("OPENAI", "ANTHROPIC", "GEMINI", "GOOGLE", "OPENROUTER"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)


def test_a_good_set_up_is_ready_and_a_lesson_prints_no_more_than_its_rules(capsys):
    done = CliRunner().invoke(cli.main, ["doctor"])
    assert done.exit_code == 0, done.output
    assert done.output.count("\nok ") == len(doctor.CHECKS) - 1
    assert done.output.endswith("Ready: you can do every lesson.\n")
    assert f"({'.'.join(map(str, sys.version_info[:3]))})" in done.output
    doctor.check()
    assert "." + str(sys.version_info[2]) + ")" not in (printed := capsys.readouterr().out)
    assert [line for line in printed.splitlines() if "(" in line] == [
        'ok     Live mode: off until you ask for it with course.start("live")'
    ]


def test_what_is_wrong_is_said_with_what_to_do_and_the_rest_is_checked_too(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(doctor, "_version", lambda package: None if package == "openai" else "99.0")
    quick = ("Python", "Packages", "Vendors' packages", "Database")
    monkeypatch.setattr(doctor, "CHECKS", {name: doctor.CHECKS[name] for name in quick})
    done = CliRunner().invoke(cli.main, ["doctor"])
    assert done.exit_code == 1
    assert "WRONG  Python: 3.9.2, and the lessons need 3.11 or newer\n       → Install Python 3.13." in done.output
    assert "WRONG  Packages: missing or too old: openai\n       → Install the tested packages" in done.output
    assert "WRONG  Vendors' packages: openai missing, " in done.output
    assert "ok     Database" in done.output
    assert "Not ready: Python, Packages, Vendors' packages. Do what stands below it" in done.output


def test_a_package_that_is_too_old_and_one_that_is_newer(monkeypatch):
    versions = doctor._tested()
    monkeypatch.setattr(doctor, "_version", lambda package: versions.get(package, "99.0") and "0.0.1")
    state, _, found, advice = doctor.packages()
    assert state == doctor.WRONG
    assert " 0.0.1, " in found
    assert "make lab" in advice
    monkeypatch.setattr(doctor, "_version", lambda package: "99.0")
    state, _, found = doctor.packages()
    assert (state, "not as tested: " in found, " more" in found) == (doctor.OK, True, True)
    monkeypatch.setattr(bootstrap, "STUDENT", "no such file")
    assert doctor.packages()[0] == doctor.OK


def broken_data(monkeypatch):
    def load():
        raise data.DataError("prices.csv, line 7, column price: '?' is not a number.")

    monkeypatch.setattr(catalog, "load", load)


def no_place(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "no such folder")


def no_server(monkeypatch):
    def start(self):
        raise RuntimeError("The practice platform did not start on this computer.")

    monkeypatch.setattr(server.ThreadedServer, "start", start)


@pytest.mark.parametrize(
    ("harm", "name", "says"),
    [
        (broken_data, "Data files", "prices.csv, line 7"),
        (no_place, "Database", "no such folder"),
        (no_server, "Practice platform", "did not start on this computer"),
    ],
)
def test_a_check_that_fails_is_a_finding(monkeypatch, harm, name, says):
    harm(monkeypatch)
    monkeypatch.setattr(doctor, "CHECKS", {name: doctor.CHECKS[name]})
    (finding,) = doctor.examine()
    assert finding.state == doctor.WRONG
    assert says in finding.line(details=False)
    assert "→ Install the tested packages" in finding.line()


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    state, _, found, advice = doctor.own_folder()
    assert state == doctor.NOTE
    assert "cannot be written" in found
    assert "Copy the course" in advice
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    assert doctor.own_folder()[0] == doctor.OK


@pytest.mark.parametrize(
    ("past", "state"), [(None, "note"), ("example.com", "note"), ("localhost, 127.0.0.1", "ok"), ("*", "ok")]
)
def test_a_proxy_is_told(monkeypatch, past, state):
    monkeypatch.setenv("https_proxy", "http://user:secret@proxy.example:3128")
    if past:
        monkeypatch.setenv("NO_PROXY", past)
    found = doctor.proxy()
    assert found[0] == state
    assert "HTTPS_PROXY" in found[2]
    assert "secret" not in str(found)


def test_a_key_is_told_of_and_not_shown(monkeypatch, capsys):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    state, _, found = doctor.live_mode()
    assert state == doctor.OK
    assert "for OpenAI; none is used" in found
    monkeypatch.setenv("COURSE_MODE", "live")
    assert doctor.live_mode()[0] == doctor.NOTE
    session.start("practice")
    assert doctor.live_mode()[0] == doctor.OK
    session.stop()
    assert KEY not in str(found) + capsys.readouterr().out


def test_a_running_session_goes_on_untouched():
    session.start()
    before = len(session.ledger())
    doctor.gateway()
    assert len(session.ledger()) == before
    session.stop()
