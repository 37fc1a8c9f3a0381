"""How somebody can be reached, and numbers that stand for a thing: e-mail addresses, telephones, codes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .value import Value, any_marker, matches, overlaps

EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}"
)
URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~:/?#@!$&*+,;=-]{0,2000}(?<![.,;:!?])")
UUID = re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b")
IPV4 = re.compile(r"\b(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\b")
_WORD = r"A-Za-z0-9_"
_PHONE = re.compile(rf"(?<![{_WORD}-])\+?\(?\d[\d ().-]{{6,18}}\d(?![{_WORD}-])")
_IBAN = re.compile(rf"(?<![{_WORD}])[A-Z]{{2}}\d\d(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,4}})?(?![{_WORD}])")
_CARD = re.compile(
    rf"(?<![{_WORD}])\d{{4}}[ -]\d{{4}}[ -]\d{{4}}(?:[ -]\d{{4}})?(?![{_WORD}])"
    r"|\d{3}-\d\d-\d{4}(?!\d)|(?<!\d)\d{6}-\d{7}(?!\d)"
)
_CODE = re.compile(
    rf"(?<![{_WORD}-])(?:[A-Z]{{1,5}}-?\d{{2,12}}(?:-\d{{1,8}})?|(?=[A-Z0-9]{{0,7}}\d)(?=\d{{0,7}}[A-Z])[A-Z0-9]{{5,8}}|[a-z]{{2,3}}-\d{{3,6}})(?![{_WORD}-])"
)
_BOOKING = re.compile(rf"(?<![{_WORD}-])[A-Za-z]{{2}}[- ]?\d{{4,6}}(?![{_WORD}-])")
_NUMBERED = re.compile(
    r"(?:#|\bno\.?\s?|\bnumber\s|\bnr\.?\s|編號|编号|番号|번호)[:\uff1a\s]{0,3}([A-Z0-9][A-Z0-9-]{2,15})(?![\w-])",
    re.I,
)
# What may stand at the end of a letter beside the writer's name.
_LABEL = re.compile(
    r"(?:\b(?:tel(?:ephone|efon|éfono|\.)?|phone|mobile|mobil|handy|cell|fon|e-?mail|mail|correo|whatsapp|booking"
    r"|reserva(?:tion|ción)?|buchung(?:snummer)?|code|ref(?:erence)?|nr|no|iban|line|on|at|under|unter|rückruf"
    r"|my number|meine nummer|mi número)"
    r"|電話|手機|信箱|電郵|メール|電話番号|연락처|전화|메일|이메일|訂單|訂單編號|予約番号|예약|예약번호)\s?[.:\uff1a]?\s?(?:is|は|ist|es|unter)?\s*$",
    re.I,
)


def find_phones(text: str, taken: Iterable[Value]) -> list[Value]:
    """Telephone numbers, but no account, card, passport or identity numbers."""
    taken = [*taken, *matches(_IBAN, text), *matches(_CARD, text)]
    return [
        value
        for value in matches(_PHONE, text)
        if 8 <= sum(map(str.isdigit, value.written)) <= 15
        and not overlaps(taken, value.start, value.end)
        and _is_dialled(value.written, text[max(0, value.start - 24) : value.start])
    ]


def _is_dialled(written: str, before: str) -> bool:
    if any_marker("phone").find(before):
        return True
    if any_marker("paper_number").find(before[-10:] if written[0] in "+0(" else before):
        return False
    return written[0] in "+0(" or any(sign in written for sign in " -.(")


def find_codes(text: str) -> list[Value]:
    """Booking codes, invoice numbers and the like, but no accounts. Those of bookings have the role "booking"."""
    taken = [*matches(_IBAN, text), *matches(EMAIL, text), *matches(URL, text)]
    found = [
        Value(*match.span(1), match[1], match[1])
        for match in _NUMBERED.finditer(text)
        if any(map(str.isdigit, match[1])) and not overlaps(taken, *match.span(1))
    ]
    found += [value for value in matches(_CODE, text) if not overlaps([*found, *taken], value.start, value.end)]
    return sorted(value._replace(role=_role(value, text)) for value in found)


def _role(value: Value, text: str) -> str:
    before = text[max(0, value.start - 16) : value.start]
    if _BOOKING.fullmatch(value.written):
        return "booking"
    if any_marker("paper_number").find(before):
        return "paper"
    return "booking" if any_marker("booking_number").find(before) else ""


def find_booking_codes(text: str) -> list[Value]:
    return [value for value in find_codes(text) if value.role == "booking"]


def contact_details(text: str, end: int) -> int:
    """Where the address, number or code begins that ends at a place, with its label; the place if there is none."""
    for pattern in (EMAIL, URL, _IBAN, _CARD, _PHONE, _CODE):
        tail = text[max(0, end - 80) : end]
        for match in pattern.finditer(tail):
            if match.end() == len(tail):
                start = end - len(match[0])
                label = _LABEL.search(text[max(0, start - 24) : start].rstrip("( "))
                return start - len(text[max(0, start - 24) : start]) + label.start() if label else start
    return end
