"""How small the billing lesson's deck is, and how soon it shows its first slide."""

from pathlib import Path
from statistics import median
from time import perf_counter

import nbformat
import pytest
from nbconvert.exporters import SlidesExporter

from course.publish import slides
from course.publish.lesson import find_lessons

MEGABYTE = 1_000_000
FIRST_SLIDE = 1  # second
TIMES_BARE = 4
WALK = "while (!Reveal.isLastSlide()) Reveal.next();"
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


@pytest.fixture(scope="module")
def lesson():
    (billing,) = find_lessons(Path(__file__).parents[2] / "notebooks", ("02_billing",))
    return billing


@pytest.fixture(scope="module")
def deck(lesson, tmp_path_factory):
    return slides.export(lesson, tmp_path_factory.mktemp("decks"))


def open_deck(page, deck: Path) -> float:
    """Open a deck; the seconds until its first slide is painted."""
    page.goto("about:blank")
    start = perf_counter()
    page.goto(deck.as_uri(), wait_until="commit")
    page.wait_for_function("window.Reveal?.isReady()")
    page.evaluate(PAINTED)
    return perf_counter() - start


def test_the_deck_is_one_small_file(offline_page, lesson, deck, tmp_path, report):
    open_deck(offline_page, deck)
    offline_page.evaluate(WALK)
    requests = [url for url in offline_page.asked if not url.startswith(("about:", "blob:", deck.as_uri()))]
    size = deck.stat().st_size

    plain = tmp_path / "plain.slides.html"
    plain.write_text(SlidesExporter().from_filename(lesson.notebook)[0], encoding="utf-8")
    offline_page.asked.clear()
    offline_page.goto(plain.as_uri())
    missed = {url for url in offline_page.asked if url.startswith("http")}
    report(
        "the lesson as slides: size, files asked of the network",
        "1 MB, none",
        f"{size / MEGABYTE:.2f} MB, {len(requests) or 'none'}",
        f"nbconvert's `--to slides`: {plain.stat().st_size / MEGABYTE:.2f} MB, {len(missed)} files",
    )
    assert size <= MEGABYTE
    assert requests == []


def bare_deck(pages: int, folder: Path) -> Path:
    """reveal.js and nothing else, on as many pages, each with a heading and a line."""
    reveal = slides.reveal_files()
    page = "<section><h2>A heading</h2><p>A line.</p></section>"
    file = folder / "bare.html"
    file.write_text(
        f"<!doctype html><style>{reveal['css']}</style>"
        f'<div class="reveal"><div class="slides">{page * pages}</div></div>'
        f"<script>{reveal['js']}</script><script>Reveal.initialize()</script>",
        encoding="utf-8",
    )
    return file


@pytest.mark.benchmark(group="deck")
def test_the_first_slide_is_ready_within_a_second(benchmark, offline_page, lesson, deck, tmp_path, report):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    bare = bare_deck(sum(map(len, slides.cut(notebook.cells))), tmp_path)
    bare_seconds = []
    benchmark.pedantic(
        lambda: open_deck(offline_page, deck),
        setup=lambda: bare_seconds.append(open_deck(offline_page, bare)),
        rounds=10,
        warmup_rounds=1,
    )
    seconds, floor = benchmark.stats.stats.median, median(bare_seconds)
    report(
        "the slides opened, until the first is painted",
        f"{FIRST_SLIDE} s, {TIMES_BARE} times as long",
        f"{seconds:.2f} s, {seconds / floor:.1f} times as long",
        f"as many nearly empty pages of reveal.js: {floor:.2f} s",
    )
    assert seconds <= FIRST_SLIDE
    assert seconds / floor <= TIMES_BARE
