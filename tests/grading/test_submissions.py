"""What lies in a folder of submissions, and what is said where nothing can be graded."""

import pytest

from course.grading import submissions
from course.grading.problem import GradingProblem

KNOWN = ["02_billing", "03_integration"]


@pytest.fixture
def put(tmp_path):
    def put(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
        return tmp_path

    return put


def _by_student(found, assignment="02_billing"):
    return {each.student: each for each in found.submissions[assignment]}


def test_both_layouts_are_found_and_absence_is_told(put):
    folder = put(
        "mei/02_billing/02_billing.ipynb", "tomas/02_billing.ipynb", "ana/03_integration/03_integration.ipynb"
    )
    found = submissions.find(folder, KNOWN, [])
    assert list(found.submissions) == KNOWN
    students = _by_student(found)
    assert students["mei"].path == folder / "mei/02_billing/02_billing.ipynb"
    assert students["tomas"].path == folder / "tomas/02_billing.ipynb"
    assert (students["ana"].path, students["ana"].problem) == (None, "")
    assert not found.left_alone


def test_two_notebooks_and_a_wrong_name_are_explained(put):
    folder = put(
        *("a/02_billing/02_billing.ipynb", "a/02_billing/copy.ipynb"),
        *("b/02_billing/02_billing (1).ipynb", "c/02_billing/one.ipynb", "c/02_billing/two.ipynb"),
        *("d/02_billing/essay.docx", "e/02_biling/02_billing.ipynb", "loose.ipynb"),
    )
    (folder / "f" / "02_billing").mkdir(parents=True)
    found = submissions.find(folder, KNOWN, ["02_billing"])
    students = _by_student(found)
    assert "Not graded: 'copy.ipynb'" in students["a"].note
    assert "was called '02_billing (1).ipynb'" in students["b"].note
    assert students["b"].path.name == "02_billing (1).ipynb"
    assert "2 notebooks, none called 02_billing.ipynb" in students["c"].problem
    assert "only 'essay.docx'" in students["d"].problem
    assert "There is no notebook, nothing" in students["f"].problem
    assert "e: there is no assignment '02_biling'. Did they mean 02_billing?" in found.left_alone[1]
    assert "'loose.ipynb' lies outside" in found.left_alone[0]


@pytest.mark.parametrize(
    ("names", "wanted", "said"),
    [
        ([], [], "holds no student's folder"),
        (["mei/notes.txt"], [], "holds nothing for 02_billing, 03_integration"),
        (["mei/notes.txt"], ["02_billing"], "Nobody handed in anything for 02_billing"),
    ],
)
def test_where_there_is_nothing_it_says_what_to_do(put, names, wanted, said):
    with pytest.raises(GradingProblem, match=said) as caught:
        submissions.find(put(*names), KNOWN, wanted)
    assert "Put each student's notebook" in str(caught.value)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(GradingProblem, match="There is no folder"):
        submissions.find(tmp_path / "none", KNOWN, [])
