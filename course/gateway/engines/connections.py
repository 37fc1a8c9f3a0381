"""Connections to vendors, which all calls share.

For each request, httpx2 looks at every connection of its client, and asks those that wait whether they are still
there. With hundreds of calls at once that would take longer than all the rest, so a client here has a few
connections, and there are as many clients as it takes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx2

TOGETHER = 8


@dataclass(slots=True)
class _Lane:
    """A client, and how many of its calls are under way."""

    client: httpx2.AsyncClient
    calls: int = 0


class Connections:
    """`make` makes a client. A call takes the first one that has room, so that quiet times need few connections."""

    def __init__(self, make: Callable[[], httpx2.AsyncClient]):
        self._make = make
        self._lanes = [_Lane(make())]

    def build_request(self, *about, **rest) -> httpx2.Request:
        return self._lanes[0].client.build_request(*about, **rest)

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, its body not yet read; it must be closed. Raises what httpx2 raises."""
        lane = self._lane()
        lane.calls += 1
        try:
            answer = await lane.client.send(request, stream=True)
        except BaseException:
            lane.calls -= 1
            raise
        answer.stream = _Body(answer.stream, lane)
        return answer

    def _lane(self) -> _Lane:
        for lane in self._lanes:
            if lane.calls < TOGETHER:
                return lane
        self._lanes.append(_Lane(self._make()))
        return self._lanes[-1]


class _Body(httpx2.AsyncByteStream):
    """An answer's body, after which its lane has room again."""

    def __init__(self, body: httpx2.AsyncByteStream, lane: _Lane):
        self._body = body
        self._lane = lane

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()

    async def aclose(self) -> None:
        self._lane.calls -= 1
        await self._body.aclose()
