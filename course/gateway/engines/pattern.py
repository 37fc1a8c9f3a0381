"""Texts for a regular expression of a JSON Schema: whether one fits, and one that does."""

from __future__ import annotations

import re
from functools import lru_cache

# The standard library's own reading of an expression. It has no public door, and a second reading of the same
# grammar would be two hundred lines.
from re import _constants as constants
from re import _parser as parser

_CATEGORIES = {
    constants.CATEGORY_DIGIT: "0",
    constants.CATEGORY_NOT_DIGIT: "a",
    constants.CATEGORY_SPACE: " ",
    constants.CATEGORY_NOT_SPACE: "a",
    constants.CATEGORY_WORD: "a",
    constants.CATEGORY_NOT_WORD: "-",
}
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)
_PLAIN = "aA0-_ .:/@+,;#!?()"
# Longer texts are not tried against a stranger's expression, and not made for one.
_LONGEST = 200


def fits(text: str, pattern: str) -> bool:
    """Whether the expression is found in the text. False where trying it could take long."""
    if len(text) > _LONGEST or not is_quick(pattern):
        return False
    return re.search(pattern, text) is not None


@lru_cache(maxsize=128)
def is_quick(pattern: str) -> bool:
    """Whether an expression can be tried on a short text without taking exponentially long."""
    tree = _tree(pattern)
    return tree is not None and _is_quick(tree)


def example(pattern: str, shortest: int = 0, longest: int | None = None) -> str | None:
    """A text that the expression is found in, of a length between the two, or `None` if none is known."""
    tree = _tree(pattern)
    if tree is None:
        return None
    most = _LONGEST if longest is None else min(longest, _LONGEST)
    for extra in range(min(shortest, most) + 1):
        text = _text(tree, extra)
        if text is None:
            return None
        for padded in (text, text.ljust(shortest, "a"), text.rjust(shortest, "a")):
            if shortest <= len(padded) <= most and (not is_quick(pattern) or re.search(pattern, padded)):
                return padded
    return None


@lru_cache(maxsize=128)
def _tree(pattern: str):
    if len(pattern) > _LONGEST:
        return None
    try:
        re.compile(pattern)
        return list(parser.parse(pattern))
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


def _is_quick(tree) -> bool:
    """No choice inside a repetition, no reference back, and few open repetitions beside each other."""
    repeats = 0
    for operator, argument in _nodes(tree):
        if operator in (constants.GROUPREF, constants.GROUPREF_EXISTS):
            return False
        if operator in _REPEATS and argument[0] != argument[1]:
            repeats += argument[1] == constants.MAXREPEAT or argument[1] > 20
            if argument[1] > 1 and any(_is_choice(*node) for node in _nodes(argument[2])):
                return False
    return repeats <= 3


def _is_choice(operator, argument) -> bool:
    return operator is constants.BRANCH or (operator in _REPEATS and argument[0] != argument[1])


def _nodes(tree):
    for operator, argument in tree:
        yield operator, argument
        for part in _inside(operator, argument):
            yield from _nodes(part)


def _inside(operator, argument) -> list:
    if operator in _REPEATS:
        return [argument[2]]
    if operator is constants.SUBPATTERN:
        return [argument[3]]
    if operator is constants.BRANCH:
        return list(argument[1])
    if operator in (constants.ASSERT, constants.ASSERT_NOT):
        return [argument[1]]
    if operator is constants.ATOMIC_GROUP:
        return [argument]
    return []


def _text(tree, extra: int) -> str | None:
    """A text for the expression, its open repetitions `extra` longer than they must be."""
    text = ""
    for operator, argument in tree:
        part = _part(operator, argument, extra)
        if part is None or len(text) + len(part) > _LONGEST:
            return None
        text += part
    return text


def _part(operator, argument, extra: int) -> str | None:
    if operator is constants.LITERAL:
        return chr(argument)
    if operator is constants.NOT_LITERAL:
        return next(sign for sign in _PLAIN if sign != chr(argument))
    if operator is constants.ANY:
        return "a"
    if operator is constants.IN:
        return _sign_in(argument)
    if operator in (constants.AT, constants.ASSERT, constants.ASSERT_NOT):
        return ""
    if operator is constants.BRANCH:
        return next((text for part in argument[1] if (text := _text(part, extra)) is not None), None)
    if operator is constants.SUBPATTERN:
        return _text(argument[3], extra)
    if operator is constants.ATOMIC_GROUP:
        return _text(argument, extra)
    if operator in _REPEATS:
        least, most, body = argument
        times = min(least + extra, most) if most is constants.MAXREPEAT else min(least + extra, int(most))
        part = _text(body, 0) if times <= _LONGEST else None
        return None if part is None and times else (part or "") * times
    return None


def _sign_in(items) -> str | None:
    """The first plain sign that a set such as [A-Z0-9] holds."""
    negated = bool(items) and items[0][0] is constants.NEGATE
    if negated:
        return next((sign for sign in _PLAIN if not any(_holds(item, sign) for item in items[1:])), None)
    operator, argument = items[0]
    if operator is constants.LITERAL:
        return chr(argument)
    if operator is constants.RANGE:
        return chr(argument[0])
    return _CATEGORIES.get(argument)


def _holds(item, sign: str) -> bool:
    operator, argument = item
    if operator is constants.LITERAL:
        return chr(argument) == sign
    if operator is constants.RANGE:
        return argument[0] <= ord(sign) <= argument[1]
    return {
        constants.CATEGORY_DIGIT: sign.isdigit(),
        constants.CATEGORY_NOT_DIGIT: not sign.isdigit(),
        constants.CATEGORY_SPACE: sign.isspace(),
        constants.CATEGORY_NOT_SPACE: not sign.isspace(),
        constants.CATEGORY_WORD: sign.isalnum() or sign == "_",
        constants.CATEGORY_NOT_WORD: not (sign.isalnum() or sign == "_"),
    }.get(argument, True)
