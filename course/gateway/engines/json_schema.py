"""What a JSON Schema allows: references, combined schemas, and whether a value keeps to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import unquote

from . import pattern

# A reference that leads back to itself ends here.
_DEEPEST = 40
# Beyond lie infinity and whole numbers with which floats cannot be reckoned.
_GREATEST = 1e300
_KINDS = {
    "string": str,
    "number": int | float,
    "integer": int | float,
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def number(schema: Mapping, keyword: str) -> int | float | None:
    """The keyword's finite number, `None` where it is missing or no number."""
    value = schema.get(keyword)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -_GREATEST < value < _GREATEST else None


def size(schema: Mapping, keyword: str) -> int | None:
    """The keyword's whole number of zero or more."""
    value = number(schema, keyword)
    return int(value) if value is not None and value >= 0 else None


def mapping(schema: Mapping, keyword: str) -> Mapping:
    value = schema.get(keyword)
    return value if isinstance(value, Mapping) else {}


def items(schema: Mapping, keyword: str) -> list:
    value = schema.get(keyword)
    return list(value) if isinstance(value, list | tuple) else []


def names(schema: Mapping, keyword: str) -> list[str]:
    """The different names that the keyword lists."""
    return list(dict.fromkeys(each for each in items(schema, keyword) if isinstance(each, str)))


def text(schema: Mapping, keyword: str) -> str:
    value = schema.get(keyword)
    return value if isinstance(value, str) else ""


def types(schema: Mapping) -> list[str]:
    """The types that a schema allows, in its order; empty where it does not say.

    Gemini writes them in capitals and marks null with `nullable`.
    """
    value = schema.get("type")
    named = [value] if isinstance(value, str) else [each for each in items(schema, "type") if isinstance(each, str)]
    named = [each.lower() for each in named if each.lower() in _KINDS]
    return [*named, "null"] if named and schema.get("nullable") is True and "null" not in named else named


