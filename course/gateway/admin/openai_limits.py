"""OpenAI's rate limits: one line for each model."""

from __future__ import annotations

from ..dialects import openai
from . import openai_fields as fields
from . import rate_limits
from .desk import Ask, Entry

# OpenAI's name → ours
_LIMITS = {
    "max_requests_per_1_minute": "requests_per_minute",
    "max_tokens_per_1_minute": "tokens_per_minute",
    "max_requests_per_1_day": "requests_per_day",
}
# OpenAI has these for models that hear, see or run in batches of their own; no model here has such a limit.
_UNSUPPORTED = (
    "batch_1_day_max_input_tokens",
    "max_audio_megabytes_per_1_minute",
    "max_images_per_1_minute",
)
_PREFIX = "rl-"


def list_all(ask: Ask) -> dict:
    project = fields.project(ask)
    models = ask.pipeline.offered(openai.VENDOR)
    return fields.page(ask, [_render(ask, project.id, model.id) for model in models], default=100, most=1000)


def update(ask: Ask) -> dict:
    project = fields.open_project(ask)
    limit_id = ask.path["rate_limit_id"]
    model_id = limit_id.removeprefix(_PREFIX)
    if not limit_id.startswith(_PREFIX) or model_id not in {m.id for m in ask.pipeline.offered(openai.VENDOR)}:
        raise fields.not_found("rate limit", limit_id)
    fields.check_names(ask, *_LIMITS, *_UNSUPPORTED)
    for name in _UNSUPPORTED:
        if ask.body.get(name) is not None:
            raise openai.unsupported(name)
    asked = {name: openai.integer(ask.body[name], name, low=0) for name in _LIMITS if ask.body.get(name) is not None}
    before = _shown(ask, project.id, model_id)
    rate_limits.change(ask.store, project.id, model_id, {_LIMITS[name]: asked[name] for name in asked})
    after = _shown(ask, project.id, model_id)
    ask.note("rate_limit.updated", limit_id, project.id, before, after)
    return _render(ask, project.id, model_id)


def _render(ask: Ask, project_id: int, model_id: str) -> dict:
    shown = _shown(ask, project_id, model_id)
    return {"object": "project.rate_limit", "id": f"{_PREFIX}{model_id}", "model": model_id, **shown}


def _shown(ask: Ask, project_id: int, model_id: str) -> dict:
    """A model's limits as OpenAI writes them. A limit for the day is there only where there is one."""
    held = rate_limits.limits(ask.store, project_id, model_id)
    shown = {name: held[meter] for name, meter in _LIMITS.items()}
    for name in ("max_requests_per_1_minute", "max_tokens_per_1_minute"):
        shown[name] = rate_limits.UNLIMITED if shown[name] is None else shown[name]
    return {name: limit for name, limit in shown.items() if limit is not None}


ENTRIES: list[Entry] = [
    ("GET", f"{fields.PROJECT}/rate_limits", list_all),
    ("POST", f"{fields.PROJECT}/rate_limits/{{rate_limit_id:path}}", update),
]
