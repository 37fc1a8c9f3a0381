"""OpenAI's rules for a project: its models, its hosted tools, how long its data is kept, its service tiers."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.engine import Row

from ..dialects import openai
from . import openai_fields as fields
from .desk import Ask, Entry

_MODES = {"allow_list": "allow", "deny_list": "deny"}
_TOOLS = ("code_interpreter", "file_search", "image_generation", "mcp", "web_search")
_ZERO = ("zero_data_retention", "enhanced_zero_data_retention")
_RETENTION = (*_ZERO, "modified_abuse_monitoring", "enhanced_modified_abuse_monitoring")
_PROJECT_RETENTION = ("organization_default", "none", *_RETENTION)
# What the organization has before it chooses: no content goes into any log here.
_FIRST_RETENTION = "modified_abuse_monitoring"
# How long stored answers are kept without zero data retention
# (https://developers.openai.com/api/docs/guides/your-data, read 2026-11-26).
_STANDARD_DAYS = 30
_DEFAULT_TIERS = ("standard", "fast", "scale")
_OPTIONAL_TIERS = ("flex", "fast", "ultrafast")


# Models. A project without a rule denies none.


def retrieve_models(ask: Ask) -> dict:
    return {"object": "project.model_permissions", **_models(ask, fields.project(ask))}


def update_models(ask: Ask) -> dict:
    row = fields.open_project(ask)
    fields.check_names(ask, "mode", "model_ids")
    mode = fields.chosen(ask, "mode", tuple(_MODES))
    if ask.body.get("model_ids") is None:
        raise openai.missing("model_ids")
    model_ids = fields.strings(ask.body["model_ids"], "model_ids")
    known = {model.id for model in ask.pipeline.catalog.models}
    for place, model_id in enumerate(model_ids):
        if model_id not in known:
            raise openai.invalid(f"model_ids[{place}]", f"the model '{model_id}' does not exist.")
    before = _models(ask, row)
    ask.store.set_policy(row.id, models=model_ids, models_mode=_MODES[mode])
    _note(ask, row, "model_permissions", before, _models(ask, row))
    return retrieve_models(ask)


def delete_models(ask: Ask) -> dict:
    row = fields.open_project(ask)
    before = _models(ask, row)
    ask.store.set_policy(row.id, models=None, models_mode="allow")
    _note(ask, row, "model_permissions", before, _models(ask, row))
    return {"object": "project.model_permissions.deleted", "deleted": True}


def _models(ask: Ask, row: Row) -> dict:
    policy = ask.store.policy(row.id)
    if policy.models is None:
        return {"mode": "deny_list", "model_ids": []}
    mode = next(name for name, kept in _MODES.items() if kept == policy.models_mode)
    return {"mode": mode, "model_ids": list(policy.models)}


# Hosted tools


def retrieve_tools(ask: Ask) -> dict:
    return _tools(ask, fields.project(ask))


def update_tools(ask: Ask) -> dict:
    row = fields.open_project(ask)
    fields.check_names(ask, *_TOOLS)
    changes = {tool: _enabled(ask, tool) for tool in _TOOLS if ask.body.get(tool) is not None}
    before = _tools(ask, row)
    ask.store.set_policy(row.id, hosted_tools={**ask.store.policy(row.id).hosted_tools, **changes})
    _note(ask, row, "hosted_tool_permissions", before, _tools(ask, row))
    return _tools(ask, row)


def _enabled(ask: Ask, tool: str) -> bool:
    wish = openai.json_object(ask.body[tool], tool)
    openai.check_names(wish, frozenset(["enabled"]), f"{tool}.")
    if wish.get("enabled") is None:
        raise openai.missing(f"{tool}.enabled")
    return openai.boolean(wish["enabled"], f"{tool}.enabled")


def _tools(ask: Ask, row: Row) -> dict:
    policy = ask.store.policy(row.id)
    return {tool: {"enabled": policy.permits_tool(tool)} for tool in _TOOLS}


# Data retention


def retrieve_retention(ask: Ask) -> dict:
    return {"object": "project.data_retention", "type": _retention(ask, fields.project(ask).id)}


def update_retention(ask: Ask) -> dict:
    row = fields.open_project(ask)
    fields.check_names(ask, "retention_type")
    kind = fields.chosen(ask, "retention_type", _PROJECT_RETENTION)
    before = _retention(ask, row.id)
    ask.store.change_settings(row.id, ask.now, retention=kind)
    days = ask.store.settings(None).get("retention_days") if kind == "organization_default" else _days(kind)
    ask.store.set_policy(row.id, retention_days=days)
    _note(ask, row, "data_retention", {"type": before}, {"type": kind})
    return retrieve_retention(ask)


def retrieve_organization_retention(ask: Ask) -> dict:
    kind = ask.store.settings(None).get("retention", _FIRST_RETENTION)
    return {"object": "organization.data_retention", "type": kind}


def update_organization_retention(ask: Ask) -> dict:
    """It holds at once for every project that follows the organization."""
    fields.check_names(ask, "retention_type")
    kind = fields.chosen(ask, "retention_type", _RETENTION)
    before = retrieve_organization_retention(ask)["type"]
    ask.store.change_settings(None, ask.now, retention=kind, retention_days=_days(kind))
    for row in ask.store.projects():
        if _retention(ask, row.id) == "organization_default":
            ask.store.set_policy(row.id, retention_days=_days(kind))
    after = {"data_retention": {"type": kind}}
    ask.note("organization.updated", "organization", None, {"data_retention": {"type": before}}, after)
    return retrieve_organization_retention(ask)


def _retention(ask: Ask, project_id: int) -> str:
    return ask.store.settings(project_id).get("retention", "organization_default")


def _days(kind: str) -> int | None:
    if kind in _ZERO:
        return 0
    return None if kind == "none" else _STANDARD_DAYS


# Service tiers: kept and shown, as all calls here are served alike.


def retrieve_tiers(ask: Ask) -> dict:
    return {"object": "project.service_tier_settings", **_tiers(ask, fields.project(ask))}


def update_tiers(ask: Ask) -> dict:
    row = fields.open_project(ask)
    fields.check_names(ask, "default", "enabled_tiers")
    changes: dict[str, object] = {}
    if ask.body.get("default") is not None:
        changes["default"] = fields.chosen(ask, "default", _DEFAULT_TIERS)
    tiers = ask.body.get("enabled_tiers")
    if tiers is not None:
        for place, tier in enumerate([] if tiers == "all" else fields.strings(tiers, "enabled_tiers")):
            openai.choice(tier, f"enabled_tiers[{place}]", _OPTIONAL_TIERS)
        changes["enabled_tiers"] = tiers
    if not changes:
        raise openai.missing("default")
    before = _tiers(ask, row)
    ask.store.change_settings(row.id, ask.now, tiers={**before, **changes})
    _note(ask, row, "service_tier_settings", before, _tiers(ask, row))
    return retrieve_tiers(ask)


def _tiers(ask: Ask, row: Row) -> dict:
    return ask.store.settings(row.id).get("tiers", {"default": "standard", "enabled_tiers": "all"})


def _note(ask: Ask, row: Row, what: str, before: dict, after: dict) -> None:
    ask.note("project.updated", row.public_id, row.id, {what: before}, {what: after})


def _entries(path: str, retrieve: Callable, update: Callable) -> list[Entry]:
    return [("GET", path, retrieve), ("POST", path, update)]


_MODEL_PERMISSIONS = f"{fields.PROJECT}/model_permissions"
ENTRIES: list[Entry] = [
    *_entries(_MODEL_PERMISSIONS, retrieve_models, update_models),
    ("DELETE", _MODEL_PERMISSIONS, delete_models),
    *_entries(f"{fields.PROJECT}/hosted_tool_permissions", retrieve_tools, update_tools),
    *_entries(f"{fields.PROJECT}/data_retention", retrieve_retention, update_retention),
    *_entries(
        f"{fields.ORGANIZATION}/data_retention", retrieve_organization_retention, update_organization_retention
    ),
    *_entries(f"{fields.PROJECT}/service_tier_settings", retrieve_tiers, update_tiers),
]
