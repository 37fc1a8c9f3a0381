"""A gateway in live mode for tests, and vendors that do as they are told."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import httpx2
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, Router

from course import catalog, tokens
from course.gateway.admin import openai as openai_admin
from course.gateway.live_settings import Upstream
from course.gateway.pipeline import Pipeline
from course.gateway.platforms import live
from course.gateway.server import ThreadedServer

MODEL = catalog.load().pick("openai").id
REAL_KEY = "sk-real-0123456789abcdef"
# Without a timeout that a busy machine passes.
http = SimpleNamespace(**{name: partial(getattr(httpx2, name), timeout=60) for name in ("get", "post", "request")})
# What a vendor's SDK calls its base URL, after the gateway's address.
BASES = {"openai": "/openai/v1", "anthropic": "/anthropic", "google": "/google", "openrouter": "/openrouter/api/v1"}


def count(text: str, model_id: str) -> int:
    return tokens.count(text, model_id).tokens


def upstream(vendor: str, url: str, key: str = REAL_KEY, own: bool = False) -> Upstream:
    return Upstream(vendor, url, f"{vendor.upper()}_API_KEY", own, key)


@contextmanager
def serving(app):
    """The address of an app that is served over HTTP."""
    server = ThreadedServer(app)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def live_app(store, upstreams: dict[str, Upstream]) -> Router:
    pipeline = Pipeline(store, engine=None, catalog=NoCatalog, count_tokens=count)
    control = {"openai": openai_admin.routes(pipeline)}
    return Router([Mount(f"/{name}", app=app) for name, app in live.platforms(pipeline, upstreams, control).items()])


class NoCatalog:
    """Live mode knows models and prices from elsewhere."""

    models = ()


class ScriptedVendor:
    """Answers every request with what `answer(request)` gives, and keeps what it was sent."""

    def __init__(self, answer):
        self.requests: list[dict] = []
        self._answer = answer
        self.app = Starlette(routes=[Route("/{path:path}", self._serve, methods=["GET", "POST", "DELETE"])])

    async def _serve(self, request):
        self.requests.append(
            {
                "method": request.method,
                "path": request.scope["raw_path"].decode(),
                "query": request.url.query,
                "headers": dict(request.headers),
                "body": await request.body(),
            }
        )
        return self._answer(request)


def chat_answer(prompt: int = 10, output: int = 5, **fields):
    """A vendor's plain answer in OpenAI's format."""
    return JSONResponse(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": MODEL,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output},
            **fields,
        }
    )
