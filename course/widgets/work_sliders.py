"""Work sliders: what a job costs when a person does it and when a program does, and from where the program pays."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from traitlets import Float, List, Unicode

from course import catalog, operators

from .base import Choice, CourseWidget, amounts, slider
from .cost_sliders import card_for_page

if TYPE_CHECKING:
    import pandas as pd

    from course import charts

_ITEMS = [
    1,
    2,
    5,
    10,
    20,
    40,
    60,
    80,
    100,
    150,
    200,
    240,
    300,
    400,
    500,
    750,
    1000,
    1500,
    2000,
    3000,
    5000,
    10_000,
    20_000,
]
_MINUTES = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 45, 60]
_HOURS = [0, 1, 2, 4, 6, 8, 12, 16, 20, 24, 32, 40, 60, 80, 100, 120, 160, 200, 300, 400]
_SHARES = [step / 20 for step in range(21)]
_TOKENS = [0, 10, 20, 40, 60, 80, 100, 150, 200, 350, 500, 750, 1000, 2000, 3000, 5000, 10_000, 20_000]
SLIDERS = [
    slider("items", "Items a month", "hand", _ITEMS),
    slider("minutes", "Minutes for one, by hand", "hand", _MINUTES),
    slider("hourly", "An hour of work, $", "hand", [5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 80, 100, 150, 200]),
    slider("setup_hours", "Building the program, hours", "program", _HOURS),
    slider("months", "Months in use", "program", [1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60]),
    slider("upkeep_hours", "Looking after it, hours a month", "program", [0, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 20, 40]),
    slider("checked_share", "Results that a person checks", "program", _SHARES, percent=True),
    slider("check_minutes", "Minutes for one check", "program", [0, *_MINUTES]),
    slider("input_tokens", "Tokens in", "call", _TOKENS),
    slider("output_tokens", "Tokens out", "call", _TOKENS),
]  # fmt: skip
_AMOUNTS = amounts(SLIDERS)


class WorkSliders(CourseWidget):
    """A person against a program, with every assumption on a slider.

    `job` names a line of `data/jobs.csv` and any slider can be set by its name, as in
    `WorkSliders(job="inbox", minutes=1.5)`. `model` is a model of the catalog that makes text.

    Read `person_cost` and `program_cost` (US dollars a month) and `break_even` (items a month; `None` where the
    program never catches up), or `observe` them. A value that does not fit is refused: the old one stays, and
    `message` says why.
    """

    module = "work_sliders"
    style = "slider_panel"
    shown = ("job", *_AMOUNTS, "model")

    # traitlets finds traits in the class body; one line makes one trait of each slider.
    locals().update(_AMOUNTS)
    job = Choice("inbox", lambda self: operators.jobs(), "The job")
    model = Choice(None, lambda self: [card["model"] for card in self.cards], "The model")

    person_cost = Float(None, allow_none=True, read_only=True)
    program_cost = Float(None, allow_none=True, read_only=True)
    break_even = Float(None, allow_none=True, read_only=True)

    cards = List(help="Rate cards of the models on offer.").tag(sync=True)
    jobs = List().tag(sync=True)
    sliders = List(SLIDERS).tag(sync=True)
    checked_on = Unicode().tag(sync=True)

    def __init__(self, job: str = "inbox", **values):
        known = (*_AMOUNTS, "model")
        if unknown := values.keys() - set(known):
            raise TypeError(f"WorkSliders has no {min(unknown)!r}. It has: job, {', '.join(known)}.")
        facts = catalog.load()
        super().__init__(
            cards=[card_for_page(model.id) for model in facts.text_models if model.tier],
            jobs=[
                {"name": name, "label": each["label"], "text": each["text"], "values": asdict(each["job"])}
                for name, each in operators.jobs().items()
            ],
            checked_on=facts.checked_on.isoformat(),
            model=facts.pick("openai", "small").id,
        )
        refusals = [self._try("job", job)]
        for name, value in asdict(operators.job(self.job)).items():
            setattr(self, name, value)
        refusals += [self._try(name, value) for name, value in values.items()]
        self.message = " ".join(filter(None, refusals))
        self.observe(self._work_out, [*_AMOUNTS, "model"])
        self._work_out()

    @property
    def described(self) -> operators.Job:
        """The job that the sliders describe."""
        return operators.Job(**{name: getattr(self, name) for name in _AMOUNTS})

    def twin(self) -> charts.Chart:
        """The chart as a picture, and the job with each model as a table."""
        # Here and not above: only the twin needs them, and they take seconds to import.
        import pandas as pd

        from course import charts

        card = self._chosen_card()
        last = max(2 * self.items, min(1.5 * (self.break_even or 0), 100_000), 10)
        volume = np.linspace(0, last, 11)
        lines = pd.DataFrame(
            [
                {
                    "items": items,
                    "person": operators.by_person(self.described.replace(items=items)).dollars,
                    "program": operators.by_program(self.described.replace(items=items), card).dollars,
                }
                for items in volume
            ]
        )
        crossing = math.inf if self.break_even is None else self.break_even
        chart = charts.person_and_program(lines, crossing, self.items)
        note = (
            f"An estimate; the hours are assumptions. Calls: {escape(card['name'])}, prices checked on "
            f'{self.checked_on} at <a href="{escape(card["source_url"])}">{escape(card["source_url"])}</a>.'
        )
        return replace(chart, table=self._comparison(), note=note)

    def _comparison(self) -> pd.DataFrame:
        import pandas as pd

        rows = [("a person", f"{self.person_cost:,.2f}", "")]
        for card in self.cards:
            even = operators.break_even(self.described, card)
            month = operators.by_program(self.described, card).dollars
            rows.append((card["name"], f"{month:,.2f}", f"{math.ceil(even):,}" if math.isfinite(even) else "never"))
        return pd.DataFrame(rows, columns=["who", "US dollars a month", "the program pays from (items a month)"])

    def _chosen_card(self) -> dict:
        return next(card for card in self.cards if card["model"] == self.model)

    def _try(self, name: str, value) -> str:
        """Set one trait; what was wrong with the value, or empty."""
        setattr(self, name, value)
        return self.message

    def _work_out(self, _change=None) -> None:
        card = self._chosen_card()
        even = operators.break_even(self.described, card)
        self.set_trait("person_cost", operators.by_person(self.described).dollars)
        self.set_trait("program_cost", operators.by_program(self.described, card).dollars)
        self.set_trait("break_even", even if math.isfinite(even) else None)
