"""Wrong answers that are the solution with one thing changed, so that the mistake stands out."""

from collections.abc import Callable, Iterable
from functools import cache

from desk import SOLUTION, is_solution, read, wrong

from course import checks


def but(answer: str, old: str, new: str) -> str:
    """The answer with one thing changed."""
    assert answer.count(old) == 1, f"stands there {answer.count(old)} times: {old}"
    return answer.replace(old, new)


def solution(assignment: str, task: str) -> str:
    """The cell that solves a task, without marks."""
    cell = next(cell for cell in read("source", assignment).cells if cell.id == task.replace(".", "-"))
    return "\n".join(line for line in cell.source.splitlines() if line.strip() not in SOLUTION)


def keep(assignment: str, task: str, attempts: Iterable[tuple[int, str, str]]) -> None:
    """Put wrong answers to a task into the corpus: (points, why, code)."""

    cells = read("source", assignment).cells
    place = [cell.id for cell in cells].index(task.replace(".", "-"))

    @cache
    def above() -> dict[str, object]:
        """What the cells above give, other tasks left out; they run when the first answer is called."""
        names: dict[str, object] = {}
        for cell in cells[:place]:
            if cell.cell_type == "code" and not is_solution(cell) and "course.check(" not in cell.source:
                exec(cell.source, names)
        return names

    for points, why, code in attempts:
        wrong(task, why, points)(_function(checks.find(task).answer, code, above))


def _function(name: str, code: str, above: Callable[[], dict]) -> Callable:
    @cache
    def names() -> dict[str, object]:
        found = dict(above())
        exec(code, found)
        return found

    return lambda *arguments: names()[name](*arguments)
