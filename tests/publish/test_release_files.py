"""What may be released, and how its files are laid down. tests/deploy builds a release and installs it."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import course
from course import bootstrap, cli
from course.publish import release
from course.publish.release import ReleaseError, read_changes

ROOT = Path(__file__).resolve().parents[2]
VERSION = course.__version__
CHANGELOG = f"# Changelog\n\n## [{VERSION}] - 2026-11-26\n\n### Added\n\n- A lesson.\n"
OLDER = "\n## [0.0.1] - 2026-01-01\n\n- The first.\n"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A repository whose changelog is committed, and a `git` that works in it."""
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "SOURCE_DATE_EPOCH"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "a clone"
    folder.mkdir()
    (folder / "CHANGELOG.md").write_text(CHANGELOG, "utf-8")

    def git(*arguments):
        who = ["-c", "user.name=Mei", "-c", "user.email=mei@example.org"]
        subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    git("add", "CHANGELOG.md")
    git("commit", "--quiet", "--message", "Begin", "--date", "2026-11-26T12:00:00Z")
    return folder, git


def test_the_changelog_agrees_with_the_version_now():
    assert read_changes((ROOT / release.CHANGELOG).read_text("utf-8"), VERSION)


def test_the_version_stands_in_one_place():
    told = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'dynamic = ["version"]' in told
    assert f'"{VERSION}"' not in told


def test_a_plan_tells_version_changes_and_the_commit_s_time(clone, monkeypatch):
    folder, git = clone
    git("tag", f"v{VERSION}")
    plan = release.plan(folder)
    assert (plan.root, plan.version, plan.changes) == (folder, VERSION, "### Added\n\n- A lesson.\n")
    assert plan.epoch > 1_700_000_000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    assert release.plan(folder).epoch == 1_800_000_000


def test_what_is_not_committed_is_not_released(clone):
    folder, _ = clone
    for number in range(7):
        (folder / f"draft{number}").write_text("")
    with pytest.raises(ReleaseError, match=r"(?s)\?\? draft0\n.*draft4\n…\nCommit or remove it"):
        release.plan(folder)


def test_a_tag_of_another_version_is_not_released(clone):
    folder, git = clone
    git("tag", "v99.0.0")
    with pytest.raises(ReleaseError, match=rf"tagged v99\.0\.0, and course/__init__\.py says {VERSION}"):
        release.plan(folder)


def test_outside_of_a_clone(tmp_path):
    with pytest.raises(ReleaseError, match="made in a clone of the course's repository"):
        release.plan(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, "utf-8")
    with pytest.raises(ReleaseError, match="made in a clone, with git"):
        release.plan(tmp_path)


def test_changes_are_those_of_the_newest_version_alone():
    assert read_changes(CHANGELOG + OLDER, VERSION) == "### Added\n\n- A lesson.\n"
    unreleased = CHANGELOG.replace("## [", "## [Unreleased]\n\n## [", 1)
    assert read_changes(unreleased, VERSION) == "### Added\n\n- A lesson.\n"


@pytest.mark.parametrize(
    ("changelog", "told"),
    [
        ("# Changelog\n", "newest version in CHANGELOG.md is none"),
        (f"# Changelog\n{OLDER}", r"newest version in CHANGELOG.md is 0\.0\.1"),
        (OLDER + CHANGELOG, r"newest version in CHANGELOG.md is 0\.0\.1"),
        (f"## [Unreleased]\n\n- A widget.\n\n{CHANGELOG}", r"lists changes under Unreleased\. Move them"),
        (CHANGELOG.replace(" - 2026-11-26", ""), "lacks its day, or says nothing"),
        (f"## [{VERSION}] - 2026-11-26\n{OLDER}", "lacks its day, or says nothing"),
    ],
)
def test_a_changelog_that_disagrees(changelog, told):
    with pytest.raises(ReleaseError, match=told):
        read_changes(changelog, VERSION)


def test_the_command_tells_a_refusal_without_a_traceback(clone, monkeypatch):
    folder, _ = clone
    (folder / "draft").write_text("")
    monkeypatch.setattr(release.plan, "__defaults__", (folder,))
    told = CliRunner().invoke(cli.main, ["release"])
    assert told.exit_code == 1
    assert told.output.startswith("Error: Only what is committed can be released")


