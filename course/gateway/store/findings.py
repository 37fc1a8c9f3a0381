"""Personal data that was found in prompts: when, whose, what kind and what was done. Never the data itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.engine import Row

from ..types import Caller
from .schema import findings, keys, projects

_LONGEST_NAME = 128
_FINDINGS = (
    select(
        findings.c.id.label("finding"),
        projects.c.name.label("project"),
        keys.c.last4.label("key"),
        *(findings.c[name] for name in ("model", "action", "kind", "count")),
    )
    .join_from(findings, projects)
    .join(keys, findings.c.key_id == keys.c.id)
    .order_by(findings.c.id)
)


class Findings:
    """The part of the store that counts what redaction found."""

    def add_findings(
        self, caller: Caller, vendor: str, model: str, action: str, found: Mapping[str, int], now: int
    ) -> None:
        """`action` is "warn", "mask" or "block", `found` the number of pieces of each kind."""
        about = {
            "at": now,
            "project_id": caller.project_id,
            "key_id": caller.key_id,
            "vendor": vendor,
            "model": model.replace("\0", "")[:_LONGEST_NAME],  # the caller wrote it
            "action": action,
        }
        with self._engine.begin() as connection:
            connection.execute(
                insert(findings), [{**about, "kind": kind, "count": count} for kind, count in found.items()]
            )

    def findings(self) -> Sequence[Row]:
        """Every finding, oldest first: finding, project, key (last four characters), model, action, kind, count."""
        with self._engine.connect() as connection:
            return connection.execute(_FINDINGS).all()
