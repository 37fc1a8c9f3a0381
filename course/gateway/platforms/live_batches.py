"""Batches in live mode: the vendor works on them, and each request is let in, bounded and charged as a single call.

All of a batch's requests are reserved before it is sent. They are charged, for the price of a batch, when somebody
asks about the batch and it has ended; what has no answer then costs nothing. A batch that the vendor may have taken,
though its answer got lost, is charged at once what it holds: nobody can ask about it. A project sees the files and
batches that it has sent through this gateway, and no others of the account.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..call import Admission
from ..dialects import anthropic, anthropic_batches, openai_batches, openai_files, openai_page
from ..engines import live_prices, wire
from ..engines.bound import Bound, find_bound, find_tariffs
from ..engines.meter import Bill, Meter, Quote
from ..engines.prompt_bound import read_prompt
from ..engines.upstream import SENT, may_be_billed
from ..engines.wire import Format
from ..http import read_body
from ..live_settings import BACK
from ..store import Policy, Ticket
from ..types import Caller, Fault, Usage
from .live_desk import Desk, json_object, models_of, permitted
from .openai_files import read_form
from .openai_objects import add_once

_FILE, _BATCH = "live_file", "live_batch"
_MOST_FILES = 10_000
_PRICE = {"processing": "batch"}
_FORMATS = {
    "/v1/chat/completions": wire.chat("openai"),
    "/v1/responses": wire.RESPONSES,
    "/v1/embeddings": wire.EMBEDDINGS,
}

Requests = list[tuple[str, dict]]


def routes(desk: Desk) -> list[Route]:
    """The addresses of a vendor's batches; none for a vendor whose batches are not forwarded."""
    if desk.upstream.vendor == "openai":
        return _OpenAI(desk).routes()
    return _Anthropic(desk).routes() if desk.upstream.vendor == "anthropic" else []


