"""The instructor's page, and what else a class's gateway answers under `/classroom` beside the vendors' platforms.

No script runs on the page, and nothing comes from elsewhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from importlib.resources import files
from urllib.parse import parse_qs, urlencode, urlsplit

from jinja2 import Environment, PackageLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import get_route_path

from course.gateway.http import read_body
from course.gateway.pipeline import Pipeline
from course.gateway.store import StoreError
from course.gateway.types import Fault

from . import register, sign_in, standing, status, words
from .money import micros
from .problem import ClassroomProblem
from .sign_in import SignedIn

_PREFIX = "classroom"
_MOST_FORM_BYTES = 10_000
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_DONE = {"revoked": "The key was revoked.", "added": "The budget was raised."}
_templates = Environment(loader=PackageLoader("course.classroom"), autoescape=True, trim_blocks=True)
_templates.filters |= {"dollars": words.dollars, "moment": words.moment, "reasons": words.reasons}
_style = files("course.classroom").joinpath("templates/console.css").read_text("utf-8")


def beside(app, pipeline: Pipeline, mode: str, url: str):
    """The gateway's ASGI `app`, and under `/classroom` the class's own pages. `url` is the gateway's, as seen from
    outside.
    """
    api = standing.create(pipeline, mode)
    console = _Console(pipeline, mode, url)

    async def answer(scope, receive, send) -> None:
        path = get_route_path(scope) if scope["type"] == "http" else ""
        if path.partition("?")[0].split("/")[1:2] != [_PREFIX]:
            await app(scope, receive, send)
            return
        scope["root_path"] = f"{scope.get('root_path', '')}/{_PREFIX}"
        page = api if get_route_path(scope) == standing.PATH else console
        await page(scope, receive, send)

    return answer


class _Console:
    """The pages' ASGI app."""

    def __init__(self, pipeline: Pipeline, mode: str, url: str):
        parts = urlsplit(url)
        self._pipeline = pipeline
        self._store = pipeline.store
        self._mode = mode
        self._home = f"{parts.path}/{_PREFIX}/"
        self._secure = parts.scheme == "https"
        self._pages: dict[tuple[str, str], Callable[[Request, dict], Response]] = {
            ("GET", "/"): self._overview,
            ("GET", "/console.css"): lambda *_: Response(_style, media_type="text/css"),
            ("POST", "/sign-in"): self._sign_in,
            ("POST", "/sign-out"): self._sign_out,
            ("POST", "/revoke"): self._revoke,
            ("POST", "/top-up"): self._top_up,
        }

    async def __call__(self, scope, receive, send) -> None:
        response = await self._answer(Request(scope, receive))
        response.headers.update(_HEADERS)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path, method = get_route_path(request.scope) or "/", request.method.replace("HEAD", "GET")
        page = self._pages.get((method, path))
        if page is None:
            if any(path == known for _, known in self._pages):
                return RedirectResponse(self._home, 303)  # such as a form's address, opened again
            return self._problem("There is no such page.", 404)
        try:
            form = _form(await read_body(request)) if method == "POST" else {}
            return await run_in_threadpool(page, request, form)
        except ClassroomProblem as problem:
            return self._problem(str(problem), 400)
        except StoreError:
            return self._problem("The database does not answer. Nothing was changed. Try again in a minute.", 503)
        except ClientDisconnect:
            return Response(status_code=400)
        except Fault:
            return self._problem("That is more than a form of this page sends.", 413)

    def _overview(self, request: Request, _form: dict) -> Response:
        if (user := self._user(request)) is None:
            return self._page("sign_in.html.j2", wrong=False)
        asked = request.query_params
        klass = self._class(asked.get("class"))
        report = status.report(self._store, klass, self._pipeline.clock())
        by = asked.get("sort") if asked.get("sort") in status.ORDERS else "name"
        descending = asked.get("order") == "down"
        return self._page(
            "console.html.j2",
            user=user,
            report=report,
            students=status.ordered(report.students, by, descending),
            by=by,
            descending=descending,
            classes=[each.name for each in register.classes(self._store)],
            done=_DONE.get(asked.get("done", "")),
            now=self._pipeline.clock(),
        )

    def _sign_in(self, request: Request, form: dict) -> Response:
        token = sign_in.open_session(self._pipeline, form.get("key", "").strip())
        if token is None:
            return self._page("sign_in.html.j2", 403, wrong=True)
        return self._go(sign_in.cookie(token, self._home, self._secure))

    def _sign_out(self, request: Request, form: dict) -> Response:
        self._signed_in(request, form)
        sign_in.close_session(self._pipeline, sign_in.token_of(request.cookies))
        return self._go(sign_in.cookie("", self._home, self._secure))

    def _revoke(self, request: Request, form: dict) -> Response:
        user = self._signed_in(request, form)
        klass, who = self._student(form)
        if form.get("sure") != "yes":
            return self._page("revoke.html.j2", user=user, klass=klass, who=who)
        register.revoke(self._store, klass, who, self._pipeline.clock(), user.key)
        return self._go(done="revoked", **{"class": klass.name})

    def _top_up(self, request: Request, form: dict) -> Response:
        user = self._signed_in(request, form)
        klass, who = self._student(form) if form.get("account") else (self._class(form.get("class")), None)
        register.top_up(self._store, klass, who, micros(form.get("dollars", "")), self._pipeline.clock(), user.key)
        return self._go(done="added", **{"class": klass.name})

    def _user(self, request: Request) -> SignedIn | None:
        return sign_in.find_session(self._pipeline, sign_in.token_of(request.cookies))

    def _signed_in(self, request: Request, form: dict) -> SignedIn:
        """Who sent a form of ours. Raises `ClassroomProblem`."""
        user = self._user(request)
        if user is None or not hmac.compare_digest(form.get("proof", "").encode(), user.proof.encode()):
            raise ClassroomProblem("You are not signed in any more, so nothing was changed. Sign in and do it again.")
        return user

    def _class(self, name: str | None) -> register.Class:
        found = register.classes(self._store)
        if not found:
            raise ClassroomProblem("There is no class any more. Make one with: course classroom init")
        return next((each for each in found if each.name == name), found[-1])

    def _student(self, form: dict) -> tuple[register.Class, register.Enrolled]:
        klass = self._class(form.get("class"))
        for who in register.enrolled(self._store, klass):
            if who.account == form.get("account"):
                return klass, who
        raise ClassroomProblem("This student is not in the class. Nothing was changed.")

    def _page(self, template: str, code: int = 200, **values) -> Response:
        return HTMLResponse(
            _templates.get_template(template).render(home=self._home, mode=self._mode, **values), code
        )

    def _problem(self, sentence: str, code: int) -> Response:
        return self._page("problem.html.j2", code, sentence=sentence)

    def _go(self, cookie: str = "", **query: str) -> Response:
        """To the overview, so that loading the page again does not send the form again."""
        response = RedirectResponse(f"{self._home}?{urlencode(query)}" if query else self._home, 303)
        if cookie:
            response.headers["set-cookie"] = cookie
        return response


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form. Raises `Fault` too_large."""
    if len(body) > _MOST_FORM_BYTES:
        raise Fault("too_large", detail={"limit": _MOST_FORM_BYTES})
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0].replace("\0", "") for name, values in fields.items()}
