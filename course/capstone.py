"""A learner's own case on one page: the decision, a call that worked, its cost, and who answers for it.

The page is one HTML file that needs nothing else, and one sheet of paper when it is printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from . import catalog
from .decision_report import Line, Section, report

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

    from .decision import Decision
    from .use_record import UseRecord

FILE = "my-ai-case.html"
SHOWN = 280  # letters of a prompt or an answer: the page says what was asked, it is no archive
_DECISION = ("Why", "First step", "Keep in mind", "What would change the answer")
_BUDGET = 3  # times the estimate: room for a busy month, none for a loop gone wild
_STYLE = """\
.ai-case { color: #1a1d21; background: #fff; font: 0.95rem/1.4 system-ui, sans-serif; padding: 0 .6em;
  overflow-wrap: anywhere; }
.ai-case h1 { font-size: 1.5em; line-height: 1.2; margin: 0 0 .3em; }
.ai-case h2 { font-size: 1.1em; margin: .9em 0 .2em; }
.ai-case p { margin: .2em 0; }
.ai-case dl { display: grid; grid-template-columns: minmax(7em, 11em) 1fr; gap: .2em 1em; margin: 0; }
.ai-case dl dt, .ai-case dl dd { float: none; width: auto; margin: 0; padding: 0; } /* JupyterLab sets them */
.ai-case dl dt { font-weight: 600; }
.ai-case ul { margin: 0; padding-left: 1.1em; }
div.ai-case a:link, div.ai-case a:visited { color: #0b5cad; } /* also where JupyterLab is dark */"""
_PAGE_STYLE = """
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; background: #fff; }
@page { size: A4; margin: 11mm; }
@media print { body { margin: 0; padding: 0; max-width: none; }
  .ai-case { font-size: 8.2pt; line-height: 1.22; } .ai-case h2 { margin-top: .5em; } .ai-case dl { row-gap: .1em; }
  .ai-case dl:last-of-type { grid-template-columns: 8em 1fr 8em 1fr; } }"""


@dataclass(frozen=True, repr=False)
class Case:
    """What the page is made from.

    `decision` is the guide's. `task` and `example` are the two messages that were sent, `reply` is what came back,
    and `cost_usd` what the ledger says that it cost. `items` is how many come in a month. `record` is the record of
    this use of AI (`use_record.fill`). Raises `ValueError` for what the page cannot hold.
    """

    name: str
    decision: Decision
    task: str
    example: str
    reply: ChatCompletion
    cost_usd: Decimal
    items: int
    record: UseRecord

    def __post_init__(self):
        if not self.name.strip():
            raise ValueError("The case has no name. Write it into the guide, in a few words.")
        if self.items < 1 or self.items != int(self.items):
            raise ValueError(f"items must be a whole number of pieces a month, 1 or more, not {self.items!r}.")

    @property
    def month_usd(self) -> Decimal:
        """What a month of such calls costs, without anybody's work."""
        return self.items * self.cost_usd

    @property
    def budget_usd(self) -> int:
        """A hard limit to begin with."""
        return max(1, math.ceil(_BUDGET * self.month_usd))

    def parts(self) -> dict[str, tuple[Section, ...]]:
        """The four parts of the page, by title: what is said, and under which word."""
        return {
            "1. The decision": tuple(self._decision()),
            "2. A call that worked": tuple(self._call()),
            "3. What a month costs": tuple(self._cost()),
            "4. Who answers for it": tuple(self._record()),
        }

    def html(self) -> str:
        """The page's content, which stands in a notebook as it stands in the file."""
        parts = "".join(
            f"<h2>{title}</h2>\n<dl>{''.join(map(_entry, said))}</dl>\n" for title, said in self.parts().items()
        )
        return f'<div class="ai-case mathjax_ignore">\n<h1>{escape(self.name)}</h1>\n{parts}</div>\n'

    def page(self, on: date) -> str:
        """A whole HTML file, which says on which day it was made."""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>{escape(self.name)}</title><style>{_STYLE}{_PAGE_STYLE}</style></head>\n"
            f'<body><main>{self.html()}<p class="ai-case">Made on {on.isoformat()} with the course Chat or API?</p>'
            "</main></body></html>\n"
        )

    def save(self, path: str | Path = FILE, on: date | None = None) -> Path:
        """Write the page; a page of that name is replaced. Raises `OSError` saying what to do instead."""
        path = Path(path)
        try:
            path.write_text(self.page(on or date.today()), encoding="utf-8")
        except OSError as error:
            raise OSError(
                f"{path} could not be written ({error.strerror}). Give a place where you may write, as in "
                f'case.save(Path.home() / "{FILE}").'
            ) from error
        return path

    def __repr__(self) -> str:
        return f"Case({self.name!r})"

    def _repr_html_(self) -> str:
        return f"<style>{_STYLE}</style>\n{self.html()}"

    def _decision(self) -> Iterator[Section]:
        said = report(self.decision)
        yield _line("Recommendation", f"{said.title}. {said.meaning}")
        yield from (section for section in said.sections if section.title in _DECISION)

    def _call(self) -> Iterator[Section]:
        used = self.reply.usage
        yield _line("Task", _short(self.task))
        yield _line("Example", _short(self.example))
        yield _line("Answer", _short(self.reply.choices[0].message.content or ""))
        size = f"{used.prompt_tokens:,} tokens in, {used.completion_tokens:,} tokens out"
        yield _line("Model and price", f"{self.reply.model}: {size}, ${self.cost_usd:.6f}.")

    def _cost(self) -> Iterator[Section]:
        yield _line(
            "Calls" if self._calls else "Calls, to compare",
            f"{self.items:,} in a month at ${self.cost_usd:.6f} each: {_dollars(self.month_usd)}. "
            f"Ten times as many: {_dollars(10 * self.month_usd)}. Prices of {catalog.load().checked_on}.",
        )
        yield _line("All together", f"About {report(self.decision).total}, plans and people's work included.")

    def _record(self) -> Iterator[Section]:
        if self._calls:
            yield _line("Hard limit", f"${self.budget_usd} a month to begin with, in a project of its own.")
        yield from (_line(label, value) for label, value in self.record.lines.items())

    @property
    def _calls(self) -> bool:
        """Whether the recommendation holds a program that calls a model."""
        return self.decision.cost.calls is not None


def _line(title: str, text: str) -> Section:
    return Section(title, (Line(text),))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}" if amount >= 0.01 else f"${amount:.6f}"


def _entry(section: Section) -> str:
    lines = [
        escape(line.text) + "".join(f' <a href="{escape(url)}">{escape(text)}</a>' for text, url in line.links)
        for line in section.lines
    ]
    said = lines[0] if len(lines) == 1 else f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    return f"<dt>{escape(section.title)}</dt><dd>{said}</dd>"