class _Batches:
    """What both vendors' batches share. `_BATCH` documents have the vendor's own as "shown", the calls that are not
    charged yet by the names of their requests, and the name of their format.
    """

    def __init__(self, desk: Desk):
        self._desk = desk
        self._pipeline = desk.pipeline
        self._store = desk.pipeline.store

    def _reserve(self, caller: Caller, policy: Policy, format: Format, requests: Requests) -> dict[str, dict]:
        """Let in all requests, or none. What is kept of each, by its name."""
        calls: dict[str, dict] = {}
        try:
            for name, fields in requests:
                calls[name] = self._admit(caller, policy, format, fields)
        except Fault:
            self._release(calls)
            raise
        return calls

    def _admit(self, caller: Caller, policy: Policy, format: Format, fields: dict) -> dict:
        if fields.get("previous_response_id") is not None:
            raise Fault("invalid_request", f"Live mode sends no batch that goes on from an earlier response. {BACK}")
        models, prompt = models_of({}, fields), read_prompt(fields)
        self._desk.check_rules(caller, policy, fields, prompt, models[0])
        tariffs = find_tariffs(self._desk.upstream, models)
        names = [permitted(policy, model, tariff, caller) for model, tariff in tariffs.items()]
        bound = find_bound(format, fields, prompt, 0, tariffs, self._pipeline.count)
        admission = self._desk.admit(caller, names[0], format, bound, batch=True)
        return {"number": admission.ticket.number, "model": models[0], "bound": asdict(bound)}

    def _release(self, calls: Mapping[str, dict]) -> None:
        for call in calls.values():
            self._admission(call).settle(Usage(), 0, "error")

    def _charge(self, format: Format, kept: dict, results: bytes | None, answer_of: Callable[[dict], object]) -> None:
        """Charge the requests that have answers, and release the others. `answer_of` finds the answer in a line of
        the results. Where these cannot be read, all that was reserved is charged.
        """
        answers = _answers(results, answer_of)
        if answers is None:
            self._charge_all(kept["calls"])
        else:
            for name, call in kept["calls"].items():
                bill = Bill(Usage(), 0, "error")
                if name in answers:
                    bill = self._meter(format, call, Bound(**call["bound"]), answers[name]).bill(whole=True)
                self._admission(call).settle(bill.usage, bill.cost_micros, bill.status)
        kept["calls"] = {}

    def _charge_all(self, calls: Mapping[str, dict]) -> None:
        """Charge what the calls hold: no more can be known of them."""
        for call in calls.values():
            bound = Bound(**call["bound"])
            self._admission(call).settle(Usage(input=bound.prompt_tokens), bound.micros, "estimated")

    def _meter(self, format: Format, call: dict, bound: Bound, answer: dict) -> Meter:
        vendor = self._desk.upstream.vendor
        tariff = live_prices.find(vendor, call["model"])
        quote = Quote(vendor, call["model"], tariff, bound, _PRICE)
        meter = Meter(format, quote, self._pipeline.count, events=False)
        meter.feed(json.dumps(_without_tier(answer)).encode())
        return meter

    def _admission(self, call: dict) -> Admission:
        return Admission(self._pipeline, Ticket(call["number"]), {}, 0)

    async def _forward(self, request: Request, body: bytes = b"") -> tuple[Response, dict | None]:
        """The vendor's answer as the caller gets it, and its document where it is not a refusal. Raises `Fault`
        unavailable where it is no document.
        """
        answer = await self._desk.send(request, body)
        content = await self._desk.read(answer)
        return self._desk.whole(answer, content), self._document(content) if answer.is_success else None

    def _document(self, content: bytes) -> dict:
        with contextlib.suppress(Fault):
            document = json_object(content)
            if isinstance(document.get("id"), str):
                return document
        unread = f"What {self._desk.upstream.name} answered cannot be read. Try again. {BACK}"
        raise Fault("unavailable", unread, detail=SENT)

    async def _submit(
        self, request: Request, body: bytes, caller: Caller, policy: Policy, format: Format, requests: Requests
    ) -> Response:
        """Reserve for all requests of a batch, then send it. What the vendor did not take is released."""
        calls = await run_in_threadpool(self._reserve, caller, policy, format, requests)
        try:
            response, shown = await self._forward(request, body)
        except BaseException as error:
            (self._charge_all if may_be_billed(error) else self._release)(calls)
            raise
        if shown is None:
            self._release(calls)
        else:
            self._remember(caller, _BATCH, {"shown": shown, "calls": calls})
        return response

    def _remember(self, caller: Caller, kind: str, document: dict, content: bytes | None = None) -> None:
        name, now = f"{caller.project_id}:{document['shown']['id']}", self._pipeline.clock()
        if not add_once(self._store, kind, name, caller.project_id, now, document, content):
            self._store.update_object(kind, name, caller.project_id, document)

    def _owned(self, caller: Caller, kind: str, public_id: str) -> dict:
        """Raises `Fault` not_found."""
        found = self._store.get_object(kind, f"{caller.project_id}:{public_id}", caller.project_id)
        if found is None:
            raise Fault("not_found", detail={"what": "File" if kind == _FILE else "Batch", "id": public_id})
        return found

    def _forget(self, caller: Caller, kind: str, public_id: str) -> None:
        self._store.delete_object(kind, f"{caller.project_id}:{public_id}", caller.project_id)

    def _listed(
        self, caller: Caller, kind: str, after: str | None, limit: int, newest_first: bool = True
    ) -> tuple[list[dict], bool]:
        place = after and f"{caller.project_id}:{after}"
        found, more = self._store.list_objects(kind, caller.project_id, place, limit, newest_first)
        return [each["shown"] for each in found], more


