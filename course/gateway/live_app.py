"""The gateway's application in live mode: vendors answer, the gateway's own control plane administers."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import Router

from . import front_page
from .admin import anthropic, openai
from .faults import Spoiler
from .http import Platforms
from .live_settings import Upstream
from .pipeline import Pipeline
from .platforms import live, practice


def create_live_app(pipeline: Pipeline, upstreams: Mapping[str, Upstream]):
    """Serve `pipeline` under each vendor's own prefix. Raises `LiveProblem`."""
    control = {"openai": openai.routes(pipeline), "anthropic": anthropic.routes(pipeline)}
    apps = {**live.platforms(pipeline, upstreams, control), "practice": practice.create(pipeline)}
    return Spoiler(Platforms(apps, elsewhere=Router(default=front_page.answer)), pipeline.faults)
