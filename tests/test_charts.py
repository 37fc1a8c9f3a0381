"""Figures carry their numbers and a text that says them, and are the same bytes each time."""

import dataclasses
import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from course import charts, costs

BILL = pd.DataFrame({"line": ["input", "cached_input", "output", "batch"], "usd": [30.0, 2.5, 67.5, 0.0]})
TURNS = pd.DataFrame({"turn": [1, 2, 3], "input": [100, 230, 1360], "output": [30, 20, 25]})
VOLUMES = pd.DataFrame({"conversations": np.linspace(0, 40, 11), "meter": np.linspace(0, 200, 11), "plan": 120.0})
SPENDING = pd.DataFrame(
    {
        "project": ["Website", "Bot", "x" * 60],
        "spent": ["$0.04", "$1", "$9.00"],
        "budget": ["$0.05 a month", "none", "$3.00 a month"],
        "share": [0.8, None, 3.0],
        "budget reached": ["no", "no", "yes"],
    }
)
LAYERS = pd.DataFrame(
    {
        "layer": ["who asks", "what people see", "what connects it", "what answers"],
        "chat tool": ["You", "A window:\na plan", "", "The models"],
        "API platform": ["Guests", "A website", "Keys", "The models"],
    }
)
DRAWN = {
    "two layers": lambda: charts.two_layers(LAYERS),
    "bill": lambda: charts.bill_anatomy(BILL),
    "growing": lambda: charts.growing_conversation(TURNS),
    "spend and budget": lambda: charts.spend_and_budget(SPENDING),
    "plan and meter": lambda: charts.plan_and_meter(VOLUMES, crossing=24, chosen=9),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_a_chart_is_small_stable_and_told_in_words(draw):
    chart, again = draw(), draw()
    assert chart.png() == again.png()
    assert len(chart.png()) < 15_000
    assert Image.open(io.BytesIO(chart.png())).width == 640
    html = chart.html()
    alt = re.search(r'<img alt="([^"]+)"', html)[1]
    assert alt == chart.alt
    assert "<table" in html
    assert chart._repr_mimebundle_()["text/plain"] == chart.alt


def test_the_texts_hold_the_numbers():
    assert "$100.00 a month in 3 lines" in charts.bill_anatomy(BILL).alt
    assert "input $30.00, cached input $2.50, output $67.50" in charts.bill_anatomy(BILL).alt
    assert "from 100 tokens to 1,360" in charts.growing_conversation(TURNS).alt
    assert "between 20 and 30" in charts.growing_conversation(TURNS).alt
    told = charts.spend_and_budget(SPENDING).alt
    assert "Website: $0.04 of $0.05 a month; Bot: no budget; " in told
    assert told.endswith("$9.00 of $3.00 a month, reached.")
    told = charts.plan_and_meter(VOLUMES, crossing=24, chosen=9).alt
    assert "$120.00 a month" in told
    assert "$45.00 at 9 a day" in told
    assert "same at 24.0 conversations" in told


def test_a_note_stands_below_the_picture():
    chart = charts.bill_anatomy(BILL)
    assert "figcaption" not in chart.html()
    noted = dataclasses.replace(chart, note="Prices checked on a day.")
    assert "<figcaption>Prices checked on a day.</figcaption></figure>" in noted.html()


def test_lines_that_never_meet_are_said_to_be_so():
    assert "do not meet" in charts.plan_and_meter(VOLUMES, crossing=np.inf, chosen=9).alt


def test_every_line_of_a_bill_has_a_name():
    assert set(charts.LINE_NAMES) == set(costs.LINES)


def test_unpaid_lines_are_left_out():
    assert list(charts.bill_anatomy(BILL).table["line"]) == ["input", "cached input", "output"]


def test_the_two_layers_are_told_from_top_to_bottom_and_fit_their_boxes():
    chart = charts.two_layers(LAYERS)
    assert "chat tool: You, on top of A window: a plan, on top of The models" in chart.alt
    assert "API platform: Guests, on top of A website, on top of Keys, on top of The models" in chart.alt
    assert "The layers as a table" in chart.html()
    boxes = [patch for patch in chart.figure.axes[0].patches if patch.get_boxstyle()]
    assert len(boxes) == 6  # a window of two layers' height, and the models across both sides
