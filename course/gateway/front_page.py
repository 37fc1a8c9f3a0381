"""What answers outside of the vendors' prefixes: at `/` what this is, elsewhere the way to a prefix."""

from __future__ import annotations

import html

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import get_route_path

from .dialects import anthropic, gemini, openai, openrouter
from .environment import environment
from .http import JsonResponse
from .types import Fault

_ABOUT = (
    "This is the course gateway: a small AI API platform that speaks the languages of OpenAI, Anthropic, Gemini and "
    "OpenRouter, with keys, projects, limits, budgets, a ledger and an audit log."
)
_HOW = "Point a vendor's SDK here with these lines. The keys were shown when the gateway was started."
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Course gateway</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Course gateway</h1><p>{about}</p><p>{how}</p><pre>{lines}</pre></main></body></html>
"""
# Which vendor's SDK asks for an address that has lost its prefix: part of the address, vendor, base URL's variable.
_LOST = (
    ("/v1/messages", anthropic, "ANTHROPIC_BASE_URL"),
    ("/v1/organizations", anthropic, "ANTHROPIC_BASE_URL"),
    ("/v1beta/", gemini, "GOOGLE_GEMINI_BASE_URL"),
    ("/v1/models/gemini", gemini, "GOOGLE_GEMINI_BASE_URL"),
    ("/api/v1", openrouter, "OPENROUTER_BASE_URL"),
    ("", openai, "OPENAI_BASE_URL"),
)


async def answer(scope, receive, send) -> None:
    """The ASGI app for every address without a vendor's prefix."""
    if scope["type"] == "http":
        request = Request(scope, receive)
        response = _page(request) if get_route_path(scope) in ("", "/") else _lost(request)
        await response(scope, receive, send)


def _page(request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        return _lost(request)
    lines = "".join(f"{name}={value}\n" for name, value in _variables(request).items())
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_PAGE.format(about=_ABOUT, how=_HOW, lines=html.escape(lines)))
    return PlainTextResponse(f"{_ABOUT}\n\n{_HOW}\n\n{lines}")


def _lost(request: Request) -> Response:
    path = request.url.path
    below = get_route_path(request.scope)
    dialect, variable = next((dialect, variable) for part, dialect, variable in _LOST if below.startswith(part))
    advice = (
        f"Nothing is served at {request.method} {path}: each vendor has a prefix of its own here. As a base URL, use "
        f"{_variables(request)[variable]}"
    )
    fault = Fault("unknown_route", advice, detail={"method": request.method, "path": path})
    status, body, headers = dialect.render_fault(fault)
    return JsonResponse(body, status, headers)


def _variables(request: Request) -> dict[str, str]:
    return environment(str(request.base_url).rstrip("/"), "YOUR_KEY", "YOUR_ADMIN_KEY")
