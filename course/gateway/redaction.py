"""Takes personal data out of a text before it leaves: patterns, which miss what has no pattern.

A name or a street has none, so this is not anonymity. What is found is replaced by its kind in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from .types import Message

_DIGITS = re.compile(r"\D")


def _luhn(text: str) -> bool:
    """Whether the digits end in the check digit of a payment card."""
    digits = [int(digit) for digit in _DIGITS.sub("", text)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    """Whether the check digits of a bank account's number fit (ISO 13616)."""
    plain = re.sub(r"\s", "", text)
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _phone(text: str) -> bool:
    return 8 <= len(_DIGITS.sub("", text)) <= 15


def _always(_text: str) -> bool:
    return True


# In this order: a card is taken out before its digits look like a phone.
_PATTERNS: dict[str, list[tuple[re.Pattern, Callable[[str], bool]]]] = {
    "email": [(re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), _always)],
    "iban": [(re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), _iban)],
    "card": [(re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)"), _luhn)],
    "id": [
        (re.compile(r"\b[A-Z][12]\d{8}\b"), _always),  # Taiwan
        (re.compile(r"(?<!\d)\d{6}-[1-8]\d{6}(?!\d)"), _always),  # Korea
        (re.compile(r"\b(?:\d{8}|[XYZ]\d{7})[A-Z]\b"), _always),  # Spain
        (re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)"), _always),  # United States
        (re.compile(r"(?<!\d)\d{17}[\dX](?!\d)"), _always),  # China
        (re.compile(r"(?<!\d)\d{4} \d{4} \d{4}(?![ \d])"), _always),  # Japan
    ],
    "phone": [(re.compile(r"(?<![\w-])(?:\+|\()?\d(?:[ ().\-/]{0,2}\d){7,14}(?![\w-])"), _phone)],
}
KINDS = tuple(_PATTERNS)


def redact(text: str, kinds: Iterable[str] = KINDS) -> tuple[str, dict[str, int]]:
    """The text without personal data of these kinds, and how many of each were taken out."""
    found: dict[str, int] = {}
    for kind in (kind for kind in KINDS if kind in set(kinds)):
        for pattern, holds in _PATTERNS[kind]:

            def hide(match: re.Match, kind=kind, holds=holds) -> str:
                if not holds(match[0]):
                    return match[0]
                found[kind] = found.get(kind, 0) + 1
                return f"[{kind.upper()}]"

            text = pattern.sub(hide, text)
    return text, found


def redact_messages(messages: tuple[Message, ...], kinds: Iterable[str]) -> tuple[Message, ...]:
    """The messages with their texts, and the arguments of tool calls, redacted."""
    kinds = tuple(kinds)
    return tuple(
        replace(
            message,
            text=redact(message.text, kinds)[0],
            tool_calls=tuple(
                replace(call, arguments=redact(call.arguments, kinds)[0]) for call in message.tool_calls
            ),
        )
        for message in messages
    )
