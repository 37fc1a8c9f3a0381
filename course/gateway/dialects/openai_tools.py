"""The tools of a request, as Chat Completions (`nested`) and Responses write them."""

from __future__ import annotations

import re

from ..types import Fault, Tool
from . import openai as fields
from . import openai_schema

MOST_TOOLS = 128
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")
_FIELDS = frozenset(["name", "description", "parameters", "strict"])
# Tools that the platform would run itself, with the fields that each must have; only Responses takes them.
HOSTED = {
    "web_search": (),
    "web_search_preview": (),
    "file_search": ("vector_store_ids",),
    "code_interpreter": ("container",),
    "image_generation": (),
    "computer_use_preview": ("display_height", "display_width", "environment"),
    "mcp": ("server_label",),
}


def parse(value: object, nested: bool) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    """The caller's functions, and the hosted tools by name."""
    if value is None:
        return (), ()
    if not isinstance(value, list):
        raise fields.wrong_type("tools", "an array of objects", value)
    if len(value) > MOST_TOOLS:
        raise fields.too_long("tools", MOST_TOOLS, len(value))
    tools, hosted = [], []
    for index, each in enumerate(value):
        name = f"tools[{index}]"
        tool = fields.json_object(each, name)
        kinds = ("function",) if nested else ("function", *HOSTED)
        kind = fields.choice(fields.required(tool, "type", f"{name}."), f"{name}.type", kinds)
        if kind != "function":
            for field in HOSTED[kind]:
                fields.required(tool, field, f"{name}.")
            hosted.append(kind)
        elif nested:
            fields.check_names(tool, frozenset(["type", "function"]), f"{name}.")
            tools.append(_function(fields.required(tool, "function", f"{name}."), f"{name}.function"))
        else:
            # Responses is strict unless told otherwise, and then only checks what it was given.
            function = {key: item for key, item in tool.items() if key != "type"}
            tools.append(_function(function, name))
    return tuple(tools), tuple(hosted)


def echo(value: list[dict] | None) -> list[dict]:
    """The tools of a request as a response repeats them: a function is strict where nothing else was said."""
    return [
        {**tool, "parameters": tool.get("parameters"), "strict": tool.get("strict") is not False}
        if tool["type"] == "function"
        else tool
        for tool in value or ()
    ]


def parse_choice(
    value: object, tools: tuple[Tool, ...], nested: bool, hosted: tuple[str, ...] = ()
) -> tuple[str, str | None]:
    """Whether a tool is to be called, and which. A hosted one cannot be made to run, as it never does here."""
    if value is None:
        return "auto", None
    if isinstance(value, str):
        choice = fields.choice(value, "tool_choice", ("none", "auto", "required"))
        if choice == "required" and not tools:
            if not hosted:
                raise _without_tools()
            return "auto", None
        return choice, None
    choice = fields.json_object(value, "tool_choice")
    kind = fields.required(choice, "type", "tool_choice.")
    if fields.choice(kind, "tool_choice.type", ("function", *hosted)) != "function":
        return "auto", None
    holder = fields.json_object(choice.get("function"), "tool_choice.function") if nested else choice
    place = "tool_choice.function" if nested else "tool_choice"
    name = fields.required_string(holder, "name", f"{place}.")
    if not tools:
        raise _without_tools()
    if name not in {tool.name for tool in tools}:
        message = (
            f"Invalid value for 'tool_choice': no function named '{name}' was specified in the 'tools' parameter."
        )
        raise Fault("invalid_request", message, "tool_choice", "invalid_value")
    return "required", name


def _function(value: object, name: str) -> Tool:
    function = fields.json_object(value, name)
    fields.check_names(function, _FIELDS, f"{name}.")
    called = fields.required_string(function, "name", f"{name}.")
    if not _NAME.match(called):
        problem = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
        raise fields.invalid(f"{name}.name", problem)
    description = function.get("description")
    schema = function.get("parameters")
    if schema is not None:
        fields.json_object(schema, f"{name}.parameters")
    if fields.boolean(function.get("strict"), f"{name}.strict"):
        openai_schema.check_strict(schema or {}, f"function '{called}'", f"{name}.parameters")
    text = "" if description is None else fields.string(description, f"{name}.description")
    return Tool(called, text, schema or {"type": "object", "properties": {}})


def _without_tools() -> Fault:
    message = "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."
    return Fault("invalid_request", message, "tool_choice")
