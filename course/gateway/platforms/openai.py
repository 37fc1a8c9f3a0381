"""OpenAI's platform: the routes under `/v1`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..admin import openai as openai_admin
from ..dialects import openai, openai_chat, openai_embeddings
from ..http import EventStream, JsonResponse, decode_json, read_body, remembering, vendor_app
from ..pipeline import Embedded, Pipeline
from ..types import Caller, Fault
from . import openai_batches, openai_files, openai_responses


def create(pipeline: Pipeline):
    responses = openai_responses.ResponseDesk(pipeline)
    files = openai_files.FileShelf(pipeline)

    parse_chat = remembering(openai_chat.parse)

    async def chat_completion(request: Request) -> Response:
        body = await read_body(request)
        caller = pipeline.authenticate(openai.secret(request.headers))
        asked = parse_chat(body)
        call = pipeline.open(caller, asked.turn, whole=not asked.stream)
        headers = openai.rate_headers(call.allowances)
        if asked.stream:
            return EventStream(call, openai_chat.render_stream(call, asked), headers)
        return JsonResponse(openai_chat.render(call.complete()), headers=headers)

    async def create_embeddings(request: Request) -> Response:
        body = await read_body(request)
        caller = pipeline.authenticate(openai.secret(request.headers))
        asked = openai_embeddings.parse(decode_json(body))
        embedded = embed(caller, asked)
        headers = openai.rate_headers(embedded.allowances)
        return JsonResponse(openai_embeddings.render(embedded.embeddings, asked), headers=headers)

    def embed(caller: Caller, asked: openai_embeddings.EmbeddingRequest, batch: bool = False) -> Embedded:
        model = pipeline.permit_model(caller, openai.VENDOR, asked.model)
        openai_embeddings.check_dimensions(asked, model.dimensions)
        # A token has at least one byte.
        if sum(len(text.encode()) for text in asked.texts) > openai_embeddings.MOST_TOKENS:
            tokens = asked.counts or [pipeline.count(text, asked.model) for text in asked.texts]
            openai_embeddings.check_tokens(sum(tokens))
        try:
            return pipeline.embed(
                caller, openai.VENDOR, asked.model, asked.texts, asked.dimensions, asked.counts, batch
            )
        except Fault as fault:
            raise openai_embeddings.too_long(fault) if fault.kind == "context_too_long" else fault from None

    async def list_models(request: Request) -> Response:
        caller = pipeline.authenticate(openai.secret(request.headers))
        return JsonResponse(openai.render_models(pipeline.models(caller, openai.VENDOR)))

    async def retrieve_model(request: Request) -> Response:
        caller = pipeline.authenticate(openai.secret(request.headers))
        model = pipeline.permit_model(caller, openai.VENDOR, request.path_params["model"])
        return JsonResponse(openai.render_model(model))

    # How a line of a batch is answered.

    def batched_chat(caller: Caller, body: dict) -> dict:
        asked = openai_chat.parse(body)
        _refuse_stream(asked.stream)
        with pipeline.open(caller, asked.turn, kind="batch", whole=True) as call:
            return openai_chat.render(call.complete())

    def batched_response(caller: Caller, body: dict) -> dict:
        asked = responses.parse(caller, body)
        _refuse_stream(asked.stream)
        with responses.open(caller, asked, kind="batch") as call:
            return responses.complete(caller, call, asked)

    def batched_embeddings(caller: Caller, body: dict) -> dict:
        asked = openai_embeddings.parse(body)
        return openai_embeddings.render(embed(caller, asked, batch=True).embeddings, asked)

    batches = openai_batches.BatchDesk(
        pipeline,
        files,
        {
            "/v1/chat/completions": batched_chat,
            "/v1/responses": batched_response,
            "/v1/embeddings": batched_embeddings,
        },
    )
    routes = [
        Route("/v1/chat/completions", chat_completion, methods=["POST"]),
        Route("/v1/embeddings", create_embeddings, methods=["POST"]),
        Route("/v1/models", list_models, methods=["GET"]),
        Route("/v1/models/{model:path}", retrieve_model, methods=["GET"]),
        *openai_responses.routes(pipeline, responses),
        *openai_files.routes(pipeline, files),
        *openai_batches.routes(pipeline, batches),
        *openai_admin.routes(pipeline),
    ]
    return vendor_app(routes, openai.render_fault, "x-request-id")


def _refuse_stream(stream: bool) -> None:
    if stream:
        raise openai.unsupported("stream")
