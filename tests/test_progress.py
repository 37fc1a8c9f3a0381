"""Progress survives kernels, bad files and bad folders, and never raises at a learner."""

import json
import os

import pytest

from course import progress

STATE = {"answers": {"billing.q01": 0}, "tries": {"billing.q01": 1}, "score": 1}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A learner's own folder, with progress on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    return tmp_path


def test_saved_state_is_loaded_again(folder):
    assert progress.save("02_billing", STATE) == ""
    assert progress.load("02_billing") == (STATE, "")
    assert (folder / ".course" / "progress.json").is_file()


def test_a_new_learner_has_no_state_and_no_file(folder):
    assert progress.load("02_billing") == (None, "")
    assert not (folder / ".course").exists()


def test_quizzes_do_not_overwrite_each_other(folder):
    progress.save("01_operator", {"score": 3})
    progress.save("02_billing", STATE)
    assert progress.load("01_operator") == ({"score": 3}, "")
    assert progress.load("02_billing") == (STATE, "")


def test_a_path_in_the_environment_is_used(folder, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(folder / "mine" / "answers.json"))
    progress.save("02_billing", STATE)
    assert (folder / "mine" / "answers.json").is_file()
    assert not (folder / ".course").exists()


def test_a_file_from_before_lessons_could_be_ticked_is_read(folder):
    place = folder / ".course" / "progress.json"
    place.parent.mkdir()
    place.write_text(json.dumps({"version": 1, "quizzes": {"02_billing": STATE}}))
    assert progress.tick("02_billing", True) == ""
    assert progress.load_all() == (progress.Progress({"02_billing": STATE}, ("02_billing",)), "")
    progress.tick("02_billing", False)
    assert progress.load_all()[0].done == ()


def test_who_watches_hears_of_each_change_while_it_lives(folder):
    class Watcher:
        heard = 0

        def hear(self):
            Watcher.heard += 1

    watcher = Watcher()
    progress.watch(watcher.hear)
    progress.save("02_billing", STATE)
    progress.tick("02_billing", True)
    assert Watcher.heard == 2
    del watcher
    progress.save("02_billing", STATE)
    assert Watcher.heard == 2


@pytest.mark.parametrize("off", ["off", "OFF", " off "])
def test_off_reads_and_writes_nothing(folder, monkeypatch, off):
    progress.save("02_billing", STATE)
    monkeypatch.setenv("COURSE_PROGRESS", off)
    assert progress.load("02_billing") == (None, "")
    assert progress.save("03_integration", STATE) == ""
    saved = json.loads((folder / ".course" / "progress.json").read_text())
    assert list(saved["quizzes"]) == ["02_billing"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 1}',
        '{"version": 2, "quizzes": {}}',
        '{"version": 1, "quizzes": 3}',
        '{"version": 1, "quizzes": {}, "done": "01_operator"}',
        '{"version": 1, "quizzes": {}, "done": [1]}',
    ],
)
def test_a_damaged_file_is_kept_aside(folder, content):
    place = folder / ".course" / "progress.json"
    place.parent.mkdir()
    place.write_text(content)
    state, message = progress.load("02_billing")
    assert state is None
    assert "progress.json.bak" in message
    assert (place.parent / "progress.json.bak").read_text() == content
    assert progress.save("02_billing", STATE) == ""
    assert progress.load("02_billing") == (STATE, "")


def test_bytes_that_are_not_text_are_kept_aside(folder):
    place = folder / ".course" / "progress.json"
    place.parent.mkdir()
    place.write_bytes(b"\xff\xfe\x00")
    assert "progress.json.bak" in progress.load("02_billing")[1]
    assert (place.parent / "progress.json.bak").read_bytes() == b"\xff\xfe\x00"


def test_an_earlier_backup_is_not_overwritten(folder):
    place = folder / ".course" / "progress.json"
    place.parent.mkdir()
    for content in ("first", "second"):
        place.write_text(content)
        progress.load("02_billing")
    backups = sorted(place.parent.glob("*.bak*"))
    assert [backup.read_text() for backup in backups] == ["first", "second"]


def test_saving_over_a_damaged_file_keeps_it_and_says_so(folder):
    place = folder / ".course" / "progress.json"
    place.parent.mkdir()
    place.write_text("damaged")
    assert "progress.json.bak" in progress.save("02_billing", STATE)
    assert progress.load("02_billing") == (STATE, "")
    assert (place.parent / "progress.json.bak").read_text() == "damaged"


def test_a_folder_that_cannot_be_written_gives_a_message(folder):
    (folder / ".course").write_text("a file where the folder should be")
    message = progress.save("02_billing", STATE)
    assert "could not be saved" in message
    assert "folder that you may write to" in message
    state, message = progress.load("02_billing")
    assert state is None
    assert "could not be read" in message
    assert (folder / ".course").read_text() == "a file where the folder should be"


def test_a_crash_while_writing_leaves_the_old_file_whole(folder, monkeypatch):
    progress.save("02_billing", STATE)

    def crash(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", crash)
        assert "No space left on device" in progress.save("02_billing", {"score": 9})
    assert progress.load("02_billing") == (STATE, "")
    assert [entry.name for entry in (folder / ".course").iterdir()] == ["progress.json"]
