"""OpenAI's files: `/v1/files`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..dialects import openai, openai_files, openai_page
from ..http import read_body
from ..pipeline import Pipeline
from ..types import Caller, Fault
from .openai_objects import add_new

KIND = "file"
PREFIX = "file-"
_MOST_IN_LIST = 10_000


class FileShelf:
    """A project's files. One that has expired is gone."""

    def __init__(self, pipeline: Pipeline):
        self._store = pipeline.store
        self._clock = pipeline.clock

    def add(self, project_id: int, upload: openai_files.Upload) -> dict:
        now = self._clock()

        def document(file_id: str) -> dict:
            size = len(upload.content)
            return openai_files.render(file_id, upload.name, size, upload.purpose, now, upload.seconds)

        return add_new(self._store, KIND, PREFIX, project_id, now, document, upload.content)

    def find(self, project_id: int, file_id: str, param: str = "id") -> dict:
        """Raises `Fault` not_found."""
        file = self._store.get_object(KIND, file_id, project_id)
        if file is None or self._expired(file):
            raise openai_files.not_found(file_id, param)
        return file

    def content(self, project_id: int, file_id: str) -> bytes:
        """Raises `Fault` not_found."""
        content = self._store.get_content(KIND, file_id, project_id)
        if content is None:
            raise openai_files.not_found(file_id)
        return content

    def delete(self, project_id: int, file_id: str) -> None:
        """Raises `Fault` not_found."""
        self.find(project_id, file_id)
        self._store.delete_object(KIND, file_id, project_id)

    def list(self, project_id: int, page: openai_page.PageRequest, purpose: str | None) -> tuple[list[dict], bool]:
        files = (
            file
            for file in self._all(project_id, page)
            if purpose in (None, file["purpose"]) and not self._expired(file)
        )
        found = list(islice(files, page.limit + 1))
        return found[: page.limit], len(found) > page.limit

    def _all(self, project_id: int, page: openai_page.PageRequest) -> Iterator[dict]:
        after, more = page.after, True
        while more:
            files, more = self._store.list_objects(KIND, project_id, after, 100, page.newest_first)
            yield from files
            after = files[-1]["id"] if files else None

    def _expired(self, file: dict) -> bool:
        return file.get("expires_at") is not None and file["expires_at"] <= self._clock() // 1_000_000


def routes(pipeline: Pipeline, shelf: FileShelf) -> list[Route]:
    def entered(request: Request) -> Caller:
        return openai.project_caller(pipeline.authenticate(openai.secret(request.headers)))

    async def upload(request: Request) -> Response:
        body = await read_body(request)
        caller = entered(request)
        form, file = await read_form(request, body)
        return JSONResponse(shelf.add(caller.project_id, openai_files.parse(form, file)))

    async def list_files(request: Request) -> Response:
        caller = entered(request)
        page = openai_page.parse(request.query_params, _MOST_IN_LIST, _MOST_IN_LIST)
        files, more = shelf.list(caller.project_id, page, request.query_params.get("purpose"))
        return JSONResponse(openai_page.render(files, more))

    async def retrieve(request: Request) -> Response:
        return JSONResponse(shelf.find(entered(request).project_id, request.path_params["file"]))

    async def delete(request: Request) -> Response:
        file_id = request.path_params["file"]
        shelf.delete(entered(request).project_id, file_id)
        return JSONResponse(openai_files.render_deleted(file_id))

    async def content(request: Request) -> Response:
        project_id, file_id = entered(request).project_id, request.path_params["file"]
        openai_files.check_readable(shelf.find(project_id, file_id))
        return Response(shelf.content(project_id, file_id), media_type="application/octet-stream")

    return [
        Route("/v1/files", upload, methods=["POST"]),
        Route("/v1/files", list_files, methods=["GET"]),
        Route("/v1/files/{file}", retrieve, methods=["GET"]),
        Route("/v1/files/{file}", delete, methods=["DELETE"]),
        Route("/v1/files/{file}/content", content, methods=["GET"]),
    ]


async def read_form(request: Request, body: bytes) -> tuple[dict[str, str], tuple[str, bytes] | None]:
    """A form's fields, and its file's name and content. Raises `Fault` invalid_request."""

    async def stream():
        yield body

    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise openai_files.broken_form()
    try:
        items = await MultiPartParser(request.headers, stream(), max_files=1, max_fields=8).parse()
    except (MultiPartException, ValueError, LookupError):
        raise openai_files.broken_form() from None
    form, file = {}, None
    for name, value in items.multi_items():
        if isinstance(value, str):
            form[name] = value
        elif name != "file":
            raise Fault("invalid_request", f"Unknown parameter: '{name}'.", name, "unknown_parameter")
        else:
            file = (value.filename or "", await value.read())
    await items.close()
    return form, file
