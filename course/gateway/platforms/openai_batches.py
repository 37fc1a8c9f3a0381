"""OpenAI's batches: `/v1/batches`, and the work on them in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..dialects import openai, openai_batches, openai_files, openai_page
from ..dialects.openai_batches import FINAL, Line
from ..http import decode_json, read_body
from ..pipeline import Pipeline
from ..types import Caller, Fault
from . import openai_files as files
from .openai_objects import add_new, add_once

KIND = "batch"
_LINE, _CANCEL = "batch_line", "batch_cancel"
# After these a request is tried again, when so many seconds have passed.
_PASSING = ("rate_limited", "overloaded", "unavailable", "timeout")
_WAIT_SECONDS = 0.5
# A request that has been begun for so long, and has no result, belonged to a process that died.
_LOST_MICROS = 60_000_000

Answer = Callable[[Caller, dict], dict]


class BatchDesk:
    """Works on batches in the background, one request after the other, each at most once.

    A request is claimed in the store, for good, before it is answered, so it is never charged twice, however many
    processes work on its batch and however they end. A batch whose process has died goes on when somebody asks
    about it. `answers` are the endpoints' ways to answer a body.
    """

    def __init__(self, pipeline: Pipeline, shelf: files.FileShelf, answers: Mapping[str, Answer]):
        self._pipeline = pipeline
        self._store = pipeline.store
        self._shelf = shelf
        self._answers = answers
        self._running: dict[str, tuple[asyncio.Task, _Job]] = {}

    def create(self, caller: Caller, body: object) -> dict:
        asked = openai_batches.parse(body)
        file = self._shelf.find(caller.project_id, asked.input_file_id, "input_file_id")
        openai_batches.check_input(file)
        content = self._shelf.content(caller.project_id, asked.input_file_id)
        now = self._pipeline.clock()

        def document(batch_id: str) -> dict:
            batch = openai_batches.new_batch(batch_id, asked, now)
            return {"id": batch_id, "batch": batch, "key": caller.key_id, "seconds": asked.seconds}

        kept = add_new(self._store, KIND, "batch_", caller.project_id, now, document, content)
        self._start(caller.project_id, kept)
        return kept["batch"]

    def retrieve(self, caller: Caller, batch_id: str) -> dict:
        """Raises `Fault` not_found."""
        kept = self._store.get_object(KIND, batch_id, caller.project_id)
        if kept is None:
            raise openai_batches.not_found(batch_id)
        return self._shown(caller.project_id, kept)

    def list(self, caller: Caller, page: openai_page.PageRequest) -> tuple[list[dict], bool]:
        kept, more = self._store.list_objects(KIND, caller.project_id, page.after, page.limit)
        return [self._shown(caller.project_id, each) for each in kept], more

    def cancel(self, caller: Caller, batch_id: str) -> dict:
        """Answer no further request. Raises `Fault` not_found, or conflict for a batch that has ended."""
        status = self.retrieve(caller, batch_id)["status"]
        if status in (*FINAL, "finalizing"):
            raise openai_batches.cancel_refused(status)
        now = self._pipeline.clock()
        add_once(self._store, _CANCEL, batch_id, caller.project_id, now, {"at": now})
        return self.retrieve(caller, batch_id)

    def _shown(self, project_id: int, kept: dict) -> dict:
        """The batch as it is now; one that nobody works on goes on."""
        batch = kept["batch"]
        if batch["status"] in FINAL:
            return batch
        batch = self._start(project_id, kept).batch
        cancel = self._store.get_object(_CANCEL, batch["id"], project_id)
        if cancel is not None and batch["status"] in ("validating", "in_progress"):
            return openai_batches.entered(batch, "cancelling", cancel["at"])
        return batch

    def _start(self, project_id: int, kept: dict) -> _Job:
        """The work on a batch, begun if this process is not at it."""
        loop = asyncio.get_running_loop()
        task, job = self._running.get(kept["id"], (None, None))
        if task is None or task.done() or task.get_loop() is not loop:
            job = _Job(self._pipeline, self._answers, project_id, kept)
            task = loop.create_task(job.run())
            self._running[kept["id"]] = task, job
            task.add_done_callback(lambda done: self._forget(kept["id"], done))
        return job

    def _forget(self, batch_id: str, task: asyncio.Task) -> None:
        if self._running.get(batch_id, (None,))[0] is task:
            del self._running[batch_id]


class _Job:
    """One process's work on one batch."""

    def __init__(self, pipeline: Pipeline, answers: Mapping[str, Answer], project_id: int, kept: dict):
        self._pipeline = pipeline
        self._store = pipeline.store
        self._answer = answers[kept["batch"]["endpoint"]]
        self._kept = kept
        self._owner = Caller(project_id, kept["key"])

    @property
    def batch(self) -> dict:
        return self._kept["batch"]

    async def run(self) -> None:
        await asyncio.sleep(self._pipeline.pace)
        content = self._store.get_content(KIND, self.batch["id"], self._owner.project_id)
        if content is None:
            return  # its project keeps no contents any more
        lines, errors = openai_batches.parse_lines(content, self.batch["endpoint"])
        if self.batch["status"] == "validating" and not self._validated(lines, errors):
            return
        ending = await self._answer_all(lines)
        results = [self._result(number, line, ending) for number, line in enumerate(lines)]
        if any(result == {} for result in results):
            return  # another process is still at it
        self._finish(ending, [result for result in results if result is not None])

    def _validated(self, lines: list[Line], errors: list[dict]) -> bool:
        if not errors:
            model = lines[0].body["model"]
            try:
                self._pipeline.permit_model(self._owner, openai.VENDOR, model)
            except Fault:
                errors = [openai_batches.model_not_found(model)]
        if errors:
            return not self._enter("failed", errors=openai_batches.errors_list(errors))
        counts = {**self.batch["request_counts"], "total": len(lines)}
        return self._enter("in_progress", request_counts=counts, model=model)

    async def _answer_all(self, lines: list[Line]) -> str:
        """Answer what is not answered yet; the state in which the batch ends."""
        counts = self.batch["request_counts"] = dict.fromkeys(("completed", "failed"), 0) | {"total": len(lines)}
        for number, line in enumerate(lines):
            while (ending := self._ending()) is None:
                result = self._attempt(number, line)
                if result is not None:
                    break
                await asyncio.sleep(_WAIT_SECONDS)
            if ending is not None:
                return ending
            if result:
                counts["completed" if openai_batches.succeeded(result) else "failed"] += 1
            await asyncio.sleep(self._pipeline.pace)  # let other calls go on
        return "completed"

    def _ending(self) -> str | None:
        """Why no further request is to be answered."""
        if self._store.get_object(_CANCEL, self.batch["id"], self._owner.project_id) is not None:
            return "cancelled"
        return "expired" if self._pipeline.clock() // 1_000_000 >= self.batch["expires_at"] else None

    def _attempt(self, number: int, line: Line) -> dict | None:
        """Answer a request that nobody has claimed. The result, {} while another process is at it, `None` when the
        request has to wait.
        """
        place, project_id, now = self._place(number), self._owner.project_id, self._pipeline.clock()
        if not add_once(self._store, _LINE, place, project_id, now, {"claimed": now}):
            return self._known(number) or {}
        request_id = self._request_id(number)
        try:
            result = openai_batches.answered(request_id, line.custom_id, self._answer(self._owner, line.body))
        except Fault as fault:
            if fault.kind in _PASSING:
                self._store.delete_object(_LINE, place, project_id)
                return None
            result = openai_batches.refused(request_id, line.custom_id, fault)
        except Exception:
            result = openai_batches.refused(request_id, line.custom_id, Fault("internal"))
        self._store.update_object(_LINE, place, project_id, result)
        return result

    def _known(self, number: int) -> dict | None:
        """The result of a request, {} when it is claimed and has none yet, `None` when nobody has claimed it."""
        line = self._store.get_object(_LINE, self._place(number), self._owner.project_id)
        return {} if line is not None and "claimed" in line else line

    def _result(self, number: int, line: Line, ending: str) -> dict | None:
        """What stands of a request in the batch's files, {} while it cannot be told, `None` for nothing."""
        kept = self._store.get_object(_LINE, self._place(number), self._owner.project_id)
        if kept is None:
            return openai_batches.expired(self._request_id(number), line.custom_id) if ending == "expired" else None
        if "claimed" not in kept:
            return kept
        if self._pipeline.clock() - kept["claimed"] < _LOST_MICROS:
            return {}
        return openai_batches.interrupted(self._request_id(number), line.custom_id)

    def _finish(self, ending: str, results: list[dict]) -> None:
        if not self._enter("finalizing"):
            return
        good = [result for result in results if openai_batches.succeeded(result)]
        bad = [result for result in results if not openai_batches.succeeded(result)]
        made = {
            f"{what}_file_id": self._write(what, lines) for what, lines in (("output", good), ("error", bad)) if lines
        }
        cancel = self._store.get_object(_CANCEL, self.batch["id"], self._owner.project_id)
        if cancel is not None:
            made["cancelling_at"] = cancel["at"] // 1_000_000
        counts = {**self.batch["request_counts"], "completed": len(good), "failed": len(bad)}
        self._enter(ending, request_counts=counts, usage=openai_batches.usage(good), **made)

    def _write(self, what: str, lines: list[dict]) -> str:
        """Keep a file of results, which a process that died may have done already."""
        file_id = files.PREFIX + sha256(f"{self.batch['id']} {what}".encode()).hexdigest()[:24]
        content, now = openai_batches.jsonl(lines), self._pipeline.clock()
        name = f"{self.batch['id']}_{what}.jsonl"
        file = openai_files.render(file_id, name, len(content), "batch_output", now, self._kept["seconds"])
        add_once(self._store, files.KIND, file_id, self._owner.project_id, now, file, content)
        return file_id

    def _enter(self, status: str, **changes: object) -> bool:
        """Bring the batch into another state; `False` when it is gone or another process has ended it."""
        kept = self._store.get_object(KIND, self.batch["id"], self._owner.project_id)
        if kept is None or kept["batch"]["status"] in FINAL:
            self._kept = kept or self._kept
            return False
        batch = {**openai_batches.entered(self.batch, status, self._pipeline.clock()), **changes}
        self._kept = {**self._kept, "batch": batch}
        return self._store.update_object(KIND, batch["id"], self._owner.project_id, self._kept)

    def _place(self, number: int) -> str:
        return f"{self.batch['id']}:{number}"

    def _request_id(self, number: int) -> str:
        return "batch_req_" + sha256(self._place(number).encode()).hexdigest()[:24]


def routes(pipeline: Pipeline, desk: BatchDesk) -> list[Route]:
    def entered(request: Request) -> Caller:
        return openai.project_caller(pipeline.authenticate(openai.secret(request.headers)))

    async def create(request: Request) -> Response:
        body = await read_body(request)
        return JSONResponse(desk.create(entered(request), decode_json(body)))

    async def list_batches(request: Request) -> Response:
        page = openai_page.parse(request.query_params)
        return JSONResponse(openai_page.render(*desk.list(entered(request), page)))

    async def retrieve(request: Request) -> Response:
        return JSONResponse(desk.retrieve(entered(request), request.path_params["batch"]))

    async def cancel(request: Request) -> Response:
        return JSONResponse(desk.cancel(entered(request), request.path_params["batch"]))

    return [
        Route("/v1/batches", create, methods=["POST"]),
        Route("/v1/batches", list_batches, methods=["GET"]),
        Route("/v1/batches/{batch}", retrieve, methods=["GET"]),
        Route("/v1/batches/{batch}/cancel", cancel, methods=["POST"]),
    ]
