"""What visitors see: the first page, the form for a trip, and the support chat."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from . import trip_form
from .conversations import LATER
from .desk import AGAIN
from .house import STALE, House
from .pages import Pages, text_of

LONGEST_MESSAGE = 4000
_CONVERSATION = re.compile(r"[\w-]{22}", re.ASCII)


class Website:
    def __init__(self, house: House, pages: Pages):
        self._house = house
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home),
            Route("/trip", self.trip_form),
            Route("/trip", self.send_trip, methods=["POST"]),
            Route("/trip/{public_id}", self.trip),
            Route("/chat", self.new_chat),
            Route("/chat/{conversation}", self.chat),
            Route("/chat/{conversation}", self.say, methods=["POST"]),
        ]

    async def home(self, request: Request) -> Response:
        return self._pages.render(request, "home.html")

    async def trip_form(self, request: Request) -> Response:
        return self._trip_form(request, trip_form.EMPTY, {}, self._pages.token("trip"))

    async def send_trip(self, request: Request) -> Response:
        sent = await request.form()
        texts = {field: text for field, text in sent.items() if isinstance(text, str)}
        form, wrong = trip_form.check(texts, self._house.today())
        shown = trip_form.EMPTY | {field: texts.get(field, "") for field in trip_form.FIELDS}
        token = texts.get("token")
        if not self._pages.is_valid(token, "trip"):
            return self._trip_form(request, shown, wrong, self._pages.token("trip"), 403, STALE)
        if wrong:
            return self._trip_form(request, shown, wrong, token, 422)
        public_id, new = self._house.trips.receive(token, form)
        if new:
            self._house.desk.hand_over("form", new)
        return self._pages.go(request, f"trip/{public_id}")

    async def trip(self, request: Request) -> Response:
        found = self._house.trips.find(request.path_params["public_id"])
        if found is None:
            raise HTTPException(404)
        at_work = self._house.is_at_work("form", found["id"])
        return self._pages.render(request, "trip.html", request=found, at_work=at_work, later=LATER)

    async def new_chat(self, request: Request) -> Response:
        return self._chat(request, secrets.token_urlsafe(16))

    async def chat(self, request: Request) -> Response:
        return self._chat(request, _conversation(request))

    async def say(self, request: Request) -> Response:
        """Keep a message, and answer it: piece by piece to a script, or with the whole page."""
        conversation = _conversation(request)
        sent = await request.form()
        text, token = text_of(sent, "message").strip(), text_of(sent, "token")
        if not self._pages.is_valid(token, f"chat {conversation}"):
            return self._chat(request, conversation, text, STALE, 403)
        if not text:
            return self._chat(request, conversation, text, "Write a message first.", 422)
        if len(text) > LONGEST_MESSAGE:
            problem = f"Use at most {LONGEST_MESSAGE:,} characters. These are {len(text):,}."
            return self._chat(request, conversation, text, problem, 422)
        answer = self._answer(conversation, self._ask(conversation, token, text))
        # Jupyter's proxy, too, passes a stream on as it comes for this header alone.
        if request.headers.get("accept") == "text/event-stream":
            return StreamingResponse(answer, media_type="text/event-stream")
        async for _ in answer:
            pass
        return self._pages.go(request, f"chat/{conversation}")

    def _trip_form(self, request, values, wrong, token, status: int = 200, problem: str = "") -> Response:
        return self._pages.render(
            request,
            "trip_form.html",
            status,
            values=values,
            wrong=wrong,
            problem=problem,
            token=token,
            languages=trip_form.LANGUAGES,
            currencies=[(code, code) for code in trip_form.CURRENCIES],
            is_day=lambda text: not text or trip_form.iso_day(text) is not None,
        )

    def _chat(self, request, conversation: str, draft: str = "", problem: str = "", status: int = 200) -> Response:
        return self._pages.render(
            request,
            "chat.html",
            status,
            conversation=conversation,
            messages=self._house.conversations.messages(conversation),
            draft=draft,
            problem=problem,
            longest=LONGEST_MESSAGE,
            token=self._pages.token(f"chat {conversation}"),
        )

    def _ask(self, conversation: str, token: str, text: str) -> tuple[int, asyncio.Queue] | None:
        """Keep a message and have it answered; gives its number and a queue of pieces that ends with None.

        Gives nothing for a message that was there already.
        """
        if (message := self._house.conversations.receive(conversation, token, text)) is None:
            return None
        loop, pieces = asyncio.get_running_loop(), asyncio.Queue()

        def tell(piece: str | None) -> None:
            with contextlib.suppress(RuntimeError):  # the agency has closed
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        self._house.conversations.listen(message, tell)
        self._house.desk.hand_over("chat", message, after=lambda: tell(None))
        return message, pieces

    async def _answer(self, conversation: str, asked: tuple[int, asyncio.Queue] | None) -> AsyncIterator[str]:
        """The events of an answer: its pieces, and how it ended."""
        notice = ""
        if asked is not None:
            message, pieces = asked
            while (piece := await pieces.get()) is not None:
                yield _event("piece", {"text": piece})
            run = self._house.desk.latest("chat", message)
            notice = LATER if run["status"] in AGAIN else ""
        yield _event("end", {"notice": notice, "token": self._pages.token(f"chat {conversation}")})


def _conversation(request: Request) -> str:
    conversation = request.path_params["conversation"]
    if not _CONVERSATION.fullmatch(conversation):
        raise HTTPException(404)
    return conversation


def _event(name: str, data: dict) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
