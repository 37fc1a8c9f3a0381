"""What all calls in live mode share: who may call, under which rules, and the way to the vendor and back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import ModuleType
from urllib.parse import unquote

import httpx2
from starlette.requests import Request
from starlette.responses import Response

from ..call import Admission
from ..dialects import anthropic, gemini, openai, openrouter
from ..engines.bound import Bound
from ..engines.live_prices import Tariff
from ..engines.prompt_bound import Prompt
from ..engines.upstream import SENT, Forwarder
from ..engines.wire import Format
from ..http import decode_json
from ..live_settings import BACK, Upstream
from ..pipeline import Pipeline
from ..screening import screen
from ..store import Policy
from ..turns import Turns
from ..types import Caller, Fault
from .live_answers import whole_answer

_LONGEST_MODEL_ID = 200
# What the ledger calls a request of a batch.
_BATCH_KINDS = {"chat": "batch", "embedding": "batch_embed"}


@dataclass(frozen=True, slots=True)
class Vendor:
    """`base` is the part of each path that the vendor's base URL holds already."""

    dialect: ModuleType
    base: str = ""
    request_id: str = ""


VENDORS = {
    "openai": Vendor(openai, "/v1", "x-request-id"),
    "anthropic": Vendor(anthropic, request_id="request-id"),
    "google": Vendor(gemini),
    "openrouter": Vendor(openrouter, "/api/v1"),
}


class Desk:
    """Calls of one vendor."""

    def __init__(self, pipeline: Pipeline, upstream: Upstream, forwarder: Forwarder, turns: Turns):
        self.pipeline = pipeline
        self.upstream = upstream
        self.vendor = VENDORS[upstream.vendor]
        self._forwarder = forwarder
        self._turns = turns

    def turn(self, request: Request) -> AbstractAsyncContextManager[None]:
        """In it a request may be let in; there is one for each key, in turn."""
        return self._turns.turn(self._secret(request) or "")

    def enter(self, request: Request) -> tuple[Caller, Policy]:
        """Who is calling, and the rules of the project."""
        caller = self.pipeline.authenticate(self._secret(request))
        if caller.project_id is None:
            raise Fault("wrong_key_kind", detail={"admin": True})
        return caller, self.pipeline.store.policy(caller.project_id)

    def _secret(self, request: Request) -> str | None:
        where = (request.headers, request.query_params) if self.vendor.dialect is gemini else (request.headers,)
        return self.vendor.dialect.secret(*where)

    def check_rules(self, caller: Caller, policy: Policy, fields: dict, prompt: Prompt, model: str = "") -> None:
        """A call is forwarded unchanged; so what a rule would change or cannot promise is refused."""
        if policy.region and fields and fields.get("inference_geo") != policy.region:
            raise Fault(
                "region_forbidden",
                f"This project's calls stay in the region {policy.region}, and live mode cannot promise that of this "
                f"call to {self.upstream.name}. {BACK}",
                detail={"region": "", "allowed": policy.region},
            )
        _, found = screen(policy, [prompt.text])
        if found:
            self.pipeline.note_findings(caller, self.upstream.vendor, model, policy, found)
        if found and policy.redaction == "mask":
            raise Fault(
                "invalid_request",
                f"This project takes personal data out of prompts ({', '.join(found)}), and live mode sends a call "
                f"as it is. So it was not sent. Take the data out yourself. {BACK}",
            )

    def admit(self, caller: Caller, model: str, format: Format, bound: Bound, batch: bool = False) -> Admission:
        """Reserve what a call may cost at most. Raises `Fault` where a limit, a budget or the cap forbids it."""
        kind = _BATCH_KINDS[format.kind] if batch else format.kind
        try:
            return self.pipeline.admit(
                caller, self.upstream.vendor, model, kind, bound.prompt_tokens, bound.micros, batch
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

    async def send(self, request: Request, body: bytes) -> httpx2.Response:
        """Forward a request to the same address of the vendor; the answer is still to be read. Raises `Fault`."""
        path, query = request.scope["raw_path"].partition(b"?")[0].decode("latin-1"), request.scope["query_string"]
        here = f"{request.scope['root_path']}{self.vendor.base}/"
        # What is routed by its plain form must not lead elsewhere in the form that is sent.
        steps = unquote(path).replace("\\", "/").split("/")
        if not path.isascii() or not path.startswith(here) or "." in steps or ".." in steps:
            raise Fault("unknown_route", detail={"method": request.method, "path": request.scope["path"]})
        if self.vendor.dialect is gemini:  # the key may stand in the address
            query = b"&".join(part for part in query.split(b"&") if not part.startswith(b"key="))
        rest = path[len(here) - 1 :]
        return await self._forwarder.send(self.upstream, request.method, rest, query, request.headers.raw, body)

    async def fetch(self, request: Request, path: str) -> bytes | None:
        """What the vendor has at an address after its base URL, asked for on behalf of a request; `None` where it
        does not hand that out. Raises `Fault` unavailable or timeout.
        """
        answer = await self._forwarder.send(self.upstream, "GET", path, b"", request.headers.raw, b"")
        content = await self.read(answer)
        return content if answer.is_success else None

    async def read(self, answer: httpx2.Response) -> bytes:
        """The whole body of an answer. Raises `Fault` unavailable where it breaks off."""
        try:
            return await answer.aread()
        except httpx2.TransportError:
            broken = f"The answer of {self.upstream.name} broke off. Try again. {BACK}"
            raise Fault("unavailable", broken, detail=SENT if answer.is_success else {}) from None
        finally:
            await answer.aclose()

    def whole(self, answer: httpx2.Response, content: bytes) -> Response:
        """An answer that was read, for the one who asked."""
        return whole_answer(answer, content, self.upstream, self.vendor.dialect)


def json_object(body: bytes) -> dict:
    """The body of a request as an object. Raises `Fault` invalid_request for anything else."""
    value = decode_json(body)
    if not isinstance(value, dict):
        raise Fault("invalid_request", "The JSON body of the request is not an object.")
    return value


def models_of(path_params: Mapping[str, str], fields: dict) -> list[str]:
    """The models that may answer, the one that is wanted most first: a router may be given several."""
    if "model" in path_params:
        named = [path_params["model"]]
    else:
        others = fields.get("models")
        named = [fields.get("model"), *(others if isinstance(others, list) else ())]
    models = [each for each in named if each is not None]
    if not models or not all(isinstance(each, str) and each.isprintable() for each in models):
        raise Fault("invalid_request", "The request does not name its model.", "model")
    if max(map(len, models)) > _LONGEST_MODEL_ID:
        raise Fault("invalid_request", "The name of the model is too long.", "model")
    return list(dict.fromkeys(models))


def permitted(policy: Policy, model: str, tariff: Tariff | None, caller: Caller) -> str:
    """The name under which the project's rules allow a model: a dated version and a router's name of it are the same
    model. Raises `Fault` model_forbidden.
    """
    names = [model, *([tariff.id] if tariff else [])]
    names = list(dict.fromkeys([*names, *(name.rpartition("/")[2].partition(":")[0] for name in names)]))
    allowed = [name for name in names if policy.permits_model(name)]
    if not allowed or (policy.models_mode == "deny" and len(allowed) < len(names)):
        raise Fault("model_forbidden", param="model", detail={"model": model, "project": caller.project_id})
    return allowed[0]
