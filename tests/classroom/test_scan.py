"""Keys in what students hand in."""

from __future__ import annotations

import json
import random
import string
import zipfile
from pathlib import Path

import pytest
from classmates import ANN, WEI
from click.testing import CliRunner

from course.classroom import key_shapes, scan
from course.cli import main

ROOT = Path(__file__).resolve().parents[2]
LETTERS = random.Random(7)


def letters(count: int) -> str:
    return "".join(LETTERS.choices(string.ascii_letters + string.digits, k=count))


VENDORS_KEYS = {
    "OpenAI": (f"sk-proj-{letters(156)}", f"sk-{letters(20)}T3BlbkFJ{letters(20)}"),
    "Anthropic": (f"sk-ant-api03-{letters(93)}AA", f"sk-ant-admin01-{letters(93)}AA"),
    "Google": (f"AIza{letters(35)}", f"AQ.Ab{letters(48)}"),
    "OpenRouter": (f"sk-or-v1-{''.join(LETTERS.choices('0123456789abcdef', k=64))}",),
}


def notebook(*cells: dict) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def code(source, *outputs: dict) -> dict:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}}


def found(store, folder) -> set[tuple[str, str, str]]:
    result = scan.scan(store, folder)
    return {(each.file, each.place, each.owner.name if each.owner else each.issuer) for each in result.leaks}


def test_a_students_key_is_found_wherever_it_stands(store, enrol, tmp_path):
    keys = enrol(ANN, WEI)
    ann, wei = keys.values()
    red = {"output_type": "error", "traceback": [f"\x1b[31m{ann[:20]}\x1b[0m{ann[20:]}"]}
    shown = {"output_type": "execute_result", "data": {"text/plain": ["a\n", f"'{wei}'"]}}
    text = notebook({"cell_type": "markdown", "source": "Hi"}, code(["x\n", f"key = '{ann}'"], shown), code("", red))
    (tmp_path / "a.ipynb").write_text(text)
    (tmp_path / ".env").write_text(f"A=1\r\nCOURSE_KEY={wei}\r\n")
    (tmp_path / "notes.txt").write_text(f"my key is {ann}.", "utf-16")
    (tmp_path / "log.json").write_text(json.dumps({"said": f"line\n{ann}\n"}))
    (tmp_path / "broken.ipynb").write_text(f"{{'{ann}'")
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("src/b.py", f"\nkey='{ann}'")
        archive.writestr("a.ipynb", text)
    assert found(store, tmp_path) == {
        ("a.ipynb", "cell 2, line 2", "Ann Lee (ann@x.edu)"),
        ("a.ipynb", "cell 2, output", "陳偉 (wei@x.edu)"),
        ("a.ipynb", "cell 3, output", "Ann Lee (ann@x.edu)"),
        (".env", "line 2", "陳偉 (wei@x.edu)"),
        ("notes.txt", "line 1", "Ann Lee (ann@x.edu)"),
        ("log.json", "line 1", "Ann Lee (ann@x.edu)"),
        ("broken.ipynb", "line 1", "Ann Lee (ann@x.edu)"),
        ("work.zip → src/b.py", "line 2", "Ann Lee (ann@x.edu)"),
        ("work.zip → a.ipynb", "cell 2, line 2", "Ann Lee (ann@x.edu)"),
        ("work.zip → a.ipynb", "cell 2, output", "陳偉 (wei@x.edu)"),
        ("work.zip → a.ipynb", "cell 3, output", "Ann Lee (ann@x.edu)"),
    }


@pytest.mark.parametrize(("vendor", "keys"), VENDORS_KEYS.items())
def test_vendors_keys_are_known_by_their_shape(vendor, keys):
    for key in keys:
        assert [(each.issuer, each.secret) for each in key_shapes.find(f'x = "{key}"')] == [(vendor, key)]


@pytest.mark.parametrize(
    "text",
    [
        "sk-practice-00000000000000000000000000000000-0001",  # of another platform
        "OPENAI_API_KEY=sk-proj-" + "x" * 60,
        "sk-ant-api03-YOUR_KEY_HERE",
        "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop",
        f"risk-proj-{letters(60)}",
        "the sk-or-v1 prefix, AIza and AQ.Ab",
    ],
)
def test_examples_are_no_keys(store, enrol, tmp_path, text):
    enrol(ANN)
    (tmp_path / "a.py").write_text(text)
    assert found(store, tmp_path) == set()


def test_the_courses_own_lessons_and_exercises_raise_no_alarm(store, enrol):
    enrol(ANN)
    for folder in ("notebooks", "exercises", "data"):
        assert scan.scan(store, ROOT / folder) == scan.Scan([], [])


def test_what_cannot_be_looked_into_is_said(store, enrol, tmp_path, monkeypatch):
    enrol(ANN)
    handed_in = tmp_path / "handed in"
    handed_in.mkdir()
    monkeypatch.setattr("course.classroom.submissions._MOST_BYTES", 1000)
    (handed_in / "big.bin").write_bytes(bytes(1001))
    (handed_in / "a.rar").write_bytes(b"x")
    with zipfile.ZipFile(handed_in / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(100_000))
    for name, method in (("stored.zip", zipfile.ZIP_STORED), ("deflated.zip", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(handed_in / name, "w", method) as archive:
            archive.writestr("text", "what was handed in")
        damaged = bytearray((handed_in / name).read_bytes())
        damaged[36:40] = b"\xff\xff\xff\xff"
        (handed_in / name).write_bytes(damaged)
    (handed_in / "away").symlink_to(tmp_path / "classroom.sqlite")
    unread = {each.file: each.reason for each in scan.scan(store, handed_in).unread}
    assert unread.keys() == {"big.bin", "a.rar", "bomb.zip → zeros", "stored.zip", "deflated.zip"}


def test_the_command_shows_no_key_and_revokes_when_told_to(store, enrol, database, tmp_path, admin_key):
    keys = enrol(ANN, WEI)
    folder = tmp_path / "handed in"
    folder.mkdir()
    (folder / "a.py").write_text(f"a = '{keys['ann@x.edu']}'\nb = '{VENDORS_KEYS['OpenAI'][0]}'\nc = '{admin_key}'\n")

    def run(*more):
        return CliRunner().invoke(main, ["classroom", "scan", str(folder), "--database", database, *more])

    first = run()
    assert first.exit_code == 1
    assert f"a.py, line 1: a key of Ann Lee (ann@x.edu), ends in {keys['ann@x.edu'][-4:]}" in first.output
    assert f"line 2: what looks like a key for OpenAI, ends in {VENDORS_KEYS['OpenAI'][0][-4:]}" in first.output
    assert "line 3: a key of instructor" in first.output
    assert store.find_caller(keys["ann@x.edu"])
    second = run("--revoke")
    assert "Revoked: the key of Ann Lee" in second.output
    assert store.find_caller(keys["ann@x.edu"]) is None
    assert store.find_caller(keys["wei@x.edu"])
    assert "revoked already" in run().output
    for output in (first.output, second.output):
        for secret in (keys["ann@x.edu"], VENDORS_KEYS["OpenAI"][0], admin_key):
            assert secret[:-5] not in output
    (folder / "a.py").write_text("")
    clean = run()
    assert (clean.exit_code, "No key was found." in clean.output) == (0, True)
