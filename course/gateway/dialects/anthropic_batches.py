"""Anthropic's Message Batches: many messages at once, answered later and for less."""

from __future__ import annotations

import json
import re

from ..types import Fault
from . import anthropic as fields

DAY_MICROS = 24 * 60 * 60 * 1_000_000
# (https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-11-26)
MOST_REQUESTS = 100_000
_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_STATES = ("succeeded", "errored", "canceled", "expired")


def parse(body: object) -> list[dict]:
    """The requests of a new batch, each with `custom_id` and `params`. What is wrong with `params` shows in that
    request's result. Raises `Fault` invalid_request.
    """
    body = fields.json_object(body, "body")
    fields.check_names(body, frozenset(["requests"]))
    requests = fields.json_list(fields.required(body, "requests", ""), "requests")
    if not requests:
        raise fields.invalid("requests", "List should have at least 1 item after validation, not 0")
    if len(requests) > MOST_REQUESTS:
        raise fields.invalid("requests", f"List should have at most {MOST_REQUESTS} items after validation")
    seen: set[str] = set()
    for index, each in enumerate(requests):
        name = f"requests.{index}"
        request = fields.json_object(each, name)
        fields.check_names(request, frozenset(["custom_id", "params"]), f"{name}.")
        custom_id = fields.string(fields.required(request, "custom_id", name), f"{name}.custom_id")
        if not _CUSTOM_ID.fullmatch(custom_id):
            raise fields.invalid(f"{name}.custom_id", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
        if custom_id in seen:
            raise fields.invalid("requests", f"custom_id '{custom_id}' is not unique within the batch")
        seen.add(custom_id)
        fields.json_object(fields.required(request, "params", name), f"{name}.params")
    return requests


def new_batch(batch_id: str, requests: int, now: int) -> dict:
    """What the gateway keeps of a batch; times are UTC microseconds, `None` for what has not happened."""
    return {
        "id": batch_id,
        "requests": requests,
        "counts": dict.fromkeys(_STATES, 0),
        "created": now,
        "cancelled": None,
        "ended": None,
    }


def render(batch: dict, address: str) -> dict:
    """A batch as Anthropic shows it. `address` is where it can be found."""
    ended = batch["ended"] is not None
    counts = batch["counts"] if ended else dict.fromkeys(_STATES, 0)
    return {
        "id": batch["id"],
        "type": "message_batch",
        "processing_status": "ended" if ended else "canceling" if batch["cancelled"] else "in_progress",
        "request_counts": {"processing": 0 if ended else batch["requests"], **counts},
        "created_at": fields.timestamp(batch["created"]),
        "expires_at": fields.timestamp(batch["created"] + DAY_MICROS),
        "ended_at": _moment(batch["ended"]),
        "cancel_initiated_at": _moment(batch["cancelled"]),
        "archived_at": None,
        "results_url": f"{address}/results" if ended else None,
    }


def render_deleted(batch_id: str) -> dict:
    return {"id": batch_id, "type": "message_batch_deleted"}


def succeeded(message: dict) -> dict:
    return {"type": "succeeded", "message": message}


def errored(fault: Fault) -> dict:
    return {"type": "errored", "error": {**fields.render_fault(fault)[1], "request_id": None}}


def result_line(custom_id: str, result: dict) -> bytes:
    """One line of a batch's results."""
    line = {"custom_id": custom_id, "result": result}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _moment(micros: int | None) -> str | None:
    return None if micros is None else fields.timestamp(micros)
