"""Protocol Buffers written as JSON, as Google's APIs read them.

A field's name is in camelCase or snake_case; `null` is an absent field; one value does where a list is expected;
numbers may be sent as strings and an enum's values as numbers
(https://protobuf.dev/programming-guides/json/, read 2026-11-26). What is wrong is told all at once.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..types import Fault

_MAX_VIOLATIONS = 100
_MAX_SHOWN = 200
_PACKAGE = "type.googleapis.com/google.ai.generativelanguage.v1beta"
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


class _Unfit(ValueError):
    """A value that a field cannot hold, and why, where it is not plain to see."""


class Violations(list[tuple[str, str]]):
    """(field, description) of what is wrong with a request."""

    def add(self, field: str, description: str) -> None:
        if len(self) < _MAX_VIOLATIONS:
            self.append((field, description))

    def unknown(self, name: str, parent: str, why: str) -> None:
        where = f" at '{parent}'" if parent else ""
        self.add(parent, f'Invalid JSON payload received. Unknown name "{_short(name)}"{where}: {why}')

    def invalid(self, path: str, kind: str, shown: str) -> None:
        self.add(path, f"Invalid value at '{path}' ({kind}), {shown}")


class Type(Protocol):
    def read(self, value: object, path: str, wrong: Violations) -> object:
        """The value of a field, or `None` after adding to `wrong`."""


@dataclass(frozen=True)
class Scalar:
    """A type of which `convert` makes a value from JSON; it raises `_Unfit` for what does not fit."""

    kind: str
    convert: Callable[[object], object]

    def read(self, value: object, path: str, wrong: Violations) -> object:
        if isinstance(value, list):
            return _not_repeated(path, wrong)
        if isinstance(value, dict):
            return wrong.invalid(path, self.kind, "Starting an object on a scalar field")
        try:
            return self.convert(value)
        except _Unfit as error:
            return wrong.invalid(path, self.kind, str(error) or _shown(value))


@dataclass(frozen=True)
class Enum:
    """Names in the order of their numbers, the first one being 0. Small letters do as well."""

    name: str
    values: tuple[str, ...]

    def read(self, value: object, path: str, wrong: Violations) -> str | None:
        if isinstance(value, str) and value.upper() in self.values:
            return value.upper()
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(self.values):
            return self.values[value]
        return wrong.invalid(path, f"{_PACKAGE}.{self.name}", _shown(value))


@dataclass(frozen=True)
class Json:
    """Any JSON value, or any object."""

    object_only: bool = False

    def read(self, value: object, path: str, wrong: Violations) -> object:
        if self.object_only and not isinstance(value, dict):
            return wrong.invalid(path, "type.googleapis.com/google.protobuf.Struct", _shown(value))
        return value


@dataclass(frozen=True)
class Either:
    """An object of one type, or a value of another."""

    object: Type
    value: Type

    def read(self, value: object, path: str, wrong: Violations) -> object:
        return (self.object if isinstance(value, dict) else self.value).read(value, path, wrong)


@dataclass(frozen=True)
class Repeated:
    of: Type

    def read(self, value: object, path: str, wrong: Violations) -> list:
        items = value if isinstance(value, list) else [value]
        return [self.of.read(item, f"{path}[{index}]", wrong) for index, item in enumerate(items)]


@dataclass(frozen=True)
class Map:
    of: Type

    def read(self, value: object, path: str, wrong: Violations) -> dict | None:
        if not isinstance(value, dict):
            return wrong.invalid(path, "Map", _shown(value))
        return {
            key: self.of.read(item, f"{path}[{index}].value", wrong)
            for index, (key, item) in enumerate(value.items())
            if item is not None
        }


class Message:
    """A message and its fields, named in snake_case."""

    def __init__(self, name: str, /, **fields: Type):
        self.name = name
        self._fields: dict[str, tuple[str, Type]] = {}
        self.add(**fields)

    def add(self, /, **fields: Type) -> None:
        """Add fields, for a message that holds its own kind."""
        for name, kind in fields.items():
            self._fields[name] = self._fields[camel_case(name)] = (name, kind)

    def read(self, value: object, path: str, wrong: Violations) -> dict | None:
        """The fields that are set, by their names in snake_case."""
        if isinstance(value, list):
            return _not_repeated(path, wrong)
        if not isinstance(value, dict):
            return wrong.invalid(path, f"{_PACKAGE}.{self.name}", _shown(value))
        fields = {}
        for key, item in value.items():
            if key not in self._fields:
                wrong.unknown(key, path, "Cannot find field.")
            elif item is not None:
                name, kind = self._fields[key]
                fields[name] = kind.read(item, f"{path}.{name}" if path else name, wrong)
        return fields


def read(message: Message, body: object) -> dict:
    """The fields of a request. Raises `Fault` invalid_request; its `detail` holds `violations`."""
    wrong = Violations()
    fields = None
    if not isinstance(body, dict):
        wrong.unknown("", "", "Root element must be a message.")
    else:
        fields = message.read(body, "", wrong)
    if wrong:
        message = "\n".join(description for _, description in wrong)
        raise Fault("invalid_request", message, wrong[0][0] or None, detail={"violations": list(wrong)})
    return fields


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit
    return value


def _bytes(value: object) -> bytes:
    text = _string(value).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise _Unfit(f"Base64 decoding failed for {_shown(value)}") from None


def _boolean(value: object) -> bool:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise _Unfit
    return value


def _integer(bits: int) -> Callable[[object], int]:
    def convert(value: object) -> int:
        if (isinstance(value, str) and _INTEGER.fullmatch(value)) or (
            isinstance(value, float) and value.is_integer()
        ):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise _Unfit
        return value

    return convert


def _float(value: object) -> float:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unfit
    try:
        number = float(value)
    except OverflowError:
        raise _Unfit from None
    if not math.isfinite(number):
        raise _Unfit
    return number


STRING = Scalar("TYPE_STRING", _string)
BYTES = Scalar("TYPE_BYTES", _bytes)
BOOL = Scalar("TYPE_BOOL", _boolean)
INT32 = Scalar("TYPE_INT32", _integer(32))
INT64 = Scalar("TYPE_INT64", _integer(64))
FLOAT = Scalar("TYPE_FLOAT", _float)
STRUCT = Json(object_only=True)
VALUE = Json()


def _not_repeated(path: str, wrong: Violations) -> None:
    parent, _, name = path.rpartition(".")
    wrong.unknown(name, parent, "Proto field is not repeating, cannot start list.")


def _shown(value: object) -> str:
    """A value as an error shows it: a long one is cut."""
    return _short(json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."
