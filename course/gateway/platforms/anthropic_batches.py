"""Where Anthropic's message batches are kept and worked through."""

from __future__ import annotations

import asyncio
import json

from ..dialects import anthropic, anthropic_batches, anthropic_messages
from ..pipeline import Pipeline
from ..types import Caller, Fault
from .openai_objects import add_new

_BATCH, _RESULTS = "message_batch", "message_batch_results"
# So many results are written at once: what a crash would lose, and charge again.
_PART = 100
_PASSING = ("rate_limited", "overloaded", "unavailable")


class BatchDesk:
    """Batches wait until somebody asks how they are; then what is left of them is answered, one request after the
    other, as far as rate limits let it. So a batch can be seen in progress and can be cancelled, however fast the
    machine, and a restart loses none. One process works on a batch at a time: the one that is asked.
    """

    def __init__(self, pipeline: Pipeline):
        self._pipeline = pipeline
        self._store = pipeline.store
        self._working: dict[tuple[str, int | None], dict] = {}

    def create(self, caller: Caller, version: str, body: object, address: str) -> dict:
        requests, now = anthropic_batches.parse(body), self._pipeline.clock()

        def document(batch_id: str) -> dict:
            work = {"key": caller.key_id, "version": version, "done": 0, "parts": []}
            return anthropic_batches.new_batch(batch_id, len(requests), now) | work

        content = json.dumps(requests).encode()
        batch = add_new(self._store, _BATCH, "msgbatch_", caller.project_id, now, document, content)
        return self._render(batch, address)

    def list(self, caller: Caller, page: anthropic.PageRequest, address: str) -> dict:
        """A page of the project's batches, newest first."""
        if page.before is None:
            batches, more = self._store.list_objects(_BATCH, caller.project_id, page.after, page.limit)
        else:
            batches, more = self._store.list_objects(
                _BATCH, caller.project_id, page.before, page.limit, newest_first=False
            )
            batches.reverse()
        return anthropic.render_page([self._render(batch, address) for batch in batches], more)

    async def retrieve(self, caller: Caller, batch_id: str, address: str) -> dict:
        batch = self._find(caller, batch_id)
        place = (batch_id, caller.project_id)
        if batch["ended"] is None and place not in self._working:
            self._working[place] = batch
            try:
                await self._work(batch, Caller(caller.project_id, batch["key"]))
            finally:
                del self._working[place]
        return self._render(batch, address)

    def cancel(self, caller: Caller, batch_id: str, address: str) -> dict:
        """Cancel what is not answered yet. A batch that has ended stays as it is."""
        batch = self._find(caller, batch_id)
        if batch["ended"] is None and batch["cancelled"] is None:
            batch["cancelled"] = self._pipeline.clock()
            self._store.update_object(_BATCH, batch_id, caller.project_id, batch)
        return self._render(batch, address)

    def delete(self, caller: Caller, batch_id: str) -> dict:
        batch = self._find(caller, batch_id)
        if batch["ended"] is None:
            raise Fault("invalid_request", f"Message batch {batch_id} is still in progress. Cancel it first.")
        for part in batch["parts"]:
            self._store.delete_object(_RESULTS, part, caller.project_id)
        self._store.delete_object(_BATCH, batch_id, caller.project_id)
        return anthropic_batches.render_deleted(batch_id)

    def results(self, caller: Caller, batch_id: str) -> bytes:
        """One line of JSON for each request, in the requests' order."""
        batch = self._find(caller, batch_id)
        if batch["ended"] is None:
            raise Fault("invalid_request", f"Message batch {batch_id} has no results yet: it is still in progress.")
        parts = (self._store.get_content(_RESULTS, part, caller.project_id) for part in batch["parts"])
        return b"".join(part or b"" for part in parts)

    def _find(self, caller: Caller, batch_id: str) -> dict:
        batch = self._working.get((batch_id, caller.project_id))
        batch = batch or self._store.get_object(_BATCH, batch_id, caller.project_id)
        if batch is None:
            raise Fault("not_found", detail={"what": "Message batch", "id": batch_id})
        return batch

    def _render(self, batch: dict, address: str) -> dict:
        return anthropic_batches.render(batch, f"{address}/{batch['id']}")

    async def _work(self, batch: dict, owner: Caller) -> None:
        """Answer what is left, until the end or until a request has to wait."""
        requests = json.loads(self._store.get_content(_BATCH, batch["id"], owner.project_id))
        waiting = False
        while batch["done"] < len(requests) and not waiting:
            lines, counts = [], dict(batch["counts"])
            for request in requests[batch["done"] : batch["done"] + _PART]:
                result = self._result(batch, request["params"], owner)
                if waiting := result is None:
                    break
                counts[result["type"]] += 1
                lines.append(anthropic_batches.result_line(request["custom_id"], result))
                await asyncio.sleep(0)  # let other calls go on
            batch["counts"] = counts
            self._keep(batch, lines, owner.project_id, ended=batch["done"] + len(lines) == len(requests))

    def _result(self, batch: dict, params: dict, owner: Caller) -> dict | None:
        """The result of one request, `None` when it has to wait."""
        if batch["cancelled"] is not None:
            return {"type": "canceled"}
        if self._pipeline.clock() >= batch["created"] + anthropic_batches.DAY_MICROS:
            return {"type": "expired"}
        try:
            asked = anthropic_messages.parse(params, batch["version"])
            if asked.stream:
                raise anthropic.invalid("stream", "Input should be false")
            with self._pipeline.open(owner, asked.turn, kind="batch", whole=True) as call:
                return anthropic_batches.succeeded(anthropic_messages.render(call.complete(), asked, tier="batch"))
        except Fault as fault:
            return None if fault.kind in _PASSING else anthropic_batches.errored(fault)

    def _keep(self, batch: dict, lines: list[bytes], project_id: int | None, ended: bool) -> None:
        now = self._pipeline.clock()
        if lines:
            part = f"{batch['id']}:{batch['done']}"
            self._store.delete_object(_RESULTS, part, project_id)  # there is one after a crash at this very place
            self._store.add_object(_RESULTS, part, project_id, {}, now, b"".join(lines))
            batch["parts"].append(part)
            batch["done"] += len(lines)
        if ended:
            batch["ended"] = now
        self._store.update_object(_BATCH, batch["id"], project_id, batch)
