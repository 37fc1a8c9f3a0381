"""How long the lessons take from top to bottom, beside notebooks that only import the same."""

import ast
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

from course.publish import notebooks
from course.publish.lesson import Lesson, find_lessons

ROOT = Path(__file__).parents[2]
ALL = 60  # seconds, on 2 cores
ALL_CHECKED = 120
TIMES_IMPORTS = {"all": 1.5, "one": 2}


@pytest.fixture(scope="module")
def lessons():
    return find_lessons(ROOT / "notebooks")


def only_imports(lessons: list[Lesson], folder: Path) -> list[Lesson]:
    """For each lesson, one of a single cell: its imports."""
    sources = folder / "notebooks" / "source"
    sources.mkdir(parents=True)
    for lesson in lessons:
        code = "\n".join(cell.source for cell in lesson.read().cells if cell.cell_type == "code")
        body = ast.parse(code).body
        imports = [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
        cell = '# %% label="imports"\n' + "\n".join(imports) + "\n"
        (sources / lesson.source.name).write_text(cell, encoding="utf-8")
    return find_lessons(folder / "notebooks")


def seconds(lessons: list[Lesson]) -> float:
    start = perf_counter()
    notebooks.execute(lessons)
    return perf_counter() - start


def whole_and_floor(benchmark, lessons: list[Lesson], folder: Path, rounds: int) -> tuple[float, float]:
    """The best time of executing the lessons, and the best of their imports alone, by turns."""
    imports = only_imports(lessons, folder)
    measured = []
    benchmark.pedantic(lambda: measured.append((seconds(lessons), seconds(imports))), rounds=rounds)
    return tuple(map(min, zip(*measured, strict=True)))


@pytest.mark.benchmark(group="execute")
def test_the_billing_lesson_takes_at_most_twice_its_imports(benchmark, lessons, tmp_path, report):
    billing = [lesson for lesson in lessons if lesson.name == "02_billing"]
    whole, floor = whole_and_floor(benchmark, billing, tmp_path, rounds=4)
    report(
        "the lesson executed from top to bottom",
        f"{TIMES_IMPORTS['one']} times as long",
        f"{whole:.1f} s, {whole / floor:.1f} times as long",
        f"a notebook with its imports alone: {floor:.1f} s",
    )
    assert whole / floor <= TIMES_IMPORTS["one"]


@pytest.mark.benchmark(group="execute")
def test_all_lessons_take_a_minute_and_half_as_long_again_as_their_imports(benchmark, lessons, tmp_path, report):
    whole, floor = whole_and_floor(benchmark, lessons, tmp_path, rounds=2)
    report(
        f"all {len(lessons)} lessons executed",
        f"{ALL} s on 2 cores, {TIMES_IMPORTS['all']} times as long",
        f"{whole:.0f} s, {whole / floor:.2f} times as long",
        f"as many notebooks with their imports alone: {floor:.0f} s",
    )
    assert whole <= ALL
    assert whole / floor <= TIMES_IMPORTS["all"]


@pytest.mark.benchmark(group="execute")
def test_nbval_takes_two_minutes_for_all_lessons(benchmark, lessons, report):
    command = [sys.executable, "-m", "pytest", "notebooks", "-p", "no:cacheprovider"]
    command += ["--numprocesses=auto", "--dist=loadfile"]
    benchmark.pedantic(lambda: subprocess.run(command, cwd=ROOT, check=True), rounds=1)
    whole = benchmark.stats.stats.max
    report(f"nbval, strict, on all {len(lessons)} lessons", f"{ALL_CHECKED} s on 2 cores", f"{whole:.0f} s", "")
    assert whole <= ALL_CHECKED
