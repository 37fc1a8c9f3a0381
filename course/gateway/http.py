"""What all platforms share of HTTP: bodies in, event streams out, and refusals in each vendor's own words."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
from collections.abc import Callable, Iterator, Mapping

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .call import Call
from .types import Fault

MAX_BODY_BYTES = 10 * 1024 * 1024
# A body that is too large is still read up to here and thrown away: else its sender never sees the answer.
_MAX_DISCARDED_BYTES = 10 * MAX_BODY_BYTES

# Deeper than any schema of use, and far from where Python's recursion ends.
DEEPEST_JSON = 100

Event = dict | str | tuple[str, dict]
RenderFault = Callable[[Fault], tuple[int, dict, dict[str, str]]]


def vendor_app(routes: list[Route], render_fault: RenderFault, request_id_header: str | None):
    """An app whose every refusal, its own defects included, has the vendor's shape."""

    def refuse(fault: Fault) -> Response:
        status, body, headers = render_fault(fault)
        return JSONResponse(body, status, headers)

    def where(request: Request) -> dict[str, object]:
        # Mounted apps see the whole path; the vendor's own platform has no prefix.
        return {"method": request.method, "path": request.url.path.removeprefix(request.scope["root_path"])}

    app = Starlette(
        routes=routes,
        exception_handlers={
            Fault: lambda _request, fault: refuse(fault),
            404: lambda request, _error: refuse(Fault("unknown_route", detail=where(request))),
            405: lambda request, _error: refuse(Fault("wrong_method", detail=where(request))),
            ClientDisconnect: lambda _request, _error: Response(status_code=400),
            Exception: lambda _request, _error: refuse(Fault("internal")),
        },
    )
    app.router.redirect_slashes = False
    return RequestId(app, request_id_header) if request_id_header else app


class RequestId:
    """Gives every response an identifier that its sender can quote."""

    def __init__(self, app, header: str):
        self._app = app
        self._header = header

    async def __call__(self, scope, receive, send) -> None:
        async def send_with_id(message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[self._header] = f"req_{secrets.token_hex(16)}"
            await send(message)

        await self._app(scope, receive, send_with_id)


class EventStream:
    """Server-sent events for one call, delivered until they end or the client hangs up.

    An event is the value of its `data`, or a pair of its name and that value.
    """

    def __init__(self, call: Call, events: Iterator[Event], headers: Mapping[str, str] | None = None):
        self._call = call
        self._events = events
        self._headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        self._headers.update(headers or {})

    async def __call__(self, scope, receive, send) -> None:
        hung_up = asyncio.ensure_future(_disconnected(receive))
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        try:
            with self._call:
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                for event in self._events:
                    await send({"type": "http.response.body", "body": _event(event), "more_body": True})
                    await asyncio.sleep(self._call.pace)  # let other calls go on, and a hang-up be noticed
                    if hung_up.done():
                        return
            await send({"type": "http.response.body", "body": b""})
        finally:
            hung_up.cancel()


async def read_body(request: Request) -> bytes:
    """The request's body. Raises `Fault` too_large."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        elif size > _MAX_DISCARDED_BYTES:
            break
    if size > MAX_BODY_BYTES:
        raise Fault("too_large", detail={"limit": MAX_BODY_BYTES})
    return b"".join(chunks)


def decode_json(body: bytes) -> object:
    """The JSON value in a body. Raises `Fault` invalid_json for what no UTF-8 JSON text may hold, and for one that is
    nested too deeply.
    """
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no character
        if body.count(b"{") + body.count(b"[") > DEEPEST_JSON and _depth(value) > DEEPEST_JSON:
            raise ValueError("nested too deeply")
    except (ValueError, RecursionError):
        raise Fault("invalid_json") from None
    return value


def _depth(value: object) -> int:
    """How many lists and objects lie within each other."""
    depth, level = 0, [value]
    while level:
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        depth += 1
    return depth


def _refuse_constant(name: str):
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _event(event: Event) -> bytes:
    name, data = event if isinstance(event, tuple) else (None, event)
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"data: {text}\n\n".encode() if name is None else f"event: {name}\ndata: {text}\n\n".encode()


async def _disconnected(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
