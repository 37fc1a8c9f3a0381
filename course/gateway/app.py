"""The gateway as an ASGI application, free of threads and sockets, so that it also runs in-process."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router

from .dialects import openai, openai_chat
from .pipeline import Call, Pipeline
from .types import Fault

MAX_BODY_BYTES = 10 * 1024 * 1024
# A body that is too large is still read up to here and thrown away: else its sender never sees the answer.
_MAX_DISCARDED_BYTES = 10 * MAX_BODY_BYTES


def create_app(pipeline: Pipeline) -> Router:
    """Serve `pipeline` to OpenAI's SDK under `/openai/v1`."""
    return Router([Mount("/openai", app=_openai_platform(pipeline))])


def _openai_platform(pipeline: Pipeline):
    async def chat_completion(request: Request) -> Response:
        body = await read_body(request)
        caller = pipeline.authenticate(openai.secret(request.headers))
        asked = openai_chat.parse(decode_json(body))
        call = pipeline.open(caller, asked.turn)
        if asked.stream:
            return EventStream(call, openai_chat.render_stream(call, asked))
        return JSONResponse(openai_chat.render(call.complete()))

    async def list_models(request: Request) -> Response:
        pipeline.authenticate(openai.secret(request.headers))
        return JSONResponse(openai.render_models(pipeline.models(openai.VENDOR)))

    async def retrieve_model(request: Request) -> Response:
        pipeline.authenticate(openai.secret(request.headers))
        return JSONResponse(openai.render_model(pipeline.permit_model(openai.VENDOR, request.path_params["model"])))

    routes = [
        Route("/v1/chat/completions", chat_completion, methods=["POST"]),
        Route("/v1/models", list_models, methods=["GET"]),
        Route("/v1/models/{model:path}", retrieve_model, methods=["GET"]),
    ]
    return RequestId(_vendor_app(routes, openai.render_fault), header="x-request-id")


def _vendor_app(routes: list[Route], render_fault) -> Starlette:
    """An app whose every refusal, its own defects included, has the vendor's shape."""

    def refuse(fault: Fault) -> Response:
        status, body = render_fault(fault)
        return JSONResponse(body, status)

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
    return app


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
    """Server-sent events for one call, delivered until they end or the client hangs up."""

    def __init__(self, call: Call, events: Iterator[dict | str]):
        self._call = call
        self._events = events

    async def __call__(self, scope, receive, send) -> None:
        hung_up = asyncio.ensure_future(_disconnected(receive))
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
        try:
            with self._call:
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                for event in self._events:
                    await send({"type": "http.response.body", "body": _event(event), "more_body": True})
                    await asyncio.sleep(0)  # let other calls go on, and a hang-up be noticed
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
    """The JSON value in a body. Raises `Fault` invalid_request for what no UTF-8 JSON text may hold."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no character
    except (ValueError, RecursionError):
        message = (
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
            "your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid "
            "JSON.)"
        )
        raise Fault("invalid_request", message) from None
    return value


def _refuse_constant(name: str):
    raise ValueError(f"{name} is not JSON")


def _event(data: dict | str) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"data: {text}\n\n".encode()


async def _disconnected(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
