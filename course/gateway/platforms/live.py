"""Live mode: the vendors' own platforms, behind the gateway's keys, rules, rate limits and budgets.

A call is forwarded unchanged to the vendor whose prefix it has, with the learner's own key. Only what runs a model,
counts tokens or lists models is: a practice key gives no way to what else the real key may do. What a call can
cost at most is reserved first, so that no cap is passed; therefore a call whose cost has no bound, such as one with
a tool that the vendor runs itself, is refused. A call that the vendor refuses or never answers costs nothing here.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from urllib.parse import unquote

import httpx2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..call import Admission
from ..dialects import anthropic, gemini, openai, openrouter
from ..engines import live_prices, wire
from ..engines.bound import Bound, find_bound, find_tariffs
from ..engines.live_prices import Tariff
from ..engines.meter import Meter, Quote
from ..engines.prompt_bound import Prompt, read_prompt
from ..engines.upstream import Forwarder
from ..engines.wire import Format
from ..http import decode_json, read_body, vendor_app
from ..live_settings import BACK, NAMES, Upstream
from ..pipeline import Pipeline
from ..screening import screen
from ..store import Policy
from ..types import Caller, Fault, Usage
from .live_answers import whole_answer
from .live_relay import Relay

_ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
# An answer that the vendor keeps: only the project that asked for it may go on from there.
_KEPT = "live_response"
_LONGEST_MODEL_ID = 200

Endpoint = Callable[[Request], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Vendor:
    """`base` is the part of each path that the vendor's base URL holds already."""

    dialect: ModuleType
    base: str = ""
    request_id: str = ""


_VENDORS = {
    "openai": _Vendor(openai, "/v1", "x-request-id"),
    "anthropic": _Vendor(anthropic, request_id="request-id"),
    "google": _Vendor(gemini),
    "openrouter": _Vendor(openrouter, "/api/v1"),
}


def platforms(
    pipeline: Pipeline, upstreams: Mapping[str, Upstream], control: Mapping[str, list[Route]]
) -> dict[str, object]:
    """An ASGI app for each vendor's prefix; that of a vendor who is not among `upstreams` says that its key is
    missing. `control` has, by vendor, the routes of the gateway's own control plane. Raises `LiveProblem` when this
    computer's proxy cannot be used.
    """
    forwarder = Forwarder()
    apps = {}
    for name, vendor in _VENDORS.items():
        if name in upstreams:
            routes = _Platform(pipeline, upstreams[name], forwarder).routes()
        else:
            routes = [Route("/{path:path}", _no_key(name), methods=_ANY_METHOD)]
        apps[name] = vendor_app([*control.get(name, ()), *routes], _identifying(vendor), None)
    return apps


