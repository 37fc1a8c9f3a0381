"""Live mode: the vendors' own platforms, behind the gateway's keys, rules, rate limits and budgets.

A call is forwarded unchanged to the vendor whose prefix it has, with the learner's own key. Only what runs a model
(by itself or in a batch), counts tokens or lists models is: a practice key gives no way to what else the real key can
do. What a call can cost at most is reserved first, so that no cap is passed; therefore a call whose cost has no
bound, such as one with a tool that the vendor runs itself, is refused. A call that the vendor refuses costs nothing
here; one whose answer gets lost is charged what was reserved.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..call import Admission
from ..dialects import anthropic, gemini
from ..engines import live_prices, wire
from ..engines.bound import find_bound, find_tariffs
from ..engines.meter import Meter, Quote
from ..engines.prompt_bound import read_prompt
from ..engines.upstream import Forwarder, may_be_billed
from ..engines.wire import Format
from ..http import read_body, vendor_app
from ..live_settings import BACK, NAMES, Upstream
from ..pipeline import Pipeline
from ..turns import Turns
from ..types import Caller, Fault, Usage
from . import live_batches
from .live_desk import VENDORS, Desk, Vendor, json_object, models_of, permitted
from .live_relay import Relay

_LONG_BODY = 10_000
_ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
# An answer that the vendor keeps: only the project that asked for it may go on from there.
_KEPT = "live_response"

Endpoint = Callable[[Request], Awaitable[object]]


def platforms(
    pipeline: Pipeline, upstreams: Mapping[str, Upstream], control: Mapping[str, list[Route]]
) -> dict[str, object]:
    """An ASGI app for each vendor's prefix; that of a vendor who is not among `upstreams` says that its key is
    missing. `control` has, by vendor, the routes of the gateway's own control plane. Raises `LiveProblem` when this
    computer's proxy cannot be used.
    """
    forwarder, turns = Forwarder(), Turns()
    apps = {}
    for name, vendor in VENDORS.items():
        if name in upstreams:
            routes = _Platform(Desk(pipeline, upstreams[name], forwarder, turns)).routes()
        else:
            routes = [Route("/{path:path}", _no_key(name), methods=_ANY_METHOD)]
        apps[name] = vendor_app([*control.get(name, ()), *routes], _identifying(vendor), None)
    return apps


class _Platform:
    """A vendor's routes."""

    def __init__(self, desk: Desk):
        self._desk = desk

    def routes(self) -> list[Route]:
        metered, free = self._metered, self._free
        post: dict[str, Endpoint] = {}
        get: dict[str, Endpoint] = {}
        delete: dict[str, Endpoint] = {}
        if self._desk.upstream.vendor == "openai":
            post["/v1/chat/completions"] = metered(wire.chat("openai"))
            post["/v1/responses"] = metered(wire.RESPONSES)
            post["/v1/embeddings"] = metered(wire.EMBEDDINGS)
            post["/v1/responses/input_tokens"] = post["/v1/moderations"] = free
            get["/v1/responses/{kept}"] = get["/v1/responses/{kept}/input_items"] = free
            delete["/v1/responses/{kept}"] = free
            get["/v1/models"] = get["/v1/models/{model:path}"] = free
        elif self._desk.upstream.vendor == "anthropic":
            post["/v1/messages"] = metered(wire.MESSAGES)
            post["/v1/messages/count_tokens"] = free
            get["/v1/models"] = get["/v1/models/{model}"] = free
        elif self._desk.upstream.vendor == "google":
            for at in (f"/{version}/models" for version in gemini.VERSIONS):
                post[f"{at}/{{model}}:generateContent"] = metered(wire.GEMINI)
                post[f"{at}/{{model}}:streamGenerateContent"] = metered(wire.GEMINI)
                post[f"{at}/{{model}}:embedContent"] = metered(wire.GEMINI_EMBEDDINGS)
                post[f"{at}/{{model}}:batchEmbedContents"] = metered(wire.GEMINI_EMBEDDINGS)
                post[f"{at}/{{model}}:countTokens"] = free
                get[at] = get[f"{at}/{{model}}"] = free
        else:
            post["/api/v1/chat/completions"] = metered(wire.chat("openrouter"))
            post["/api/v1/embeddings"] = metered(wire.EMBEDDINGS)
            get["/api/v1/models"] = get["/api/v1/models/{model:path}"] = free
        return [
            *(Route(path, endpoint, methods=["POST"]) for path, endpoint in post.items()),
            *(Route(path, endpoint, methods=["GET"]) for path, endpoint in get.items()),
            *(Route(path, endpoint, methods=["DELETE"]) for path, endpoint in delete.items()),
            *live_batches.routes(self._desk),
            Route("/{path:path}", self._not_forwarded, methods=_ANY_METHOD),
        ]

    async def _not_forwarded(self, request: Request) -> Response:
        self._desk.enter(request)
        path = request.url.path.removeprefix(request.scope["root_path"])
        raise Fault(
            "unknown_route",
            f"Live mode does not forward {request.method} {path}: only calls and batches that run a text or "
            f"embedding model, count tokens or list models go to {self._desk.upstream.name} with your key. {BACK}",
            detail={"method": request.method, "path": path},
        )

    async def _free(self, request: Request) -> Response:
        """What costs nothing, and so needs no budget."""
        body = await read_body(request)
        caller, policy = self._desk.enter(request)
        fields = json_object(body) if body else {}
        self._desk.check_rules(caller, policy, fields, read_prompt(fields))
        if "model" in request.path_params or "model" in fields:
            (model, *_others) = models_of(request.path_params, fields)
            permitted(policy, model, live_prices.find(self._desk.upstream.vendor, model), caller)
        if "kept" in request.path_params:
            self._kept_tokens(caller, request.path_params["kept"])
        answer = await self._desk.send(request, body)
        return self._desk.whole(answer, await self._desk.read(answer))

    def _metered(self, format: Format) -> Endpoint:
        async def endpoint(request: Request) -> object:
            body = await read_body(request)
            async with self._desk.turn(request):
                caller, policy = self._desk.enter(request)
                fields = json_object(body)
                prompt = read_prompt(fields)
                models = models_of(request.path_params, fields)
                self._desk.check_rules(caller, policy, fields, prompt, models[0])
                tariffs = find_tariffs(self._desk.upstream, models)
                names = [permitted(policy, model, tariff, caller) for model, tariff in tariffs.items()]
                before = self._kept_tokens(caller, fields.get("previous_response_id"))
            find = partial(find_bound, format, fields, prompt, before, tariffs, self._desk.pipeline.count)
            # Counting the tokens of a long prompt takes its time; of a short one, less than to change threads.
            bound = await run_in_threadpool(find) if len(body) > _LONG_BODY else find()
            admission = self._desk.admit(caller, names[0], format, bound)
            quote = Quote(self._desk.upstream.vendor, models[0], tariffs[models[0]], bound, wire.context(fields))
            return await self._call(request, body, format, quote, admission, caller)

        return endpoint

    async def _call(
        self, request: Request, body: bytes, format: Format, quote: Quote, admission: Admission, caller: Caller
    ) -> object:
        try:
            answer = await self._desk.send(request, body)
            events = "event-stream" in answer.headers.get("content-type", "")
            streamed = events or "streamGenerateContent" in request.url.path
            content = b"" if streamed and answer.is_success else await self._desk.read(answer)
        except BaseException as error:
            if may_be_billed(error):  # nothing else keeps the cap
                admission.settle(Usage(input=quote.bound.prompt_tokens), quote.bound.micros, "estimated")
            else:
                admission.settle(Usage(), 0, "error")
            raise
        if not answer.is_success:
            admission.settle(Usage(), 0, "error")
            return self._desk.whole(answer, content)
        meter = Meter(format, quote, self._desk.pipeline.count, events)

        def settle(whole: bool) -> None:
            try:
                bill = meter.bill(whole)
            except Exception:  # our own defect shall not open the cap
                admission.settle(Usage(), quote.bound.micros, "error")
                raise
            admission.settle(bill.usage, bill.cost_micros, bill.status)
            if format is wire.RESPONSES:
                self._keep(caller, meter.document, bill.usage)

        if streamed:
            return Relay(answer, meter, settle)
        meter.feed(content)
        settle(whole=True)
        return self._desk.whole(answer, content)

    def _keep(self, caller: Caller, document: dict, usage: Usage) -> None:
        """Remember how long a kept answer makes the prompt of the one that follows it."""
        public_id = document.get("id")
        if not isinstance(public_id, str) or document.get("store") is False:
            return
        project = caller.project_id
        store, name = self._desk.pipeline.store, f"{project}:{public_id}"
        if store.get_object(_KEPT, name, project) is None:
            tokens = {"tokens": usage.input + usage.output}
            store.add_object(_KEPT, name, project, tokens, self._desk.pipeline.clock())

    def _kept_tokens(self, caller: Caller, public_id: object) -> int:
        """The tokens of an answer that the vendor keeps for this project. Raises `Fault` not_found."""
        if public_id is None:
            return 0
        found = self._desk.pipeline.store.get_object(_KEPT, f"{caller.project_id}:{public_id}", caller.project_id)
        if found is None:
            raise Fault("not_found", param="previous_response_id", detail={"what": "response", "id": public_id})
        return found["tokens"]


def _no_key(name: str) -> Endpoint:
    async def endpoint(_request: Request) -> Response:
        variable = "GEMINI_API_KEY" if name == "google" else f"{name.upper()}_API_KEY"
        raise Fault(
            "missing_key",
            f"Live mode has no key for {NAMES[name]}. Put {variable} into the environment or into a .env file and "
            f"start live mode again. {BACK}",
        )

    return endpoint


def _identifying(vendor: Vendor) -> Callable[[Fault], tuple[int, dict, dict[str, str]]]:
    """Gives the gateway's own refusals an ID, as the vendor's have one."""

    def render(fault: Fault) -> tuple[int, dict, dict[str, str]]:
        status, body, headers = vendor.dialect.render_fault(fault)
        if vendor.request_id:
            headers = {vendor.request_id: f"req_{secrets.token_hex(12)}", **headers}
        if vendor.dialect is anthropic:
            body = {**body, "request_id": headers[vendor.request_id]}
        return status, body, headers

    return render
