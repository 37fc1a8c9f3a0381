"""What no vendor has in this form: a project's rules about data. `GET` and `POST` to
`/practice/v1/organization/projects/{project_id}/data_rules`, with an admin key.
"""

from __future__ import annotations

from ..dialects import openai
from ..redaction import KINDS
from ..store.access import REDACTION
from . import openai_fields as fields
from .desk import Ask, Entry

_NAMES = ("redaction", "kinds", "retention_days", "region")
_LONGEST_DAYS = 36_500


def retrieve(ask: Ask) -> dict:
    """The rules of the project that the address names. Raises `Fault` where there is none."""
    return _rules(ask, fields.project(ask).id)


def update(ask: Ask) -> dict:
    """Change the rules that are named; return all of them. Redaction without `kinds` looks for all kinds. Raises
    `Fault` for a value that a rule cannot have.
    """
    row = fields.open_project(ask)
    fields.check_names(ask, *_NAMES)
    before, changes = _rules(ask, row.id), {}
    if "redaction" in ask.body:
        changes["redaction"] = fields.chosen(ask, "redaction", REDACTION)
        changes["redact"] = list(KINDS)
    if ask.body.get("kinds") is not None:
        kinds = fields.strings(ask.body["kinds"], "kinds")
        changes["redact"] = [openai.choice(kind, f"kinds[{place}]", KINDS) for place, kind in enumerate(kinds)]
    if "retention_days" in ask.body:
        days = openai.integer(ask.body["retention_days"], "retention_days", low=0)
        if days is not None and days > _LONGEST_DAYS:
            raise openai.invalid("retention_days", f"at most {_LONGEST_DAYS:,} days, which is a hundred years.")
        changes["retention_days"] = days
    if "region" in ask.body:
        changes["region"] = fields.optional_text(ask, "region")
    ask.store.set_policy(row.id, **changes)
    after = _rules(ask, row.id)
    ask.note("project.updated", row.public_id, row.id, {"data_rules": before}, {"data_rules": after})
    return after


def _rules(ask: Ask, project_id: int) -> dict:
    policy = ask.store.policy(project_id)
    return {
        "redaction": policy.redaction if policy.redact else "off",
        "kinds": list(policy.redact),
        "retention_days": policy.retention_days,
        "region": policy.region,
    }


_PATH = f"{fields.PROJECT}/data_rules"
ENTRIES: list[Entry] = [("GET", _PATH, retrieve), ("POST", _PATH, update)]
