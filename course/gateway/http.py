"""What all platforms share of HTTP: bodies in, event streams out, and refusals in each vendor's own words."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route, get_route_path

from .call import Call
from .store import StoreError, UnstorableError
from .types import Fault

MAX_BODY_BYTES = 10 * 1024 * 1024
# A body that is too large is still read up to here and thrown away: else its sender never sees the answer.
_MAX_DISCARDED_BYTES = 10 * MAX_BODY_BYTES

# As much as common servers take of a request's address and headers.
_MOST_HEAD_BYTES = 32 * 1024

# Deeper than any schema of use, and far from where Python's recursion ends.
DEEPEST_JSON = 100

# When a caller may try again after the database failed.
_STORE_SECONDS = 1

_log = logging.getLogger(__name__)
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode

_BODIES_KEPT = 1024
_SHORT_BODY = 2048

Asked = TypeVar("Asked")
Event = dict | str | tuple[str, dict]
RenderFault = Callable[[Fault], tuple[int, dict, dict[str, str]]]


def vendor_app(routes: list[Route], render_fault: RenderFault, request_id_header: str | None):
    """An app whose every refusal, its own defects included, has the vendor's shape. An endpoint is an `async`
    function of a request that returns an ASGI response. With a header's name, every response has an identifier that
    its sender can quote.
    """
    return _VendorApp(routes, render_fault, request_id_header)


class _VendorApp:
    """What Starlette's own application does, in a third of the time: it has no middleware, and finds a route without
    parameters by its path.
    """

    def __init__(self, routes: list[Route], render_fault: RenderFault, request_id_header: str | None):
        self.routes = routes
        self._plain: dict[str, list[Route]] = {}
        self._patterns = [route for route in routes if route.param_convertors]
        for route in routes:
            if not route.param_convertors:
                self._plain.setdefault(route.path, []).append(route)
        self._render_fault = render_fault
        self._request_id = request_id_header.encode() if request_id_header else None

    async def __call__(self, scope, receive, send) -> None:
        started = False

        async def send_with_id(message) -> None:
            nonlocal started
            if not started:
                started = True
                if self._request_id is not None:
                    message["headers"].append((self._request_id, b"req_" + secrets.token_hex(16).encode()))
            await send(message)

        try:
            endpoint = self._endpoint(scope)
            response = await endpoint(Request(scope, receive))
            await response(scope, receive, send_with_id)
        except Exception as error:
            if started:
                raise
            await self._refusal(error)(scope, receive, send_with_id)
            if not isinstance(error, Fault | StoreError | UnstorableError | ClientDisconnect):
                raise  # into the server's log

    def _endpoint(self, scope):
        path = get_route_path(scope)
        wrong_method = False
        head = chain((scope["path"], scope["query_string"]), chain.from_iterable(scope["headers"]))
        if sum(map(len, head)) > _MOST_HEAD_BYTES:
            raise Fault("invalid_request", f"The address and headers are longer than {_MOST_HEAD_BYTES} bytes.")
        for route in self._plain.get(path, ()):
            if scope["method"] in route.methods:
                return route.endpoint
            wrong_method = True
        for route in self._patterns:
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return route.endpoint
            wrong_method = wrong_method or match is Match.PARTIAL
        # Mounted apps see the whole path; the vendor's own platform has no prefix.
        where = {"method": scope["method"], "path": scope["path"].removeprefix(scope.get("root_path", ""))}
        raise Fault("wrong_method" if wrong_method else "unknown_route", detail=where)

    def _refusal(self, error: Exception) -> Response:
        if isinstance(error, ClientDisconnect):
            return Response(status_code=400)
        if isinstance(error, StoreError):
            _log.error("%s", error)
            error = Fault("unavailable", detail={"retry_after": _STORE_SECONDS})
        if isinstance(error, UnstorableError):
            error = Fault("invalid_request", f"A value in the request cannot be kept: {error}.")
        status, body, headers = self._render_fault(error if isinstance(error, Fault) else Fault("internal"))
        return JsonResponse(body, status, headers)


class Platforms:
    """Vendors' apps, each under its own prefix; `elsewhere` is the app for all that has none of these prefixes."""

    def __init__(self, apps: Mapping[str, Callable], elsewhere):
        self.apps = apps
        self._elsewhere = elsewhere

    async def __call__(self, scope, receive, send) -> None:
        app = None
        if scope["type"] == "http":
            prefix = get_route_path(scope)[1:].partition("/")[0]
            if app := self.apps.get(prefix):
                scope["root_path"] = f"{scope.get('root_path', '')}/{prefix}"
        await (app or self._elsewhere)(scope, receive, send)


class JsonResponse(Response):
    """Starlette's own, with an encoder that is made once, and `headers`, in lower case, that are written once."""

    def __init__(self, content: object, status_code: int = 200, headers: Mapping[str, str] | None = None):
        self.status_code = status_code
        self.body = _encode(content).encode()
        self.background = None
        named = {"content-type": "application/json", "content-length": str(len(self.body)), **(headers or {})}
        self.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]


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
    chunks, size, more = [], 0, True
    while more and size <= _MAX_DISCARDED_BYTES:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        more = message.get("more_body", False)
    if size > MAX_BODY_BYTES:
        raise Fault("too_large", detail={"limit": MAX_BODY_BYTES})
    return b"".join(chunks)


def remembering(parse: Callable[[object], Asked]) -> Callable[[bytes], Asked]:
    """What `parse` makes of a body's JSON; made once for the latest short bodies, a class sends the same ones."""

    def read(body: bytes) -> Asked:
        return parse(decode_json(body))

    read_again = lru_cache(_BODIES_KEPT)(read)
    return lambda body: read_again(body) if len(body) <= _SHORT_BODY else read(body)


def decode_json(body: bytes) -> object:
    """The JSON value in a body. Raises `Fault` invalid_json for what no UTF-8 JSON text may hold, and for one that is
    nested too deeply.
    """
    try:
        value = _decode(body.decode("utf-8"))
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


_decode = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite).decode


def _event(event: Event) -> bytes:
    name, data = event if isinstance(event, tuple) else (None, event)
    text = data if isinstance(data, str) else _encode(data)
    return f"data: {text}\n\n".encode() if name is None else f"event: {name}\ndata: {text}\n\n".encode()


async def _disconnected(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
