"""A student's cells in the instructor's source: whatever happened to ours, ours is what grades."""

import json

import nbformat
import pytest
from nbformat import v4

from course.grading import notebook_file
from course.grading.cells import OURS, TEST, THEIRS, grade_id, place
from course.grading.notebook_file import Unreadable

from .conftest import RIGHT, notebook

STUBS = {"billing-1": "stub 1", "billing-3": "stub 3", "billing-6": "stub 6"}


@pytest.fixture
def source(exercises):
    return nbformat.read(exercises / "source" / "tiny" / "tiny.ipynb", as_version=4).cells


def _tests(placed):
    return [each.cell.source for each in placed if each.role == TEST]


def test_edited_deleted_and_doubled_tests_are_the_sources_again(source):
    usual = _tests(place(source, notebook(**RIGHT).cells, STUBS))
    assert len(usual) == 2
    assert all("cases=" in test for test in usual)
    edited = notebook(**RIGHT)
    for cell in edited.cells:
        if cell.metadata.get("nbgrader", {}).get("points"):
            cell.source = "pass"
            cell.metadata.nbgrader.points = 1000
    deleted = notebook(**RIGHT)
    deleted.cells = [cell for cell in deleted.cells if "tests" not in (grade_id(cell) or "")]
    doubled = notebook(**RIGHT)
    doubled.cells += edited.cells
    for handed_in in (edited, deleted, doubled, v4.new_notebook()):
        assert _tests(place(source, handed_in.cells, STUBS)) == usual


def test_a_solution_comes_from_its_cell_and_a_missing_one_is_as_released(source):
    handed_in = notebook(**{"billing-1": "first = 1"})
    handed_in.cells = [cell for cell in handed_in.cells if grade_id(cell) != "billing-3"]
    texts = {grade_id(each.cell): each.cell.source for each in place(source, handed_in.cells, STUBS)}
    assert texts["billing-1"] == "first = 1"
    assert texts["billing-3"] == "stub 3"


def test_a_students_own_cell_runs_where_it_stands_and_is_never_graded(source):
    handed_in = notebook(**RIGHT)
    own = v4.new_code_cell("import math")
    claims = v4.new_code_cell("1000")
    claims.metadata["nbgrader"] = {"grade_id": "bonus", "grade": True, "points": 1000}
    handed_in.cells[1:1] = [own, claims]
    placed = place(source, handed_in.cells, STUBS)
    assert [each.cell.source for each in placed[:3]] == ["import course", "import math", "1000"]
    assert [each.role for each in placed[1:3]] == [THEIRS, THEIRS]
    assert all("nbgrader" not in each.cell.metadata for each in placed[1:3])


def test_a_deleted_first_cell_is_ours(source):
    placed = place(source, notebook(**RIGHT).cells[1:], STUBS)
    assert (placed[0].role, placed[0].cell.source) == (OURS, "import course")


@pytest.mark.parametrize("cells", ["text", {"a": 1}, None])
def test_a_notebook_without_a_list_of_cells_is_refused(cells):
    with pytest.raises(Unreadable, match="no list of cells"):
        notebook_file.parse(json.dumps({"cells": cells}).encode(), "a.ipynb")


def test_odd_cells_are_read_as_far_as_they_make_sense():
    odd = [None, 7, {}, {"cell_type": "code", "source": 5}, {"cell_type": "code", "metadata": []}]
    odd += [{"cell_type": "code", "metadata": {"nbgrader": []}, "id": "a/../b", "source": ["a\n", None]}]
    odd += [{"cell_type": "markdown", "metadata": {"nbgrader": {"grade_id": ["x"]}}, "source": "\ud800"}]
    read = notebook_file.parse(json.dumps({"cells": odd}).encode(), "a.ipynb")
    assert [cell.source for cell in read.cells] == ["5", "", "a\nNone", "?"]
    assert not any(grade_id(cell) for cell in read.cells)
    assert "/" not in read.cells[2].id
