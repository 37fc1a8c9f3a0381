"""What students get: made from the source, complete, and without a word of a solution or a hidden test."""

import ast
import csv
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest
from desk import (
    ASSIGNMENTS,
    FOLDER,
    HIDDEN,
    SOLUTION,
    graded_tests,
    in_the_open,
    is_graded,
    is_solution,
    listed_cases,
    marked,
    read,
    short,
    solution_cells,
    squeezed,
    strings,
)

from course import catalog, checks, data
from course.publish import exercises
from course.publish.lesson import LessonError

ROOT = FOLDER.parent
STUB = "# Your code here, in place of the next line."
TEXT_STUB = "*Your answer here.*"
KEPT_IN_CELLS = {"course", "deletable", "editable", "nbgrader", "tags"}
KEPT_IN_NOTEBOOKS = {"course", "kernelspec", "language_info", "title"}
TEXTS = (".py", ".md", ".csv", ".json", ".jsonl", ".js", ".html", ".txt")
TELLING = 12  # letters and signs from which a line of a solution says something
TELLING_IN_PACKAGE = 30

each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """What nbgrader makes of the sources now."""
    folder = tmp_path_factory.mktemp("release")
    exercises.release(FOLDER, ASSIGNMENTS, folder)
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@each_assignment
def test_release_is_what_the_source_gives(assignment, made):
    saved = exercises.notebook(FOLDER, "release", assignment)
    assert saved.exists(), f"Run: course exercises {assignment}"
    assert saved.read_text("utf-8") == (made / assignment / saved.name).read_text("utf-8"), "Run: course exercises"


def test_nothing_else_is_released(made):
    released = {path for path in files(FOLDER / "release") if ".ipynb_checkpoints" not in path}
    assert released == files(made)


def test_an_unknown_assignment_gets_the_nearest_name():
    with pytest.raises(LessonError, match=r"no assignment “2_billing”\. Did you mean 02_billing\?"):
        exercises.assignments(FOLDER, ["2_billing"])


def test_what_nbgrader_refuses_is_told(tmp_path):
    """A solution that does not end."""
    (tmp_path / exercises.CONFIG).write_text((FOLDER / exercises.CONFIG).read_text("utf-8"), "utf-8")
    broken = read("source", "02_billing").copy()
    broken.cells = [solution_cells(broken)[0].copy()]
    broken.cells[0].source = broken.cells[0].source.replace(SOLUTION[1], "")
    path = exercises.notebook(tmp_path, "source", "02_billing")
    path.parent.mkdir(parents=True)
    nbformat.write(broken, path)
    with pytest.raises(LessonError, match="nbgrader refused 02_billing"):
        exercises.release(tmp_path, ["02_billing"])


@each_assignment
def test_a_source_is_saved_without_traces_of_a_run(assignment):
    notebook = read("source", assignment)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) == KEPT_IN_NOTEBOOKS
    for cell in notebook.cells:
        assert not cell.get("outputs"), cell.id
        assert not cell.get("execution_count"), cell.id
        assert not cell.get("attachments"), cell.id
        assert set(cell.metadata) <= KEPT_IN_CELLS, cell.id


@each_assignment
def test_a_stub_is_its_solution_without_the_marked_lines(assignment):
    released = {cell.id: cell.source for cell in read("release", assignment).cells}
    for cell in solution_cells(read("source", assignment)):
        if cell.cell_type == "markdown":
            assert released[cell.id] == TEXT_STUB
            continue
        regions = marked(cell.source, SOLUTION)
        assert regions, f"{cell.id} marks no solution"
        assert released[cell.id].count(STUB) == len(regions)
        written = [line for line in released[cell.id].splitlines() if line.strip() != STUB]
        assert "\n".join(written) == in_the_open(cell.source)


@each_assignment
def test_a_stub_ends_by_naming_its_task(assignment):
    for cell in solution_cells(read("release", assignment)):
        if cell.cell_type == "code":
            task = checks.find(cell.metadata.course.task)
            functions = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
            body = next(function.body for function in functions if function.name == task.answer)
            assert ast.unparse(body[-1]) == f"raise NotImplementedError('{task.name}: {task.answer}')"
            assert f"\ndef {task.answer}(" in f"\n{cell.source}", "the checks call the cell by this line"


# Nothing leaks.


@cache
def secrets(assignment: str) -> list[list[str]]:
    """The lines of each solution and each hidden test, squeezed, without those that also stand in the open."""
    regions, shown = [], []
    for cell in read("source", assignment).cells:
        if is_solution(cell) and cell.cell_type == "markdown":
            regions.append(re.split(r"(?<=[.!?])\s+", cell.source))
        else:
            regions += [*marked(cell.source, SOLUTION), *marked(cell.source, HIDDEN)]
            shown.append(in_the_open(cell.source))
    known = squeezed("\n".join(shown))
    squeezed_regions = [[squeezed(line) for line in region] for region in regions]
    return [[line for line in region if line not in known] for region in squeezed_regions]


