"""The course's widgets. Each is imported when it is first asked for."""

from importlib import import_module

_HOMES = {
    "CostSliders": "cost_sliders",
    "WorkSliders": "work_sliders",
    "TokenCalculator": "tokens",
    "DecisionGuide": "decision_guide",
    "Quiz": "quiz",
    "ChatPanel": "chat",
    "PlatformDashboard": "dashboard",
    "ProgressPanel": "progress_panel",
    "DataTerms": "data_terms",
}
__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"course.widgets has no {name!r}. There are: {', '.join(_HOMES)}.")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
