"""JSON Schemas that an answer must fill: what OpenAI takes, and what its strict mode demands of them."""

from __future__ import annotations

import re

from ..types import Fault
from . import openai as fields

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")
_FIELDS = frozenset(["type", "name", "description", "schema", "strict"])
_DEEPEST = 10


def parse(value: object, name: str) -> dict:
    """The schema in a format such as `{"name": …, "schema": …, "strict": true}`."""
    asked = fields.json_object(value, name)
    fields.check_names(asked, _FIELDS, f"{name}.")
    if asked.get("name") is None:
        raise fields.missing(f"{name}.name")
    called = fields.string(asked["name"], f"{name}.name")
    if not _NAME.match(called):
        problem = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
        raise fields.invalid(f"{name}.name", problem)
    if asked.get("schema") is None:
        raise fields.missing(f"{name}.schema")
    schema = fields.json_object(asked["schema"], f"{name}.schema")
    if fields.boolean(asked.get("strict"), f"{name}.strict"):
        param = "response_format" if name.startswith("response_format") else f"{name}.schema"
        check_strict(schema, f"response_format '{called}'", param)
    return schema


def check_strict(schema: dict, where: str, param: str) -> None:
    """Raise the `Fault` of strict mode: each object lists all its properties as required and allows no others.

    https://developers.openai.com/api/docs/guides/structured-outputs (read 2026-11-26).
    """

    def refuse(context: tuple, problem: str):
        message = f"Invalid schema for {where}: In context={context}, {problem}"
        raise Fault("invalid_request", message, param, "invalid_function_parameters"
                    if where.startswith("function") else "invalid_json_schema")  # fmt: skip

    def visit(node: object, context: tuple) -> None:
        if not isinstance(node, dict):
            if not isinstance(node, bool):
                refuse(context, "a schema must be an object.")
            return
        if len(context) > 2 * _DEEPEST:
            refuse(context, f"schemas may be nested at most {_DEEPEST} levels deep.")
        properties = node.get("properties")
        if node.get("type") == "object" or isinstance(properties, dict):
            properties = properties if isinstance(properties, dict) else {}
            if node.get("additionalProperties") is not False:
                refuse(context, "'additionalProperties' is required to be supplied and to be false.")
            required = node.get("required")
            missing = [name for name in properties if name not in (required if isinstance(required, list) else [])]
            if missing:
                problem = (
                    "'required' is required to be supplied and to be an array including every key in properties. "
                    f"Missing '{missing[0]}'."
                )
                refuse(context, problem)
        children = [
            *(((*context, "properties", name), child) for name, child in (properties or {}).items()),
            *(((*context, "$defs", name), child) for name, child in _dict(node.get("$defs")).items()),
            *(((*context, "anyOf", str(i)), child) for i, child in enumerate(_list(node.get("anyOf")))),
            *([((*context, "items"), node["items"])] if "items" in node else []),
        ]
        for place, child in children:
            visit(child, place)

    if schema.get("type") != "object":
        refuse((), f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'.")
    visit(schema, ())


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list:
    return value if isinstance(value, list) else []
