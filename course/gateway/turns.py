"""Who is let in next, where more come at once than can be looked at.

Letting a call in (its key, its rules, its budgets) is work that nothing else in the process goes on beside. One is
let in at a time, and in between, those that are in go on: else a crowd at the door keeps everybody's answers waiting,
and times run out that were meant for vendors. Those who wait are let in by turns, one for each key: who comes a
hundred times at once holds up the others by one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Of one event loop."""

    def __init__(self):
        self._waiting: OrderedDict[str, deque[asyncio.Future]] = OrderedDict()
        self._taken = False

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """The turn of somebody of this name; it ends with the `async with` block."""
        if self._taken:
            await self._wait(name)
        self._taken = True
        try:
            yield
        finally:
            asyncio.get_running_loop().call_soon(self._next)

    async def _wait(self, name: str) -> None:
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was let in, and has left meanwhile
                self._next()
            raise

    def _next(self) -> None:
        while self._waiting:
            name, queue = self._waiting.popitem(last=False)
            first = queue.popleft()
            if queue:
                self._waiting[name] = queue
            if not first.done():
                first.set_result(None)
                return
        self._taken = False
