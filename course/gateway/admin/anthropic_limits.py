"""Anthropic's rate limits: one entry for each model. The organization has none of its own, and shows so by a large
number; a workspace has overrides.
"""

from __future__ import annotations

from ..dialects import anthropic
from ..store import public_id
from . import anthropic_fields as fields
from . import rate_limits
from .desk import Ask, Entry

# Anthropic's limiter → ours. Its others, such as one for output alone, no model here has.
_LIMITERS = {"requests_per_minute": "requests_per_minute", "tokens_per_minute": "tokens_per_minute"}
_GROUP_TYPES = ("batch", "files", "model_group", "skills", "token_count", "web_search")


def list_organization(ask: Ask) -> dict:
    model_id, models = ask.query.get("model"), _models(ask)
    if model_id is not None:
        models = [model for model in models if model.id == model_id]
        if not models:
            raise fields.not_found("Rate limit for model", model_id)
    limits = [{"type": limiter, "value": rate_limits.UNLIMITED} for limiter in _LIMITERS]
    entries = [{"type": "rate_limit", "id": _entry_id(model), "limits": limits, **_group(model)} for model in models]
    return fields.cursor_page(ask, entries, key="id")


def list_workspace(ask: Ask) -> dict:
    row = fields.workspace(ask)
    inherited = fields.flag(ask, "include_inherited")
    entries = [_render(ask, row.id, model, inherited) for model in _models(ask)]
    return fields.cursor_page(ask, [entry for entry in entries if entry["limits"]], key="rate_limit_id")


def update_workspace(ask: Ask) -> dict:
    row = fields.open_workspace(ask)
    model = _model(ask)
    fields.check_names(ask, "limits")
    changes = _changes(ask)
    before = rate_limits.limits(ask.store, row.id, model.id)
    rate_limits.change(ask.store, row.id, model.id, changes)
    after = rate_limits.limits(ask.store, row.id, model.id)
    ask.note("rate_limit.updated", _entry_id(model), row.id, before, after)
    return _render(ask, row.id, model, inherited=False)


def _changes(ask: Ask) -> dict[str, int | None]:
    """What the body asks for, by our names; `None` lifts a limit."""
    changes = {}
    for place, wish in enumerate(anthropic.json_list(anthropic.required(ask.body, "limits", ""), "limits")):
        name = f"limits.{place}"
        wish = anthropic.json_object(wish, name)
        anthropic.check_names(wish, frozenset(["type", "value"]), f"{name}.")
        limiter = anthropic.choice(anthropic.required(wish, "type", name), f"{name}.type", tuple(_LIMITERS))
        if "value" not in wish:
            raise anthropic.missing(f"{name}.value")
        value = wish["value"]
        changes[_LIMITERS[limiter]] = None if value is None else anthropic.integer(value, f"{name}.value", low=0)
    return changes


def _models(ask: Ask) -> list:
    kind = fields.word(ask, "group_type", _GROUP_TYPES)
    return ask.pipeline.offered(anthropic.VENDOR) if kind in (None, "model_group") else []


def _model(ask: Ask):
    for model in ask.pipeline.offered(anthropic.VENDOR):
        if _entry_id(model) == ask.path["rate_limit_id"]:
            return model
    raise fields.not_found("Rate limit", ask.path["rate_limit_id"])


def _render(ask: Ask, project_id: int, model, inherited: bool) -> dict:
    held = rate_limits.limits(ask.store, project_id, model.id)
    limits = [
        {
            "type": limiter,
            "value": rate_limits.UNLIMITED if held[meter] is None else held[meter],
            "org_limit": rate_limits.UNLIMITED,
            "source": {"type": "organization" if held[meter] is None else "workspace"},
        }
        for limiter, meter in _LIMITERS.items()
        if inherited or held[meter] is not None
    ]
    return {
        "type": "workspace_rate_limit",
        "rate_limit_id": _entry_id(model),
        "workspace_id": fields.workspace_id(project_id),
        "limits": limits,
        **_group(model),
    }


def _entry_id(model) -> str:
    return public_id("rl_", model.id)


def _group(model) -> dict:
    group = {"type": "model_group", "id": public_id("rlg_", model.id), "display_name": model.name}
    return {"group": group, "models": [model.id]}


_IN_WORKSPACE = f"{fields.WORKSPACE}/rate_limits"
ENTRIES: list[Entry] = [
    ("GET", f"{fields.ORGANIZATION}/rate_limits", list_organization),
    ("GET", _IN_WORKSPACE, list_workspace),
    ("POST", f"{_IN_WORKSPACE}/{{rate_limit_id}}", update_workspace),
]
