"""What OpenAI publishes about its API's answers, reduced to those that the gateway gives.

`python tests/gateway/openai_schema.py FOLDER COMMIT` writes `tests/vectors/openai_schema.json` out of the files of
https://github.com/openai/openai-openapi at a commit. Only types are taken over, no texts; of the kinds of things that
an answer may hold, only those that the gateway ever makes.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

FILE = Path(__file__).parent.parent / "vectors" / "openai_schema.json"
SOURCE = "https://github.com/openai/openai-openapi"
SERVED = re.compile(
    r"/(chat/completions|embeddings|(models|files|batches)(/.+)?|(organization|projects)/(?!.*certificates).+"
    r"|responses(/input_tokens|/\{[^?]+)?)"
)
# Of the chosen items, tools and events of a response, what a model without tools of its own can make.
KEPT = {
    "Tool": ["FunctionTool", "WebSearchTool", "FileSearchTool", "CodeInterpreterTool"],
    "OutputItem": ["OutputMessage", "FunctionToolCall", "ReasoningItem"],
    "ItemResource": [
        "InputMessageResource",
        "OutputMessage",
        "FunctionToolCallResource",
        "FunctionToolCallOutputResource",
        "ReasoningItem",
    ],
    "Item": ["InputMessage", "OutputMessage", "FunctionToolCall", "FunctionCallOutputItemParam"],
    "InputItem": ["EasyInputMessage", "Item"],
    "ResponseStreamEvent": [
        "ResponseCreatedEvent",
        "ResponseInProgressEvent",
        "ResponseCompletedEvent",
        "ResponseIncompleteEvent",
        "ResponseFailedEvent",
        "ResponseErrorEvent",
        "ResponseOutputItemAddedEvent",
        "ResponseOutputItemDoneEvent",
        "ResponseContentPartAddedEvent",
        "ResponseContentPartDoneEvent",
        "ResponseTextDeltaEvent",
        "ResponseTextDoneEvent",
        "ResponseFunctionCallArgumentsDeltaEvent",
        "ResponseFunctionCallArgumentsDoneEvent",
    ],
}
TEXTS = {"description", "title", "example", "examples", "default", "discriminator", "externalDocs", "deprecated"}


@cache
def published() -> dict:
    return json.loads(FILE.read_text("utf-8"))


@cache
def validator(name: str) -> Draft202012Validator:
    """For an answer by its address, such as "GET /models/{}", or by the name of its type."""
    file = published()
    _, kind, address = name.rpartition("stream ")
    schema = file["streams" if kind else "answers"].get(address) or {"$ref": f"#/$defs/{name}"}
    return Draft202012Validator({**schema, "$defs": file["$defs"]})


def problems(name: str, answer: object) -> list[str]:
    """Where an answer is not as published, one sentence for each place."""
    found = validator(name).iter_errors(answer)
    return [f"{name} {'.'.join(map(str, each.absolute_path))}: {each.message[:300]}" for each in found]


def plain(path: str) -> str:
    """An address without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def reduce(document: dict) -> dict:
    answers, streams = {}, {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items() if SERVED.fullmatch(path) else ():
            content = operation.get("responses", {}).get("200", {}).get("content", {})
            for kind, found in (("application/json", answers), ("text/event-stream", streams)):
                if "schema" in content.get(kind, {}):
                    found[f"{method.upper()} {plain(path)}"] = _types(content[kind]["schema"])
    schemas = document["components"]["schemas"]
    defs: dict[str, object] = {}
    waiting = [answers, streams, {"$ref": "#/$defs/ErrorResponse"}]
    while waiting:
        for name in re.findall(r'"#/\$defs/(\w+)"', json.dumps(waiting.pop())):
            if name not in defs:
                defs[name] = _types(_narrowed(name, schemas[name]))
                waiting.append(defs[name])
    return {"answers": answers, "streams": streams, "$defs": dict(sorted(defs.items()))}


def _narrowed(name: str, schema: dict) -> dict:
    kept = {f"#/components/schemas/{each}" for each in KEPT.get(name, ())}
    if not kept:
        return schema
    union = "oneOf" if "oneOf" in schema else "anyOf"
    return {**schema, union: [each for each in schema[union] if each.get("$ref") in kept]}


def _types(value: object) -> object:
    """A schema without texts; OpenAPI's older `nullable` as JSON Schema says it."""
    if isinstance(value, list):
        return [_types(each) for each in value]
    if not isinstance(value, dict):
        return value.replace("#/components/schemas/", "#/$defs/") if isinstance(value, str) else value
    found = {
        name: {field: _types(each) for field, each in inner.items()} if name == "properties" else _types(inner)
        for name, inner in value.items()
        if name not in TEXTS and not name.startswith("x-") and name != "nullable"
    }
    return {"anyOf": [found, {"type": "null"}]} if value.get("nullable") else found


if __name__ == "__main__":
    folder, commit = Path(sys.argv[1]), sys.argv[2]
    licence = (folder / "LICENSE").read_text("utf-8").split("\n")
    about = {"source": f"{SOURCE}/blob/{commit}/openapi.json", "licence": [line for line in licence if line]}
    made = about | reduce(json.loads((folder / "openapi.json").read_text("utf-8")))
    parts = (
        # One line for each type, so that a difference can be read.
        f'"{name}": {{\n' + ",\n".join(json.dumps({each: found})[1:-1] for each, found in value.items()) + "\n}"
        if name in ("answers", "streams", "$defs")
        else json.dumps({name: value})[1:-1]
        for name, value in made.items()
    )
    FILE.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")
