"""What the agency's people see: requests, documents, LINE, contacts, approvals, and what the AI has done."""

from __future__ import annotations

from collections.abc import Callable

from anyio.to_thread import run_sync
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .desk import AGAIN
from .house import KINDS, STALE, House
from .inbox import LARGEST, MOST, TYPES, Refused
from .line import Forged
from .pages import Pages, text_of
from .trip_form import LANGUAGES

_LARGEST_NUMBER = 2**63 - 1  # that SQLite knows
TRIGGERS = {kind: trigger for kind, (_, trigger) in KINDS.items()} | {"write": "CRM write"}


class Office:
    def __init__(self, house: House, pages: Pages):
        self._house = house
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/requests", self.requests),
            Route("/documents", self.documents),
            Route("/documents", self.upload, methods=["POST"]),
            Route("/documents/{number:int}", self.document),
            Route("/line", self.line),
            Route("/line/webhook", self.webhook, methods=["POST"]),
            Route("/contacts", self.contacts),
            Route("/contacts/{contact_id}", self.contact),
            Route("/approvals", self.approvals),
            Route("/approvals/{number:int}", self.decide, methods=["POST"]),
            Route("/log", self.log),
            Route("/log/{number:int}/retry", self.retry, methods=["POST"]),
        ]

    async def requests(self, request: Request) -> Response:
        found = self._house.trips.all()
        return self._pages.render(request, "requests.html", requests=found, languages=LANGUAGES)

    async def documents(self, request: Request) -> Response:
        return self._documents(request)

    async def upload(self, request: Request) -> Response:
        problems, kept = [], 0
        async with request.form(max_files=MOST, max_fields=10) as sent:
            token = text_of(sent, "token")
            if not self._pages.is_valid(token, "upload"):
                return self._documents(request, [STALE], status=403)
            for place, file in enumerate(_files(sent)):
                try:
                    if number := self._house.inbox.receive(f"{token}/{place}", file.filename, await file.read()):
                        self._house.desk.hand_over("document", number)
                    kept += 1
                except Refused as refusal:
                    problems.append(str(refusal))
        if not problems and not kept:
            problems.append("Choose a file first.")
        if problems:
            return self._documents(request, problems, kept, 422)
        return self._pages.go(request, "documents")

    async def document(self, request: Request) -> Response:
        found = self._house.inbox.find(_number(request))
        if found is None:
            raise HTTPException(404)
        at_work = self._house.is_at_work("document", found["id"])
        return self._pages.render(request, "document.html", document=found, at_work=at_work)

    async def line(self, request: Request) -> Response:
        return self._pages.render(request, "line.html", messages=self._house.line.all())

    async def webhook(self, request: Request) -> Response:
        """Take what LINE delivers. LINE wants an answer at once: the work is done afterwards."""
        body, signature = await request.body(), request.headers.get("x-line-signature")
        try:
            new = await run_sync(self._house.line.receive, body, signature)
        except Forged as refusal:
            return PlainTextResponse(str(refusal), 400)
        for number in new:
            self._house.desk.hand_over("line", number)
        return PlainTextResponse("OK")

    async def contacts(self, request: Request) -> Response:
        words = request.query_params.get("find", "")[:100]
        found = self._house.crm.find(words) if words.strip() else self._house.crm.contacts()
        return self._pages.render(request, "contacts.html", contacts=found, words=words)

    async def contact(self, request: Request) -> Response:
        crm, contact_id = self._house.crm, request.path_params["contact_id"]
        try:
            found = crm.contact(contact_id)
        except LookupError:
            raise HTTPException(404) from None
        past = crm.interactions(contact_id)
        writes = [each for each in crm.writes() if each["contact_id"] == contact_id and each["status"] == "waiting"]
        return self._pages.render(request, "contact.html", contact=found, interactions=past, writes=writes)

    async def approvals(self, request: Request) -> Response:
        token = self._pages.token("office")
        return self._pages.render(request, "approvals.html", writes=self._house.crm.writes(), token=token)

    async def decide(self, request: Request) -> Response:
        sent = await self._office_form(request)
        decisions = {"approve": self._house.crm.approve, "reject": self._house.crm.reject}
        if (decide := decisions.get(text_of(sent, "decision"))) is None:
            raise HTTPException(400)
        try:
            decide(_number(request))
        except LookupError:
            raise HTTPException(404) from None
        return self._pages.go(request, "approvals")

    async def log(self, request: Request) -> Response:
        runs = self._house.desk.log()
        functions = {kind: self._house.function(kind) for kind in KINDS}
        return self._pages.render(
            request,
            "log.html",
            runs=runs,
            triggers=TRIGGERS,
            kinds=KINDS,
            functions={kind: _name(function) for kind, function in functions.items()},
            again=AGAIN,
            token=self._pages.token("office"),
        )

    async def retry(self, request: Request) -> Response:
        await self._office_form(request)
        self._house.desk.retry(_number(request))
        return self._pages.go(request, "log")

    def _documents(self, request, problems: list[str] | None = None, kept: int = 0, status: int = 200) -> Response:
        found = self._house.inbox.all()
        latest = {
            run["subject"]: run["status"] for run in reversed(self._house.desk.log()) if run["kind"] == "document"
        }
        return self._pages.render(
            request,
            "documents.html",
            status,
            documents=found,
            statuses=latest,
            problems=problems or [],
            kept=kept,
            types=TYPES,
            largest=LARGEST // 1_000_000,
            token=self._pages.token("upload"),
        )

    async def _office_form(self, request: Request) -> FormData:
        sent = await request.form()
        if not self._pages.is_valid(sent.get("token"), "office"):
            raise HTTPException(403)
        return sent


def _number(request: Request) -> int:
    number = request.path_params["number"]
    if number > _LARGEST_NUMBER:
        raise HTTPException(404)
    return number


def _files(sent: FormData) -> list[UploadFile]:
    """The files of a form. A field left empty comes as a file without a name."""
    return [file for file in sent.getlist("files") if isinstance(file, UploadFile) and file.filename]


def _name(function: Callable | None) -> str:
    return "" if function is None else getattr(function, "__name__", type(function).__name__)
