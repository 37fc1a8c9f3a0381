"""Takes personal data out of a text before it leaves: by patterns, lists of names, and the words around them.

What has no pattern and is on no list is missed, and what is left can still tell who it is about: this is not
anonymity. What is found is replaced by its kind in brackets. Dates, prices and booking numbers look much like
telephones; where a number has check digits they decide, unless a word before it says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from . import check_digits
from .names import find_names

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
        (
            rf"{_START}(?:[0-9]{{8}}|[0-9]{{2}}\.[0-9]{{3}}\.[0-9]{{3}}|[XYZ]-?[0-9]{{7}})-?[A-Z]{_END}",
            check_digits.spain,
        ),
        (rf"{_ALONE}[A-CEGHJ-PR-TW-Z]{{2}} ?[0-9]{{2}} ?[0-9]{{2}} ?[0-9]{{2}} ?[A-D]{_END}", _always),  # Britain
        (
            rf"{_START}[12] ?[0-9]{{2}} ?(?:{_MONTH}|[2-9][0-9]) ?(?:[0-9]{{2}}|2[AB]) ?[0-9]{{3}} ?[0-9]{{3}} ?"
            rf"[0-9]{{2}}{_END}",
            check_digits.france,
        ),
        (rf"{_START}[1-9][0-9] ?[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{3}}{_END}", check_digits.germany),
        (rf"{_ALONE}(?!000|666|9)[0-9]{{3}}-(?!00)[0-9]{{2}}-(?!0000)[0-9]{{4}}{_END}", _always),  # United States
    ],
    "phone": [
        (rf"{_ALONE}0[0-9]{{2,4}} [-/] [0-9]{{3}}[0-9 ]{{2,7}}[0-9]{_END}", _always),
        (rf"{_START}(?:\+|00)[1-9](?:[ ().\-/]{{0,3}}[0-9]){{6,13}}{_END}", _always),
        (rf"{_START}\([0-9]{{2,5}}\) ?[0-9]{{3,4}}[ -]?[0-9]{{3,4}}{_END}", _always),
        (rf"{_ALONE}0(?:[ .\-/]?[0-9]){{8,11}}{_END}", _no_date),
        (rf"{_ALONE}[2-9][0-9]{{2}}([-. ])[0-9]{{3}}\1[0-9]{{4}}{_END}", _always),  # North America
        (rf"{_ALONE}1[3-9][0-9]([ -]?)[0-9]{{4}}\1[0-9]{{4}}{_END}", _always),  # China
        (
            rf"{_ALONE}{_NO_MONEY_BEFORE}"
            rf"(?:[6-9][0-9]{{2}}([ -]?)[0-9]{{3}}\1[0-9]{{3}}|[5-9][0-9]{{2}}(?:[ .-][0-9]{{2}}){{3}})"
            rf"{_END}{_NO_MONEY_AFTER}",
            _always,
        ),  # Spain
    ],
}
# What a word before it says to be personal data, whatever its check digits. Between the word and the number stand a
# few signs, or a few words: "passport number is", "teléfono de contacto:".
_SAID = (
    r"(?:[\s:.#=\-\u2013(\u300c]|no\b|nr\b|num\b|number|nummer|número|is\b|ist\b|es\b|lautet|code|del?\b|of\b|contacto|karte"
    r"|号码|號碼|番号|番號|字號|번호|の|的|は|が|是|為|为|:|는|은|가|이){0,6}"
)
_LABELS = {
    "id": (
        r"passport|reisepass|pass(?:nummer|-nr\.?)?|pasaporte|ausweis(?:nummer)?|personalausweis|dni|nie|nif|ssn"
        r"|social security|national id|id card|id-?(?=number|no|nr|:)|national insurance|steuer-?id"
        r"|sozialversicherungsnummer|護照|护照"
        r"|身分證|身份證|身份证|居留證|統一證號|旅券|パスポート|マイナンバー|個人番号|免許証|在留カード"
        r"|여권|주민등록|주민번호|외국인등록"
        r"|driving licen[cs]e|driver'?s licen[cs]e|führerschein(?:nummer)?|permiso de conducir|駕照|운전면허",
        r"(?=(?:[A-Z. -]{0,3}[0-9]){4})"
        r"[A-Z0-9](?:[A-Z0-9]|[ .-](?=[A-Z0-9]{2,})(?=[A-Z0-9]*[0-9])|-(?=[A-Z]\b)){5,17}"
        r"(?:(?-i: [A-Z])(?![0-9A-Za-z]))?",
    ),
    "card": (
        r"card|visa|mastercard|amex|american express|kreditkarte|karte|tarjeta|信用卡|卡號|卡号|カード|카드",
        r"[0-9]{4}([ -]?)[0-9]{4}\2[0-9]{4}\2[0-9]{1,7}",
    ),
    "phone": (
        r"phone|telephone|tel|mobile|cell|call(?: me| us)?(?: back)?(?: at| on)?|ring|whatsapp|fax|sms|telefon"
        r"|telefonnummer|handy|mobil|rückruf|anrufen|rufen|ruf|erreichbar|teléfono|telefono|tlf|móvil|movil|llám[ae][a-z]*|電話|电话|手機|手机"
        r"|聯絡|携帯|連絡先|전화|연락처|휴대폰|핸드폰|번호",
        r"[+(]?[0-9](?:[ ().\-/]{0,2}[0-9]){5,13}",
    ),
}
_COMPILED = {kind: [(re.compile(text), holds) for text, holds in each] for kind, each in _PATTERNS.items()}
_LABELLED = {
    kind: re.compile(rf"(?<![A-Za-z])(?:{label}){_SAID}(?<![0-9A-Za-z+])({number}){_END}", re.IGNORECASE)
    for kind, (label, number) in _LABELS.items()
}
# Of the form of a passport's or an identity card's number, in a text that speaks of one.
_SPEAKS_OF_ID = re.compile(rf"(?<![A-Za-z])(?:{_LABELS['id'][0]})", re.IGNORECASE)
_ID_FORM = re.compile(
    rf"{_ALONE}(?:[A-Z]{{1,3}}[0-9]{{6,8}}|[1-5][0-9]{{8}}|[0-9]{{2}}\.?[0-9]{{3}}\.?[0-9]{{3}}-?[A-Z]"
    rf"|[A-Z][0-9]{{2}}[A-Z0-9]{{6}}){_END}"
)
KINDS = (*_PATTERNS, "name")
# Every number above has so many digits so close to each other; a passport's, where the text speaks of one, has fewer.
_DIGITS = re.compile(r"(?:[0-9][ ().\-/A-Za-z+]{0,3}){5}")
_FEW_DIGITS = re.compile(r"[A-Z][A-Z0-9]{0,3}[0-9][A-Z0-9]{3}")


class Find(NamedTuple):
    """A piece of personal data in a text."""

    start: int
    end: int
    kind: str


def find(text: str, kinds: Iterable[str] = KINDS) -> list[Find]:
    """Where personal data of these kinds stands, in order, no piece within another."""
    wanted, rest, found = set(kinds), text.translate(_PLAIN), []
    for kind, patterns in _possible(rest):
        for start, end in _spans(rest, kind, patterns):
            # What is taken already is no part of anything else.
            rest = rest[:start] + "\0" * (end - start) + rest[end:]
            found.append(Find(start, end, kind))
    found = [each for each in found if each.kind in wanted]
    if "name" in wanted:
        taken = [False] * len(text)
        for start, end, _ in found:
            taken[start:end] = [True] * (end - start)
        found += [Find(start, end, "name") for start, end in find_names(text) if not any(taken[start:end])]
    return sorted(found)


def _possible(text: str) -> Iterator[tuple[str, list]]:
    """The kinds that may be in a text, with their patterns: most texts have no long number at all."""
    numbers = _DIGITS.search(text) is not None
    for kind, patterns in _COMPILED.items():
        if ("@" in text) if kind == "email" else numbers:
            yield kind, patterns
        elif kind == "id" and _FEW_DIGITS.search(text):
            yield kind, []


def _spans(text: str, kind: str, patterns: list) -> list[tuple[int, int]]:
    spans = []
    for pattern, holds in patterns:
        spans += [match.span() for match in pattern.finditer(text) if holds(match[0])]
    if kind in _LABELLED:
        spans += [match.span(1) for match in _LABELLED[kind].finditer(text) if _no_date(match[1])]
    if kind == "id" and (said := _SPEAKS_OF_ID.search(text)):
        spans += [match.span() for match in _ID_FORM.finditer(text, said.end())]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def redact(text: str, kinds: Iterable[str] = KINDS) -> tuple[str, dict[str, int]]:
    """The text without personal data of these kinds, and how many pieces of each were taken out."""
    counts: dict[str, int] = {}
    pieces, done = [], 0
    for start, end, kind in find(text, kinds):
        pieces += (text[done:start], f"[{kind.upper()}]")
        counts[kind] = counts.get(kind, 0) + 1
        done = end
    return "".join((*pieces, text[done:])), counts
