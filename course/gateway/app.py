"""The gateway as an ASGI application, free of threads and sockets, so that it also runs in-process."""

from __future__ import annotations

from starlette.routing import Router

from . import front_page
from .faults import Spoiler
from .http import Platforms
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
    apps = {prefix: platform.create(pipeline) for prefix, platform in platforms.items()}
    return Spoiler(Platforms(apps, elsewhere=Router(default=front_page.answer)), pipeline.faults)
