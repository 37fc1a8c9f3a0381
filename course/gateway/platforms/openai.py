"""OpenAI's platform: the routes under `/v1`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..admin import openai as openai_admin
from ..dialects import openai, openai_chat
from ..http import EventStream, decode_json, read_body, vendor_app
from ..pipeline import Pipeline


def create(pipeline: Pipeline):
    async def chat_completion(request: Request) -> Response:
        body = await read_body(request)
        caller = pipeline.authenticate(openai.secret(request.headers))
        asked = openai_chat.parse(decode_json(body))
        call = pipeline.open(caller, asked.turn)
        headers = openai.rate_headers(call.allowances)
        if asked.stream:
            return EventStream(call, openai_chat.render_stream(call, asked), headers)
        return JSONResponse(openai_chat.render(call.complete()), headers=headers)

    async def list_models(request: Request) -> Response:
        caller = pipeline.authenticate(openai.secret(request.headers))
        return JSONResponse(openai.render_models(pipeline.models(caller, openai.VENDOR)))

    async def retrieve_model(request: Request) -> Response:
        caller = pipeline.authenticate(openai.secret(request.headers))
        model = pipeline.permit_model(caller, openai.VENDOR, request.path_params["model"])
        return JSONResponse(openai.render_model(model))

    routes = [
        Route("/v1/chat/completions", chat_completion, methods=["POST"]),
        Route("/v1/models", list_models, methods=["GET"]),
        Route("/v1/models/{model:path}", retrieve_model, methods=["GET"]),
        *openai_admin.routes(pipeline),
    ]
    return vendor_app(routes, openai.render_fault, "x-request-id")
