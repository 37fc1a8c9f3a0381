"""Copying the course out for a learner: complete, with links that hold, and never over the learner's work."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from course import bootstrap, cli, learner_folder
from course.learner_folder import FolderError, copy, files

BILLING = "notebooks/02_billing.ipynb"


@pytest.fixture
def sources(tmp_path) -> dict[str, Path]:
    """A course of three files, to be changed by tests."""
    folder = tmp_path / "course"
    folder.mkdir()
    texts = {"README.md": "Welcome", BILLING: "lesson 2", "notebooks/images/a.png": "picture"}
    named = {name: folder / Path(name).name for name in texts}
    for name, text in texts.items():
        named[name].write_text(text, "utf-8")
    return named


@pytest.fixture
def own(tmp_path) -> Path:
    return tmp_path / "a folder" / "my course"


def test_all_lessons_and_all_released_exercises_are_copied_and_no_source():
    names = set(files())
    root = Path(__file__).resolve().parent.parent
    lessons = {f"notebooks/{path.stem}.ipynb" for path in (root / "notebooks" / "source").glob("*.py")}
    exercises = {
        path.relative_to(root).as_posix().replace("/source/", "/release/")
        for path in (root / "exercises" / "source").glob("*/*.ipynb")
    }
    assert lessons
    assert exercises
    others = {"README.md", "notebooks/glossary.md", "notebooks/images/cost_sliders.png"}
    assert names == lessons | exercises | others


def test_each_link_leads_to_a_file_that_is_copied_too(own):
    copy(own, files())
    broken = []
    for page in [*own.rglob("*.md"), *own.rglob("*.ipynb")]:
        text = page.read_text("utf-8")
        if page.suffix == ".ipynb":
            text = "\n".join(cell.source for cell in nbformat.reads(text, 4).cells if cell.cell_type == "markdown")
        links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text)
        broken += [f"{page.name}: {link}" for link in links if not (page.parent / link).exists()]
    assert broken == []


def test_into_a_new_folder(own, sources):
    done = copy(own, sources)
    assert (done.new, done.kept) == (list(sources), [])
    assert {name: (own / name).read_text("utf-8") for name in sources} == {
        "README.md": "Welcome",
        BILLING: "lesson 2",
        "notebooks/images/a.png": "picture",
    }
    assert [path.name for path in own.rglob("*.part")] == []


def test_a_second_time_changes_nothing(own, sources):
    copy(own, sources)
    before = {path: path.stat().st_mtime_ns for path in own.rglob("*.ipynb")}
    assert copy(own, sources).same == list(sources)
    assert {path: path.stat().st_mtime_ns for path in own.rglob("*.ipynb")} == before


def test_what_the_learner_changed_is_kept_and_named(own, sources):
    copy(own, sources)
    (own / BILLING).write_text("my answers", "utf-8")
    sources[BILLING].write_text("lesson 2, new edition", "utf-8")
    for _ in range(2):
        done = copy(own, sources)
        assert done.kept == [BILLING]
        assert (own / BILLING).read_text("utf-8") == "my answers"
    assert f"Yours, and kept as they are:\n    {BILLING}" in done.told()


def test_what_the_learner_left_alone_is_brought_up_to_date(own, sources):
    copy(own, sources)
    sources[BILLING].write_text("lesson 2, new edition", "utf-8")
    done = copy(own, sources)
    assert (done.up_to_date, done.kept) == ([BILLING], [])
    assert (own / BILLING).read_text("utf-8") == "lesson 2, new edition"


def test_a_file_that_is_gone_comes_again(own, sources):
    copy(own, sources)
    (own / BILLING).rename(own / "notebooks" / "mine.ipynb")
    assert copy(own, sources).new == [BILLING]
    assert (own / "notebooks" / "mine.ipynb").exists()


@pytest.mark.parametrize("noted", [None, "{", "[]"])
def test_without_a_list_of_what_was_copied_all_that_differs_is_the_learner_s(own, sources, noted):
    copy(own, sources)
    (own / learner_folder.COPIED).unlink()
    if noted:
        (own / learner_folder.COPIED).write_text(noted, "utf-8")
    sources[BILLING].write_text("lesson 2, new edition", "utf-8")
    assert copy(own, sources).kept == [BILLING]
    assert (own / BILLING).read_text("utf-8") == "lesson 2"


def test_other_files_of_a_folder_stay(own, sources):
    own.mkdir(parents=True)
    (own / "README.md").write_text("about my own things", "utf-8")
    (own / "notes.txt").write_text("notes", "utf-8")
    assert copy(own, sources).kept == ["README.md"]
    assert (own / "README.md").read_text("utf-8") == "about my own things"
    assert (own / "notes.txt").read_text("utf-8") == "notes"


@pytest.mark.parametrize("taken", ["my course", "my course/notebooks"])
def test_a_file_where_a_folder_must_be(own, sources, taken):
    place = own.parent / taken
    place.parent.mkdir(parents=True)
    place.write_text("a file", "utf-8")
    with pytest.raises(FolderError, match=f"{taken} is a file, and a folder is needed there"):
        copy(own, sources)
    assert place.read_text("utf-8") == "a file"


def test_a_folder_where_a_file_must_be(own, sources):
    (own / BILLING).mkdir(parents=True)
    with pytest.raises(FolderError, match=r"02_billing\.ipynb is a folder"):
        copy(own, sources)
    assert not (own / "README.md").exists()


@pytest.mark.parametrize("inside", ["", "mine", "notebooks"])
def test_the_course_is_not_copied_into_itself(sources, inside):
    with pytest.raises(FolderError, match="where the course itself lies"):
        copy(bootstrap.ROOT / inside, sources)


def test_another_clone_is_no_learner_s_folder(own, sources):
    (own / "notebooks" / "source").mkdir(parents=True)
    with pytest.raises(FolderError, match="where the course itself lies"):
        copy(own, sources)


def test_a_full_disk_leaves_no_half_of_a_file(own, sources, monkeypatch):
    def full(place, content):
        with open(place, "wb") as file:
            file.write(content[:3])
        raise OSError(28, os.strerror(28), str(place))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(FolderError, match="Nothing of yours was changed"):
            copy(own, sources)
    assert [path for path in own.rglob("*") if path.is_file()] == []
    assert copy(own, sources).new == list(sources)


def test_an_empty_course_says_so(tmp_path):
    with pytest.raises(FolderError, match="holds no lessons"):
        files(tmp_path)


def test_the_command_says_what_it_did_and_how_to_go_on(own):
    told = CliRunner().invoke(cli.main, ["start", str(own)])
    assert told.exit_code == 0, told.output
    assert f"Files copied: {len(files())}" in told.output
    assert f'cd "{own}"\n    course lab' in told.output


def test_the_command_tells_a_problem_without_a_traceback(tmp_path):
    (tmp_path / "file").write_text("")
    told = CliRunner().invoke(cli.main, ["start", str(tmp_path / "file")])
    assert told.exit_code == 1
    assert told.output.startswith("Error: ")
    assert "is a file" in told.output


def test_lab_opens_the_learner_s_folder_from_anywhere_in_it(own, monkeypatch):
    copy(own, files())
    started = []
    monkeypatch.setattr(bootstrap.os, "execv", lambda _, command: started.append(command))
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: started.append(command))
    monkeypatch.chdir(own / "exercises")
    bootstrap.lab()
    assert f"--ServerApp.root_dir={own}" in started[0]
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb" in started[0]


def test_lab_of_an_installed_course_says_how_to_get_lessons(tmp_path, monkeypatch):
    """There, the folder above the package holds other packages."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path / "packages")
    monkeypatch.setattr(bootstrap, "LESSONS", tmp_path / "packages" / "course" / "_lessons")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(bootstrap.Problem, match="course start FOLDER"):
        bootstrap.lab()


def test_slides_are_made_of_a_learner_s_notebooks_and_sources_are_missed_in_plain_words(own, monkeypatch):
    copy(own, files())
    monkeypatch.chdir(own)
    made = CliRunner().invoke(cli.main, ["slides", "00_start"])
    assert made.exit_code == 0, made.output
    assert (own / "build" / "slides" / "00_start.slides.html").is_file()
    for command, lacking in {"notebooks": "notebooks/source", "exercises": "exercises/nbgrader_config.py"}.items():
        refused = CliRunner().invoke(cli.main, [command])
        assert refused.exit_code == 1
        assert lacking in refused.output
        assert "a clone of its repository" in refused.output
