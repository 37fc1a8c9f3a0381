"""Platform dashboard: who spends how much of which budget, what is refused, and who changed what, live."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from traitlets import Dict, List

from course import session

from . import dashboard_words
from .base import CourseWidget
from .sampler import Sampler

_SECTIONS = ("totals", "rows", "refusals", "models", "audit")
# So that a slide holds them.
_RECORDED_ENTRIES = 6
_NOT_RUNNING = "The practice platform is not running. Run course.start()."


class PlatformDashboard(CourseWidget):
    """The platform of this session, as those see it who run it. It follows the platform by itself until `close()`.

    A deck has no platform to follow: there it plays a `recording`, a list of what `PlatformDashboard.record()` gave
    at the moments worth seeing, oldest first. Raises `ValueError` for what is no such list.
    """

    module = "dashboard"
    shown = ("steps",)

    recording = List(read_only=True, help="What is shown at each step: the first whole, then what changed.").tag(
        sync=True
    )

    # Live, and so of no use to those who read a saved notebook: what begins with `_` is not saved there.
    _totals = Dict().tag(sync=True)
    _rows = List().tag(sync=True)
    _refusals = List().tag(sync=True)
    _models = List().tag(sync=True)
    _audit = List().tag(sync=True)

    def __init__(self, recording: Sequence[dict] = ()):
        steps = _dated(recording)
        self.set_trait("recording", [_changes(before, now) for before, now in zip([{}, *steps], steps, strict=False)])
        self._last_step = steps[-1] if steps else None
        super().__init__()
        self._show(_look())
        _sampler.add(self._show)

    @staticmethod
    def record(caption: str = "") -> dict:
        """What the dashboard shows at this moment, for a recording. `caption` says what has just happened. Raises
        `RuntimeError` before `course.start()`.
        """
        sections = dashboard_words.sections(session.overview())
        return {"caption": caption, **sections, "audit": sections["audit"][:_RECORDED_ENTRIES]}

    @property
    def steps(self) -> int:
        """How many moments the recording has."""
        return len(self.recording)

    def close(self) -> None:
        _sampler.remove(self._show)
        super().close()

    def twin(self) -> str:
        """The recording's last step, or else this moment, as a chart and tables."""
        # Here and not above: only the twin needs them, and they take seconds to import.
        import pandas as pd

        from course import charts

        state = self._last_step or {name: getattr(self, f"_{name}") for name in _SECTIONS}
        if not state["rows"]:
            return f"<p>A dashboard of the platform. {escape(self.message)}</p>"
        chart = charts.spend_and_budget(pd.DataFrame([_spending(row) for row in state["rows"]]))
        spent, calls, refused = (state["totals"][name] for name in ("spent", "calls", "refused"))
        when = ["when"] if self._last_step else []
        return "\n".join(
            [
                f"<p>Spent this month: {spent}. Calls: {calls}. Refused calls: {refused}.</p>",
                chart.html(),
                _table("Refused calls", state["refusals"], ["reason", "count", "where"]),
                _table("Tokens by model", state["models"], ["model", "calls", "input", "output", "spent"]),
                _table("Who did what, the newest first", state["audit"], [*when, "who", "what", "change"]),
            ]
        )

    def _show(self, sections: dict | None) -> None:
        """Take over what is new; only that is sent to the page."""
        with self.hold_sync():
            self.message = _NOT_RUNNING if sections is None else ""
            for name in _SECTIONS if sections else ():
                self.set_trait(f"_{name}", sections[name])


def _look() -> dict | None:
    """What a dashboard shows now; `None` while no platform runs."""
    from course.gateway.store import StoreError

    try:
        return dashboard_words.sections(session.overview())
    except (RuntimeError, StoreError):  # it may be stopped at any moment
        return None


_sampler = Sampler(_look)


def _dated(recording: Sequence[dict]) -> list[dict]:
    """The steps of a recording. An entry of the audit log tells the step in which it was new in place of the time:
    the same for everybody who runs the lesson.
    """
    seen: dict[int, str] = {}
    steps = []
    for number, step in enumerate(recording, start=1):
        if not isinstance(step, dict) or step.keys() != {"caption", *_SECTIONS}:
            raise ValueError("recording is a list of what PlatformDashboard.record() returned at some moments.")
        audit = [{**entry, "when": seen.setdefault(entry["number"], f"step {number}")} for entry in step["audit"]]
        steps.append({**step, "audit": audit})
    return steps


def _changes(before: dict, now: dict) -> dict:
    return {name: value for name, value in now.items() if before.get(name) != value}


def _spending(row: dict) -> dict:
    alerts = ", ".join(f"{alert['text']}{' (passed)' if alert['passed'] else ''}" for alert in row["alerts"])
    return {
        "project": f"{row['name']}{' (archived)' if row['archived'] else ''}",
        "spent": row["spent"],
        "budget": row["limit"] or "none",
        "share": row["share"],
        "budget reached": "yes" if row["reached"] else "no",
        "alerts": alerts or "none",
        "calls": row["calls"],
        "refused": row["refused"],
    }


def _table(title: str, rows: list[dict], columns: list[str]) -> str:
    import pandas as pd

    if not rows:
        return f"<p>{title}: none.</p>"
    return f"<p>{title}:</p>\n{pd.DataFrame(rows)[columns].to_html(border=0, index=False)}"
