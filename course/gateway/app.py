"""The gateway as an ASGI application, free of threads and sockets, so that it also runs in-process."""

from __future__ import annotations

from starlette.routing import Mount, Router

from .pipeline import Pipeline
from .platforms import openai


def create_app(pipeline: Pipeline) -> Router:
    """Serve `pipeline` to each vendor's SDK under the vendor's own prefix."""
    return Router([Mount("/openai", app=openai.create(pipeline))])
