"""Google's platform: the Gemini API's routes, the same under `/v1` and `/v1beta`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ..call import Call
from ..dialects import gemini, gemini_embed, gemini_generate
from ..http import EventStream, decode_json, read_body, vendor_app
from ..pipeline import Pipeline
from ..types import Caller, Fault

Handler = Callable[[Request], Awaitable[Response]]

_TEXT_METHODS = ("generateContent", "streamGenerateContent", "countTokens")
_EMBEDDING_METHODS = ("embedContent", "batchEmbedContents")


def create(pipeline: Pipeline):
    def entered(request: Request) -> Caller:
        return pipeline.authenticate(gemini.secret(request.headers, request.query_params))

    async def entered_with_body(request: Request) -> tuple[Caller, str, object]:
        """Who calls which model, with what. A body may be left out where all of its fields may."""
        body = await read_body(request)
        caller = entered(request)
        return caller, request.path_params["model"], decode_json(body or b"{}")

    async def generate(request: Request) -> Response:
        caller, model, body = await entered_with_body(request)
        asked = gemini_generate.parse(model, body)
        call = pipeline.open(caller, asked.turn, whole=True)
        return _answer(gemini_generate.render(call.complete(), asked))

    async def stream(request: Request) -> Response:
        caller, model, body = await entered_with_body(request)
        asked = gemini_generate.parse(model, body)
        call = pipeline.open(caller, asked.turn)
        chunks = gemini_generate.render_stream(call, asked)
        if _wants_events(request):
            return EventStream(call, chunks, gemini.HEADERS | {"content-type": "text/event-stream"})
        return StreamingResponse(_array(call, chunks), headers=gemini.HEADERS)

    async def count_tokens(request: Request) -> Response:
        caller, model, body = await entered_with_body(request)
        turn = gemini_generate.parse_count(model, body)
        return _answer(gemini_generate.render_count(pipeline.count_prompt(caller, turn)))

    async def embed(request: Request) -> Response:
        caller, model, body = await entered_with_body(request)
        return _answer(gemini_embed.render(vectors(caller, model, gemini_embed.parse(model, body))))

    async def embed_batch(request: Request) -> Response:
        caller, model, body = await entered_with_body(request)
        return _answer(gemini_embed.render_batch(vectors(caller, model, gemini_embed.parse_batch(model, body))))

    def vectors(caller: Caller, model: str, asked: gemini_embed.EmbedRequest):
        gemini_embed.check_dimensions(asked, pipeline.permit_model(caller, gemini.VENDOR, model).dimensions)
        return pipeline.embed(caller, gemini.VENDOR, model, list(asked.texts), asked.dimensions).embeddings

    async def list_models(request: Request) -> Response:
        offered, rest = gemini.page(pipeline.models(entered(request), gemini.VENDOR), request.query_params)
        return _answer({"models": [_render_model(model) for model in offered], **rest})

    async def get_model(request: Request) -> Response:
        model = pipeline.permit_model(entered(request), gemini.VENDOR, request.path_params["model"])
        return _answer(_render_model(model))

    methods = {
        "generateContent": generate,
        "streamGenerateContent": stream,
        "countTokens": count_tokens,
        "embedContent": embed,
        "batchEmbedContents": embed_batch,
    }
    routes = []
    for version in gemini.VERSIONS:
        at = f"/{version}/models"
        for name, handler in methods.items():
            told = _telling(handler, version, name)
            endpoint = _in_an_array(told) if handler is stream else told
            routes.append(Route(f"{at}/{{model}}:{name}", endpoint, methods=["POST"]))
        routes.append(Route(at, list_models, methods=["GET"]))
        routes.append(Route(f"{at}/{{model}}", _telling(get_model, version, "getModel"), methods=["GET"]))
    return vendor_app(routes, gemini.render_fault, None)


def _answer(body: object, status: int = 200) -> Response:
    return JSONResponse(body, status, gemini.HEADERS)


def _render_model(model) -> dict:
    return gemini.render_model(model, _TEXT_METHODS if model.dimensions is None else _EMBEDDING_METHODS)


def _wants_events(request: Request) -> bool:
    return request.query_params.get("alt", request.query_params.get("$alt")) == "sse"


async def _array(call: Call, chunks: Iterator[dict]) -> AsyncIterator[str]:
    """The chunks of a stream as one JSON array, sent as they come."""
    lead = "["
    with call:
        for chunk in chunks:
            yield lead + json.dumps(chunk, ensure_ascii=False)
            lead = ",\r\n"
            await asyncio.sleep(call.pace)
    yield "]"


def _in_an_array(handler: Handler) -> Handler:
    """Refusals of a stream that is an array are in an array as well."""

    async def refusing(request: Request) -> Response:
        try:
            return await handler(request)
        except Fault as fault:
            if _wants_events(request):
                raise
            status, body, _headers = gemini.render_fault(fault)
            return _answer([body], status)

    return refusing


def _telling(handler: Handler, version: str, operation: str) -> Handler:
    """Name the API's version and the method in a refusal: some of Google's sentences hold them."""

    async def telling(request: Request) -> Response:
        try:
            return await handler(request)
        except Fault as fault:
            fault.detail |= {"version": version, "operation": operation}
            raise

    return telling
