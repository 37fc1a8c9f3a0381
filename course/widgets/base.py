"""What every widget shares: one module and one style sheet, a static twin, and calm refusals."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Iterable
from functools import cache
from numbers import Real
from pathlib import Path
from typing import ClassVar

import anywidget
import traitlets

FOLDER = Path(__file__).parent
_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./([\w]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


# For traits that the reader changes in the page. Python does not send such a value back: on a busy machine it would
# arrive late, and undo what the reader has done since.
FROM_PAGE = {"sync": True, "echo_update": False}


class CourseWidget(anywidget.AnyWidget):
    """A widget made of `<module>.js` and `<module>.css` in this folder.

    The module may import named functions of its neighbours, as in `import { monthly } from "./costs.js";`.
    Everything is sent as one module, so the widget runs in JupyterLab and in a deck without a kernel.
    """

    module: ClassVar[str]
    #: Gives what stands for the widget where none can run: a `charts.Chart`, or HTML.
    twin: ClassVar[Callable[[CourseWidget], object]]
    #: The style sheet, where it is not named as the module is.
    style: ClassVar[str] = ""
    #: Traits that `repr` shows, in this order.
    shown: ClassVar[tuple[str, ...]] = ()
    #: Traits that are the same in each widget of the class: a saved notebook leaves them to the package.
    constants: ClassVar[dict[str, object]] = {}

    message = traitlets.Unicode("", help="What was wrong with the last value, or empty.").tag(**FROM_PAGE)

    def __init_subclass__(cls, **kwargs):
        if "module" in vars(cls):
            if not hasattr(cls, "twin"):
                raise TypeError(f"{cls.__name__} has no twin(), which stands for it where no widget can run.")
            cls._esm = bundle(f"{cls.module}.js")
            cls._css = _read("base.css") + _read(f"{cls.style or cls.module}.css")
        super().__init_subclass__(**kwargs)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.shown)
        return f"{type(self).__name__}({values})"

    def set_state(self, sync_data):
        """Take what the page sends. Its message stands, unless Python has one about the values beside it."""
        said = sync_data.get("message", "")
        with self.hold_sync():
            super().set_state({"message": said, **sync_data})  # first, so that a refusal comes after it
            self.message = self.message or said

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        twin = self.twin()
        data["text/html"] = twin if isinstance(twin, str) else twin.html()
        return data, metadata


class Amount(traitlets.TraitType):
    """A number from `low` to `high`. What does not fit is refused with a message, and the old value stays."""

    def __init__(self, default, low: float, high: float, label: str, whole: bool = False):
        super().__init__(default)
        self.low, self.high, self.label, self.whole = low, high, label, whole
        self.tag(**FROM_PAGE)

    def validate(self, widget, value):
        if wrong := self._problem(value):
            kept = _kept(widget, self)
            widget.message = f"{self.label} {wrong} It stays at {kept}."
            return kept
        widget.message = ""
        return int(value) if self.whole or float(value).is_integer() else float(value)

    def _problem(self, value) -> str:
        # Not `isfinite`: it fails on a whole number too large for a float, and infinity is out of range anyway.
        if not isinstance(value, Real) or isinstance(value, bool) or value != value:
            return f"must be a number, not {reprlib.repr(value)}."
        if not self.low <= value <= self.high:
            return f"must be from {self.low:,} to {self.high:,}, not {reprlib.repr(value)}."
        if self.whole and value != int(value):
            return f"must be a whole number, not {float(value)}."
        return ""


def slider(name: str, label: str, group: str, stops: list, whole: bool = False, percent: bool = False) -> dict:
    """A slider of a panel. It steps through `stops`; any number between the first and the last can be typed."""
    return {"name": name, "label": label, "group": group, "stops": stops, "whole": whole, "percent": percent}


def amounts(sliders: list[dict]) -> dict[str, Amount]:
    """A trait for each slider, by name."""
    return {
        each["name"]: Amount(
            each["stops"][0], each["stops"][0], each["stops"][-1], label=f"{each['label']}:", whole=each["whole"]
        )
        for each in sliders
    }


class Choice(traitlets.TraitType):
    """One of the values that `options(widget)` lists. Another is refused with a message; the old one stays."""

    def __init__(self, default, options: Callable[[CourseWidget], Iterable], label: str):
        super().__init__(default)
        self.options, self.label = options, label
        self.tag(**FROM_PAGE)

    def validate(self, widget, value):
        known = list(self.options(widget))
        if isinstance(value, type(known[0])) and value in known:
            widget.message = ""
            return value
        names = ", ".join(map(str, known))
        widget.message = f"{self.label} {reprlib.repr(value)} is not known. Choose one of: {names}."
        return _kept(widget, self)


def _kept(widget: CourseWidget, trait: traitlets.TraitType):
    # Not `trait.get`: before the first value is set, that validates the default, and so comes back here.
    return widget._trait_values.get(trait.name, trait.default_value)


@cache
def bundle(name: str) -> str:
    """A module of this folder together with the modules it imports, as one ES module."""
    parts: dict[str, str] = {}

    def add(file: str) -> None:
        source = _read(file)
        for neighbour in _IMPORT.findall(source):
            if neighbour not in parts:
                add(neighbour)
        source = _IMPORT.sub("", source)
        parts[file] = source if file == name else _EXPORT.sub("", source)

    add(name)
    return "\n".join(parts.values())


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
