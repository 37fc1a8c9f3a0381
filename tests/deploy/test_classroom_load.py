"""Five hundred students at once on a class's gateway: everybody is served, and each cent is counted once.

The gateway is `course classroom serve` with two workers over PostgreSQL; it forwards to a stand-in vendor that takes
300 ms. How much time the gateway adds is measured by `tests/benchmarks/test_classroom.py`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict

import psutil
import pytest
from classroom_students import Attempt, Student
from classroom_world import MODEL, WORKERS, World, wait_until, world

from course import catalog
from course.gateway import pricing
from course.gateway.types import Usage

CLASS = 500
GREEDY = "greedy@example.edu"
SPENDTHRIFT = "spendthrift@example.edu"
MODEST = "modest@example.edu"
AT_ONCE = 40  # calls of one key
PER_MINUTE = 60
# A call could cost 0.04 cents, and costs a twentieth of that: enough for five calls at once, or a hundred in a row.
WEEKLY_DOLLARS = 0.002
PATIENCE = 300  # seconds; a busy machine is slow


@pytest.fixture(scope="module")
def klass(tmp_path_factory):
    names = [*(f"student{number}@example.edu" for number in range(CLASS)), GREEDY, SPENDTHRIFT, MODEST]
    terms = ("--weekly", str(WEEKLY_DOLLARS), "--per-minute", str(PER_MINUTE))
    with world(names, tmp_path_factory.mktemp("class"), *terms) as running:
        yield running


def students(klass: World, count: int) -> list[Student]:
    return [program(klass, f"student{number}@example.edu") for number in range(count)]


def program(klass: World, name: str) -> Student:
    return Student(name, klass.keys[name], klass.url, MODEL)


async def persist(student: Student, stream: bool) -> Attempt:
    """Ask as a vendor's SDK does: again after what may pass."""
    end = time.monotonic() + PATIENCE
    while True:
        attempt = await student.ask(stream)
        if attempt.status not in (0, 503) or time.monotonic() > end:
            return attempt
        await asyncio.sleep(float(attempt.headers.get("retry-after", 0.5)))


async def work(group: list[Student], calls: int) -> None:
    """All at once, each one call after the other, plain and streamed by turns."""

    async def one(student: Student, place: int) -> None:
        for number in range(calls):
            attempt = await persist(student, stream=(place + number) % 2 == 0)
            assert attempt.status == 200, attempt
            assert attempt.body.endswith((b"}", b"data: [DONE]\n\n")), attempt
        student.hang_up()

    await asyncio.gather(*[one(student, place) for place, student in enumerate(group)])


def statuses(group: list[Student]) -> Counter:
    return Counter(attempt.status for student in group for attempt in student.attempts)


def check_accounts(klass: World) -> int:
    """The ledger has what the vendor served, once each, and the budgets have what is in the ledger. Returns how many
    calls were lost: the vendor may have served them, and nobody can know, so they are charged what they held.
    """
    facts = catalog.load()
    served, lines = klass.served(), defaultdict(list)
    for line in klass.ledger():
        lines[line.student].append(line)
    assert served.keys() <= lines.keys()
    lost = 0
    for student, theirs in lines.items():
        known = [line for line in theirs if line.status == "ok"]
        charged = Counter((line.input, line.output) for line in known)
        assert charged <= served[student], student
        missing = (served[student] - charged).total()
        assert missing <= len(theirs) - len(known), student
        lost += len(theirs) - len(known)
        for line in known:
            rates = pricing.rates(facts, MODEL, line.input)
            assert line.cost_micros == pricing.cost_micros(Usage(input=line.input, output=line.output), rates)
    spent = Counter()
    for line in klass.ledger():
        spent["key", line.key_id] += line.cost_micros
        spent["project", line.project_id] += line.cost_micros
    for budget in klass.budgets():
        assert budget.spent_micros == spent[budget.scope, budget.scope_id] <= budget.limit_micros
        assert budget.reserved_micros == 0
    return lost


def test_a_class_is_served_at_once_though_one_is_greedy(klass):
    group = students(klass, CLASS)
    greedy = [program(klass, GREEDY) for _ in range(AT_ONCE)]

    async def lesson() -> float:
        began, over = time.monotonic(), asyncio.Event()

        async def be_greedy(each: Student) -> None:
            while not over.is_set():
                await each.ask(stream=False)
            each.hang_up()

        others = [asyncio.ensure_future(be_greedy(each)) for each in greedy]
        await work(group, 2)
        over.set()
        await asyncio.gather(*others)
        return time.monotonic() - began

    seconds = asyncio.run(lesson())
    assert statuses(group) == {200: 2 * CLASS}
    assert statuses(greedy).keys() == {200, 429}
    assert statuses(greedy)[200] <= PER_MINUTE * (1 + seconds / 60)
    for attempt in (each for student in greedy for each in student.attempts if each.status == 429):
        assert json.loads(attempt.body)["error"]["code"] in ("rate_limit_exceeded", "insufficient_quota")
    assert check_accounts(klass) == 0


def test_nobody_passes_a_budget(klass):
    calls = [program(klass, SPENDTHRIFT) for _ in range(AT_ONCE)]

    async def spend() -> None:
        await asyncio.gather(*[each.ask(stream=place % 2 == 0) for place, each in enumerate(calls)])
        for each in calls:
            each.hang_up()

    asyncio.run(spend())
    refused = [each for student in calls for each in student.attempts if each.status == 429]
    assert 0 < len(refused) < AT_ONCE
    assert {json.loads(attempt.body)["error"]["code"] for attempt in refused} == {"insufficient_quota"}
    assert statuses(calls) == {200: AT_ONCE - len(refused), 429: len(refused)}
    assert check_accounts(klass) == 0


def test_a_killed_worker_and_a_restarted_database_cost_the_calls_in_flight_alone(klass):
    group = students(klass, 150)

    def answered() -> int:
        return statuses(group)[200]

    async def lesson() -> tuple[psutil.Process, int, float]:
        working = asyncio.ensure_future(work(group, 4))
        await until(lambda: answered() > 50, working)
        victim, survivor = klass.workers()
        unharmed = len(klass.connections(survivor))
        victim.kill()
        await until(lambda: answered() > 250, working)
        stopped = time.perf_counter()
        await asyncio.to_thread(klass.database.stop)
        await until(lambda: statuses(group)[503] > 10, working)
        await asyncio.to_thread(klass.database.start)
        await working
        return survivor, unharmed, stopped

    survivor, unharmed, stopped = asyncio.run(lesson())
    assert answered() == 4 * len(group)
    broken = [each for student in group for each in student.attempts if each.status != 200]
    assert {each.status for each in broken if each.began < stopped and each.began + each.seconds < stopped} == {0}
    cut_off = statuses(group)[0]
    assert 0 < cut_off <= len(group) - unharmed < len(group)
    for attempt in (each for each in broken if each.status):
        assert attempt.status == 503
        assert attempt.headers["retry-after"] == "1"
        assert json.loads(attempt.body)["error"]["message"]
    assert survivor.is_running()

    def nothing_is_held() -> bool:
        asyncio.run(work([program(klass, MODEST)], 1))
        time.sleep(0.5)
        return all(budget.reserved_micros == 0 for budget in klass.budgets())

    wait_until(nothing_is_held)
    wait_until(lambda: len(klass.workers()) == WORKERS)
    assert check_accounts(klass) <= cut_off


async def until(condition, working: asyncio.Future) -> None:
    while not condition():
        assert not working.done(), "the lesson is over too soon"
        await asyncio.sleep(0.01)
