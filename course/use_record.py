"""A record of one use of AI, on one page: what it does, with whose data, under which rules, and who answers for it.

What the platform knows it fills in itself; what only people know, they write. A line that is missing stays visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from . import session

FILE = "my-ai-use-record.html"
MISSING = "to be filled in"
_LABELS = {
    "purpose": "What it is for",
    "people": "Whose data it reads",
    "kinds": "Kinds of personal data",
    "product": "Product and contract",
    "training": "Used for training",
    "vendor_keeps": "How long the vendor keeps it",
    "project": "Project",
    "models": "Models used so far",
    "calls": "Calls so far, and what they cost",
    "redaction": "Personal data in prompts",
    "retention": "How long we keep texts",
    "region": "Where calls may be handled",
    "log": "Audit log",
    "checks": "Who checks the answers",
    "owner": "Who answers for it",
    "review": "Looked at again on",
}
_REDACTION = {
    "off": "sent as they are",
    "warn": "sent as they are, and counted",
    "mask": "taken out before they are sent",
    "block": "such a prompt is refused",
}


@dataclass(frozen=True)
class UseRecord:
    """The page, line by line. Show it in a notebook, or `save()` it."""

    title: str
    lines: dict[str, str]

    @property
    def missing(self) -> list[str]:
        """The lines that nobody has filled in."""
        return [label for label, value in self.lines.items() if value == MISSING]

    def save(self, folder: str | Path = ".") -> str:
        """Write the page beside the notebook; return the file's name."""
        style = (
            "body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
            "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4em .6em;"
            "border-bottom:1px solid #999}th{width:14em}"
        )
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f"<style>{style}</style>{self._repr_html_()}</html>\n"
        )
        Path(folder, FILE).write_text(page, encoding="utf-8")
        return FILE

    def __repr__(self) -> str:
        return "\n".join([self.title, *(f"{label}: {value}" for label, value in self.lines.items())])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(label)}</th>'
            f'<td style="text-align:left">{escape(value)}</td></tr>'
            for label, value in self.lines.items()
        )
        return f"<h3>{escape(self.title)}</h3><table>{rows}</table>"


def fill(project: str, product: str, **written: str) -> UseRecord:
    """The record of a project, by its name. `product` is one of `governance.csv`; `written` has what people know:
    purpose, people, kinds, checks, owner and review.

    Raises `LookupError` for a project or a product that is not there, `TypeError` for another line.
    """
    if unknown := [name for name in written if name not in _LABELS]:
        raise TypeError(f"The record has no line {unknown[0]!r}. There are: {', '.join(_LABELS)}.")
    values = {**_from_vendor(product), **_from_platform(project), **written}
    lines = {label: values.get(name) or MISSING for name, label in _LABELS.items()}
    return UseRecord(f"Record of an AI use: {project}", lines)


def _from_vendor(product: str) -> dict[str, str]:
    from . import governance

    answers = {fact.topic: fact.answer for fact in governance.facts() if fact.product == product}
    if not answers:
        raise LookupError(f"There is no product {product!r} in governance.csv.")
    return {"product": product, "training": answers["training"], "vendor_keeps": answers["retention"]}


def _from_platform(name: str) -> dict[str, str]:
    store = session.running().gateway.store
    number = store.find_project(name)
    if number is None:
        raise LookupError(f"There is no project {name!r} on the platform.")
    policy, verdict = store.policy(number), store.verify_audit()
    calls = [row for row in store.ledger() if row.project == name]
    return {
        "project": name,
        "models": ", ".join(sorted({row.model for row in calls})),
        "calls": f"{len(calls):,}, {sum(row.cost_micros for row in calls) / 1_000_000:.6f} US dollars",
        "redaction": _REDACTION[policy.redaction if policy.redact else "off"],
        "retention": _kept(policy.retention_days),
        "region": policy.region or "no rule",
        "log": f"{verdict.entries} entries, {'intact' if verdict.intact else 'NOT intact'}",
    }


def _kept(days: int | None) -> str:
    if days is None:
        return "no end set"
    return f"{days} {'day' if days == 1 else 'days'}" if days else "not at all"
