"""OpenAI's administration API: what `client.admin` of its SDK speaks to.

Certificates, external keys and storage, and workload identity are not there: a practice platform has nothing that
they could protect.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..dialects import openai
from ..pipeline import Pipeline
from ..types import Caller
from . import (
    openai_audit,
    openai_groups,
    openai_keys,
    openai_limits,
    openai_people,
    openai_projects,
    openai_roles,
    openai_rules,
    openai_spend,
    openai_usage,
)
from .desk import Desk, Entry

ENTRIES: list[Entry] = [
    *openai_projects.ENTRIES,
    *openai_keys.ENTRIES,
    *openai_people.ENTRIES,
    *openai_groups.ENTRIES,
    *openai_roles.ENTRIES,
    *openai_limits.ENTRIES,
    *openai_rules.ENTRIES,
    *openai_spend.ENTRIES,
    *openai_usage.ENTRIES,
    *openai_audit.ENTRIES,
]


def routes(pipeline: Pipeline) -> list[Route]:
    def enter(request: Request) -> Caller:
        return pipeline.authenticate(openai.secret(request.headers))

    def read(value: object) -> dict:
        return openai.json_object(value, "body")

    return Desk(pipeline, enter, read, JSONResponse).routes(ENTRIES)
