"""Choose a tool for what a user asks and fill in its arguments; answer from what a tool returned."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from ..types import Message, Tool, ToolCall, Turn
from .embed import concepts
from .facts import Facts
from .fields import field_of, plain_words
from .fill_schema import Filled, fill, missing
from .json_schema import mapping, resolved
from .text import key_words
from .tiers import Tier

# What a tool's name shares with the message says most.
_IN_NAME, _IN_NOTE, _IN_FIELDS = 3.0, 1.0, 1.0
# A tool must share this much to be called unasked.
_ENOUGH = 2.0
_CLAUSE_END = re.compile(
    r"(?<=[.!?;])\s+|,?\s(?:and|then|also|plus|y|und|et)\s(?:also\s|then\s)?|[;。\uff1b\uff0c]|(?:以及|還有|还有|然後|然后|並且|并且|それから|また|그리고)",
    re.I,
)
# What packages put around what a tool returned.
_WRAPPERS = frozenset(["result", "output", "content", "return_value"])
# Only so much of a message is read for tools.
_LONGEST = 4000


class Plan(NamedTuple):
    """The calls to make, or what the user has to say first."""

    calls: tuple[ToolCall, ...]
    question: str = ""


def plan(turn: Turn, facts: Facts, tier: Tier) -> Plan:
    """The calls that the newest message of the user needs and that were not made since.

    `facts` are those of that message.
    """
    forced = turn.tool_choice == "required"
    tools = [tool for tool in turn.tools if tool.name == turn.tool_name] if turn.tool_name else list(turn.tools)
    if not tools:
        return Plan(())
    chosen = [(tools[0], facts)] if turn.tool_name else _chosen(tools, facts)
    if not chosen and forced:
        chosen = [(max(tools, key=lambda tool: _likeness(tool, facts.text)), facts)]
    wanted: list[tuple[Tool, str]] = []
    unclear: dict[str, list[str]] = {}
    for tool, part in chosen:
        for filled in _arguments(tool, part, facts, tier):
            lacking = missing(tool.schema, filled)
            if not forced and lacking and not filled.found:
                unclear[tool.name] = lacking
            else:
                wanted.append((tool, json.dumps(filled.value, ensure_ascii=False)))
    wanted = list(dict.fromkeys((tool.name, arguments) for tool, arguments in wanted))
    new = wanted if forced else _not_made(wanted, turn.messages)
    if not turn.parallel_tool_calls or turn.tool_name:
        new = new[:1]
    if unclear and not wanted:
        name, lacking = next(iter(unclear.items()))
        needed = " and ".join(plain_words(each) for each in lacking)
        return Plan((), f"To use {name} I need: {needed}.")
    return Plan(tuple(ToolCall(_call_id(name, arguments, turn), name, arguments) for name, arguments in new))


def answer_from_results(messages: tuple[Message, ...], breadth: int) -> str:
    """What the tools returned since the user spoke, in a sentence for each; empty where none did."""
    made = {call.id: call for message in messages for call in message.tool_calls}
    said = []
    for message in _since_user(messages):
        if message.role == "tool":
            call = made.get(message.answers)
            said.append(_told(call, message.text, breadth))
    return " ".join(said)


def results(messages: tuple[Message, ...]) -> str:
    """What the tools returned since the user spoke, as they returned it."""
    return "\n".join(message.text for message in _since_user(messages) if message.role == "tool")


def _chosen(tools: list[Tool], facts: Facts) -> list[tuple[Tool, Facts]]:
    """The tools that parts of the message ask for, each with the text of its parts."""
    text = facts.text[:_LONGEST]
    whole = max(tools, key=lambda tool: _likeness(tool, text))
    parts: dict[str, list[str]] = {}
    by_name = {tool.name: tool for tool in tools}
    last = None
    for clause in _CLAUSE_END.split(text):
        best = max(tools, key=lambda tool: _likeness(tool, clause))
        if _likeness(best, clause) >= _ENOUGH:
            last = best.name
        if last:
            parts.setdefault(last, []).append(clause)
    if len(parts) > 1:
        return [(by_name[name], facts.of(". ".join(clauses))) for name, clauses in parts.items()]
    return [(whole, facts)] if _likeness(whole, text) >= _ENOUGH else []


def _likeness(tool: Tool, text: str) -> float:
    """How much a tool's name, description and parameters share with a text."""
    stems, known = set(key_words(text)), set(concepts().values(text))
    name = plain_words(tool.name)
    fields = " ".join(plain_words(each) for each in mapping(tool.schema, "properties"))
    weight = 0.0
    seen: set[str] = set()
    for words, share in ((name, _IN_NAME), (tool.description[:1000], _IN_NOTE), (fields, _IN_FIELDS)):
        for feature in {*key_words(words), *concepts().values(words)} - seen:
            seen.add(feature)
            weight += share * (feature in stems or feature in known)
    return weight


