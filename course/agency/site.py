"""The agency's website and office, as an ASGI application free of threads and sockets of its own."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from .conversations import LATER
from .house import STALE, House
from .office import Office
from .pages import FOLDER, MAX_BODY_BYTES, Careful, Pages
from .website import Website

_SORRY = {
    400: ("This could not be read", "It was not sent as our website does it. Please go back and try again."),
    403: ("This page is too old", STALE),
    404: ("There is no such page", "The address may be wrong, or the agency was started anew since."),
    405: ("This cannot be opened like that", "Please start from the first page."),
    413: ("This is too large", f"At most {MAX_BODY_BYTES // 1_000_000} MB can be sent at once."),
    500: ("Something went wrong on our side", f"Sorry. Please try again. {LATER}"),
}


def create(house: House, prefix: str) -> Starlette:
    """The application, with everything below `prefix`, which is a secret: who knows it may come in."""
    pages = Pages()

    async def refused(request: Request, refusal: HTTPException) -> Response:
        return _sorry(pages, request, refusal.status_code)

    async def broken(request: Request, _defect: Exception) -> Response:
        return _sorry(pages, request, 500)

    site = Starlette(
        routes=[
            *Website(house, pages).routes(),
            *Office(house, pages).routes(),
            Route("/here", _here),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        exception_handlers={
            HTTPException: refused,
            ClientDisconnect: lambda _request, _left: Response(status_code=400),
            Exception: broken,
        },
    )
    site.router.redirect_slashes = False
    outer = Starlette(routes=[Mount(f"/{prefix}", site)], middleware=[Middleware(Careful)])
    outer.router.redirect_slashes = False
    return outer


async def _here(_request: Request) -> Response:
    """Lets the notebook find out whether the browser reaches us without a proxy."""
    return PlainTextResponse("Lantern Travel", headers={"access-control-allow-origin": "*"})


def _sorry(pages: Pages, request: Request, status: int) -> Response:
    title, words = _SORRY.get(status, _SORRY[400])
    return pages.render(request, "sorry.html", status, title=title, words=words)