def leaks(assignment: str, text: str) -> list[str]:
    """The secret lines that a text tells."""
    text = squeezed(text)
    lines = {line for region in secrets(assignment) for line in region if len(line) >= TELLING}
    return sorted(line for line in lines if line in text)


def copies(assignment: str, text: str) -> list[str]:
    """Two lines of a secret in a row, or all of it: a single line may stand in any program."""
    text = squeezed(text)
    pairs = {"".join(region[at : at + 2]) for region in secrets(assignment) for at in range(max(1, len(region) - 1))}
    return sorted(pair for pair in pairs if len(pair) >= TELLING_IN_PACKAGE and pair in text)


def leaks_of_notebook(assignment: str, notebook: dict) -> list[str]:
    """What a released notebook tells in any of its parts, and parts that have no place in one."""
    found = leaks(assignment, "\n".join(strings(notebook)))
    found += [f"metadata {key}" for key in set(notebook["metadata"]) - KEPT_IN_NOTEBOOKS]
    for cell in notebook["cells"]:
        found += [f"{cell['id']}: metadata {key}" for key in set(cell["metadata"]) - KEPT_IN_CELLS]
        found += [f"{cell['id']}: {part}" for part in ("outputs", "attachments") if cell.get(part)]
        found += [f"{cell['id']}: {marker}" for marker in (*SOLUTION, *HIDDEN) if marker in cell["source"]]
    return found


def leaks_of_package(assignment: str, sources: dict[str, str]) -> list[str]:
    """Which files of the package copy a solution or a hidden test, or hold a hidden case."""
    found = [f"{name}: {copy}" for name, text in sources.items() for copy in copies(assignment, text)]
    cells = graded_tests(read("source", assignment))
    shown = set().union(*(listed_cases(in_the_open(cell.source)) for cell in cells))
    hidden = set().union(*(listed_cases(cell.source) for cell in cells)) - shown
    for name, text in sources.items():
        if name.startswith("course/checks/"):
            found += [f"{name}: {case}" for case in sorted(hidden & listed_cases(text))]
    return found