def _arguments(tool: Tool, part: Facts, whole: Facts, tier: Tier) -> list[Filled]:
    """The arguments of the calls: one call, or one for each place where the message names several."""
    schema = tool.schema if isinstance(tool.schema, Mapping) else {}
    filled = _completed(schema, fill(schema, part, tier), whole, tier)
    if not isinstance(filled.value, dict):
        return [Filled({})]
    for name, value in filled.value.items():
        field = field_of(name)
        if field and field.kind == "place" and isinstance(value, str):
            places = [place for place in part.places if place.role == field.role]
            others = [place.written for place in places if place.written not in filled.value.values()]
            together = [
                other
                for other in dict.fromkeys(others)
                if not any(other in each for each in filled.value.values() if isinstance(each, str))
            ]
            fields = [each for each in filled.value if (kind := field_of(each)) and kind.kind == "place"]
            if together and len(fields) == 1 and filled.found:
                return [filled] + [Filled({**filled.value, name: other}, filled.found) for other in together]
    return [filled]


def _completed(schema: Mapping, filled: Filled, whole: Facts, tier: Tier) -> Filled:
    """Where a part of a message leaves something open, look at the whole message."""
    lacking = missing(schema, filled)
    if not lacking:
        return filled
    all_filled = fill(schema, whole, tier)
    if isinstance(all_filled.value, dict) and len(missing(schema, all_filled)) < len(lacking):
        return all_filled
    properties = mapping(resolved(schema, schema) or {}, "properties")
    if len(lacking) == 1 and isinstance(filled.value, dict) and whole.text.strip():
        # A single text that no rule knows is what the user is speaking of.
        only = resolved(properties.get(lacking[0], {}), schema)
        if (
            isinstance(only, Mapping)
            and only.get("type") == "string"
            and not set(only) - {"type", "description", "title"}
            and field_of(lacking[0]) is None
        ):
            return Filled({**filled.value, lacking[0]: " ".join(whole.text.split())[:200]}, filled.found + 1)
    return filled


def _not_made(wanted: list[tuple[str, str]], messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    """The calls that were not made since the user spoke; one that was made with other arguments counts too."""
    made = [call.name for message in _since_user(messages) for call in message.tool_calls]
    new = []
    for name, arguments in wanted:
        if name in made:
            made.remove(name)
        else:
            new.append((name, arguments))
    return new


def _since_user(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    last = max((index for index, message in enumerate(messages) if message.role == "user"), default=-1)
    return messages[last + 1 :]


def _call_id(name: str, arguments: str, turn: Turn) -> str:
    return sha256(f"{name}\0{arguments}\0{len(turn.messages)}".encode("utf-8", "replace")).hexdigest()[:24]


def _told(call: ToolCall | None, result: str, breadth: int) -> str:
    """One result as a sentence. JSON is told by its names, a text as it is."""
    about = _about(call)
    try:
        value = json.loads(result)
    except (ValueError, RecursionError):
        value = result.strip()
    value = _unwrapped(call, value)
    if isinstance(value, Mapping) and (error := value.get("error")):
        return f"{about}: the tool reported an error: {_plainly(error, breadth)}."
    told = _plainly(value, breadth)
    if not told:
        return f"{about}: the tool returned nothing."
    return f"{about}: {told}" + ("" if told.endswith((".", "!", "?", "。")) else ".")


def _unwrapped(call: ToolCall | None, value: object) -> object:
    """A result without what packages put around it, such as {"name": "weather", "content": "sunny"}."""
    if isinstance(value, Mapping):
        named = call is not None and value.get("name") == call.name
        names = value.keys() - ({"name"} if named else set())
        if len(names) == 1 and names <= _WRAPPERS:
            return value[names.pop()]
    return value


def _about(call: ToolCall | None) -> str:
    """What a call was about: its texts, else the tool's name."""
    if call is None:
        return "Result"
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        arguments = {}
    values = arguments.values() if isinstance(arguments, Mapping) else ()
    texts = [value for value in values if isinstance(value, str) and 0 < len(value) <= 40]
    name = plain_words(call.name).capitalize()
    return f"{name} ({', '.join(texts)})" if texts else name


def _plainly(value: object, breadth: int, depth: int = 0) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not stated"
    if isinstance(value, Mapping):
        parts = [
            f"{plain_words(str(name))} {_plainly(each, breadth, depth + 1)}"
            for name, each in list(value.items())[: 4 * breadth]
        ]
        return ", ".join(parts) if depth < 3 else "..."
    if isinstance(value, list):
        shown = [_plainly(each, breadth, depth + 1) for each in value[: 3 * breadth]] if depth < 3 else []
        rest = len(value) - len(shown)
        return "; ".join(shown) + (f"; and {rest} more" if rest and shown else "")
    return str(value)
