"""Takes personal data out of a text before it leaves: patterns, which miss what has no pattern.

A name or a street has none, so this is not anonymity. What is found is replaced by its kind in brackets. Dates,
prices and booking numbers look much like telephones; where a number has check digits they decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from . import check_digits

# Full-width signs, and hyphens of all lengths, are read as their plain ones; both have one character.
_HYPHENS = [*range(0x2010, 0x2014), 0x2212]
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(_HYPHENS, "-")
# Chinese, Japanese and Korean write a number right after a word, so a word's end is a matter of Latin letters.
_START = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
# Not within a longer number or code: 3.14159, BK-0042.
_ALONE = rf"{_START}(?<![0-9A-Za-z][.,_-])"
_NO_MONEY_BEFORE = r"(?<![€$£¥])(?<![€$£¥] )"
_NO_MONEY_AFTER = r"(?! ?(?:[€$£¥元円원]|EUR|USD|GBP|JPY|TWD|KRW|CNY))"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(r"[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-./])[0-9]{1,2}\2[0-9]{4}")


def _always(_text: str) -> bool:
    return True


def _no_date(text: str) -> bool:
    return _DATE.match(text) is None


# In this order: a card is taken out before its digits look like a telephone.
_PATTERNS: dict[str, list[tuple[str, Callable[[str], bool]]]] = {
    "email": [
        (
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}"
            r"\.[A-Za-z]{2,24}(?![A-Za-z0-9])",
            _always,
        )
    ],
    "iban": [
        (
            rf"{_START}[A-Z]{{2}}[0-9]{{2}} ?[A-Z0-9]{{4}}(?: ?(?=[A-Z]{{0,3}}[0-9])[A-Z0-9]{{4}}){{1,6}}"
            rf"(?: ?[A-Z0-9]{{1,3}})?{_END}",
            check_digits.iban,
        )
    ],
    "card": [
        (rf"{_START}[2-6][0-9]{{3}}([ -]?)[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{1,7}}{_END}", check_digits.card),
        (rf"{_START}3[47][0-9]{{2}}[ -]?[0-9]{{6}}[ -]?[0-9]{{5}}{_END}", check_digits.card),
    ],
    "id": [
        (rf"{_START}[A-Z][1289][0-9]{{8}}{_END}", check_digits.taiwan),
        (rf"{_START}[1-9][0-9]{{5}}(?:18|19|20)[0-9]{{2}}{_MONTH}{_DAY}[0-9]{{3}}[0-9Xx]{_END}", check_digits.china),
        (rf"{_START}[0-9]{{4}}([ -])[0-9]{{4}}\1[0-9]{{4}}{_END}(?!\1[0-9])", check_digits.japan),
        (rf"{_START}[0-9]{{2}}{_MONTH}{_DAY}-[1-8][0-9]{{6}}{_END}", _always),  # Korea
        (rf"{_START}(?:[0-9]{{8}}|[XYZ]-?[0-9]{{7}})-?[A-Z]{_END}", check_digits.spain),
        (
            rf"{_START}[12] ?[0-9]{{2}} ?(?:{_MONTH}|[2-9][0-9]) ?(?:[0-9]{{2}}|2[AB]) ?[0-9]{{3}} ?[0-9]{{3}} ?"
            rf"[0-9]{{2}}{_END}",
            check_digits.france,
        ),
        (rf"{_START}[1-9][0-9] ?[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{3}}{_END}", check_digits.germany),
        (rf"{_ALONE}(?!000|666|9)[0-9]{{3}}-(?!00)[0-9]{{2}}-(?!0000)[0-9]{{4}}{_END}", _always),  # United States
    ],
    "phone": [
        (rf"{_START}(?:\+|00)[1-9](?:[ ().\-/]{{0,2}}[0-9]){{6,13}}{_END}", _always),
        (rf"{_START}\([0-9]{{2,5}}\) ?[0-9]{{3,4}}[ -]?[0-9]{{3,4}}{_END}", _always),
        (rf"{_ALONE}0(?:[ .\-/]?[0-9]){{8,11}}{_END}", _no_date),
        (rf"{_ALONE}[2-9][0-9]{{2}}([-. ])[0-9]{{3}}\1[0-9]{{4}}{_END}", _always),  # North America
        (rf"{_ALONE}1[3-9][0-9]([ -]?)[0-9]{{4}}\1[0-9]{{4}}{_END}", _always),  # China
        (
            rf"{_ALONE}{_NO_MONEY_BEFORE}[6-9][0-9]{{2}}(?:([ -]?)[0-9]{{3}}\1[0-9]{{3}}|(?:[ .-][0-9]{{2}}){{3}})"
            rf"{_END}{_NO_MONEY_AFTER}",
            _always,
        ),  # Spain
    ],
}
_COMPILED = {kind: [(re.compile(text), holds) for text, holds in each] for kind, each in _PATTERNS.items()}
KINDS = tuple(_PATTERNS)


def redact(text: str, kinds: Iterable[str] = KINDS) -> tuple[str, dict[str, int]]:
    """The text without personal data of these kinds, and how many of each were taken out."""
    wanted = set(kinds)
    found: dict[str, int] = {}
    for kind, patterns in _COMPILED.items():
        if kind not in wanted:
            continue
        for pattern, holds in patterns:
            text, count = _hide(text, pattern, holds, f"[{kind.upper()}]")
            if count:
                found[kind] = found.get(kind, 0) + count
    return text, found


def _hide(text: str, pattern: re.Pattern, holds: Callable[[str], bool], name: str) -> tuple[str, int]:
    places = [match.span() for match in pattern.finditer(text.translate(_PLAIN)) if holds(match[0])]
    for start, end in reversed(places):
        text = text[:start] + name + text[end:]
    return text, len(places)
