"""How long a class's gateway keeps calls waiting, beside calls of the same vendor without it, in the same minute.

The gateway has two workers over PostgreSQL, which waits for the disk as it does when it is installed; the vendor is a
stand-in that takes 300 ms.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "deploy"))

import pytest
from classroom_students import Attempt, Student
from classroom_world import MODEL, postgresql, world

CLASS = 100
A_SECOND = 50
CALLS = 600
ADDED = 0.020  # seconds
TO_DISK = {"fsync": "on", "full_page_writes": "on"}


@pytest.fixture(autouse=True)
def installed():
    try:
        postgresql.program("initdb")
    except SystemExit as missing:
        pytest.skip(str(missing))


def test_a_gateway_adds_little(tmp_path, report):
    with world([f"student{number}@example.edu" for number in range(CLASS)], tmp_path, **TO_DISK) as klass:
        through = [Student(name, key, klass.url, MODEL) for name, key in klass.keys.items()]
        past = [Student(name, "none", klass.vendor_url, MODEL, "/v1/chat/completions") for name in klass.keys]
        ours, theirs = asyncio.run(call(through, past))
    usual = median(theirs)
    added = quantiles(ours, n=20)[-1] - usual
    report(
        f"what a class's gateway adds to a call, {A_SECOND} calls a second, 95th percentile",
        f"{ADDED * 1000:.0f} ms",
        f"{added * 1000:.0f} ms; median {(median(ours) - usual) * 1000:.0f} ms",
        f"the vendor alone: {usual * 1000:.0f} ms, 95th percentile {quantiles(theirs, n=20)[-1] * 1000:.0f} ms",
    )
    assert added <= ADDED


async def call(*groups: list[Student]) -> list[list[float]]:
    """The seconds of each group's calls. So many calls a second are made of the first, and as many of the second."""
    for group in groups:  # connections, caches
        await asyncio.gather(*[student.ask(stream=place % 2 == 0) for place, student in enumerate(group)])
    began, asked = time.perf_counter(), [[] for _ in groups]
    for number in range(CALLS):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        for group, tasks in zip(groups, asked, strict=True):
            tasks.append(asyncio.create_task(ask(group, stream=number % 2 == 0)))
    return [[each.result().seconds for each in tasks] for tasks in asked if await asyncio.gather(*tasks)]


async def ask(group: list[Student], stream: bool) -> Attempt:
    """One who has nothing to do asks."""
    assert group, "all are waiting for their answers: this machine is too busy to measure"
    student = group.pop()
    attempt = await student.ask(stream)
    assert attempt.status == 200, attempt
    group.append(student)
    return attempt
