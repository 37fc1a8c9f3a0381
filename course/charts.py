"""The lessons' figures: each drawn from a DataFrame, each with its numbers and a text that says what it shows."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from PIL import Image

# Blue and orange that differ in lightness too, so that they stay apart without colour and on paper.
METER, PLAN, QUIET = "#0b5cad", "#9a3d00", "#6b7280"
LINE_NAMES = {
    "input": "input",
    "cached_input": "cached input",
    "cache_write": "cache write",
    "output": "output",
    "reasoning": "reasoning",
    "batch": "batch",
    "web_search": "web search",
    "file_search": "file search",
    "container": "container",
}
_COLOURS = 16  # enough for three hues and their soft edges


@dataclass(frozen=True)
class Chart:
    """A figure, its numbers as a table, and `alt`, one or two sentences that say what one would see.

    `note` is HTML that stands below the picture: where the numbers come from, and since when. `contents` names what
    the table holds.
    """

    figure: Figure
    table: pd.DataFrame
    alt: str
    note: str = ""
    contents: str = "The numbers"

    def png(self) -> bytes:
        """The picture, the same bytes each time, small enough to travel in a notebook."""
        drawn = io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=100, facecolor="white")
        small = io.BytesIO()
        Image.open(drawn).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(
            small, "PNG", optimize=True
        )
        return small.getvalue()

    def html(self) -> str:
        """The picture with its alternative text, and the numbers folded below it."""
        picture = base64.b64encode(self.png()).decode("ascii")
        table = re.sub(r"\n\s*", "", self.table.to_html(border=0, index=False))
        caption = f"<figcaption>{self.note}</figcaption>" if self.note else ""
        return (
            f'<figure style="margin:0"><img alt="{escape(self.alt)}" style="max-width:100%" '
            f'src="data:image/png;base64,{picture}">{caption}</figure>\n'
            f"<details><summary>{self.contents}</summary>\n{table}\n</details>"
        )

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, **_kwargs):
        return {"text/html": self.html(), "text/plain": self.alt}


def two_layers(sides: pd.DataFrame) -> Chart:
    """The chat tool and the API platform as layers above the same models.

    `sides` has a row for each layer, from top to bottom, and the columns `layer`, `chat tool` and `API platform`. A
    text that is the same on both sides spans them; an empty cell lets the layer above it reach down.
    """
    figure, axes = _canvas(height=0.5 + 0.72 * len(sides))
    axes.set_axis_off()
    axes.set_xlim(-0.42, 2)
    axes.set_ylim(len(sides), -0.45)
    for row, layer in enumerate(sides["layer"]):
        axes.text(-0.41, row + 0.5, layer, va="center", color=QUIET, fontsize=9.5)
    for column, (side, colour) in enumerate((("chat tool", PLAN), ("API platform", METER))):
        axes.text(column + 0.5, -0.2, side, ha="center", va="center", color=colour, weight="bold", fontsize=12)
        for row, text in enumerate(sides[side]):
            if text and not (spans := text == sides["chat tool"][row] == sides["API platform"][row]):
                below = sides[side][row + 1 :]
                height = 1 + next((count for count, each in enumerate(below) if each), len(below))
                _box(axes, (column, row, 1, height), text, colour)
            elif text and spans and column == 0:
                _box(axes, (0, row, 2, 1), text, QUIET)
    said = "; ".join(
        f"{side}: " + ", on top of ".join(text.replace("\n", " ") for text in sides[side] if text)
        for side in ("chat tool", "API platform")
    )
    alt = f"Two stacks of layers above the same models. {said}."
    return Chart(figure, sides.replace("\n", " ", regex=True), alt, contents="The layers as a table")


def _box(axes, place: tuple[float, float, float, float], text: str, colour: str) -> None:
    """A layer of `two_layers`. `place` is left, top, width and height."""
    left, top, width, height = place
    axes.add_patch(
        FancyBboxPatch(
            (left + 0.05, top + 0.1), width - 0.1, height - 0.2, boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white", edgecolor=colour, linewidth=2,
        )
    )  # fmt: skip
    axes.text(left + width / 2, top + height / 2, text, ha="center", va="center", fontsize=10, linespacing=1.35)


def bill_anatomy(bill: pd.DataFrame) -> Chart:
    """The lines of a bill as bars. `bill` has the columns `line` (see `costs.LINES`) and `usd`."""
    paid = bill[bill["usd"] > 0].reset_index(drop=True)
    total = paid["usd"].sum()
    names = [LINE_NAMES[line] for line in paid["line"]]
    figure, axes = _canvas(height=0.9 + 0.42 * len(paid))
    bars = axes.barh(names, paid["usd"], color=METER, height=0.62)
    labels = [f"{_dollars(usd)}  ({usd / total:.0%})" for usd in paid["usd"]]
    axes.bar_label(bars, labels, padding=5, fontsize=10)
    axes.invert_yaxis()
    axes.set_xlim(0, paid["usd"].max() * 1.28)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)  # each bar carries its number
    axes.set_title(f"Where {_dollars(total)} a month goes (estimate)", loc="left")
    lines = ", ".join(f"{name} {_dollars(usd)}" for name, usd in zip(names, paid["usd"], strict=True))
    alt = f"Bar chart of a bill of {_dollars(total)} a month in {len(paid)} lines: {lines}."
    table = pd.DataFrame({"line": names, "US dollars a month": paid["usd"].round(2)})
    return Chart(figure, table, alt)


def growing_conversation(turns: pd.DataFrame) -> Chart:
    """Tokens in and out, turn by turn. `turns` has the columns `turn`, `input` and `output`."""
    figure, axes = _canvas(height=3.2)
    axes.bar(turns["turn"], turns["input"], color=METER, width=0.7, label="tokens in")
    axes.bar(turns["turn"], turns["output"], bottom=turns["input"], color=PLAN, width=0.7, hatch="///",
             edgecolor="white", label="tokens out")  # fmt: skip
    axes.set_xticks(turns["turn"])
    axes.set_xlabel("turn of the conversation")
    axes.set_ylabel("tokens")
    axes.set_ylim(0, (turns["input"] + turns["output"]).max() * 1.25)
    axes.legend(loc="upper left", ncols=2, frameon=False)
    first, last = turns.iloc[0], turns.iloc[-1]
    axes.set_title(f"Turn {last['turn']} sends {last['input']:,} tokens; turn 1 sent {first['input']:,}", loc="left")
    alt = (
        f"Stacked bars for {len(turns)} turns. The input grows with every turn, from {first['input']:,} tokens to "
        f"{last['input']:,}, while the output stays between {turns['output'].min():,} and {turns['output'].max():,}."
    )
    return Chart(figure, turns, alt)


def confusion(pairs: pd.DataFrame) -> Chart:
    """What was meant against what was answered. `pairs` has the columns `label` and `answer`, a row for each case."""
    names = sorted(set(pairs["label"]) | set(pairs["answer"]))
    table = pd.crosstab(pairs["label"], pairs["answer"]).reindex(index=names, columns=names, fill_value=0)
    figure, axes = _canvas(height=0.42 * len(names) + 1.2)
    axes.imshow(table.to_numpy() ** 0.5, cmap="Blues", vmin=0, vmax=table.to_numpy().max() ** 0.5 * 1.4)
    for row, label in enumerate(names):
        for column, answer in enumerate(names):
            if count := table.loc[label, answer]:
                weight = "bold" if row == column else "normal"
                axes.text(column, row, count, ha="center", va="center", fontsize=9, weight=weight, color="black")
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_xlabel("what was answered")
    axes.set_ylabel("what was meant")
    right = int((pairs["label"] == pairs["answer"]).sum())
    axes.set_title(f"{right} of {len(pairs)} agree", loc="left")
    wrong = pairs[pairs["label"] != pairs["answer"]].value_counts().sort_index(kind="stable")
    worst = wrong.sort_values(ascending=False, kind="stable").head(3)
    mistakes = "; ".join(f"{label} answered as {answer}: {count}" for (label, answer), count in worst.items())
    alt = (
        f"Confusion matrix of {len(names)} labels. {right} of {len(pairs)} answers are on the diagonal. "
        f"The most frequent mistakes: {mistakes or 'none'}."
    )
    return Chart(figure, table.reset_index(), alt)


def plan_and_meter(volumes: pd.DataFrame, crossing: float, chosen: float) -> Chart:
    """A plan's fee against metered cost. `volumes` has the columns `conversations`, `meter` and `plan`, the last
    two in US dollars a month; `crossing` is the break-even and `chosen` the learner's volume, in conversations.
    """
    lines = _CostLines("conversations", "meter", "plan", "a day", "conversations a day, for each person", ".1f")
    plan = volumes.iloc[-1]["plan"]
    shape = f"The plan is a level dashed line at {_dollars(plan)} a month. The meter is a line that rises with the"
    return lines.draw(volumes, crossing, chosen, f"{shape} conversations")


def person_and_program(volumes: pd.DataFrame, crossing: float, chosen: float) -> Chart:
    """A person's cost against a program's. `volumes` has the columns `items`, `person` and `program`, the last two
    in US dollars a month; `crossing` is the break-even and `chosen` the learner's volume, in items a month.
    """
    lines = _CostLines("items", "person", "program", "a month", "items a month", ",.0f")
    begins = volumes.iloc[0]["program"]
    shape = (
        f"The program is a dashed line that begins at {_dollars(begins)} a month and hardly rises. The person is a"
    )
    return lines.draw(volumes, crossing, chosen, f"{shape} line that rises with the items")


def spend_and_budget(spending: pd.DataFrame) -> Chart:
    """How much of each budget is spent. `spending` has the columns `project`, `spent` and `budget` (texts), `share`
    (spent of the budget, empty where there is none) and `budget reached` ("yes" or "no"); more go into the table.
    """
    share = spending["share"].astype(float)
    names = [_plain(name if len(name) <= 28 else f"{name[:27]}…") for name in spending["project"]]
    figure, axes = _canvas(height=0.9 + 0.42 * len(names))
    lengths = share.fillna(0).clip(upper=2)
    axes.barh(range(len(names)), lengths, color=METER, height=0.62)
    reached = spending["budget reached"] == "yes"
    labels = [
        "no budget" if np.isnan(part) else f"{spent} of {budget}{', reached' if full else ''}"
        for spent, budget, part, full in zip(spending["spent"], spending["budget"], share, reached, strict=True)
    ]
    for place, (label, length) in enumerate(zip(labels, lengths, strict=True)):
        _label(axes, _plain(label), (max(length, 1), place), (7, -4), fontsize=10)
    axes.axvline(1, color=PLAN, linewidth=2, linestyle="--")
    _label(axes, "budget", (1, -0.5), (3, 4), color=PLAN, weight="bold", annotation_clip=False)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, max(1.0, lengths.max()) * 1.7)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)  # each bar carries its number
    said = "; ".join(f"{name}: {label}" for name, label in zip(spending["project"], labels, strict=True))
    alt = f"Bar chart of what {len(names)} projects have spent of their budgets. {said}."
    return Chart(figure, spending.drop(columns="share"), alt)


@dataclass(frozen=True)
class _CostLines:
    """A cost that rises from nothing, one that begins high and stays, and where they meet."""

    volume: str
    rising: str
    level: str
    per: str
    across: str
    precision: str

    def draw(self, volumes: pd.DataFrame, crossing: float, chosen: float, shape: str) -> Chart:
        """`shape` describes the lines for those who do not see them."""
        figure, axes = _canvas(height=3.2)
        last = volumes.iloc[-1]
        now = np.interp(chosen, volumes[self.volume], volumes[self.rising])
        for name, colour, style in ((self.rising, METER, "-"), (self.level, PLAN, "--")):
            axes.plot(volumes[self.volume], volumes[name], color=colour, linewidth=2.5, linestyle=style)
            _label(axes, name, (last[self.volume], last[name]), (6, -4), color=colour, weight="bold")
        axes.vlines(chosen, 0, now, color=QUIET, linewidth=1, linestyle=":")
        axes.plot([chosen], [now], "o", color=METER, markersize=7)
        _label(axes, f"{_dollars(now)} at {chosen:g} {self.per}", (chosen, now), (9, -12))
        axes.set_xlabel(self.across)
        axes.set_ylabel("US dollars a month")
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, last[self.volume] * 1.12)
        meeting = "They do not meet in the range shown."
        if crossing <= last[self.volume]:
            at = f"{crossing:{self.precision}}"
            height = np.interp(crossing, volumes[self.volume], volumes[self.level])
            axes.plot([crossing], [height], "o", markersize=9, markerfacecolor="white", markeredgecolor="black")
            side, offset = ("left", (8, -14)) if crossing < last[self.volume] / 3 else ("right", (-8, 8))
            _label(axes, f"same cost at {at}", (crossing, height), offset, horizontalalignment=side)
            meeting = f"They cost the same at {at} {self.volume} {self.per}."
        alt = f"Line chart. {shape}, {_dollars(now)} at {chosen:g} {self.per}. {meeting}"
        return Chart(figure, volumes.round(2), alt)


def _canvas(height: float):
    figure = Figure(figsize=(6.4, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _plain(text: str) -> str:
    # Two dollar signs would make a formula of what stands between them.
    return text.replace("$", r"\$")


def _label(axes, text: str, at: tuple, offset: tuple, **style) -> None:
    axes.annotate(text, at, offset, textcoords="offset points", **style)


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount < 1000 else f"${amount:,.0f}"