def resolved(schema: object, root: Mapping, depth: int = 0) -> Mapping | bool:
    """The schema with its reference followed and its `allOf` merged in. What is no schema allows anything."""
    if not isinstance(schema, Mapping):
        return schema is not False
    if depth > _DEEPEST:
        return {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    own = schema
    if isinstance(reference := schema.get("$ref"), str):
        rest = {key: value for key, value in own.items() if key != "$ref"}
        target = resolved(_target(reference, root), root, depth + 1)
        own = merged(target, rest) if rest else target
    if isinstance(own, Mapping) and "allOf" in own:
        parts = items(own, "allOf")
        own = {key: value for key, value in own.items() if key != "allOf"}
        for part in parts:
            own = merged(own, resolved(part, root, depth + 1))
    return own


def _target(reference: str, root: Mapping) -> object:
    """The part of the root that a reference such as "#/$defs/date" names."""
    if not reference.startswith("#"):
        return {}
    place: object = root
    for name in reference.removeprefix("#").split("/")[1:]:
        key = unquote(name).replace("~1", "/").replace("~0", "~")
        if isinstance(place, Mapping):
            place = place.get(key, {})
        elif isinstance(place, list) and key.isdecimal() and int(key) < len(place):
            place = place[int(key)]
        else:
            return {}
    return place


def merged(one: object, other: object) -> Mapping | bool:
    """A schema that asks for all that both ask for, as far as one schema can say it."""
    if one is False or other is False:
        return False
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return one if isinstance(one, Mapping) else other if isinstance(other, Mapping) else True
    both = dict(one)
    for key, value in other.items():
        both[key] = _merged_keyword(key, one[key], value, one, other) if key in one else value
    return both


def _merged_keyword(key: str, mine: object, theirs: object, one: Mapping, other: Mapping) -> object:
    if key in ("properties", "patternProperties", "$defs", "definitions"):
        shared = dict(mine) if isinstance(mine, Mapping) else {}
        for name, schema in theirs.items() if isinstance(theirs, Mapping) else ():
            shared[name] = {"allOf": [shared[name], schema]} if name in shared else schema
        return shared
    if key == "required":
        return list(dict.fromkeys([*names(one, key), *names(other, key)]))
    if key in ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"):
        return _of_both(max, number(one, key), number(other, key))
    if key in ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"):
        return _of_both(min, number(one, key), number(other, key))
    if key == "enum":
        return [value for value in items(one, key) if any(same(value, each) for each in items(other, key))]
    if key == "type":
        allowed = types(other)
        return [each for each in types(one) if each in allowed or (each == "integer" and "number" in allowed)] or (
            ["integer"] if "number" in types(one) and "integer" in allowed else []
        )
    if key == "uniqueItems":
        return mine is True or theirs is True
    if key in ("additionalProperties", "items") and (isinstance(mine, Mapping) or isinstance(theirs, Mapping)):
        return False if mine is False or theirs is False else {"allOf": [mine, theirs]}
    if key in ("anyOf", "oneOf", "not", "if", "multipleOf", "pattern", "const") and not same(mine, theirs):
        return mine
    return False if key == "additionalProperties" and (mine is False or theirs is False) else theirs


def _of_both(choose, mine, theirs):
    return choose(each for each in (mine, theirs) if each is not None) if (mine, theirs) != (None, None) else None


def same(one: object, other: object) -> bool:
    """Equal as JSON: true is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def is_type(value: object, name: str) -> bool:
    if name == "integer":
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        )
    if name == "number":
        return not isinstance(value, bool) and isinstance(value, int | float)
    return isinstance(value, _KINDS[name])


class Checker:
    """Checks values against the schemas of one document. Stops counting as valid what takes too many steps."""

    def __init__(self, root: Mapping, steps: int = 20_000):
        self.root = root
        self.steps = steps

    def valid(self, value: object, schema: object, depth: int = 0) -> bool:
        """Whether the value keeps to the schema. `format` is not looked at."""
        self.steps -= 1
        if self.steps < 0 or depth > _DEEPEST:
            return False
        if not isinstance(schema, Mapping):
            return schema is not False
        if isinstance(reference := schema.get("$ref"), str) and not self.valid(
            value, _target(reference, self.root), depth + 1
        ):
            return False
        allowed = types(schema)
        if allowed and not any(is_type(value, name) for name in allowed):
            return False
        if "enum" in schema and not any(same(value, each) for each in items(schema, "enum")):
            return False
        if "const" in schema and not same(value, schema["const"]):
            return False
        return self._valid_kind(value, schema, depth) and self._valid_combined(value, schema, depth)

    def _valid_kind(self, value: object, schema: Mapping, depth: int) -> bool:
        if isinstance(value, str):
            return valid_text(value, schema)
        if isinstance(value, list):
            return self._valid_list(value, schema, depth)
        if isinstance(value, dict):
            return self._valid_object(value, schema, depth)
        return not is_type(value, "number") or valid_number(value, schema)

    def _valid_combined(self, value: object, schema: Mapping, depth: int) -> bool:
        def holds(part: object) -> bool:
            return self.valid(value, part, depth + 1)

        if not all(holds(part) for part in items(schema, "allOf")):
            return False
        if "anyOf" in schema and not any(holds(part) for part in items(schema, "anyOf")):
            return False
        if "oneOf" in schema and sum(holds(part) for part in items(schema, "oneOf")) != 1:
            return False
        if "not" in schema and holds(schema["not"]):
            return False
        if "if" in schema:
            return holds(schema.get("then" if holds(schema["if"]) else "else", True))
        return True

    def _valid_list(self, value: list, schema: Mapping, depth: int) -> bool:
        least, most = size(schema, "minItems") or 0, size(schema, "maxItems")
        if len(value) < least or (most is not None and len(value) > most):
            return False
        first = items(schema, "prefixItems") or items(schema, "items")
        if not all(self.valid(each, part, depth + 1) for each, part in zip(value, first, strict=False)):
            return False
        rest = schema.get("items" if "prefixItems" in schema or not first else "additionalItems", True)
        if not all(self.valid(each, rest, depth + 1) for each in value[len(first) :]):
            return False
        if schema.get("uniqueItems") is True and not all_differ(value):
            return False
        if "contains" in schema:
            held = sum(self.valid(each, schema["contains"], depth + 1) for each in value)
            low, high = size(schema, "minContains"), size(schema, "maxContains")
            return held >= (1 if low is None else low) and (high is None or held <= high)
        return True

    def _valid_object(self, value: dict, schema: Mapping, depth: int) -> bool:
        least, most = size(schema, "minProperties") or 0, size(schema, "maxProperties")
        if len(value) < least or (most is not None and len(value) > most):
            return False
        if not all(name in value for name in names(schema, "required")):
            return False
        dependent = mapping(schema, "dependentRequired")
        for name in dependent:
            if name in value and not all(each in value for each in names(dependent, name)):
                return False
        for name, part in mapping(schema, "dependentSchemas").items():
            if name in value and not self.valid(value, part, depth + 1):
                return False
        if "propertyNames" in schema and not all(
            self.valid(name, schema["propertyNames"], depth + 1) for name in value
        ):
            return False
        return all(
            self.valid(each, part, depth + 1) for name, each in value.items() for part in schemas_of(name, schema)
        )


def schemas_of(name: str, schema: Mapping) -> list:
    """All schemas that an object's schema has for the property of that name."""
    properties = mapping(schema, "properties")
    found = [properties[name]] if name in properties else []
    found += [part for each, part in mapping(schema, "patternProperties").items() if pattern.fits(name, each)]
    return found or [schema.get("additionalProperties", True)]


def all_differ(values: list) -> bool:
    return not any(same(one, other) for index, one in enumerate(values) for other in values[:index])


def valid_number(value: int | float, schema: Mapping) -> bool:
    least, most = number(schema, "minimum"), number(schema, "maximum")
    above, below = number(schema, "exclusiveMinimum"), number(schema, "exclusiveMaximum")
    if schema.get("exclusiveMinimum") is True:
        above = least
    if schema.get("exclusiveMaximum") is True:
        below = most
    return (
        (least is None or value >= least)
        and (most is None or value <= most)
        and (above is None or value > above)
        and (below is None or value < below)
        and is_multiple(value, number(schema, "multipleOf"))
    )


def is_multiple(value: int | float, step: int | float | None) -> bool:
    if not step or step < 0:
        return True
    if isinstance(step, int) and isinstance(value, int):
        return value % step == 0
    if not -_GREATEST < value < _GREATEST:
        return False
    quotient = value / step
    return math.isfinite(quotient) and quotient == int(quotient)


def valid_text(value: str, schema: Mapping) -> bool:
    least, most = size(schema, "minLength") or 0, size(schema, "maxLength")
    if len(value) < least or (most is not None and len(value) > most):
        return False
    expression = text(schema, "pattern")
    return not expression or not pattern.is_quick(expression) or pattern.fits(value, expression)