class _Platform:
    """A vendor's routes."""

    def __init__(self, pipeline: Pipeline, upstream: Upstream, forwarder: Forwarder):
        self._pipeline = pipeline
        self._upstream = upstream
        self._vendor = _VENDORS[upstream.vendor]
        self._forwarder = forwarder

    def routes(self) -> list[Route]:
        metered, free = self._metered, self._free
        post: dict[str, Endpoint] = {}
        get: dict[str, Endpoint] = {}
        delete: dict[str, Endpoint] = {}
        if self._upstream.vendor == "openai":
            post["/v1/chat/completions"] = metered(wire.chat("openai"))
            post["/v1/responses"] = metered(wire.RESPONSES)
            post["/v1/embeddings"] = metered(wire.EMBEDDINGS)
            post["/v1/responses/input_tokens"] = post["/v1/moderations"] = free
            get["/v1/responses/{kept}"] = get["/v1/responses/{kept}/input_items"] = free
            delete["/v1/responses/{kept}"] = free
            get["/v1/models"] = get["/v1/models/{model:path}"] = free
        elif self._upstream.vendor == "anthropic":
            post["/v1/messages"] = metered(wire.MESSAGES)
            post["/v1/messages/count_tokens"] = free
            get["/v1/models"] = get["/v1/models/{model}"] = free
        elif self._upstream.vendor == "google":
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
            Route("/{path:path}", self._not_forwarded, methods=_ANY_METHOD),
        ]

    async def _not_forwarded(self, request: Request) -> Response:
        self._enter(request)
        path = request.url.path.removeprefix(request.scope["root_path"])
        raise Fault(
            "unknown_route",
            f"Live mode does not forward {request.method} {path}: only calls that run a text or embedding model, "
            f"count tokens or list models go to {self._upstream.name} with your key. {BACK}",
            detail={"method": request.method, "path": path},
        )

    async def _free(self, request: Request) -> Response:
        """What costs nothing, and so needs no budget."""
        body = await read_body(request)
        caller, policy = self._enter(request)
        fields = _json_object(body) if body else {}
        self._check_rules(caller, policy, fields, read_prompt(fields))
        if "model" in request.path_params or "model" in fields:
            (model, *_others) = _models(request, fields)
            _permitted(policy, model, live_prices.find(self._upstream.vendor, model), caller)
        if "kept" in request.path_params:
            self._kept_tokens(caller, request.path_params["kept"])
        answer = await self._send(request, body)
        return self._whole(answer, await self._read(answer))

    def _metered(self, format: Format) -> Endpoint:
        async def endpoint(request: Request) -> object:
            body = await read_body(request)
            caller, policy = self._enter(request)
            fields = _json_object(body)
            prompt = read_prompt(fields)
            models = _models(request, fields)
            self._check_rules(caller, policy, fields, prompt, models[0])
            tariffs = find_tariffs(self._upstream, models)
            names = [_permitted(policy, model, tariff, caller) for model, tariff in tariffs.items()]
            before = self._kept_tokens(caller, fields.get("previous_response_id"))
            # Counting the tokens of a long prompt takes its time.
            bound = await run_in_threadpool(find_bound, format, fields, prompt, before, tariffs, self._pipeline.count)
            admission = self._admit(caller, names[0], format, bound)
            quote = Quote(self._upstream.vendor, models[0], tariffs[models[0]], bound, wire.context(fields))
            return await self._call(request, body, format, quote, admission, caller)

        return endpoint

    async def _call(
        self, request: Request, body: bytes, format: Format, quote: Quote, admission: Admission, caller: Caller
    ) -> object:
        try:
            answer = await self._send(request, body)
            events = "event-stream" in answer.headers.get("content-type", "")
            streamed = events or "streamGenerateContent" in request.url.path
            content = b"" if streamed and answer.is_success else await self._read(answer)
        except BaseException:
            admission.settle(Usage(), 0, "error")
            raise
        if not answer.is_success:
            admission.settle(Usage(), 0, "error")
            return self._whole(answer, content)
        meter = Meter(format, quote, self._pipeline.count, events)

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
        return self._whole(answer, content)

    def _enter(self, request: Request) -> tuple[Caller, Policy]:
        """Who is calling, and the rules of the project."""
        where = (request.headers, request.query_params) if self._vendor.dialect is gemini else (request.headers,)
        caller = self._pipeline.authenticate(self._vendor.dialect.secret(*where))
        if caller.project_id is None:
            raise Fault("wrong_key_kind", detail={"admin": True})
        return caller, self._pipeline.store.policy(caller.project_id)

    def _check_rules(self, caller: Caller, policy: Policy, fields: dict, prompt: Prompt, model: str = "") -> None:
        """A call is forwarded unchanged; so what a rule would change or cannot promise is refused."""
        if policy.region and fields and fields.get("inference_geo") != policy.region:
            raise Fault(
                "region_forbidden",
                f"This project's calls stay in the region {policy.region}, and live mode cannot promise that of this "
                f"call to {self._upstream.name}. {BACK}",
                detail={"region": "", "allowed": policy.region},
            )
        _, found = screen(policy, [prompt.text])
        if found:
            self._pipeline.note_findings(caller, self._upstream.vendor, model, policy, found)
        if found and policy.redaction == "mask":
            raise Fault(
                "invalid_request",
                f"This project takes personal data out of prompts ({', '.join(found)}), and live mode sends a call "
                f"as it is. So it was not sent. Take the data out yourself. {BACK}",
            )

    def _admit(self, caller: Caller, model: str, format: Format, bound: Bound) -> Admission:
        try:
            return self._pipeline.admit(
                caller, self._upstream.vendor, model, format.kind, bound.prompt_tokens, bound.micros
            )
        except Fault as fault:
            if fault.kind == "budget_exceeded":
                most, cap = bound.micros / 1_000_000, int(fault.detail["limit_micros"]) / 1_000_000
                shorter = f" Ask for a shorter answer with {format.param}." if format.makes_text else ""
                fault.message = (
                    f"This call can cost up to ${most:.4f}, and less than that is left of the cap of ${cap:.2f}. "
                    f"So it was not sent.{shorter} {BACK}"
                )
            raise

    async def _send(self, request: Request, body: bytes) -> httpx2.Response:
        path, query = request.scope["raw_path"].partition(b"?")[0].decode("latin-1"), request.scope["query_string"]
        here = f"{request.scope['root_path']}{self._vendor.base}/"
        # What is routed by its plain form must not lead elsewhere in the form that is sent.
        steps = unquote(path).replace("\\", "/").split("/")
        if not path.isascii() or not path.startswith(here) or "." in steps or ".." in steps:
            raise Fault("unknown_route", detail={"method": request.method, "path": request.scope["path"]})
        if self._vendor.dialect is gemini:  # the key may stand in the address
            query = b"&".join(part for part in query.split(b"&") if not part.startswith(b"key="))
        rest = path[len(here) - 1 :]
        return await self._forwarder.send(self._upstream, request.method, rest, query, request.headers.raw, body)

    async def _read(self, answer: httpx2.Response) -> bytes:
        try:
            return await answer.aread()
        except httpx2.TransportError:
            raise Fault("unavailable", f"The answer of {self._upstream.name} broke off. Try again. {BACK}") from None
        finally:
            await answer.aclose()

    def _whole(self, answer: httpx2.Response, content: bytes) -> Response:
        return whole_answer(answer, content, self._upstream, self._vendor.dialect)

    def _keep(self, caller: Caller, document: dict, usage: Usage) -> None:
        """Remember how long a kept answer makes the prompt of the one that follows it."""
        public_id = document.get("id")
        if not isinstance(public_id, str) or document.get("store") is False:
            return
        project = caller.project_id
        store, name = self._pipeline.store, f"{project}:{public_id}"
        if store.get_object(_KEPT, name, project) is None:
            tokens = {"tokens": usage.input + usage.output}
            store.add_object(_KEPT, name, project, tokens, self._pipeline.clock())

    def _kept_tokens(self, caller: Caller, public_id: object) -> int:
        """The tokens of an answer that the vendor keeps for this project. Raises `Fault` not_found."""
        if public_id is None:
            return 0
        found = self._pipeline.store.get_object(_KEPT, f"{caller.project_id}:{public_id}", caller.project_id)
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


