"""OpenAI's responses: `/v1/responses`, and where they are kept."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..call import Call
from ..dialects import openai, openai_items, openai_page, openai_response_stream, openai_responses
from ..dialects.openai_responses import ResponseRequest
from ..http import EventStream, decode_json, read_body
from ..pipeline import Pipeline
from ..redaction import redact
from ..types import Caller, Fault, Turn
from .openai_objects import add_once

KIND = "response"
_DAY_SECONDS = 86_400


class ResponseDesk:
    """Answers responses, and keeps them with their conversation for the project that asked, as long as its rules
    let contents be kept.
    """

    def __init__(self, pipeline: Pipeline):
        self._pipeline = pipeline
        self._store = pipeline.store

    def parse(self, caller: Caller, body: object) -> ResponseRequest:
        return openai_responses.parse(body, lambda response_id: self._conversation(caller, response_id))

    def count(self, caller: Caller, body: object) -> int:
        """The tokens of a request's input."""
        turn = openai_responses.parse_count(body, lambda response_id: self._conversation(caller, response_id))
        return self._pipeline.count_prompt(caller, turn)

    def open(self, caller: Caller, asked: ResponseRequest, kind: str = "chat") -> Call:
        try:
            turn = self._shortened(caller, asked.turn) if asked.shorten else asked.turn
            return self._pipeline.open(caller, turn, kind, whole=not asked.stream)
        except Fault as fault:
            raise openai_responses.too_long(fault) if fault.kind == "context_too_long" else fault from None

    def complete(self, caller: Caller, call: Call, asked: ResponseRequest) -> dict:
        """The whole answer at once."""
        asked = self._held(caller, asked)
        response = openai_responses.render(call.complete(), asked)
        self._keep(caller, call, response, asked)
        return response

    def stream(self, caller: Caller, call: Call, asked: ResponseRequest) -> Iterator[tuple[str, dict]]:
        """The events of the answer, which is kept before the last of them is sent."""
        asked = self._held(caller, asked)
        for name, event in openai_response_stream.render(call, asked):
            if name in ("response.completed", "response.incomplete"):
                self._keep(caller, call, event["response"], asked)
            yield name, event

    def find(self, caller: Caller, response_id: str) -> dict:
        """What is kept of a response: `response`, and the `items` of its conversation. Raises `Fault` not_found."""
        kept = self._store.get_object(KIND, response_id, caller.project_id)
        if kept is None or self._outlived(caller, kept["response"]):
            raise openai_responses.not_found(response_id)
        return kept

    def delete(self, caller: Caller, response_id: str) -> None:
        self.find(caller, response_id)
        self._store.delete_object(KIND, response_id, caller.project_id)

    def _conversation(self, caller: Caller, response_id: str) -> list[dict]:
        try:
            kept = self.find(caller, response_id)
        except Fault:
            raise openai_responses.previous_not_found(response_id) from None
        return [*kept["items"], *kept["response"]["output"]]

    def _held(self, caller: Caller, asked: ResponseRequest) -> ResponseRequest:
        """The request with `store` as the project's rules have it."""
        if self._store.policy(caller.project_id).retention_days != 0:
            return asked
        return replace(asked, store=False, echoed={**asked.echoed, "store": False})

    def _keep(self, caller: Caller, call: Call, response: dict, asked: ResponseRequest) -> None:
        if not asked.store:
            return
        kept = {"response": response, "items": openai_items.identified([*asked.context, *asked.items], call.id)}
        kinds = self._store.policy(caller.project_id).masked
        if kinds:
            kept = openai_items.with_texts(kept, lambda text: redact(text, kinds)[0])
        add_once(self._store, KIND, response["id"], caller.project_id, call.created, kept)

    def _outlived(self, caller: Caller, response: dict) -> bool:
        days = self._store.policy(caller.project_id).retention_days
        age = self._pipeline.clock() // 1_000_000 - response["created_at"]
        return days is not None and age >= days * _DAY_SECONDS

    def _shortened(self, caller: Caller, turn: Turn) -> Turn:
        """The turn without as many of its oldest messages as do not fit; instructions and the last message stay."""
        window = self._pipeline.permit_model(caller, turn.vendor, turn.model).context_window
        first = 1 if turn.messages and turn.messages[0].role == "system" else 0

        def without(number: int) -> Turn:
            return replace(turn, messages=turn.messages[:first] + turn.messages[first + number :])

        def fits(number: int) -> bool:
            return self._pipeline.count_prompt(caller, without(number)) <= window

        most = max(len(turn.messages) - first - 1, 0)
        return without(bisect_left(range(most), True, key=fits))


def routes(pipeline: Pipeline, desk: ResponseDesk) -> list[Route]:
    def entered(request: Request) -> Caller:
        return openai.project_caller(pipeline.authenticate(openai.secret(request.headers)))

    async def create(request: Request) -> Response:
        body = await read_body(request)
        caller = entered(request)
        asked = desk.parse(caller, decode_json(body))
        call = desk.open(caller, asked)
        headers = openai.rate_headers(call.allowances)
        if asked.stream:
            return EventStream(call, desk.stream(caller, call, asked), headers)
        return JSONResponse(desk.complete(caller, call, asked), headers=headers)

    async def count_input(request: Request) -> Response:
        body = await read_body(request)
        return JSONResponse(openai_responses.render_count(desk.count(entered(request), decode_json(body))))

    async def retrieve(request: Request) -> Response:
        caller = entered(request)
        openai_responses.check_retrieval(request.query_params)
        return JSONResponse(desk.find(caller, request.path_params["response"])["response"])

    async def delete(request: Request) -> Response:
        caller, response_id = entered(request), request.path_params["response"]
        desk.delete(caller, response_id)
        return JSONResponse(openai_responses.render_deleted(response_id))

    async def cancel(request: Request) -> Response:
        desk.find(entered(request), request.path_params["response"])
        raise openai_responses.cancel_refused()

    async def list_input_items(request: Request) -> Response:
        caller = entered(request)
        page = openai_page.parse(request.query_params)
        items = desk.find(caller, request.path_params["response"])["items"]
        return JSONResponse(openai_page.render(*openai_page.take(items, page)))

    one = "/v1/responses/{response}"
    return [
        Route("/v1/responses", create, methods=["POST"]),
        Route("/v1/responses/input_tokens", count_input, methods=["POST"]),
        Route(one, retrieve, methods=["GET"]),
        Route(one, delete, methods=["DELETE"]),
        Route(f"{one}/cancel", cancel, methods=["POST"]),
        Route(f"{one}/input_items", list_input_items, methods=["GET"]),
    ]
