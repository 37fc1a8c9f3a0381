"""Collects what the benchmarks measure, and prints it last as the table that README.md shows."""

import pytest

ROWS = pytest.StashKey[list[tuple[str, ...]]]()
HEAD = ("What", "Limit", "Measured", "Beside")


def pytest_addoption(parser):
    parser.addoption(
        "--peers", action="store_true", help="install LiteLLM and aimock into build/peers; measure them too"
    )


@pytest.fixture
def report(request):
    """Takes one row: what is measured, its limit, what came out, and what a peer took in the same run."""
    rows = request.config.stash.setdefault(ROWS, [])
    return lambda what, limit, measured, beside: rows.append((what, limit, measured, beside))


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("measured")
        for row in (HEAD, ("---",) * len(HEAD), *rows):
            terminalreporter.line(f"| {' | '.join(row)} |")