def _identifying(vendor: _Vendor) -> Callable[[Fault], tuple[int, dict, dict[str, str]]]:
    """Gives the gateway's own refusals an ID, as the vendor's have one."""

    def render(fault: Fault) -> tuple[int, dict, dict[str, str]]:
        status, body, headers = vendor.dialect.render_fault(fault)
        if vendor.request_id:
            headers = {vendor.request_id: f"req_{secrets.token_hex(12)}", **headers}
        if vendor.dialect is anthropic:
            body = {**body, "request_id": headers[vendor.request_id]}
        return status, body, headers

    return render


def _json_object(body: bytes) -> dict:
    value = decode_json(body)
    if not isinstance(value, dict):
        raise Fault("invalid_request", "The JSON body of the request is not an object.")
    return value


def _models(request: Request, fields: dict) -> list[str]:
    """The models that may answer, the one that is wanted most first: a router may be given several."""
    if "model" in request.path_params:
        named = [request.path_params["model"]]
    else:
        others = fields.get("models")
        named = [fields.get("model"), *(others if isinstance(others, list) else ())]
    models = [each for each in named if each is not None]
    if not models or not all(isinstance(each, str) and each.isprintable() for each in models):
        raise Fault("invalid_request", "The request does not name its model.", "model")
    if max(map(len, models)) > _LONGEST_MODEL_ID:
        raise Fault("invalid_request", "The name of the model is too long.", "model")
    return list(dict.fromkeys(models))


def _permitted(policy: Policy, model: str, tariff: Tariff | None, caller: Caller) -> str:
    """The name under which the project's rules allow a model: a dated version and a router's name of it are the same
    model. Raises `Fault` model_forbidden.
    """
    names = [model, *([tariff.id] if tariff else [])]
    names = list(dict.fromkeys([*names, *(name.rpartition("/")[2].partition(":")[0] for name in names)]))
    allowed = [name for name in names if policy.permits_model(name)]
    if not allowed or (policy.models_mode == "deny" and len(allowed) < len(names)):
        raise Fault("model_forbidden", param="model", detail={"model": model, "project": caller.project_id})
    return allowed[0]
