"""A tiny assignment, and students who hand it in: two tasks of the real exercises, and an answer in words."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "tiny"
RIGHT = {
    "billing-1": "def cost_of_call(tokens_in, tokens_out, price_in, price_out):\n"
    "    return (tokens_in * price_in + tokens_out * price_out) / 1_000_000\n",
    "billing-3": "def input_of_each_turn(system, questions, answers):\n"
    "    return [system + sum(questions[: turn + 1]) + sum(answers[:turn]) for turn in range(len(questions))]\n",
}
HIDDEN = {"billing-1": "[(90_000, 11_000, 1.25, 10.0, 0.2225)]", "billing-3": "[(7, [5, 6], [8, 9], [12, 26])]"}
MARKS = "### BEGIN {0}\n{1}\n### END {0}\n"


def write_source(folder):
    """A folder of exercises with the one assignment. It is the source: solutions and hidden tests are in it."""
    cells = [new_code_cell("import course", id="start")]
    for name, solution in RIGHT.items():
        task = name.replace("-", ".")
        solution = f"{MARKS.format('SOLUTION', solution)}raise NotImplementedError('{task}: not written')"
        hidden = f"verdict = course.check('{task}', cases={HIDDEN[name]})\nassert verdict, verdict"
        tests = f"verdict = course.check('{task}')\nassert verdict, verdict\n{MARKS.format('HIDDEN TESTS', hidden)}"
        cells.append(_cell(new_code_cell(solution, id=name), name, solution=True))
        cells.append(_cell(new_code_cell(tests, id=f"{name}-tests"), f"{name}-tests", task, grade=True, points=2))
    words = MARKS.format("SOLUTION", "Because one pays for what one uses.").strip()
    words = new_markdown_cell(words, id="billing-6")
    cells.append(_cell(words, "billing-6", "billing.6", grade=True, solution=True, points=1))
    path = folder / "source" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), path)
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    return folder


def _cell(cell, name, task=None, solution=False, grade=False, points=None):
    cell.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, "solution": solution, "grade": grade}
    cell.metadata["nbgrader"] |= {"locked": grade and not solution, "task": False}
    if points:
        cell.metadata["nbgrader"]["points"] = points
    if task:
        cell.metadata["course"] = {"task": task}
    return cell


def notebook(**texts):
    """A notebook as handed in: the stubs, and the `texts` in place of some; "billing_1" stands for "billing-1"."""
    texts = {name.replace("_", "-"): text for name, text in texts.items()}
    cells = [new_code_cell("import course", id="start")]
    for name in RIGHT:
        stub = f"raise NotImplementedError('{name}')"
        cells.append(_cell(new_code_cell(texts.get(name, stub), id=name), name, solution=True))
        tests = new_code_cell("assert course", id=f"{name}-tests")
        cells.append(_cell(tests, f"{name}-tests", grade=True, points=2))
    words = new_markdown_cell(texts.get("billing-6", "YOUR ANSWER HERE"), id="billing-6")
    cells.append(_cell(words, "billing-6", grade=True, solution=True, points=1))
    return new_notebook(cells=cells)


@pytest.fixture(scope="session")
def exercises(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("exercises"))


@pytest.fixture(scope="session")
def hand_in():
    """Puts a notebook, or bytes, into a student's folder."""

    def put(folder, student, content, name=f"{NAME}.ipynb"):
        path = folder / student / NAME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content) if isinstance(content, bytes) else nbformat.write(content, path)
        return path

    return put
