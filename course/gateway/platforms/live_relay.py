"""A vendor's stream on its way to the caller, metered as it passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx2

from ..engines.meter import Meter
from ..engines.upstream import passed_on


class Relay:
    """An ASGI response. A caller that hangs up ends the vendor's stream too. `settle(whole)` is called once: when
    the answer's last event came, or when there will be none.
    """

    def __init__(self, answer: httpx2.Response, meter: Meter, settle: Callable[[bool], None]):
        self._answer = answer
        self._meter = meter
        self._settle = settle
        self._settled = False

    async def __call__(self, scope, receive, send) -> None:
        hung_up = asyncio.ensure_future(_disconnected(receive))
        head = {"status": self._answer.status_code, "headers": passed_on(self._answer)}
        try:
            await send({"type": "http.response.start", **head})
            async for chunk in _until(hung_up, self._answer.aiter_bytes()):
                self._meter.feed(chunk)
                if self._meter.ended:  # before the caller sees it, and may look into the ledger
                    self._settle_once(whole=True)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if not hung_up.done():
                self._settle_once(whole=self._meter.at_end)
                await send({"type": "http.response.body", "body": b""})
        except httpx2.TransportError:
            pass  # the vendor's stream broke: the caller's ends without its last chunk, which its SDK notices
        finally:
            hung_up.cancel()
            self._settle_once(whole=False)
            await self._answer.aclose()

    def _settle_once(self, whole: bool) -> None:
        if not self._settled:
            self._settled = True
            self._settle(whole)


async def _until(stop: asyncio.Future, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks until they end or `stop` is done."""
    while True:
        following = asyncio.ensure_future(anext(chunks, None))
        await asyncio.wait({following, stop}, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            return
        if (chunk := following.result()) is None:
            return
        yield chunk


async def _disconnected(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
