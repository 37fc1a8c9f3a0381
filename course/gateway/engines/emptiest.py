"""The emptiest value that a JSON Schema allows: what stands where a text does not say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice

from . import pattern
from .json_schema import (
    Checker,
    all_differ,
    items,
    mapping,
    merged,
    names,
    number,
    resolved,
    schemas_of,
    size,
    text,
    types,
    valid_number,
    valid_text,
)

_DEEPEST = 12
# No schema makes the practice model write more than this.
_LONGEST_TEXT, _MOST_ITEMS = 10_000, 1000
# Where a schema allows anything, from the emptiest.
_ANYTHING = (None, "", 0, False, [], {}, "-", 1, True)
_FORMATS = {
    "date": "1970-01-01",
    "date-time": "1970-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT0S",
    "email": "nobody@example.com",
    "idn-email": "nobody@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "0.0.0.0",
    "ipv6": "::",
    "uri": "https://example.com",
    "iri": "https://example.com",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "regex": "",
}
_TYPE_OF_KEYWORD = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "patternProperties": "object",
    "minProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "contains": "array",
    "format": "string",
    "pattern": "string",
    "minLength": "string",
    "maxLength": "string",
    "minimum": "number",
    "maximum": "number",
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "multipleOf": "number",
}


def kinds(schema: Mapping) -> list[str]:
    """The types that a schema allows; where it does not say, the one that its keywords speak of, or null."""
    implied = (kind for keyword, kind in _TYPE_OF_KEYWORD.items() if keyword in schema)
    return types(schema) or [next(implied, "null")]


class Emptiest:
    """Makes the emptiest values for the schemas of one document."""

    def __init__(self, checker: Checker):
        self.checker = checker
        self.steps = 2000

    def value(self, schema: object, nth: int = 0, depth: int = 0) -> object:
        """The emptiest value; with `nth`, another one where the schema allows several."""
        self.steps -= 1
        own = resolved(schema, self.checker.root)
        if not isinstance(own, Mapping) or depth > _DEEPEST or self.steps < 0:
            return None
        if "const" in own:
            return own["const"]
        for candidate in self._candidates(own, nth, depth):
            if self.checker.valid(candidate, own):
                return candidate
        return next(self._candidates(own, nth, depth), None)

    def _candidates(self, own: Mapping, nth: int, depth: int) -> Iterator[object]:
        if "enum" in own:
            values = items(own, "enum")
            rest = {key: value for key, value in own.items() if key != "enum"}
            allowed = [value for value in values[:_MOST_ITEMS] if self.checker.valid(value, rest)] or values
            yield from allowed[nth % len(allowed) :] if allowed else ()
            return
        for keyword in ("anyOf", "oneOf"):
            if parts := sorted(items(own, keyword), key=lambda part: not _is_null(part)):
                rest = {key: value for key, value in own.items() if key != keyword}
                for other in range(4):
                    for part in parts:
                        yield self.value(merged(rest, resolved(part, self.checker.root)), nth + other, depth + 1)
                return
        if "if" in own:
            rest = {key: value for key, value in own.items() if key not in ("if", "then", "else")}
            for parts in (("else",), ("if", "then")):
                both: object = rest
                for part in parts:
                    both = merged(both, resolved(own.get(part, True), self.checker.root))
                yield self.value(both, nth, depth + 1)
        allowed = kinds(own)
        if not types(own) and allowed == ["null"]:
            yield from (_ANYTHING[nth:] or _ANYTHING)
            return
        for kind in sorted(allowed, key=lambda kind: kind != "null" or nth > 0):
            yield self.of_kind(kind, own, nth, depth)
        for other in range(1, 4):
            yield self.of_kind(allowed[0], own, nth + other, depth)

    def of_kind(self, kind: str, own: Mapping, nth: int, depth: int) -> object:
        if kind == "null":
            return None
        if kind == "boolean":
            return nth % 2 == 1
        if kind in ("number", "integer"):
            return next(islice(_numbers(own, kind == "integer"), nth, None), 0)
        if kind == "string":
            return _text(own, nth)
        return self._list(own, nth, depth) if kind == "array" else self._object(own, nth, depth)

    def _list(self, own: Mapping, nth: int, depth: int) -> list:
        least = size(own, "minItems") or 0
        contained = 0
        if "contains" in own:
            wanted = size(own, "minContains")
            contained = 1 if wanted is None else wanted
        return self.padded([], own, min(max(least, contained, nth), _MOST_ITEMS), depth, contained)

    def padded(self, values: list, own: Mapping, least: int, depth: int, contained: int = 0) -> list:
        """The list with emptiest items added until it has `least`, different ones where they must differ."""
        first = items(own, "prefixItems") or items(own, "items")
        rest = own.get("items" if "prefixItems" in own or not first else "additionalItems", True)
        differ = own.get("uniqueItems") is True
        values = list(values)
        tries = 0
        while len(values) < least and self.steps > 0:
            index = len(values)
            schema = first[index] if index < len(first) else rest
            if index < contained:
                schema = merged(resolved(schema, self.checker.root), resolved(own["contains"], self.checker.root))
            value = self.value(schema, tries if differ else 0, depth + 1)
            tries += 1
            if not differ or all_differ([*values, value]):
                values.append(value)
            elif tries > 3 * least + 10:
                break
        return values

    def _object(self, own: Mapping, nth: int, depth: int) -> dict:
        made = {}
        for index, name in enumerate(names(own, "required")):
            made[name] = self.property(name, own, nth if index == 0 else 0, depth)
        return self.widened(made, own, depth)

    def property(self, name: str, own: Mapping, nth: int, depth: int) -> object:
        return self.value({"allOf": schemas_of(name, own)}, nth, depth + 1)

    def widened(self, made: dict, own: Mapping, depth: int) -> dict:
        """The object with properties added that others need, and until there are enough."""
        made = dict(made)
        dependent = mapping(own, "dependentRequired")
        for name in dependent:
            for each in names(dependent, name) if name in made else ():
                made.setdefault(each, self.property(each, own, 0, depth))
        least = min(size(own, "minProperties") or 0, _MOST_ITEMS)
        spare = [name for name in mapping(own, "properties") if name not in made]
        named = [text_ for each in mapping(own, "patternProperties") if (text_ := pattern.example(each))]
        other = own.get("propertyNames")
        for index in range(2 * least):
            if len(made) >= least:
                break
            if spare:
                name = spare.pop(0)
            elif named:
                name = named.pop(0)
            else:
                name = str(self.value(merged({"type": "string"}, other), index)) if other else f"field_{index + 1}"
            made.setdefault(name, self.property(name, own, 0, depth))
        return made


def _is_null(schema: object) -> bool:
    return isinstance(schema, Mapping) and (types(schema) == ["null"] or schema.get("const", 0) is None)


def _numbers(own: Mapping, whole: bool) -> Iterator[int | float]:
    """Numbers that the schema allows, from the one nearest to zero."""
    bounds = [
        bound
        for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
        if (bound := number(own, key)) is not None
    ]
    step = number(own, "multipleOf")
    step = step if step and step > 0 else 1
    near = [0, *bounds]
    if len(bounds) > 1 and not whole:
        near.append(sum(bounds[:2]) / 2)
    seen = set()
    for distance in range(200):
        for start in near:
            for way in (1, -1):
                places = math.floor(start / step) if math.isfinite(start / step) else 0
                for value in (
                    start,
                    (places + way * distance) * step,
                    start + way * distance,
                    start + way / (distance + 2),
                ):
                    if whole and not float(value).is_integer():
                        continue
                    value = int(value) if float(value).is_integer() else value
                    if value not in seen and valid_number(value, own):
                        seen.add(value)
                        yield value


def _text(own: Mapping, nth: int) -> str:
    least = min(size(own, "minLength") or 0, _LONGEST_TEXT)
    named = _FORMATS.get(text(own, "format"))
    if named is not None and valid_text(named, own):
        return _varied(named, text(own, "format"), nth)
    if expression := text(own, "pattern"):
        found = pattern.example(expression, least + nth, size(own, "maxLength"))
        return found if found is not None else pattern.example(expression, least, size(own, "maxLength")) or ""
    return "-" * (least + nth)


def _varied(named: str, form: str, nth: int) -> str:
    """Another text of the same form, for lists whose items must differ."""
    if not nth:
        return named
    if form in ("date", "date-time"):
        return named.replace("1970", f"{1970 + nth:04}"[:4])
    if form == "uuid":
        return f"{named[:24]}{nth:012}"
    if form == "ipv4":
        return f"0.0.{nth // 256 % 256}.{nth % 256}"
    if form in ("email", "idn-email"):
        return f"nobody{nth}@example.com"
    return f"{named}{nth}"
