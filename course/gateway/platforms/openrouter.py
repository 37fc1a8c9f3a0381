"""OpenRouter's platform: the routes under `/api/v1`, which lead to the models of all the other vendors."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .. import pricing
from ..call import Call
from ..dialects import openrouter
from ..http import EventStream, decode_json, read_body, vendor_app
from ..pipeline import Pipeline
from ..store.ledger import period_starts
from ..types import Caller, Fault

# After which refusals the next model of the list is tried; another budget than the spent one there is not.
_NEXT_MODEL = frozenset(
    [
        "unknown_model",
        "wrong_model_kind",
        "model_forbidden",
        "context_too_long",
        "rate_limited",
        "overloaded",
        "unavailable",
        "timeout",
        "internal",
    ]
)


def create(pipeline: Pipeline):
    def entered(request: Request) -> Caller:
        return pipeline.authenticate(openrouter.secret(request.headers))

    async def chat_completion(request: Request) -> Response:
        body = await read_body(request)
        caller = entered(request)
        asked = openrouter.parse(decode_json(body))
        call = open_first(caller, asked)
        if asked.chat.stream:
            return EventStream(call, openrouter.render_stream(call, asked))
        return JSONResponse(openrouter.render(call.complete(), call))

    def open_first(caller: Caller, asked: openrouter.ChatRequest) -> Call:
        """The call of the first model that takes it."""
        for candidate in asked.candidates:
            turn = replace(asked.chat.turn, vendor=candidate.vendor, model=candidate.model)
            try:
                return pipeline.open(caller, turn, whole=not asked.chat.stream)
            except Fault as fault:
                if "model" in fault.detail:
                    fault.detail["model"] = candidate.name
                if candidate is asked.candidates[-1] or fault.kind not in _NEXT_MODEL:
                    raise
        raise AssertionError("a request names at least one model")

    async def list_models(request: Request) -> Response:
        caller = entered(request)
        offered = [model for vendor in openrouter.PROVIDERS for model in pipeline.models(caller, vendor)]
        text = [model for model in offered if model.dimensions is None]
        return JSONResponse({"data": [openrouter.render_model(model, list_price(model)) for model in text]})

    def list_price(model) -> pricing.Rates:
        return pricing.rates(pipeline.catalog, model.id, prompt_tokens=0)

    async def show_key(request: Request) -> Response:
        caller, now = entered(request), pipeline.clock()
        since = {"total": 0, **period_starts(now)}
        spent = {period: pipeline.store.spent("key", caller.key_id, start) for period, start in since.items()}
        budgets = pipeline.store.budgets("key", caller.key_id, now)
        secret = openrouter.secret(request.headers)
        return JSONResponse(openrouter.render_key(secret, caller.admin, budgets, spent))

    async def show_credits(request: Request) -> Response:
        caller, now = entered(request), pipeline.clock()
        budgets = pipeline.store.budgets("organization", 0, now)
        if caller.project_id is None:
            spent = pipeline.store.spent("organization", 0, 0)
        else:
            budgets += pipeline.store.budgets("project", caller.project_id, now)
            spent = pipeline.store.spent("project", caller.project_id, 0)
        return JSONResponse(openrouter.render_credits(budgets, spent))

    routes = [
        Route("/api/v1/chat/completions", chat_completion, methods=["POST"]),
        Route("/api/v1/models", list_models, methods=["GET"]),
        Route("/api/v1/key", show_key, methods=["GET"]),
        Route("/api/v1/credits", show_credits, methods=["GET"]),
    ]
    return vendor_app(routes, openrouter.render_fault, None)
