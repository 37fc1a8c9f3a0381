"""The object that a prompt describes in words or by a pattern, as a JSON Schema."""

from __future__ import annotations

import json
import re
from typing import Any

from .fields import field_of

_TEMPLATE = re.compile(r"[\"“']([A-Za-z_][\w -]{0,40})[\"”']\s{0,4}:\s{0,4}([\[{\"“<]?)\s*([\w.|-]*)")
_KEYS = r"(?:keys?|fields?|properties|property|attributes?|columns?|claves?|campos?|feldern?|schlüssel|champs?|clés?)"
_NAMED = re.compile(
    rf"\b(?:{_KEYS}|with|containing)\b(?: named| called| are|:)?\s*(?:the {_KEYS}\s*)?[:\uff1a]?"
    r"\s*([^\n.{}]{2,300})"
    r"|(?:欄位|字段|鍵|キー|フィールド|키|필드)[^\n:\uff1a]{0,6}[:\uff1a]?\s*([^\n。.{}]{2,200})",
    re.I,
)
_SEPARATOR = re.compile(r"\s*(?:,\s*(?:and|or|y|und|et)\s|[,;、\uff0c/]|\s(?:and|y|und|et)\s|和|及|と|와|과)\s*")
_NAME = re.compile(r"^[`\"'“]?([A-Za-z_]\w*(?: \w+)?|[\u3400-\u9fff가-힣]{1,8})[`\"'”]?(?:\s*\(([^)]*)\))?$")
_JSON = re.compile(r"\bjson\b", re.I)
_NUMBERS = re.compile(r"\b(?:number|integer|int|float|count)\b|^\d+(?:\.\d+)?$", re.I)
_READ = 10_000
_MOST_OBJECTS = 50
_decode = json.JSONDecoder().raw_decode
_COUNTED = ("people", "count", "amount", "confidence")


def asks_for_json(text: str) -> bool:
    return bool(_JSON.search(text))


def place_of_template(text: str) -> int | None:
    """Where a pattern such as {"name": "..."} stands, `None` where there is none."""
    found = _TEMPLATE.search(text[:_READ])
    return found.start() if found and ("..." in text or "<" in text) else None


def written_schema(text: str) -> tuple[dict[str, Any] | None, str]:
    """The last JSON Schema of an object that a text has in full, as packages write it into prompts; and the text
    without any.
    """
    schema, start, read = None, 0, text[:_READ]
    for _ in range(_MOST_OBJECTS):
        start = text.find("{", start, len(read))
        if start < 0:
            break
        try:
            found, end = _decode(read, start)
        except (ValueError, RecursionError):
            start += 1
            continue
        if isinstance(found.get("properties"), dict):
            schema, text = found, text[:start] + text[end:]
            read = text[:_READ]
        else:
            start = end
    return schema, text


def schema_in(instruction: str) -> dict[str, Any] | None:
    """A schema with the names that the instruction gives; `None` where it gives none."""
    instruction = instruction[:_READ]
    properties: dict[str, Any] = {}
    for name, opens, value in _TEMPLATE.findall(instruction):
        properties.setdefault(name, _schema(name, opens, value))
    if not properties:
        for match in _NAMED.finditer(instruction):
            parts = [_NAME.match(part.strip()) for part in _SEPARATOR.split(match[1] or match[2])]
            if parts and all(parts):
                for part in parts:
                    properties.setdefault(part[1], _schema(part[1], "", part[2] or ""))
    if not properties:
        return None
    return {"type": "object", "properties": properties, "required": list(properties)}


def _schema(name: str, opens: str, value: str) -> dict[str, Any]:
    if opens == "[":
        return {"type": "array", "items": {"type": "string"}}
    if opens == "{":
        return {"type": ["object", "null"]}
    if value in ("true", "false") or value.lower().startswith("bool"):
        return {"type": ["boolean", "null"]}
    field = field_of(name)
    if _NUMBERS.search(value) or (field and field.kind in _COUNTED):
        return {"type": ["number", "null"]}
    choices = [choice for choice in value.split("|") if choice]
    if len(choices) > 1:
        return {"enum": [*choices, None]}
    return {"type": ["string", "null"]}
