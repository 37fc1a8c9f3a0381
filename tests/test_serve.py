"""`course serve`: the platform alone, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import openai
import pytest
from click.testing import CliRunner
from servers import end

from course import serve
from course.cli import main

COMMAND = [sys.executable, "-m", "course.gateway"]


@pytest.fixture
def served(tmp_path):
    """A running gateway, the lines that it printed, and its file of them."""
    env_file = tmp_path / "course.env"
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--database", f"sqlite:///{tmp_path / 'g.sqlite'}", "--env-file", str(env_file)],
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in process.stdout:
        if not line.strip():
            break
        lines.append(line)
    yield "".join(lines), env_file
    end(process)


def test_any_program_reaches_it_with_the_printed_lines(served):
    printed, env_file = served
    assert env_file.read_text() == printed
    assert os.name == "nt" or env_file.stat().st_mode & 0o077 == 0
    variables = dict(line.split("=", 1) for line in printed.splitlines())
    client = openai.OpenAI(base_url=variables["OPENAI_BASE_URL"], api_key=variables["OPENAI_API_KEY"])
    assert client.models.list().data
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/anthropic", variables["ANTHROPIC_BASE_URL"])
    assert variables["OPENAI_ADMIN_KEY"] != variables["OPENAI_API_KEY"]


def run(*arguments):
    return CliRunner().invoke(main, ["serve", *arguments])


def test_an_address_that_others_reach_needs_a_flag():
    refusal = run("--host", "0.0.0.0")
    assert refusal.exit_code == 2
    assert "--expose" in refusal.output


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("127.0.0.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.168.1.5", False), ("example.org", False)],
)  # fmt: skip
def test_loopback_is_known_by_its_address(host, inside):
    assert serve.is_loopback(host) is inside


def test_a_port_that_is_taken_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refusal = run("--port", str(other.getsockname()[1]))
    assert refusal.exit_code == 1
    assert "--port 0 takes a free one" in refusal.output
    assert "Traceback" not in refusal.output


@pytest.mark.parametrize("database", ["foo://x", "sqlite:////no/such/folder/g.sqlite", "nonsense"])
def test_a_database_that_cannot_be_opened_is_explained(database):
    refusal = run("--port", "0", "--database", database)
    assert refusal.exit_code == 1
    assert "database" in refusal.output


def test_live_mode_without_a_key_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    refusal = run("--mode", "live", "--port", "0")
    assert refusal.exit_code == 1
    assert "OPENAI_API_KEY" in refusal.output
    assert not list(tmp_path.iterdir())


def test_keys_are_not_left_in_a_file_that_others_can_read(tmp_path):
    path = tmp_path / "course.env"
    path.write_text("old")
    path.chmod(0o644)
    serve.write_private(path, "new")
    assert path.read_text() == "new"
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    with pytest.raises(serve.ServeError, match="--env-file"):
        serve.write_private(tmp_path / "none" / "course.env", "new")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_it_stops_when_asked(tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--database", f"sqlite:///{tmp_path / 'g.sqlite'}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    address = process.stdout.readline().strip().removeprefix("OPENAI_BASE_URL=")
    assert httpx.get(f"{address}/models", trust_env=False).status_code == 401  # it listens before it answers
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
