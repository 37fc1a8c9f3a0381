"""The gateway as an ASGI application, free of threads and sockets, so that it also runs in-process."""

from __future__ import annotations

from starlette.routing import Mount, Router

from .faults import Spoiler
from .pipeline import Pipeline
from .platforms import anthropic, gemini, openai, openrouter, practice


def create_app(pipeline: Pipeline):
    """Serve `pipeline` to each vendor's SDK under the vendor's own prefix."""
    platforms = {
        "openai": openai,
        "anthropic": anthropic,
        "google": gemini,
        "openrouter": openrouter,
        "practice": practice,
    }
    routes = [Mount(f"/{prefix}", app=platform.create(pipeline)) for prefix, platform in platforms.items()]
    return Spoiler(Router(routes), pipeline.faults)
