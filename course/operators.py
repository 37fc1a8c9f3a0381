"""What a job costs in a month when a person does it, and when a program does: hours of people, and US dollars.

A program takes hours too: somebody builds it, looks after it, and checks a part of its results. Building is spread
evenly over the months that it is used.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import lru_cache

from . import data
from .costs import Usage, price_usage

_MINUTES = 60


@dataclass(frozen=True)
class Job:
    """A job that comes `items` times a month.

    By hand an item takes `minutes`; an hour of a person's work costs `hourly` US dollars. The program takes
    `setup_hours` once for `months` of use and `upkeep_hours` each month; a person checks `checked_share` of its
    results, `check_minutes` each. An item sends `input_tokens` and brings back `output_tokens`.
    """

    items: float
    minutes: float
    hourly: float
    setup_hours: float
    months: float
    upkeep_hours: float
    checked_share: float
    check_minutes: float
    input_tokens: float
    output_tokens: float

    def __post_init__(self):
        """Raises `ValueError` naming the field and what it may hold."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{field.name} must be a finite number, zero or more.")
        if self.months < 1:
            raise ValueError("months must be at least 1.")
        if self.checked_share > 1:
            raise ValueError("checked_share must be from 0 to 1.")

    def replace(self, **changes) -> Job:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True)
class Month:
    """Hours of people's work in a month, and what the month costs in US dollars."""

    hours: float
    dollars: float


def by_person(job: Job) -> Month:
    """The job done by hand, item by item."""
    hours = job.items * job.minutes / _MINUTES
    return Month(hours, hours * job.hourly)


def by_program(job: Job, card: dict) -> Month:
    """The job done by a program with the model of a rate card (`costs.rate_card`)."""
    fixed, each = _program_hours(job)
    hours = fixed + each * job.items
    return Month(hours, hours * job.hourly + job.items * call_dollars(job, card))


def call_dollars(job: Job, card: dict) -> float:
    """What the call for one item costs. Raises `costs.NoPrice`."""
    return float(price_usage(Usage(input=job.input_tokens, output=job.output_tokens), card)["total"])


def break_even(job: Job, card: dict) -> float:
    """How many items a month cost the same both ways; infinity where the program never catches up."""
    fixed, each = _program_hours(job)
    saved = (job.minutes / _MINUTES - each) * job.hourly - call_dollars(job, card)
    if fixed * job.hourly == 0 and saved >= 0:
        return 0.0
    return fixed * job.hourly / saved if saved > 0 else math.inf


def jobs() -> dict[str, dict]:
    """name → {"label", "text", "job"}, in the order of `data/jobs.csv`. The numbers are assumptions."""
    return _read()


def job(name: str) -> Job:
    """A job of `data/jobs.csv`, for example "inbox". Raises `LookupError` with the known names."""
    if name not in _read():
        raise LookupError(f"There is no job {name!r}. There are: {', '.join(_read())}.")
    return _read()[name]["job"]


def _program_hours(job: Job) -> tuple[float, float]:
    """Hours a month whatever the volume, and hours for each item."""
    return job.setup_hours / job.months + job.upkeep_hours, job.checked_share * job.check_minutes / _MINUTES


@lru_cache(maxsize=1)
def _read() -> dict[str, dict]:
    names = [field.name for field in dataclasses.fields(Job)]
    found = {}
    for row in data.rows("jobs.csv", ("name", "label", "text", *names)):
        numbers = {name: row.number(name) for name in names}
        if missing := [name for name, number in numbers.items() if number is None]:
            raise row.wrong(missing[0], "is empty. Write a number.")
        try:
            read = Job(**{name: float(number) for name, number in numbers.items()})
        except ValueError as error:
            raise row.wrong(str(error).split()[0], str(error)) from None
        found[row.text("name")] = {"label": row.text("label"), "text": row.text("text"), "job": read}
    return found
