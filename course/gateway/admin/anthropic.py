"""Anthropic's Admin API: what `client.organization` of its SDK speaks to, and the usage and cost reports.

Service accounts, federation, RBAC, external keys, spend limits and analytics are not there: they belong to
Anthropic's larger plans.
"""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..dialects import anthropic
from ..pipeline import Pipeline
from ..types import Caller
from . import anthropic_keys, anthropic_limits, anthropic_people, anthropic_reports, anthropic_workspaces
from .desk import Desk, Entry

ENTRIES: list[Entry] = [
    *anthropic_people.ENTRIES,
    *anthropic_workspaces.ENTRIES,
    *anthropic_keys.ENTRIES,
    *anthropic_limits.ENTRIES,
    *anthropic_reports.ENTRIES,
]


def routes(pipeline: Pipeline) -> list[Route]:
    def enter(request: Request) -> Caller:
        caller = pipeline.authenticate(anthropic.secret(request.headers))
        anthropic.version(request.headers)
        return caller

    def read(value: object) -> dict:
        return anthropic.json_object(value, "body")

    def answer(body: dict) -> JSONResponse:
        return JSONResponse(body, headers={"request-id": f"req_{secrets.token_hex(12)}"})

    return Desk(pipeline, enter, read, answer).routes(ENTRIES)
