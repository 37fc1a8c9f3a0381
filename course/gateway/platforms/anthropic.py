"""Anthropic's platform: its routes, each a way through dialect and pipeline."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..admin import anthropic as anthropic_admin
from ..dialects import anthropic, anthropic_messages
from ..http import EventStream, decode_json, read_body, vendor_app
from ..pipeline import Pipeline
from ..types import Caller, Fault
from .anthropic_batches import BatchDesk


def create(pipeline: Pipeline):
    """The ASGI app of Anthropic's platform, to be mounted where its SDK's base URL points."""

    def entered(request: Request) -> tuple[Caller, str]:
        """Which project's program is calling, and the version of the API that the request is written for."""
        caller = pipeline.authenticate(anthropic.secret(request.headers))
        if caller.admin:
            raise Fault("wrong_key_kind")
        return caller, anthropic.version(request.headers)

    async def create_message(request: Request) -> Response:
        body = await read_body(request)
        caller, version = entered(request)
        asked = anthropic_messages.parse(decode_json(body), version)
        call = pipeline.open(caller, asked.turn, whole=not asked.stream)
        headers = _identified(anthropic.allowance_headers(call.allowances, call.created))
        if asked.stream:
            return EventStream(call, anthropic_messages.render_stream(call, asked), headers)
        return JSONResponse(anthropic_messages.render(call.complete(), asked), headers=headers)

    async def count_tokens(request: Request) -> Response:
        body = await read_body(request)
        caller, version = entered(request)
        turn = anthropic_messages.parse_count(decode_json(body), version)
        return _answer(anthropic_messages.render_count(pipeline.count_prompt(caller, turn)))

    async def list_models(request: Request) -> Response:
        caller, _ = entered(request)
        models = [anthropic.render_model(model) for model in pipeline.models(caller, anthropic.VENDOR)]
        page = anthropic.parse_page(request.query_params)
        return _answer(anthropic.render_page(*anthropic.take_page(models, page)))

    async def retrieve_model(request: Request) -> Response:
        caller, _ = entered(request)
        model = pipeline.permit_model(caller, anthropic.VENDOR, request.path_params["model"])
        return _answer(anthropic.render_model(model))

    desk = BatchDesk(pipeline)

    async def create_batch(request: Request) -> Response:
        body = await read_body(request)
        caller, version = entered(request)
        return _answer(desk.create(caller, version, decode_json(body), _address(request)))

    async def list_batches(request: Request) -> Response:
        caller, _ = entered(request)
        page = anthropic.parse_page(request.query_params)
        return _answer(desk.list(caller, page, _address(request)))

    async def retrieve_batch(request: Request) -> Response:
        caller, _ = entered(request)
        return _answer(await desk.retrieve(caller, request.path_params["batch"], _address(request)))

    async def cancel_batch(request: Request) -> Response:
        caller, _ = entered(request)
        return _answer(desk.cancel(caller, request.path_params["batch"], _address(request)))

    async def delete_batch(request: Request) -> Response:
        caller, _ = entered(request)
        return _answer(desk.delete(caller, request.path_params["batch"]))

    async def batch_results(request: Request) -> Response:
        caller, _ = entered(request)
        lines = desk.results(caller, request.path_params["batch"])
        return Response(lines, media_type="application/x-jsonl", headers=_identified())

    batches = "/v1/messages/batches"
    routes = [
        Route("/v1/messages", create_message, methods=["POST"]),
        Route("/v1/messages/count_tokens", count_tokens, methods=["POST"]),
        Route("/v1/models", list_models, methods=["GET"]),
        Route("/v1/models/{model:path}", retrieve_model, methods=["GET"]),
        Route(batches, create_batch, methods=["POST"]),
        Route(batches, list_batches, methods=["GET"]),
        Route(f"{batches}/{{batch}}", retrieve_batch, methods=["GET"]),
        Route(f"{batches}/{{batch}}", delete_batch, methods=["DELETE"]),
        Route(f"{batches}/{{batch}}/cancel", cancel_batch, methods=["POST"]),
        Route(f"{batches}/{{batch}}/results", batch_results, methods=["GET"]),
        *anthropic_admin.routes(pipeline),
    ]
    # The ID of a request stands in the body of a refusal too, so it is made here.
    return vendor_app(routes, _refusal, request_id_header=None)


def _refusal(fault: Fault) -> tuple[int, dict, dict[str, str]]:
    status, body, headers = anthropic.render_fault(fault)
    headers = _identified(headers)
    return status, {**body, "request_id": headers["request-id"]}, headers


def _answer(body: dict) -> Response:
    return JSONResponse(body, headers=_identified())


def _identified(headers: dict[str, str] | None = None) -> dict[str, str]:
    return {"request-id": f"req_{secrets.token_hex(12)}", **(headers or {})}


def _address(request: Request) -> str:
    """Where the platform's batches are found, for the links in answers."""
    path = f"{request.scope.get('root_path', '')}/v1/messages/batches"
    return str(request.url.replace(path=path, query="", fragment=""))
