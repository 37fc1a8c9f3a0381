"""Who is let in next."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from course.gateway.turns import Turns


async def come(turns: Turns, name: str, seen: list[str], inside: asyncio.Event | None = None) -> None:
    async with turns.turn(name):
        seen.append(name)
        if inside is not None:
            await inside.wait()


def test_one_is_let_in_at_a_time_by_turns_of_names():
    async def crowd() -> list[str]:
        turns, seen, inside = Turns(), [], asyncio.Event()
        names = ["first", *["greedy"] * 4, "modest", "shy"]
        tasks = [asyncio.create_task(come(turns, name, seen, inside)) for name in names]
        for _ in range(10):
            await asyncio.sleep(0)
        assert seen == ["first"]
        inside.set()
        await asyncio.gather(*tasks)
        await asyncio.wait_for(come(turns, "late", seen), 10)
        return seen

    assert asyncio.run(crowd()) == ["first", "greedy", "modest", "shy", "greedy", "greedy", "greedy", "late"]


def test_those_that_are_in_go_on_before_the_next_is_let_in():
    async def crowd() -> list[str]:
        turns, seen = Turns(), []

        async def come_and_go_on(name: str) -> None:
            async with turns.turn(name):
                seen.append(f"{name} in")
            seen.append(f"{name} on")

        await asyncio.gather(*[come_and_go_on(name) for name in "ab"])
        return seen

    assert asyncio.run(crowd()) == ["a in", "a on", "b in", "b on"]


def test_who_leaves_the_queue_or_fails_inside_holds_nobody_up():
    async def crowd() -> list[str]:
        turns, seen, inside = Turns(), [], asyncio.Event()

        async def fail() -> None:
            async with turns.turn("broken"):
                raise ValueError

        first = asyncio.create_task(come(turns, "first", seen, inside))
        leaving, broken, last = (
            asyncio.create_task(each) for each in (come(turns, "leaving", seen), fail(), come(turns, "last", seen))
        )
        await asyncio.sleep(0)
        leaving.cancel()
        inside.set()
        await asyncio.wait_for(asyncio.gather(first, last), 10)
        for task in (leaving, broken):
            with suppress(asyncio.CancelledError, ValueError):
                await task
        return seen

    assert asyncio.run(crowd()) == ["first", "last"]


def test_who_is_let_in_and_leaves_at_once_holds_nobody_up():
    async def crowd() -> list[str]:
        turns, seen, inside = Turns(), [], asyncio.Event()
        first = asyncio.create_task(come(turns, "first", seen, inside))
        await asyncio.sleep(0)
        leaving = asyncio.create_task(come(turns, "leaving", seen))
        last = asyncio.create_task(come(turns, "last", seen))
        await asyncio.sleep(0)
        inside.set()
        await first
        leaving.cancel()
        await asyncio.wait_for(last, 10)
        return seen

    assert asyncio.run(crowd()) == ["first", "last"]
