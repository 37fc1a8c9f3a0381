"""The desk where a platform is administered: who asks, what for, and the note that every change leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..http import decode_json, read_body
from ..pipeline import Pipeline
from ..store import Store
from ..types import Caller, Fault


@dataclass(frozen=True, slots=True)
class Ask:
    """What an administrator asks for. `path` holds the address's variable parts, `now` is UTC microseconds;
    `is_reading` tells whether it only looks.
    """

    pipeline: Pipeline
    caller: Caller
    now: int
    is_reading: bool
    path: dict[str, str]
    query: QueryParams
    body: dict

    @property
    def store(self) -> Store:
        return self.pipeline.store

    def note(
        self,
        action: str,
        target: str,
        project_id: int | None = None,
        before: dict | None = None,
        after: dict | None = None,
    ) -> None:
        """Leave an entry in the audit log; see `Store.add_audit`."""
        self.store.add_audit(action, target, self.now, self.caller.key_id, project_id, before, after)


Handler = Callable[[Ask], dict]
# A method, an address and what answers there.
Entry = tuple[str, str, Handler]


class Desk:
    """Turns handlers into routes that only an admin key may take.

    `enter(request)` is who is calling, `read(value)` the fields of a JSON body and `answer(body)` the response, as
    the vendor has them. A handler that changes something does so as a whole or not at all, its note included.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        enter: Callable[[Request], Caller],
        read: Callable[[object], dict],
        answer: Callable[[dict], Response],
    ):
        self._pipeline = pipeline
        self._enter = enter
        self._read = read
        self._answer = answer

    def routes(self, entries: list[Entry]) -> list[Route]:
        return [Route(path, self._endpoint(handler), methods=[method]) for method, path, handler in entries]

    def _endpoint(self, handler: Handler):
        async def endpoint(request: Request) -> Response:
            body = await read_body(request)
            caller = self._enter(request)
            if not caller.admin:
                raise Fault("wrong_key_kind")
            fields = self._read(decode_json(body)) if body.strip() else {}
            path = {name: str(value) for name, value in request.path_params.items()}
            for name, value in (*path.items(), *request.query_params.multi_items()):
                if "\0" in value:  # no database can look for it
                    raise Fault("invalid_request", f"Invalid '{name}': it holds the character U+0000.", name)
            reading = request.method in ("GET", "HEAD")
            ask = Ask(self._pipeline, caller, self._pipeline.clock(), reading, path, request.query_params, fields)
            if reading:
                return self._answer(handler(ask))
            with ask.store.together():
                done = handler(ask)
            return self._answer(done)

        return endpoint