@pytest.fixture(scope="module")
def package() -> dict[str, str]:
    """The text files that the wheel installs, as pyproject lists them."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    folders = [part.removeprefix("/") for part in (*wheel["include"], *wheel["force-include"], *wheel["shared-data"])]
    assert [folder for folder in folders if folder.startswith(("exercises", "tests"))] == ["exercises/release"]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    texts = {}
    for name in listed.rstrip("\0").split("\0"):
        if (
            name.endswith((".py", ".md", ".csv", ".json", ".jsonl", ".js", ".html", ".txt"))
            and (ROOT / name).exists()
        ):
            texts[name] = (ROOT / name).read_text("utf-8")
    return texts


@each_assignment
def test_the_release_tells_no_secret(assignment):
    assert secrets(assignment)
    assert leaks_of_notebook(assignment, read("release", assignment)) == []


@each_assignment
def test_the_installed_package_tells_no_secret(assignment, package):
    assert {"course/checks/__init__.py", "data/claims.csv"} <= set(package)
    assert leaks_of_package(assignment, package) == []


def in_a_cell(cell, secret):
    cell["source"] += f"\n{secret}"


def in_a_comment(cell, secret):
    cell["source"] += f"\n#      {secret}"


def in_metadata(cell, secret):
    cell["metadata"]["course"] = {"notes": [{"kept": secret}]}


def in_a_key_of_metadata(cell, secret):
    cell["metadata"]["nbgrader"] = {secret: 1}


def in_metadata_that_has_no_place(cell, _):
    cell["metadata"]["jupyter"] = {}


def in_an_output(cell, secret):
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": secret}]


def in_any_output(cell, _):
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "6 * 7"}]


def in_an_attachment(cell, secret):
    cell["attachments"] = {"note.txt": {"text/plain": secret}}


def as_a_marker(cell, _):
    cell["source"] += f"\n{HIDDEN[0]}"


@pytest.mark.parametrize(
    "plant",
    [in_a_cell, in_a_comment, in_metadata, in_a_key_of_metadata, in_metadata_that_has_no_place, in_an_output,
     in_any_output, in_an_attachment, as_a_marker],
)  # fmt: skip
@pytest.mark.parametrize("line", ["return plan / (people * working_days * dollars)", "(1_024, 1, 1_024, 0)"])
def test_a_planted_leak_is_found(plant, line):
    cells = read("source", "02_billing").cells
    full = next(each for cell in cells for each in cell.source.splitlines() if line in each)
    notebook = nbformat.from_dict(read("release", "02_billing"))
    plant(notebook["cells"][0], full.strip())
    assert leaks_of_notebook("02_billing", notebook)


def test_a_leak_in_the_package_is_found():
    cells = read("source", "02_billing").cells
    solution = "\n".join(line for cell in cells for region in marked(cell.source, SOLUTION) for line in region)
    assert leaks_of_package("02_billing", {"course/billing_answers.py": f"def f():\n{solution}"})
    assert leaks_of_package(
        "02_billing", {"data/notes.md": "Tomás, " + read("source", "02_billing").cells[-2].source}
    )
    spelled_anew = "cases = (\n  (1234, 567,\n   0.75, 4.5, 0.003477),\n)"
    assert leaks_of_package("02_billing", {"course/checks/billing.py": spelled_anew})


# What an assignment holds.


@each_assignment
def test_an_assignment_has_four_to_six_tasks(assignment):
    cells = solution_cells(read("source", assignment))
    names = [cell.metadata.course.task for cell in cells]
    assert names == [f"{short(assignment)}.{number}" for number in range(1, len(names) + 1)]
    assert 4 <= len(names) <= 6
    assert 30 <= read("source", assignment).metadata.course.minutes <= 60


@each_assignment
def test_each_task_is_checked_by_a_program_or_marked_by_a_person(assignment):
    notebook = read("source", assignment)
    by_program = [cell.metadata.course.task for cell in solution_cells(notebook) if cell.cell_type == "code"]
    assert by_program == [task.name for task in checks.tasks(short(assignment))]
    for cell in solution_cells(notebook):
        assert is_graded(cell) == (cell.cell_type == "markdown")
    shown = [cell.source for cell in notebook.cells]
    for name in by_program:
        assert shown.count(f'course.check("{name}")') == 1


@each_assignment
def test_points_are_the_same_wherever_they_stand(assignment):
    notebook = read("source", assignment)
    prose = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "markdown"}
    total = 0
    for cell in solution_cells(notebook):
        name, slug = cell.metadata.course.task, cell.metadata.nbgrader.grade_id
        if cell.cell_type == "code":
            points = sum(test.metadata.nbgrader.points for test in graded_tests(notebook, name))
            assert points == checks.find(name).points, name
        else:
            points = cell.metadata.nbgrader.points
        assert f"*{points} points" in prose[f"{slug}-text"], f"the text of {name} should say its points"
        total += points
    assert f"{total} points" in notebook.cells[0].source


@each_assignment
def test_names_of_cells_follow_their_tasks(assignment):
    notebook = read("source", assignment)
    ids = [cell.id for cell in notebook.cells]
    grade_ids = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert len(set(ids)) == len(ids)
    assert len(set(grade_ids)) == len(grade_ids)
    for cell in solution_cells(notebook):
        assert cell.id == cell.metadata.nbgrader.grade_id == cell.metadata.course.task.replace(".", "-")
    for cell in graded_tests(notebook):
        slug = cell.metadata.course.task.replace(".", "-")
        assert re.fullmatch(rf"{slug}(-[a-z]+)?-tests", cell.metadata.nbgrader.grade_id)


@each_assignment
def test_graded_tests_show_one_part_and_hide_another(assignment):
    for cell in graded_tests(read("source", assignment)):
        assert cell.metadata.nbgrader.locked, cell.id
        assert "raises-exception" in cell.metadata.tags, "so that Run All goes on after a task that is not done"
        assert any(region for region in marked(cell.source, HIDDEN)), cell.id
        shown = in_the_open(cell.source)
        assert f'course.check("{cell.metadata.course.task}"' in shown, cell.id
        assert re.search(r"^assert \w", shown, re.M), cell.id
        imports = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert imports == [], f"{cell.id}: a graded test needs nothing but course.check"


@each_assignment
def test_claims_are_those_of_the_lesson_and_together_what_it_trains(assignment):
    notebook = read("source", assignment)
    with data.path("claims.csv").open(encoding="utf-8", newline="") as file:
        taught = {row["id"]: row["taught"] for row in csv.DictReader(file)}
    trained = set()
    for cell in solution_cells(notebook):
        name, claims = cell.metadata.course.task, cell.metadata.course.claims
        assert claims, name
        assert set(claims) <= set(taught), name
        if cell.cell_type == "code":
            assert tuple(claims) == checks.find(name).claims
        if short(assignment) != "capstone":
            assert all(f"{assignment}:" in taught[claim] for claim in claims), name
        trained |= set(claims)
    assert notebook.metadata.course.claims == sorted(trained)
    assert notebook.metadata.course.assignment == assignment


@each_assignment
def test_facts_stay_in_data(assignment):
    models = sorted((model.id for model in catalog.load().models), key=len, reverse=True)
    typed = re.compile(r"(?<!\\)\$\s?\d|(?<![\w.-])(?:" + "|".join(map(re.escape, models)) + r")(?![\w-])")
    for cell in read("source", assignment).cells:
        assert not typed.search(cell.source), cell.id


@each_assignment
def test_students_need_no_nbgrader(assignment):
    code = [cell.source for cell in read("release", assignment).cells if cell.cell_type == "code"]
    assert not re.search(r"\bnbgrader\b", "\n".join(code))
