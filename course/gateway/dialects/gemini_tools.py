"""Gemini's tools: the caller's functions, those that Google would run, and which of them are to be called."""

from __future__ import annotations

import re

from ..types import Fault, Tool
from .gemini_content import invalid
from .gemini_messages import HOSTED_TOOLS
from .gemini_schema import given_schema
from .proto_json import camel_case

_REQUEST = "GenerateContentRequest"
_FUNCTION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_MODES = {"ANY": "required", "NONE": "none"}


def tools(declared: list[dict]) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    """The caller's own functions, and the names of the tools that Google would run."""
    functions: dict[str, Tool] = {}
    hosted: dict[str, None] = {}
    for index, tool in enumerate(declared):
        hosted.update({camel_case(name): None for name in HOSTED_TOOLS if name in tool})
        for place, declaration in enumerate(tool.get("function_declarations", [])):
            function = _function(declaration, f"tools[{index}].function_declarations[{place}]")
            if function.name in functions:
                message = f"Duplicate function declaration found: {function.name}"
                raise Fault("invalid_request", message, "tools")
            functions[function.name] = function
    return tuple(functions.values()), tuple(hosted)


def _function(declared: dict, path: str) -> Tool:
    if not _FUNCTION_NAME.fullmatch(declared.get("name", "")):
        problem = (
            "Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), "
            "underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64."
        )
        raise invalid(f"{_REQUEST}.{path}.name", problem)
    schema = given_schema(declared, "parameters", f"{_REQUEST}.{path}") or {"type": "object"}
    return Tool(declared["name"], declared.get("description", ""), schema)


def tool_choice(tool_config: dict, tools: tuple[Tool, ...], hosted: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Whether a function must be called, and the names of those that may be; none is all."""
    if tools and hosted and not tool_config.get("include_server_side_tool_invocations"):
        message = (
            "Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function "
            "calling."
        )
        raise Fault("invalid_request", message, "tool_config.include_server_side_tool_invocations")
    config = tool_config.get("function_calling_config")
    if config is None:
        return "auto", ()
    if not tools:
        raise Fault("invalid_request", "Function calling config is set without function_declarations.", "tool_config")
    mode, names = config.get("mode", "AUTO"), tuple(config.get("allowed_function_names", []))
    if names and mode not in ("ANY", "VALIDATED"):
        message = "Please set allowed_function_names only when function calling mode is ANY."
        raise Fault("invalid_request", message, "tool_config.function_calling_config.allowed_function_names")
    declared = {tool.name for tool in tools}
    for name in names:
        if name not in declared:
            path = f"{_REQUEST}.tool_config.function_calling_config.allowed_function_names"
            raise invalid(path, f"'{name[:64]}' is not a declared function.")
    return _MODES.get(mode, "auto"), names
