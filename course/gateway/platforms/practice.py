"""What no vendor has: faults on request, and a project's rules about data.

`GET`, `POST` and `DELETE /practice/v1/faults`, and see `admin.data_rules`; all with an admin key.
"""

from __future__ import annotations

import math
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..admin import data_rules
from ..admin.desk import Desk
from ..dialects import openai
from ..faults import Rule
from ..http import decode_json, read_body, vendor_app
from ..pipeline import Pipeline
from ..types import Fault

_FIELDS = frozenset(Rule.__dataclass_fields__)


def create(pipeline: Pipeline):
    async def faults(request: Request) -> Response:
        body = await read_body(request)
        if not pipeline.authenticate(openai.secret(request.headers)).admin:
            raise Fault("wrong_key_kind")
        if request.method == "POST":
            pipeline.faults.add(_rule(decode_json(body)))
        elif request.method == "DELETE":
            pipeline.faults.clear()
        return JSONResponse({"object": "list", "data": [asdict(rule) for rule in pipeline.faults.rules]})

    desk = Desk(
        pipeline,
        lambda request: pipeline.authenticate(openai.secret(request.headers)),
        lambda value: openai.json_object(value, "body"),
        JSONResponse,
    )
    routes = [Route("/v1/faults", faults, methods=["GET", "POST", "DELETE"]), *desk.routes(data_rules.ENTRIES)]
    return vendor_app(routes, openai.render_fault, "x-request-id")


def _rule(value: object) -> Rule:
    fields = openai.json_object(value, "body")
    openai.check_names(fields, _FIELDS)
    openai.string(openai.required(fields, "kind"), "kind")
    for name in ("calls", "project_id"):
        openai.integer(fields.get(name), name, low=1)
    for name in ("share", "seconds"):
        openai.number(fields.get(name), name, -math.inf, math.inf)
    try:
        return Rule(**{name: value for name, value in fields.items() if value is not None})
    except ValueError as error:
        raise Fault("invalid_request", f"This fault cannot be set: {error}") from None
