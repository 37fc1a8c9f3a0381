import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from course import __version__, cli

SOURCE = Path(__file__).parent / "publish" / "fixtures" / "notebooks"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command in a checkout of one lesson, `90_dials`, not yet executed."""
    shutil.copytree(SOURCE, tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli.main, arguments)


def test_version(run):
    assert run("--version").output == f"course, version {__version__}\n"


def test_an_unknown_lesson_is_told_without_a_traceback(run):
    result = run("notebooks", "dials")
    assert result.exit_code == 1
    assert result.output == "Error: There is no lesson “dials”. Did you mean 90_dials? Lessons: 90_dials.\n"


def test_a_mistyped_command_gets_a_suggestion(run):
    result = run("notebook")
    assert result.exit_code == 2
    assert "There is no command “notebook”. Did you mean notebooks?" in result.output


def test_outside_of_a_checkout_it_says_where_to_run(run, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    result = run("slides", "--all")
    assert result.exit_code == 1
    assert "Run this command inside the course's folder." in result.output


def test_slides_asks_for_a_name(run):
    result = run("slides")
    assert result.exit_code == 2
    assert "Name a lesson, such as 02_billing, or say --all." in result.output


def test_slides_before_notebooks_says_what_to_run(run):
    result = run("slides", "90_dials")
    assert result.exit_code == 1
    assert "First run: course notebooks 90_dials" in result.output


def test_a_handout_before_notebooks_says_what_to_run(run, monkeypatch):
    monkeypatch.setenv("COURSE_BROWSER", "a browser")
    result = run("handout")
    assert result.exit_code == 1
    assert "First run: course notebooks 90_dials" in result.output


def test_from_source_to_deck(run, tmp_path):
    made = run("notebooks")
    assert made.exit_code == 0, made.output
    assert f"90_dials → {Path('notebooks/90_dials.ipynb')}" in made.output
    assert "13/13 cells" in made.output
    exported = run("slides", "--all", "--output", "decks")
    assert exported.exit_code == 0, exported.output
    assert (tmp_path / "decks" / "90_dials.slides.html").stat().st_size < 1_000_000
    assert f"all of them → {Path('decks/index.html')}" in exported.output
    assert 'href="90_dials.slides.html"' in (tmp_path / "decks" / "index.html").read_text("utf-8")
    source = tmp_path / "notebooks" / "source" / "90_dials.py"
    source.write_text(source.read_text("utf-8").replace("Dial(value=4)", "Dial(value=5)"), encoding="utf-8")
    checked = run("notebooks", "--check")
    assert checked.exit_code == 1
    assert "90_dials: the saved notebook is not what its source gives now." in checked.output
    assert "-dial = Dial(value=4)\n+dial = Dial(value=5)" in checked.output


def test_lab_hands_its_arguments_and_exit_code_on(run, monkeypatch):
    from course import bootstrap

    monkeypatch.setattr(bootstrap, "lab", lambda arguments: 7 if arguments == ("--no-browser",) else 0)
    assert run("lab", "--no-browser").exit_code == 7


def test_lab_says_what_is_missing(run, monkeypatch):
    from course import bootstrap

    def fail(arguments):
        raise bootstrap.Problem("JupyterLab is missing.")

    monkeypatch.setattr(bootstrap, "lab", fail)
    result = run("lab")
    assert (result.exit_code, result.output) == (1, "Error: JupyterLab is missing.\n")


def test_the_command_starts_without_the_tools_it_may_not_need():
    heavy = {"jupytext", "matplotlib", "nbclient", "nbconvert", "nbformat", "pandas"}
    script = f"import sys, course.cli; print(sorted({heavy!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
