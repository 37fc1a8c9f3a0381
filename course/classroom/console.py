"""What a classroom's gateway answers beside the vendors' platforms, under `/classroom`."""

from __future__ import annotations

from starlette.routing import get_route_path

from course.gateway.pipeline import Pipeline

from . import standing

_PREFIX = "classroom"


def beside(app, pipeline: Pipeline, mode: str, url: str):
    """The gateway's ASGI `app`, and under `/classroom` the class's own pages."""
    api = standing.create(pipeline, mode)

    async def answer(scope, receive, send) -> None:
        if scope["type"] == "http" and get_route_path(scope)[1:].partition("/")[0] == _PREFIX:
            scope["root_path"] = f"{scope.get('root_path', '')}/{_PREFIX}"
            await api(scope, receive, send)
        else:
            await app(scope, receive, send)

    return answer