class _OpenAI(_Batches):
    def routes(self) -> list[Route]:
        file, batch = "/v1/files/{file}", "/v1/batches/{batch}"
        return [
            Route("/v1/files", self._upload, methods=["POST"]),
            Route("/v1/files", self._list_files, methods=["GET"]),
            Route(file, self._read_file, methods=["GET"]),
            Route(f"{file}/content", self._read_file, methods=["GET"]),
            Route(file, self._delete_file, methods=["DELETE"]),
            Route("/v1/batches", self._create, methods=["POST"]),
            Route("/v1/batches", self._list_batches, methods=["GET"]),
            Route(batch, self._show, methods=["GET"]),
            Route(f"{batch}/cancel", self._show, methods=["POST"]),
        ]

    async def _upload(self, request: Request) -> Response:
        body = await read_body(request)
        caller, policy = self._desk.enter(request)
        upload = openai_files.parse(*await read_form(request, body))
        if upload.purpose != "batch":
            raise Fault("invalid_request", f"Live mode sends only files with the purpose 'batch'. {BACK}", "purpose")
        held = {"file": upload.content.decode("utf-8")}
        self._desk.check_rules(caller, policy, held, read_prompt(held))
        response, shown = await self._forward(request, body)
        if shown is not None:
            self._remember(caller, _FILE, {"shown": shown}, upload.content)
        return response

    async def _list_files(self, request: Request) -> Response:
        caller, _ = self._desk.enter(request)
        page = openai_page.parse(request.query_params, _MOST_FILES, _MOST_FILES)
        files, more = self._listed(caller, _FILE, page.after, page.limit, page.newest_first)
        return JSONResponse(openai_page.render(files, more))

    async def _read_file(self, request: Request) -> Response:
        caller, _ = self._desk.enter(request)
        self._owned(caller, _FILE, request.path_params["file"])
        answer = await self._desk.send(request, b"")
        return self._desk.whole(answer, await self._desk.read(answer))

    async def _delete_file(self, request: Request) -> Response:
        caller, _ = self._desk.enter(request)
        self._owned(caller, _FILE, request.path_params["file"])
        response, deleted = await self._forward(request)
        if deleted is not None:
            self._forget(caller, _FILE, request.path_params["file"])
        return response

    async def _create(self, request: Request) -> Response:
        body = await read_body(request)
        caller, policy = self._desk.enter(request)
        asked = openai_batches.parse(json_object(body))
        file_id = asked.input_file_id
        self._owned(caller, _FILE, file_id)
        content = self._store.get_content(_FILE, f"{caller.project_id}:{file_id}", caller.project_id)
        lines, errors = openai_batches.parse_lines(content, asked.endpoint)
        if errors:
            line = f" (line {errors[0]['line']} of the file)" if errors[0]["line"] else ""
            raise Fault("invalid_request", f"{errors[0]['message']}{line}", errors[0]["param"], errors[0]["code"])
        requests = [(line.custom_id, line.body) for line in lines]
        return await self._submit(request, body, caller, policy, _FORMATS[asked.endpoint], requests)

    async def _list_batches(self, request: Request) -> Response:
        caller, _ = self._desk.enter(request)
        page = openai_page.parse(request.query_params)
        return JSONResponse(openai_page.render(*self._listed(caller, _BATCH, page.after, page.limit)))

    async def _show(self, request: Request) -> Response:
        """The batch as it is now; once it has ended, it is charged first."""
        caller, _ = self._desk.enter(request)
        kept = self._owned(caller, _BATCH, request.path_params["batch"])
        response, shown = await self._forward(request, await read_body(request))
        if shown is not None:
            kept["shown"] = shown
            if shown.get("status") in openai_batches.FINAL and kept["calls"]:
                await self._finish(request, caller, kept)
            self._remember(caller, _BATCH, kept)
        return response

    async def _finish(self, request: Request, caller: Caller, kept: dict) -> None:
        shown, results = kept["shown"], b""
        for name in ("output_file_id", "error_file_id"):
            if file_id := shown.get(name):
                if (file := await self._desk.fetch(request, f"/files/{file_id}")) is not None:
                    self._remember(caller, _FILE, {"shown": json_object(file)})
                if name == "output_file_id":
                    results = await self._desk.fetch(request, f"/files/{file_id}/content")
        format = _FORMATS[shown["endpoint"]]
        await run_in_threadpool(self._charge, format, kept, results, lambda line: line["response"]["body"])


