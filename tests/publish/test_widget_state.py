import json

import pytest
from nbformat import v4

from course.publish.lesson import LessonError
from course.publish.widget_state import STATE, VIEW, settle, traits
from course.widgets import DecisionGuide, TokenCalculator


def notebook_of(model):
    view = v4.new_output("display_data", data={VIEW: {"model_id": "m"}, "text/plain": "W()"})
    notebook = v4.new_notebook(cells=[v4.new_code_cell(outputs=[view])])
    notebook.metadata.widgets = {STATE: {"state": {"m": model}}}
    return notebook


def settled(**state):
    notebook = notebook_of({"model_module": "anywidget", "state": state})
    settle(notebook)
    assert "widgets" not in notebook.metadata
    return notebook.cells[0].outputs[0]


def test_a_foreign_widget_brings_its_module():
    output = settled(_esm="E", _css="C", _anywidget_id="__main__.Dial", n=1, layout="IPY_MODEL_x", _view_count=None)
    assert traits(output) == {"_esm": "E", "_css": "C", "n": 1}


def test_the_module_of_a_course_widget_is_read_from_the_package():
    output = settled(_esm="old", _css="old", _anywidget_id="course.widgets.tokens.TokenCalculator", text="Hi")
    assert "old" not in output.metadata[STATE]
    assert traits(output) == {"_esm": TokenCalculator._esm, "_css": TokenCalculator._css, "text": "Hi"}


def test_the_tables_of_a_course_widget_are_read_from_the_package():
    output = settled(_anywidget_id="course.widgets.decision_guide.DecisionGuide", guide={"old": 1}, trigger="event")
    assert "old" not in output.metadata[STATE]
    assert traits(output)["trigger"] == "event"
    assert traits(output)["guide"] == DecisionGuide().guide


@pytest.mark.parametrize("name", ["course.widgets.tokens.Gone", "course.gone.Widget"])
def test_a_widget_that_is_gone_is_named(name):
    with pytest.raises(LessonError, match=f"The notebook shows {name}, which is gone"):
        traits(settled(_anywidget_id=name))


def test_an_output_without_a_widget_has_no_traits():
    assert traits(v4.new_output("stream", text="x")) is None


def test_a_view_whose_model_was_not_saved_leaves_the_twin():
    notebook = notebook_of({"model_module": "anywidget", "state": {}})
    del notebook.metadata["widgets"]
    settle(notebook)
    (output,) = notebook.cells[0].outputs
    assert output.data == {"text/plain": "W()"}
    assert STATE not in output.metadata


def test_the_same_state_gives_the_same_text():
    one, other = settled(_esm="", a=1, b=[1, 2]), settled(b=[1, 2], a=1, _esm="")
    assert one.metadata[STATE] == other.metadata[STATE]
    assert json.loads(one.metadata[STATE]) == {"_esm": "", "a": 1, "b": [1, 2]}
