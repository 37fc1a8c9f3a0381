"""A widget's output, made whole without a kernel.

Jupyter keeps a widget in two places: its output names a model, the notebook's metadata holds all
models. Without the second, JupyterLab shows "model not found"; with it, `nbconvert --to html` shows
nothing unless a content delivery network answers. So a published lesson keeps neither. The output shows
the widget's static twin, and its metadata carries what the deck needs to bring the widget to life.
"""

import json
from importlib import import_module

from nbformat import NotebookNode

from course.publish.lesson import LessonError

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"

_CLASS = "_anywidget_id"
_TEXTS = ("_esm", "_css")
# What every DOM widget has and no deck needs.
_CHORES = {"layout", "tabbable", "tooltip"}


def settle(notebook: NotebookNode) -> None:
    """Turn each widget view of `notebook` into its static twin, in place.

    An anywidget's own traits go to the output's metadata, under `STATE`. A classic ipywidget has no twin:
    what its Output widgets showed takes that place.
    """
    models = notebook.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).pop(VIEW, None)
            if view and (model := models.get(view["model_id"])):
                _keep(output, model, models)


def traits(output: NotebookNode) -> dict | None:
    """The traits that `settle` kept of a widget, its module (`_esm`) and style (`_css`) among them.

    None when the output is no widget. Raises LessonError for a widget that the course no longer has.
    """
    kept = output.get("metadata", {}).get(STATE)
    if kept is None:
        return None
    values = json.loads(kept)
    if name := values.pop(_CLASS, None):
        widget = _find(name)
        values |= {text: str(getattr(widget, text, "")) for text in _TEXTS} | _constants(widget)
    return values


def _find(name: str) -> type:
    """The class of a course widget, by its full name."""
    module, _, kind = name.rpartition(".")
    try:
        return vars(import_module(module))[kind]
    except (ModuleNotFoundError, KeyError) as error:
        raise LessonError(f"The notebook shows {name}, which is gone. Run: course notebooks") from error


def _constants(widget: type) -> dict:
    return getattr(widget, "constants", {})


def _keep(output: NotebookNode, model: NotebookNode, models: dict) -> None:
    state = model["state"]
    if model["model_module"] == "anywidget":
        # The course's own modules and tables stay in the package, so that they need not be in each notebook too.
        ours = state.get(_CLASS, "").startswith("course.")
        hidden, known = ((_CLASS,), _constants(_find(state[_CLASS]))) if ours else (_TEXTS, {})
        kept = {
            name: value
            for name, value in state.items()
            if name in hidden or not (name.startswith("_") or name in _CHORES or name in known)
        }
        # As a text: nbformat would give each number a line of its own.
        output.metadata[STATE] = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return
    for shown in _shown_inside(model, models):
        if picture := shown.get("data", {}).get("image/png"):
            output.data["image/png"] = picture


def _shown_inside(model: NotebookNode, models: dict) -> list[NotebookNode]:
    """What the Output widgets among the children of `model` were showing."""
    shown = list(model["state"].get("outputs", []))
    for child in model["state"].get("children", []):
        shown += _shown_inside(models[child.removeprefix("IPY_MODEL_")], models)
    return shown
