"""What a student's key is worth now: `GET /classroom/v1/me`, by which `course.start()` finds out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from course.gateway.dialects import openai
from course.gateway.http import JsonResponse, vendor_app
from course.gateway.pipeline import Pipeline
from course.gateway.types import Caller, Fault

PATH = "/v1/me"
# How `course.start()` knows that it has found a gateway for a class.
OBJECT = "classroom.key"
# The code of the refusal of a key that once was one.
REVOKED = "revoked_api_key"


def create(pipeline: Pipeline, mode: str):
    """The ASGI app; `mode` is "practice" or "live"."""

    async def me(request: Request) -> Response:
        secret = openai.secret(request.headers)
        try:
            caller = pipeline.authenticate(secret)
        except Fault as fault:
            if secret and pipeline.store.find_key(secret):
                fault.code = REVOKED
            raise
        return JsonResponse(_standing(pipeline, openai.project_caller(caller), mode))

    return vendor_app([Route(PATH, me)], openai.render_fault, "x-request-id")


def _standing(pipeline: Pipeline, caller: Caller, mode: str) -> dict:
    now, store = pipeline.clock(), pipeline.store
    return {
        "object": OBJECT,
        "class": store.project(caller.project_id).name,
        "mode": mode,
        "left_micros": _left(store.budgets("key", caller.key_id, now)),
        "class_left_micros": _left(store.budgets("project", caller.project_id, now)),
    }


def _left(budgets: list[dict]) -> int | None:
    """What the tightest of budgets has left, `None` where there is none."""
    left = (each["limit_micros"] - each["spent_micros"] - each["reserved_micros"] for each in budgets)
    return min((max(each, 0) for each in left), default=None)
