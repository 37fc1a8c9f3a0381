"""Cost sliders: what a month of work costs on a plan and on the meter, and where the two meet."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from traitlets import Float, Int, List, Unicode

from course import catalog, costs
from course.costs import NoPrice

from .base import Choice, CourseWidget, amounts, slider

if TYPE_CHECKING:
    import pandas as pd

    from course import charts

_COUNTS = [*range(11), 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 500]
_TOKENS = [0, 10, 20, 50, 100, 150, 200, 250, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000, 7500, 10000, 20000]
_SHARES = [step / 20 for step in range(21)]


# What can be moved. A slider steps through `stops`; any number between the first and the last can be typed.
SLIDERS = [
    slider(
        "people", "People", "work", [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200], True
    ),
    slider("working_days", "Working days a month", "work", list(range(1, 32)), True),
    slider("conversations", "Conversations a day, each", "work", _COUNTS),
    slider("turns", "Turns in a conversation", "work", [*range(1, 11), 12, 15, 20, 25, 30, 40, 50], True),
    slider("prompt_tokens", "Question, tokens", "turn", _TOKENS),
    slider("reply_tokens", "Answer, tokens", "turn", _TOKENS),
    slider("system_tokens", "Instructions, tokens", "turn", _TOKENS),
    slider("reasoning_tokens", "Reasoning, tokens", "turn", _TOKENS),
    slider("cached_share", "Input read from the cache", "saving", _SHARES, percent=True),
    slider("batch_share", "Work that can wait (batch)", "saving", _SHARES, percent=True),
    slider("searches", "Web searches a conversation", "saving", [step / 10 for step in range(11)] + [2, 3, 4, 5]),
]
_AMOUNTS = amounts(SLIDERS)
_HIDDEN = [
    field.name for field in dataclass_fields(costs.Workload) if field.name not in _AMOUNTS
]  # a preset sets these; no slider shows them
_CHOICES = ("model", "plan", "yearly")


class CostSliders(CourseWidget):
    """Plan against meter, with every assumption on a slider.

    `preset` names a line of `data/presets.csv` and any slider can be set by its name, as in
    `CostSliders(preset="website", turns=5)`. The page offers the course's nine models; naming another of the
    catalog as `model` adds it. `plan` is any plan whose fee is known.

    Read `monthly_cost`, `plan_cost` (US dollars a month; `None` if not stated) and `break_even` (conversations a
    day for each person; `None` if the two never meet), or `observe` and `link` them. A value that does not fit is
    refused: the old one stays, and `message` says why.
    """

    module = "cost_sliders"
    style = "slider_panel"
    shown = ("preset", *_AMOUNTS, "model", "plan")

    # traitlets finds traits in the class body; one line makes one trait of each slider.
    locals().update(_AMOUNTS)
    preset = Choice("agency", lambda self: costs.presets(), "The preset")
    model = Choice(None, lambda self: [model.id for model in catalog.load().text_models], "The model")
    plan = Choice("chatgpt-plus", lambda self: [plan["id"] for plan in self.plans], "The plan")
    yearly = Choice(False, lambda self: [False, True], "Yearly payment")

    monthly_cost = Float(None, allow_none=True, read_only=True)
    plan_cost = Float(None, allow_none=True, read_only=True)
    break_even = Float(None, allow_none=True, read_only=True)

    cards = List(help="Rate cards of the models on offer.").tag(sync=True)
    plans = List(help="Plans whose fee is known.").tag(sync=True)
    presets = List().tag(sync=True)
    sliders = List(SLIDERS).tag(sync=True)
    checked_on = Unicode().tag(sync=True)
    stale_after_days = Int(catalog.STALE_AFTER_DAYS).tag(sync=True)

    _quiet = True

    def __init__(self, preset: str = "agency", **values):
        known = ("preset", *_AMOUNTS, *_CHOICES)
        if unknown := values.keys() - set(known):
            raise TypeError(f"CostSliders has no {min(unknown)!r}. It has: {', '.join(known)}.")
        facts = catalog.load()
        super().__init__(
            cards=[card_for_page(model.id) for model in facts.models if model.tier],
            plans=[_plan(plan) for plan in facts.plans if plan.monthly],
            presets=[_preset(name, each) for name, each in costs.presets().items()],
            checked_on=facts.checked_on.isoformat(),
            model=facts.pick("openai", "standard").id,
        )
        self.observe(self._offer, "model")
        self.observe(self._fill_from_preset, "preset")
        self.observe(self._work_out, [*_AMOUNTS, *_CHOICES])
        with self._one_update():
            refusals = [self._try("preset", preset)]
            self._fill()
            refusals += [self._try(name, value) for name, value in values.items()]
            self.message = " ".join(filter(None, refusals))

    @property
    def workload(self) -> costs.Workload:
        """The workload that the sliders describe, for `costs.monthly`."""
        hidden = {name: getattr(costs.preset(self.preset), name) for name in _HIDDEN}
        share = min(hidden["written_share"], 1 - self.cached_share)
        chosen = {name: getattr(self, name) for name in _AMOUNTS}
        return costs.Workload(**{**hidden, "written_share": share, **chosen})

    def set_state(self, sync_data) -> None:
        """What the page sends. It fills in the sliders of a preset itself, and some may have moved since."""
        with self._one_update():
            super().set_state(sync_data)

    def twin(self) -> charts.Chart | str:
        """The chart as a picture, and the month with each model as a table; or why there is none."""
        # Here and not above: only the twin needs them, and they take seconds to import.
        import pandas as pd

        from course import charts

        if self.plan_cost is None or self.monthly_cost is None:
            return f"<p>{escape(self.message)}</p>"
        card = self._chosen_card()
        last = max(2 * self.conversations, min(1.5 * (self.break_even or 0), 500), 10)
        volume = np.linspace(0, last, 11)
        lines = pd.DataFrame(
            {
                "conversations": volume,
                "meter": costs.monthly(self.workload.replace(conversations=volume), card)["total"],
                "plan": self.plan_cost,
            }
        )
        crossing = np.inf if self.break_even is None else self.break_even
        chart = charts.plan_and_meter(lines, crossing, self.conversations)
        note = (
            f"Meter: {escape(card['name'])}. Prices checked on {self.checked_on} at "
            f'<a href="{escape(card["source_url"])}">{escape(card["source_url"])}</a>.'
        )
        return replace(chart, table=self._comparison(), note=note)

    def _comparison(self) -> pd.DataFrame:
        import pandas as pd

        rows = []
        for card in self.cards:
            try:
                month = costs.monthly(self.workload, card)["total"]
            except NoPrice:
                rows.append((card["name"], "no price", ""))
                continue
            even = costs.break_even(self.plan_cost, self.workload, card)
            rows.append((card["name"], f"{month:,.2f}", f"{even:,.1f}" if np.isfinite(even) else "never"))
        return pd.DataFrame(rows, columns=["model", "US dollars a month", "as much as the plan at (a day, each)"])

    def _chosen_card(self) -> dict:
        return next(card for card in self.cards if card["model"] == self.model)

    def _offer(self, _change) -> None:
        if self.model not in [card["model"] for card in self.cards]:
            self.cards = [*self.cards, card_for_page(self.model)]

    def _try(self, name: str, value) -> str:
        """Set one trait; what was wrong with the value, or empty."""
        setattr(self, name, value)
        return self.message

    def _fill_from_preset(self, _change) -> None:
        if not self._quiet:
            with self._one_update():
                self._fill()

    def _fill(self) -> None:
        for name in _AMOUNTS:
            setattr(self, name, getattr(costs.preset(self.preset), name))

    def _work_out(self, _change=None) -> None:
        if self._quiet:
            return
        facts = catalog.load()
        try:
            seats = costs.plan_cost(facts.plan(self.plan), self.people, self.yearly)
        except ValueError as error:
            self.message, seats = str(error), None
        try:
            card = self._chosen_card()
            cost = costs.monthly(self.workload, card)["total"]
            crossing = None if seats is None else costs.break_even(seats, self.workload, card)
        except NoPrice as error:
            self.message, cost, crossing = str(error), None, None
        self.set_trait("plan_cost", seats)
        self.set_trait("monthly_cost", cost)
        self.set_trait("break_even", crossing if crossing is not None and np.isfinite(crossing) else None)

    @contextmanager
    def _one_update(self):
        """Several changes, one message to the page and one calculation."""
        self._quiet = True
        try:
            with self.hold_sync():
                yield
        finally:
            self._quiet = False
        self._work_out()


def card_for_page(model_id: str) -> dict:
    """What the page needs of a rate card; of the announced changes, those it shows."""
    card = costs.rate_card(model_id)
    coming = [each for each in card["announced"] if each["meter"] in ("input", "output") and not each["above"]]
    kept = {name: card[name] for name in ("model", "name", "on", "source_url", "tiers", "fees")}
    return {**kept, "announced": coming}


def _plan(plan: catalog.Plan) -> dict:
    return {
        "id": plan.id,
        "name": plan.name,
        "monthly": float(plan.monthly),
        "yearly_per_month": None if plan.yearly_per_month is None else float(plan.yearly_per_month),
        "min_seats": plan.min_seats,
        "trust": plan.trust,
        "source_url": plan.source_url,
        "accessed_on": plan.accessed_on.isoformat(),
    }


def _preset(name: str, preset: dict) -> dict:
    workload = {field.name: getattr(preset["workload"], field.name) for field in dataclass_fields(costs.Workload)}
    return {"name": name, "label": preset["label"], "text": preset["text"], "workload": workload}
