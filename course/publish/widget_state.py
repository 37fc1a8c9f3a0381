"""A widget's output, made whole without a kernel.

Jupyter keeps a widget in two places: its output names a model, the notebook's metadata holds all
models. Without the second, JupyterLab shows "model not found"; with it, `nbconvert --to html` shows
nothing unless a content delivery network answers. So a published lesson keeps neither. The output shows
the widget's static twin, and its metadata carries what the deck needs to bring the widget to life.
"""

from nbformat import NotebookNode

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"

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


def _keep(output: NotebookNode, model: NotebookNode, models: dict) -> None:
    if model["model_module"] == "anywidget":
        output.metadata[STATE] = {
            name: value
            for name, value in model["state"].items()
            if name in ("_esm", "_css") or not (name.startswith("_") or name in _CHORES)
        }
        return
    for shown in _shown_inside(model, models):
        picture = shown.get("data", {}).get("image/png")
        if picture:
            output.data["image/png"] = picture


def _shown_inside(model: NotebookNode, models: dict) -> list[NotebookNode]:
    """What the Output widgets among the children of `model` were showing."""
    shown = list(model["state"].get("outputs", []))
    for child in model["state"].get("children", []):
        shown += _shown_inside(models[child.removeprefix("IPY_MODEL_")], models)
    return shown
