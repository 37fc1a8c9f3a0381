"""The tools of a request to Anthropic: the caller's own, those that the platform runs, and how to choose."""

from __future__ import annotations

import re

from ..types import Tool
from . import anthropic as fields

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
# Tools that the platform runs itself, and the versions of each that the SDK knows.
_VERSIONS = {
    "web_search": (20250305, 20260209, 20260318),
    "web_fetch": (20250910, 20260209, 20260309, 20260318),
    "code_execution": (20250522, 20250825, 20260120, 20260521),
}
_HOSTED_TOOLS = {f"{name}_{version}": name for name, versions in _VERSIONS.items() for version in versions}
_FLAGS = ("strict", "defer_loading", "eager_input_streaming")
_OWN_FIELDS = frozenset(
    ["type", "name", "description", "input_schema", "cache_control", "allowed_callers", "input_examples", *_FLAGS]
)
_CHOICE_FIELDS = {
    "auto": frozenset(["type", "disable_parallel_tool_use"]),
    "any": frozenset(["type", "disable_parallel_tool_use"]),
    "tool": frozenset(["type", "disable_parallel_tool_use", "name"]),
    "none": frozenset(["type"]),
}


def read_tools(value: object) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    """The caller's own tools, and the names of those that the platform would run itself."""
    own: list[Tool] = []
    hosted: list[str] = []
    for index, each in enumerate([] if value is None else fields.json_list(value, "tools")):
        name = f"tools.{index}"
        tool = fields.json_object(each, name)
        kind = "custom"
        if tool.get("type") is not None:
            kind = fields.tag(tool, name, ("custom", *_HOSTED_TOOLS))
        fields.check_cache_control(tool.get("cache_control"), f"{name}.{kind}.cache_control")
        if kind == "custom":
            own.append(_own_tool(tool, f"{name}.custom"))
        else:
            called = fields.required(tool, "name", f"{name}.{kind}")
            hosted.append(fields.choice(called, f"{name}.{kind}.name", (_HOSTED_TOOLS[kind],)))
    names = [tool.name for tool in own] + hosted
    if len(set(names)) < len(names):
        raise fields.invalid("tools", "Tool names must be unique.")
    return tuple(own), tuple(hosted)


def read_tool_choice(value: object, tools: tuple[Tool, ...], hosted: tuple[str, ...]) -> tuple[str, str | None, bool]:
    """How the model may choose, the tool that it must call, and whether it may call several."""
    if value is None:
        return "auto", None, True
    choice = fields.json_object(value, "tool_choice")
    kind = fields.tag(choice, "tool_choice", tuple(_CHOICE_FIELDS))
    name = f"tool_choice.{kind}"
    fields.check_names(choice, _CHOICE_FIELDS[kind], f"{name}.")
    parallel = not fields.boolean(choice.get("disable_parallel_tool_use"), f"{name}.disable_parallel_tool_use")
    tool_name = fields.string(fields.required(choice, "name", name), f"{name}.name") if kind == "tool" else None
    if kind != "none" and not tools and not hosted:
        raise fields.invalid("tool_choice", "may only be specified while providing tools")
    if tool_name is not None and tool_name not in {tool.name for tool in tools}:
        raise fields.invalid(name, f"Tool '{tool_name}' not found in provided tools")
    return {"auto": "auto", "none": "none"}.get(kind, "required"), tool_name, parallel


def _own_tool(tool: dict, name: str) -> Tool:
    fields.check_names(tool, _OWN_FIELDS, f"{name}.")
    called = fields.string(fields.required(tool, "name", name), f"{name}.name")
    if not _NAME.fullmatch(called):
        raise fields.invalid(f"{name}.name", "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'")
    schema = fields.json_schema(fields.required(tool, "input_schema", name), f"{name}.input_schema")
    fields.choice(fields.required(schema, "type", f"{name}.input_schema"), f"{name}.input_schema.type", ("object",))
    description = tool.get("description")
    for flag in _FLAGS:
        fields.boolean(tool.get(flag), f"{name}.{flag}")
    return Tool(called, "" if description is None else fields.string(description, f"{name}.description"), schema)
