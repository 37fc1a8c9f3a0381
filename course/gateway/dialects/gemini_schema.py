"""Gemini's `Schema`, a part of OpenAPI 3.0, as the JSON Schema that the rest of the gateway speaks."""

from __future__ import annotations

import math

from .gemini_content import invalid
from .proto_json import camel_case

_SAME = (
    "description",
    "title",
    "pattern",
    "min_items",
    "max_items",
    "min_length",
    "max_length",
    "min_properties",
    "max_properties",
    "required",
    "default",
)
_TWINS = {"response_schema": "response_json_schema", "parameters": "parameters_json_schema"}
_NUMERIC = {"INTEGER": int, "NUMBER": float}
_ONE = ("items", "additional_properties")
_MANY = ("any_of", "prefix_items")


def given_schema(fields: dict, name: str, path: str) -> dict | None:
    """The JSON Schema in the field `name`, a `Schema`, or in its twin, a JSON Schema as it is. `path` is of what
    has these fields.
    """
    twin = _TWINS[name]
    if name in fields and twin in fields:
        raise invalid(f"{path}.{twin}", f"{name} and {twin} cannot both be set.")
    if twin in fields:
        if not isinstance(fields[twin], dict):
            raise invalid(f"{path}.{twin}", "must be a JSON Schema object.")
        return fields[twin]
    if name in fields:
        _check_required(fields[name], f"{path}.{name}")
        return json_schema(fields[name])
    return None


def json_schema(schema: dict) -> dict:
    """The JSON Schema that says the same. `schema` has its fields' names in snake_case."""
    kind = schema.get("type", "TYPE_UNSPECIFIED")
    plain = {camel_case(name): schema[name] for name in _SAME if name in schema}
    if kind != "TYPE_UNSPECIFIED":
        plain["type"] = kind.lower()
    for name in ("minimum", "maximum"):
        if name in schema:
            plain[name] = _whole(schema[name]) if kind == "INTEGER" else schema[name]
    if "enum" in schema:
        plain["enum"] = _enum(schema["enum"], _NUMERIC.get(kind, str))
    if schema.get("format", "enum") != "enum":
        plain["format"] = schema["format"]
    if "ref" in schema:
        plain["$ref"] = schema["ref"].replace("#/defs/", "#/$defs/")
    for name in _ONE:
        if name in schema:
            plain[camel_case(name)] = json_schema(schema[name]) if isinstance(schema[name], dict) else schema[name]
    for name in _MANY:
        if name in schema:
            plain[camel_case(name)] = [json_schema(each) for each in schema[name]]
    if "properties" in schema:
        plain["properties"] = {name: json_schema(schema["properties"][name]) for name in _in_order(schema)}
    if "defs" in schema:
        plain["$defs"] = {name: json_schema(each) for name, each in schema["defs"].items()}
    return _nullable(plain) if schema.get("nullable") else plain


def _check_required(schema: dict, path: str) -> None:
    """Refuse required properties that are not there, at any depth."""
    for index, name in enumerate(schema.get("required", [])):
        if name not in schema.get("properties", {}):
            raise invalid(f"{path}.required[{index}]", "property is not defined")
    if "items" in schema:
        _check_required(schema["items"], f"{path}.items")
    for name, each in schema.get("properties", {}).items():
        _check_required(each, f"{path}.properties[{name[:64]}]")
    for index, each in enumerate(schema.get("any_of", [])):
        _check_required(each, f"{path}.any_of[{index}]")


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


def _enum(values: list[str], number) -> list:
    """An integer's values are sent as strings, for example "101"."""
    try:
        numbers = [number(value) for value in values]
        fine = number is str or all(math.isfinite(value) for value in numbers)
    except (ValueError, OverflowError):
        fine = False
    return numbers if fine else values


def _in_order(schema: dict) -> list[str]:
    places = {name: place for place, name in enumerate(schema.get("property_ordering", []))}
    return sorted(schema["properties"], key=lambda name: places.get(name, len(places)))


def _nullable(schema: dict) -> dict:
    described = {name: schema.pop(name) for name in ("title", "description", "default") if name in schema}
    return {**described, "anyOf": [schema, {"type": "null"}]}
