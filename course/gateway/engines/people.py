"""Names of people in a text, and who of them wrote it."""

from __future__ import annotations

import re
from functools import cache

from .language import is_common_word
from .lexicon import Found, Lexicon
from .person_names import NAME, family_name, is_name, may_be_name, without_title
from .signature import signature
from .value import Value, markers

_PROPER = re.compile(NAME)
_SIGNS = re.compile(r"[\u3400-\u9fff가-힣々ァ-ヶー・]{1,8}")
_GAP = re.compile(r"[\s:,!.。\uff1a\uff0c\uff01]{0,4}")
_AFTER_LABEL = re.compile(r"\s?[:\uff1a]\s?|\s?は\s?|\s")
_AFTER_NAME = re.compile(
    r"我|想|要|的|你|您|で|と|は|が|입|이에|예요|라고|이고|이라|인데|先生|小姐|女士|太太|様|さん|氏"
)
# How people tell their name beside the words of the lists.
_TOLD = (
    re.compile(
        rf"(?:\A|[.!,]\s|\b(?:[Hh]i|[Hh]ello|[Hh]ey|[Hh]allo)[, ]+)"
        rf"({NAME}),? (?:here|hier)(?=[,.!:]|\s(?:from|with|again|of|vom))"
    ),
    re.compile(rf"\b[Ii]t(?:'|\u2019)?s ({NAME})(?= (?:again|from|here|with)\b)"),
    re.compile(rf"({NAME}) (?:mein Name|ist mein Name|is my name|es mi nombre)\b"),
    re.compile(
        rf"\b(?:läuft auf|lautet auf|auf den Namen|unter dem Namen|in the name of|under the name of"
        rf"|a nombre de)\s({NAME})"
    ),
    re.compile(rf"\A({NAME})(?=[,:.]?\s\(?(?:booking|reservation|reserva|[Bb]uchung|(?:LT|lt)-?\d))"),
    re.compile(r"[A-Za-z]{2}-?\d{3,6}\s?(?:的|の)?\s?([\u3400-\u9fff々]{2,5})(?=です|と申|でございます)"),
    re.compile(r"([\u3400-\u9fff々]{2,6})\s?[(\uff08][^)\uff09]{2,12}[)\uff09]\s?(?=です|と申)"),
)
_TITLED = re.compile(
    r"(?:\d\s?的?\s?|我是|姓|[。,.!?\uff0c\uff01\uff1f\s]|\A)(?=[\u3400-\u9fff]{1,3}(?:先生|小姐|女士|太太))"
)
_NAME_AT_END = re.compile(
    r"(?:^|[\s。、はのA-Za-z0-9\uff0c,])([\u3400-\u9fff々가-힣ァ-ヶー]{2,5}|[A-Z][a-zà-ÿ]{1,20})\s?$"
)
# Verbs that a noun may stand before as well: only what is a name for sure counts.
_WEAK = ("です", "입니다", "より", "이에요", "예요", "인데요", "でございます")
# The first of two who sign a letter.
_PARTNER = re.compile(r"([\u3400-\u9fff々가-힣]{2,4})\s?[,、\uff0c·]\s?$")
_AGED = re.compile(r"\b([A-Z][a-zà-ÿ]{1,20}(?: [A-Z][a-zà-ÿ]{1,20})?)(?=(?: is|,)? \(?\d{1,2}(?:\)|,| years| and|$))")
_GERMAN_SELF = re.compile(r"\bich bin$", re.I)


@cache
def _announcers() -> Lexicon[str]:
    return Lexicon((word, kind) for kind in ("person", "contact") for word in markers(kind, "before"))


@cache
def _followers() -> Lexicon[str]:
    return Lexicon((word, word) for word in markers("person", "after"))


def find_people(text: str) -> list[Value]:
    """Names of people: the writer's own, told or signed, and others, whose role is "mentioned".

    Names that only stand behind a word such as "contact" have the role "labelled".
    """
    found: dict[int, Value] = {}

    def add(start: int, name: str, role: str = "") -> None:
        plain = without_title(name.split("\n")[0].strip(" ,.、。\uff0c"))
        start += max(name.find(plain), 0)
        if may_be_name(plain) and not any(
            start < other.end and other.start < start + len(plain) for other in found.values()
        ):
            found[start] = Value(start, start + len(plain), plain, plain, role)

    if signed := signature(text):
        found[signed.start] = signed
    for pattern in _TOLD:
        for match in pattern.finditer(text):
            if is_name(without_title(match[1])):
                add(match.start(1), match[1])
    for announcer in _announcers().find(text):
        _add_announced(text, announcer, add)
    for match in _TITLED.finditer(text):
        is_writer = match[0].endswith(("的", "我是", "姓")) or match[0].rstrip()[-1:].isdigit()
        if (name := family_name(text, match.end())) and is_writer:
            add(match.end(), name)
    for follower in _followers().find(text):
        _add_followed(text, follower, add)
    for match in _AGED.finditer(text):
        add(match.start(), match[1], "mentioned")
    return [found[start] for start in sorted(found)]


def _add_announced(text: str, announcer: Found, add) -> None:
    """The name behind "my name is", or behind a label such as "contact"."""
    is_label = announcer.value == "contact"
    is_latin = text[announcer.start].isascii()
    gap = (_AFTER_LABEL if is_label else _GAP).match(text, announcer.end)
    if is_latin and is_label and not gap:
        return
    start = gap.end() if gap else announcer.end
    if name := _PROPER.match(text, start):
        if is_latin and is_label:
            if ":" in gap[0] or " " in name[0]:
                add(start, name[0], "labelled")
        elif " " in name[0] or not (is_common_word(name[0]) or _GERMAN_SELF.search(text[: announcer.end])):
            add(start, name[0], "labelled" if is_label else "")
    elif not is_latin and (signs := _SIGNS.match(text, start)):
        told = _AFTER_NAME.split(signs[0])[0][:5]
        if is_label:
            name = told if is_name(told) else family_name(text, start)
            add(start, name, "labelled")
        elif name := family_name(text, start) or (told if is_name(told) else ""):
            add(start, name)


def _add_followed(text: str, follower: Found, add) -> None:
    """The name before 敬上, と申します or 입니다."""
    rest = text[follower.end : follower.end + 1]
    if rest.strip("。.!\uff01\n ") or (follower.value == "上" and text[follower.end :].strip()):
        return
    first = max(0, follower.start - 12)
    if name := _NAME_AT_END.search(text[first : follower.start]):
        if follower.value in _WEAK and not is_name(name[1]):
            return
        other = _PARTNER.search(text[max(0, first - 8) : first + name.start(1)])
        if other and is_name(other[1]):
            add(text.rfind(other[1], 0, follower.start), other[1])
        else:
            add(first + name.start(1), name[1])
