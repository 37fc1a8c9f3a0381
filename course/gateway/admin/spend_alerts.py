"""Spend alerts: they tell, and stop nothing.

An alert is what the vendor's API shows, with `triggered`: when it last saw that the month's spend had reached its
threshold. That is looked up when alerts or the audit log are read, so that no call waits for it; each alert leaves
one entry in the audit log a month.
"""

from __future__ import annotations

from ..store import Store
from ..store.admin import SPEND_ALERT
from ..store.ledger import period_starts

MICROS_IN_A_CENT = 10_000


def check_all(store: Store, now: int) -> None:
    """Trigger every alert whose time has come."""
    _check(store, None, now)
    for project in store.projects():
        _check(store, project.id, now)


def _check(store: Store, project_id: int | None, now: int) -> None:
    alerts = store.all_objects(SPEND_ALERT, project_id)
    month = period_starts(now)["month"]
    waiting = [alert for alert in alerts if (alert["triggered"] or 0) < month]
    if not waiting:
        return
    scope = ("organization", 0) if project_id is None else ("project", project_id)
    spent = store.spent(*scope, month)
    for alert in waiting:
        if spent >= alert["threshold_amount"] * MICROS_IN_A_CENT:
            _trigger(store, project_id, alert, spent, now)


def _trigger(store: Store, project_id: int | None, alert: dict, spent: int, now: int) -> None:
    action = "organization.updated" if project_id is None else "project.updated"
    target = "organization" if project_id is None else store.project(project_id).public_id
    shown = {"id": alert["id"], "threshold_amount": alert["threshold_amount"]}
    after = {**shown, "triggered": True, "spent": spent / MICROS_IN_A_CENT}
    with store.together():
        if store.get_object(SPEND_ALERT, alert["id"], project_id) != alert:
            return  # somebody else has just looked it up, or changed it
        store.update_object(SPEND_ALERT, alert["id"], project_id, {**alert, "triggered": now})
        store.add_audit(
            action,
            target,
            now,
            project_id=project_id,
            before={"spend_alert": {**shown, "triggered": False}},
            after={"spend_alert": after},
        )