class _Anthropic(_Batches):
    _PLACE = "/v1/messages/batches"

    def routes(self) -> list[Route]:
        one = f"{self._PLACE}/{{batch}}"
        return [
            Route(self._PLACE, self._create, methods=["POST"]),
            Route(self._PLACE, self._list_batches, methods=["GET"]),
            Route(one, self._show, methods=["GET"]),
            Route(one, self._delete, methods=["DELETE"]),
            Route(f"{one}/cancel", self._show, methods=["POST"]),
            Route(f"{one}/results", self._results, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        body = await read_body(request)
        caller, policy = self._desk.enter(request)
        asked = anthropic_batches.parse(json_object(body))
        requests = [(each["custom_id"], each["params"]) for each in asked]
        return await self._submit(request, body, caller, policy, wire.MESSAGES, requests)

    async def _list_batches(self, request: Request) -> Response:
        caller, _ = self._desk.enter(request)
        page = anthropic.parse_page(request.query_params)
        batches, more = self._listed(caller, _BATCH, page.before or page.after, page.limit, page.before is None)
        batches = [_found_here(each, request) for each in (batches[::-1] if page.before else batches)]
        return JSONResponse(anthropic.render_page(batches, more))

    async def _show(self, request: Request) -> Response:
        """The batch as it is now; once it has ended, it is charged first."""
        caller, _ = self._desk.enter(request)
        kept = self._owned(caller, _BATCH, request.path_params["batch"])
        response, shown = await self._forward(request, await read_body(request))
        if shown is None:
            return response
        kept["shown"] = shown
        if shown.get("processing_status") == "ended" and kept["calls"]:
            await self._finish(request, kept)
        self._remember(caller, _BATCH, kept)
        return JSONResponse(_found_here(shown, request), headers=_request_id(response))

    async def _delete(self, request: Request) -> Response:
        caller, _ = self._desk.enter(request)
        batch_id = request.path_params["batch"]
        if self._owned(caller, _BATCH, batch_id)["calls"]:
            raise Fault("invalid_request", f"Look at message batch {batch_id} once it has ended, then delete it.")
        response, deleted = await self._forward(request)
        if deleted is not None:
            self._forget(caller, _BATCH, batch_id)
        return response

    async def _finish(self, request: Request, kept: dict) -> None:
        results = await self._desk.fetch(request, f"{self._PLACE}/{kept['shown']['id']}/results")
        await run_in_threadpool(self._charge, wire.MESSAGES, kept, results, lambda line: line["result"]["message"])

    async def _results(self, request: Request) -> Response:
        caller, _ = self._desk.enter(request)
        self._owned(caller, _BATCH, request.path_params["batch"])
        answer = await self._desk.send(request, b"")
        return self._desk.whole(answer, await self._desk.read(answer))


def _answers(results: bytes | None, answer_of: Callable[[dict], object]) -> dict[str, dict] | None:
    """The answers by the names of their requests; `None` where they cannot be told."""
    if results is None:
        return None
    found = {}
    for line in results.splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            return None
        with contextlib.suppress(LookupError, TypeError, ValueError):  # a request without an answer
            found[read["custom_id"]] = dict(answer_of(read))
    return found


def _without_tier(answer: dict) -> dict:
    """An answer that says no other price than a batch's."""
    usage = answer.get("usage")
    plain = {name: value for name, value in answer.items() if name not in ("service_tier", "usage")}
    if isinstance(usage, dict):
        plain["usage"] = {name: value for name, value in usage.items() if name != "service_tier"}
    return plain


def _found_here(shown: dict, request: Request) -> dict:
    """Anthropic's SDK follows the address of the results: with the key of this gateway, it must lead here."""
    if shown.get("results_url") is None:
        return shown
    path = f"{request.scope['root_path']}{_Anthropic._PLACE}/{shown['id']}/results"
    return {**shown, "results_url": str(request.url.replace(path=path, query="", fragment=""))}


def _request_id(response: Response) -> dict[str, str]:
    return {"request-id": response.headers["request-id"]} if "request-id" in response.headers else {}
