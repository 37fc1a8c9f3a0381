"""OpenAI's projects."""

from __future__ import annotations

from sqlalchemy.engine import Row

from ..dialects import openai
from ..types import Fault
from . import openai_fields as fields
from .desk import Ask, Entry

DEFAULT_PROJECT = 1
# Where a project's data is kept, and where its calls are handled, as OpenAI's SDK lists the words.
RESIDENCIES = (
    "GLOBAL", "US_STORAGE_PROCESSING", "EU_STORAGE_PROCESSING", "JP_STORAGE", "JP_STORAGE_PROCESSING", "KR_STORAGE",
    "CA_STORAGE", "SG_STORAGE", "IN_STORAGE", "IN_STORAGE_PROCESSING", "AU_STORAGE", "AU_STORAGE_PROCESSING",
    "GB_STORAGE", "AE_STORAGE", "AE_STORAGE_PROCESSING",
)  # fmt: skip
_FIELDS = ("name", "geography", "residency", "external_key_id")


def render(ask: Ask, row: Row) -> dict:
    return {
        "object": "organization.project",
        "id": row.public_id,
        "name": row.name,
        "created_at": fields.seconds(row.created),
        "archived_at": fields.seconds(row.archived),
        "status": "active" if row.archived is None else "archived",
        "external_key_id": None,
        "residency": ask.store.settings(row.id).get("residency", "GLOBAL"),
    }


def create(ask: Ask) -> dict:
    _check(ask, *_FIELDS)
    name, residency = fields.text(ask, "name"), _residency(ask)
    number = ask.store.add_project(name, ask.now)
    follow_organization(ask, number)
    if residency is not None:
        _settle_in(ask, number, residency)
    row = ask.store.project(number)
    ask.note("project.created", row.public_id, number, after={"name": name, "title": name, **_chosen(residency)})
    return render(ask, row)


def update(ask: Ask) -> dict:
    row = fields.open_project(ask)
    _check(ask, "name", "geography", "external_key_id")
    name, residency = fields.optional_text(ask, "name"), _residency(ask)
    before, after = {}, {}
    if name is not None and name != row.name:
        ask.store.update_project(row.id, name=name)
        before["title"], after["title"] = row.name, name
    if residency is not None:
        before["residency"] = ask.store.settings(row.id).get("residency", "GLOBAL")
        after["residency"] = residency
        _settle_in(ask, row.id, residency)
    ask.note("project.updated", row.public_id, row.id, before, after)
    return render(ask, ask.store.project(row.id))


def archive(ask: Ask) -> dict:
    row = fields.project(ask)
    if row.id == DEFAULT_PROJECT:
        raise Fault("invalid_request", "The default project cannot be archived.")
    if row.archived is None:
        ask.store.update_project(row.id, archived=ask.now)
        ask.note("project.archived", row.public_id, row.id, {"status": "active"}, {"status": "archived"})
    return render(ask, ask.store.project(row.id))


def retrieve(ask: Ask) -> dict:
    return render(ask, fields.project(ask))


def list_all(ask: Ask) -> dict:
    archived = fields.flag(ask, "include_archived")
    rows = [row for row in ask.store.projects() if archived or row.archived is None]
    return fields.page(ask, [render(ask, row) for row in rows])


def _check(ask: Ask, *allowed: str) -> None:
    fields.check_names(ask, *allowed)
    if ask.body.get("external_key_id") is not None:
        raise openai.unsupported("external_key_id")


def _residency(ask: Ask) -> str | None:
    """Where the project shall be, by its newer or its older name."""
    residency = openai.choice(ask.body.get("residency"), "residency", RESIDENCIES)
    geography = fields.optional_text(ask, "geography")
    if geography is None:
        return residency
    if residency is not None:
        raise openai.invalid("geography", "do not provide both 'geography' and 'residency'.")
    for name in (f"{geography.upper()}_STORAGE_PROCESSING", f"{geography.upper()}_STORAGE", geography.upper()):
        if name in RESIDENCIES:
            return name
    raise openai.invalid("geography", f"'{geography}' is not a region of data residency.")


def _settle_in(ask: Ask, number: int, residency: str) -> None:
    """Where calls are handled is a rule; where data is kept is only noted, as there is one place for it."""
    ask.store.change_settings(number, ask.now, residency=residency)
    region = residency.partition("_")[0].lower() if residency.endswith("_PROCESSING") else None
    ask.store.set_policy(number, region=region)


def follow_organization(ask: Ask, number: int) -> None:
    """What the organization has set for the projects that set nothing themselves."""
    days = ask.store.settings(None).get("retention_days")
    if days is not None:
        ask.store.set_policy(number, retention_days=days)


def _chosen(residency: str | None) -> dict:
    return {} if residency is None else {"residency": residency}


ENTRIES: list[Entry] = [
    ("GET", f"{fields.ORGANIZATION}/projects", list_all),
    ("POST", f"{fields.ORGANIZATION}/projects", create),
    ("GET", fields.PROJECT, retrieve),
    ("POST", fields.PROJECT, update),
    ("POST", f"{fields.PROJECT}/archive", archive),
]