def test_an_archive_depends_on_its_files_alone(tmp_path):
    made = []
    for place, names in {"one": ("a.txt", "b/c.txt"), "two": ("b/c.txt", "a.txt")}.items():
        folder = tmp_path / place
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name, "utf-8")
            os.utime(folder / name, (len(made), 1_000_000_000 + len(made)))
        target = tmp_path / f"{place}-out" / "course-slides.zip"
        target.parent.mkdir()
        release._zip(folder, target, 1_800_000_000)
        made.append(target)
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as archive:
        assert archive.namelist() == ["course-slides/a.txt", "course-slides/b/c.txt"]
        assert archive.read("course-slides/b/c.txt") == b"b/c.txt"
        assert {entry.date_time for entry in archive.infolist()} == {(2027, 1, 15, 8, 0, 0)}


def test_a_pdf_bears_the_commit_s_time_and_keeps_its_length(tmp_path):
    pdf = tmp_path / "handout.pdf"
    pdf.write_bytes(b"/CreationDate (D:20261126194012+00'00')\n/ModDate (D:20261126194013+00'00')>>")
    length = pdf.stat().st_size
    release._print_date(pdf, 1_800_000_000)
    assert pdf.read_bytes() == b"/CreationDate (D:20270115080000+00'00')\n/ModDate (D:20270115080000+00'00')>>"
    assert pdf.stat().st_size == length


def test_a_new_release_takes_the_place_of_the_last_and_leaves_other_files(tmp_path):
    output, made = tmp_path / "dist", tmp_path / "made"
    for folder, name in ((output, "course-0.0.1.whl"), (output, "mine.txt"), (made, "course-0.0.2.whl")):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(name, "utf-8")
    (output / release.CHECKSUMS).write_text(release._checksums([output / "course-0.0.1.whl"]), "utf-8")
    assert release._replace([made / "course-0.0.2.whl"], output) == [output / "course-0.0.2.whl"]
    assert {path.name for path in output.iterdir()} == {"course-0.0.2.whl", "mine.txt", release.CHECKSUMS}


def test_checksums_that_name_a_place_elsewhere_remove_nothing_there(tmp_path):
    output = tmp_path / "dist"
    output.mkdir()
    (tmp_path / "thesis.txt").write_text("")
    (output / release.CHECKSUMS).write_text(f"{'0' * 64}  ../thesis.txt\n", "utf-8")
    release._replace([], output)
    assert (tmp_path / "thesis.txt").exists()


def test_an_exercise_that_its_source_does_not_give_is_not_released(tmp_path):
    made, saved = (tmp_path / place / "02_billing" / "02_billing.ipynb" for place in ("made", "saved"))
    for path in (made, saved):
        path.parent.mkdir(parents=True)
        path.write_text("tasks", "utf-8")
    release._compare([made], tmp_path / "saved")
    saved.write_text("older tasks", "utf-8")
    with pytest.raises(ReleaseError, match="Run: course exercises 02_billing, and commit"):
        release._compare([made], tmp_path / "saved")
    saved.unlink()
    with pytest.raises(ReleaseError, match="Run: course exercises 02_billing, and commit"):
        release._compare([made], tmp_path / "saved")


def test_a_release_that_fails_leaves_the_last_one(tmp_path, clone, monkeypatch):
    folder, _ = clone
    output = tmp_path / "dist"
    output.mkdir()
    (output / "course-0.0.1.whl").write_text("the last one", "utf-8")

    def fail(*_):
        raise ReleaseError("no browser")

    monkeypatch.setattr(release, "_make", fail)
    with pytest.raises(ReleaseError, match="no browser"):
        release.build(release.plan(folder), output)
    assert [path.name for path in output.iterdir()] == ["course-0.0.1.whl"]


def test_without_hatchling_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(release, "find_spec", lambda name: None)
    with pytest.raises(ReleaseError, match=f"pip install -r {bootstrap.DEVELOPER}"):
        release._package(tmp_path, 0)


def test_what_hatchling_refuses_is_told(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 3\n", "utf-8")
    with pytest.raises(ReleaseError, match=r"(?s)could not build the package\. It said:.*project\.version"):
        release._package(tmp_path, 0)
