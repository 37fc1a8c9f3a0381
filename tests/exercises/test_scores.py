"""Solutions score everything, releases nothing, and each wrong answer what it deserves."""

import ssl
from functools import cache

import pytest
from desk import ASSIGNMENTS, Recorder, attempts, grade, is_solution, leaves, read, run, short, solution_cells

from course import checks

TASKS = [(assignment, task.name) for assignment in ASSIGNMENTS for task in checks.tasks(short(assignment))]
ATTEMPTS = [(assignment, attempt) for assignment, task in TASKS for attempt in attempts().get(task, [])]

each_task = pytest.mark.parametrize(("assignment", "name"), TASKS, ids=[name for _, name in TASKS])


@pytest.fixture(scope="module", autouse=True)
def one_ssl_context():
    """A vendor's client reads all certificates when it is made, and none of them is needed on loopback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        yield


@cache
def told(assignment: str) -> str:
    """What the tasks themselves say, to everybody."""
    cells = read("release", assignment).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown" or is_solution(cell))


@cache
def names_after(step: str, assignment: str) -> dict:
    return run(read(step, assignment))


@cache
def solution_when_graded(assignment: str, name: str) -> Recorder:
    """What goes into a solution and comes out of it while it is graded."""
    task = checks.find(name)
    solution = Recorder(names_after("source", assignment)[task.answer])
    grade(assignment, name, {task.answer: solution})
    return solution


@each_task
def test_the_solution_scores_everything(assignment, name):
    names = names_after("source", assignment)
    verdict = checks.examine(checks.find(name), names)
    assert verdict, verdict
    assert grade(assignment, name, names) == (checks.find(name).points, [])


@each_task
def test_the_release_scores_nothing_and_says_that_it_is_not_written_yet(assignment, name):
    names = names_after("release", assignment)
    verdict = checks.examine(checks.find(name), names)
    assert not verdict
    assert verdict.what == f"{checks.find(name).answer} is not written yet."
    assert grade(assignment, name, names)[0] == 0


@each_task
def test_an_answer_that_is_missing_scores_nothing(assignment, name):
    assert grade(assignment, name, {})[0] == 0


@each_task
def test_a_task_has_ten_wrong_answers(assignment, name):
    tried = attempts().get(name, [])
    assert len(tried) >= 10
    assert len({attempt.why for attempt in tried}) == len(tried)


def test_each_wrong_answer_belongs_to_a_task():
    assert set(attempts()) <= {name for _, name in TASKS}


@pytest.mark.parametrize(
    ("assignment", "attempt"), ATTEMPTS, ids=[f"{each.task}: {each.why}" for _, each in ATTEMPTS]
)
def test_a_wrong_answer_scores_as_intended_and_hears_no_answer(assignment, attempt):
    task = checks.find(attempt.task)
    solution = solution_when_graded(assignment, task.name)
    given = Recorder(attempt.function)
    points, said = grade(assignment, task.name, {task.answer: given})
    assert points == attempt.points < task.points
    known = "\n".join(map(str, [*leaves(given.results), *leaves(solution.arguments)]))
    results = {text for text in map(str, leaves(solution.results)) if len(text.strip("0.")) >= 3}
    right = {text for text in results if text not in known}
    for message in [*said, repr(checks.examine(task, {task.answer: given}))]:
        assert [text for text in right if text in message and text not in told(assignment)] == [], message
    for message in said:
        assert "\nHint: " in message, f"no hint: {message}"
        assert "a form that the check cannot work with" not in message


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_person_marks_at_most_two_tasks(assignment):
    assert sum(cell.cell_type == "markdown" for cell in solution_cells(read("source", assignment))) <= 2
