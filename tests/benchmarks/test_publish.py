"""How fast the billing lesson runs, and how small and how soon its deck is."""

import ast
from pathlib import Path
from time import perf_counter

import pytest

from course.publish import notebooks, slides
from course.publish.lesson import Lesson, find_lessons

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def lesson():
    (billing,) = find_lessons(Path(__file__).parents[2] / "notebooks", ("02_billing",))
    return billing


@pytest.fixture(scope="module")
def deck(lesson, tmp_path_factory):
    return slides.export(lesson, tmp_path_factory.mktemp("decks"))


def test_the_deck_has_at_most_a_megabyte(deck):
    assert deck.stat().st_size <= MEGABYTE


@pytest.mark.benchmark(group="deck")
def test_the_first_slide_is_ready_within_a_second(benchmark, browser, deck):
    page = browser.new_page(viewport={"width": 1280, "height": 720})

    def open_deck():
        page.goto("about:blank")
        page.goto(deck.as_uri())
        page.wait_for_function("Reveal.isReady()")

    benchmark.pedantic(open_deck, rounds=5, warmup_rounds=1)
    page.close()
    assert benchmark.stats.stats.median < 1


def only_imports(lesson: Lesson, folder: Path) -> Lesson:
    """A lesson of one cell: the imports of `lesson`."""
    code = "\n".join(cell.source for cell in lesson.read().cells if cell.cell_type == "code")
    imports = [ast.unparse(node) for node in ast.parse(code).body if isinstance(node, ast.Import | ast.ImportFrom)]
    source = folder / "notebooks" / "source" / "00_imports.py"
    source.parent.mkdir(parents=True)
    source.write_text('# %% label="imports"\n' + "\n".join(imports) + "\n", encoding="utf-8")
    return Lesson(source)


@pytest.mark.benchmark(group="execute")
def test_the_lesson_takes_at_most_twice_its_imports(benchmark, lesson, tmp_path):
    imports = only_imports(lesson, tmp_path)
    seconds = {lesson: [], imports: []}

    def execute_both():
        for each, measured in seconds.items():
            start = perf_counter()
            notebooks.execute([each])
            measured.append(perf_counter() - start)

    benchmark.pedantic(execute_both, rounds=3, warmup_rounds=1)
    ratio = min(seconds[lesson]) / min(seconds[imports])
    benchmark.extra_info["times_its_imports"] = round(ratio, 2)
    assert ratio <= 2
