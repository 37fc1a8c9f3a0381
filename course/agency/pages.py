"""Pages from templates: every text escaped, every link relative, every form with a token."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

FOLDER = Path(__file__).parent
MAX_BODY_BYTES = 10_000_000
# A body that is too large is still read up to here and thrown away: else its sender never sees the answer.
_MAX_DISCARDED_BYTES = 100_000_000
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
# Jupyter on this computer has another port than we; behind its proxy it has the same origin.
_FRAMED_BY = "'self' http://localhost:* http://127.0.0.1:*"


class Pages:
    """Renders templates, and knows by a token which forms are its own."""

    def __init__(self):
        self._secret = secrets.token_bytes(32)
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["when"] = when

    def render(self, request: Request, template: str, status: int = 200, /, **values) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        root, here = locate(request)
        text = self._templates.get_template(template).render(root=root, here=here, nonce=nonce, **values)
        return HTMLResponse(text, status, {"content-security-policy": _policy(nonce)})

    def go(self, request: Request, path: str) -> RedirectResponse:
        """Show another page after a form was sent."""
        root, _ = locate(request)
        return RedirectResponse(root + path, 303)

    def token(self, purpose: str) -> str:
        """For one form: it proves that the form is ours, and tells it from all others."""
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self._sign(purpose, nonce)}"

    def is_valid(self, token: object, purpose: str) -> bool:
        if not isinstance(token, str) or not token.isascii():
            return False
        nonce, _, signature = token.partition(".")
        return hmac.compare_digest(signature, self._sign(purpose, nonce))

    def _sign(self, purpose: str, nonce: str) -> str:
        return hmac.digest(self._secret, f"{purpose} {nonce}".encode(), "sha256").hex()


def locate(request: Request) -> tuple[str, str]:
    """The way from the page that is asked for to the first page, such as "../", and the page's own path.

    Links relative to it work under any prefix, such as that of a proxy, which only the browser knows.
    """
    here = request.scope["path"].removeprefix(request.scope["root_path"]).removeprefix("/")
    return "../" * here.count("/") or "./", here


def text_of(sent: FormData, field: str) -> str:
    """A field of a form; empty where there is none, or a file in its place."""
    value = sent.get(field, "")
    return value if isinstance(value, str) else ""


def when(micros: int) -> Markup:
    """A point in time as an element of a page, in UTC."""
    moment = datetime.fromtimestamp(micros / 1e6, UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), moment.strftime("%d %b %H:%M:%S")
    )


class Careful:
    """Wraps an app: adds headers that every answer needs, and refuses bodies that are too large."""

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        size = 0

        async def receive_so_much():
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size <= MAX_BODY_BYTES:
                return message
            while message.get("more_body") and size <= _MAX_DISCARDED_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
            raise HTTPException(413)

        async def send_with_headers(message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive_so_much, send_with_headers)


def _policy(nonce: str) -> str:
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {_FRAMED_BY}"
    )
