"""OpenAI's spend limits, which stop calls, and spend alerts, which only tell. Amounts are in cents a month.

Each is there for the organization and for a project. The organization's counts the calls to all vendors.
OpenAI says that its hard limits can be passed a little; here no call is let in that might pass one.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..dialects import openai
from ..store.admin import SPEND_ALERT
from . import openai_fields as fields
from . import spend_alerts
from .desk import Ask, Entry

_PERIOD = "month"
# A budget holds micro-dollars in 64 bits.
_MOST_CENTS = 10**12


@dataclass(frozen=True, slots=True)
class _Scope:
    """Whose limit it is: `name` and `number` in the budgets, `project_id` and `target` in the audit log."""

    name: str
    number: int
    project_id: int | None
    target: str

    def note(self, ask: Ask, before: dict | None, after: dict | None, what: str) -> None:
        ask.note(f"{self.name}.updated", self.target, self.project_id, {what: before}, {what: after})


def _scope(ask: Ask) -> _Scope:
    if "project_id" not in ask.path:
        return _Scope("organization", 0, None, "organization")
    row = fields.project(ask) if ask.is_reading else fields.open_project(ask)
    return _Scope("project", row.id, row.id, row.public_id)


# Limits


def retrieve_limit(ask: Ask) -> dict:
    scope = _scope(ask)
    cents = _limit(ask, scope)
    if cents is None:
        raise fields.not_found("spend limit", scope.target)
    # Every call is measured against it.
    return {**_amount(cents), "object": f"{scope.name}.spend_limit", "enforcement": {"status": "enforcing"}}


def update_limit(ask: Ask) -> dict:
    scope = _scope(ask)
    fields.check_names(ask, "currency", "interval", "threshold_amount")
    cents = _read_amount(ask)
    before = _limit(ask, scope)
    micros = cents * spend_alerts.MICROS_IN_A_CENT
    ask.store.set_budget(scope.name, scope.number, _PERIOD, micros, ask.now)
    scope.note(ask, _shown(before), _shown(cents), "spend_limit")
    return retrieve_limit(ask)


def delete_limit(ask: Ask) -> dict:
    scope = _scope(ask)
    before = _limit(ask, scope)
    if before is None:
        raise fields.not_found("spend limit", scope.target)
    ask.store.set_budget(scope.name, scope.number, _PERIOD, None, ask.now)
    scope.note(ask, _shown(before), None, "spend_limit")
    return {"object": f"{scope.name}.spend_limit.deleted", "deleted": True}


def _limit(ask: Ask, scope: _Scope) -> int | None:
    """The limit of the month in cents."""
    for budget in ask.store.budgets(scope.name, scope.number, ask.now):
        if budget["period"] == _PERIOD:
            return budget["limit_micros"] // spend_alerts.MICROS_IN_A_CENT
    return None


# Alerts


def create_alert(ask: Ask) -> dict:
    scope = _scope(ask)
    alert = {"id": ask.store.new_id("alert_"), **_read_alert(ask), "triggered": None}
    ask.store.add_object(SPEND_ALERT, alert["id"], scope.project_id, alert, ask.now)
    scope.note(ask, None, _plain(alert), "spend_alert")
    return _render(scope, alert)


def list_alerts(ask: Ask) -> dict:
    scope = _scope(ask)
    spend_alerts.check_all(ask.store, ask.now)
    alerts = ask.store.all_objects(SPEND_ALERT, scope.project_id)
    return fields.page(ask, [_render(scope, alert) for alert in alerts])


def retrieve_alert(ask: Ask) -> dict:
    scope = _scope(ask)
    spend_alerts.check_all(ask.store, ask.now)
    return _render(scope, _alert(ask, scope))


def update_alert(ask: Ask) -> dict:
    """The new threshold is waited for anew."""
    scope = _scope(ask)
    before = _alert(ask, scope)
    after = {"id": before["id"], **_read_alert(ask), "triggered": None}
    ask.store.update_object(SPEND_ALERT, after["id"], scope.project_id, after)
    scope.note(ask, _plain(before), _plain(after), "spend_alert")
    return _render(scope, after)


def delete_alert(ask: Ask) -> dict:
    scope = _scope(ask)
    alert = _alert(ask, scope)
    ask.store.delete_object(SPEND_ALERT, alert["id"], scope.project_id)
    scope.note(ask, _plain(alert), None, "spend_alert")
    return {"object": f"{scope.name}.spend_alert.deleted", "id": alert["id"], "deleted": True}


def _alert(ask: Ask, scope: _Scope) -> dict:
    alert = ask.store.get_object(SPEND_ALERT, ask.path["alert_id"], scope.project_id)
    if alert is None:
        raise fields.not_found("spend alert", ask.path["alert_id"])
    return alert


def _read_alert(ask: Ask) -> dict:
    fields.check_names(ask, "currency", "interval", "threshold_amount", "notification_channel")
    amount = _amount(_read_amount(ask))
    if ask.body.get("notification_channel") is None:
        raise openai.missing("notification_channel")
    name = "notification_channel"
    channel = openai.json_object(ask.body[name], name)
    openai.check_names(channel, frozenset(["type", "recipients", "subject_prefix"]), f"{name}.")
    for field in ("type", "recipients"):
        if channel.get(field) is None:
            raise openai.missing(f"{name}.{field}")
    openai.choice(channel["type"], f"{name}.type", ("email",))
    recipients = fields.strings(channel["recipients"], f"{name}.recipients")
    prefix = channel.get("subject_prefix")
    if prefix is not None:
        openai.string(prefix, f"{name}.subject_prefix")
    return {**amount, name: {"type": "email", "recipients": recipients, "subject_prefix": prefix}}


def _render(scope: _Scope, alert: dict) -> dict:
    return {"object": f"{scope.name}.spend_alert", **_plain(alert)}


def _plain(alert: dict) -> dict:
    return {name: value for name, value in alert.items() if name != "triggered"}


# Amounts


def _read_amount(ask: Ask) -> int:
    fields.chosen(ask, "currency", ("USD",))
    fields.chosen(ask, "interval", (_PERIOD,))
    if ask.body.get("threshold_amount") is None:
        raise openai.missing("threshold_amount")
    cents = openai.integer(ask.body["threshold_amount"], "threshold_amount", low=1)
    return fields.at_most(cents, "threshold_amount", _MOST_CENTS)


def _amount(cents: int) -> dict:
    return {"currency": "USD", "interval": _PERIOD, "threshold_amount": cents}


def _shown(cents: int | None) -> dict | None:
    return None if cents is None else _amount(cents)


def _entries(base: str) -> list[Entry]:
    limit, alerts = f"{base}/spend_limit", f"{base}/spend_alerts"
    return [
        ("GET", limit, retrieve_limit),
        ("POST", limit, update_limit),
        ("DELETE", limit, delete_limit),
        ("GET", alerts, list_alerts),
        ("POST", alerts, create_alert),
        ("GET", f"{alerts}/{{alert_id}}", retrieve_alert),
        ("POST", f"{alerts}/{{alert_id}}", update_alert),
        ("DELETE", f"{alerts}/{{alert_id}}", delete_alert),
    ]


ENTRIES: list[Entry] = [*_entries(fields.ORGANIZATION), *_entries(fields.PROJECT)]
