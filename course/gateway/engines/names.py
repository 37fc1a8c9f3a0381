"""Names of people and places in a text."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .addresses import contact_details
from .dates import calendar
from .language import detect, is_common_word
from .lexicon import Lexicon, folded, listed, words_of
from .value import Value, announced, any_marker, followed, markers, overlaps

_LETTER = r"(?:[^\W\d_]|['\u2019-])"
_CAPITAL = "A-ZÀ-ÖØ-Þİ"
_SMALL_WORDS = r"(?:d[aeou]s?|del|van|von|vom|zu|de la|of|the|der|den|bin|al|el|y)"
_PROPER = re.compile(rf"[{_CAPITAL}]{_LETTER}{{0,30}}(?:\s(?:{_SMALL_WORDS}\s)?[{_CAPITAL}]{_LETTER}{{0,30}}){{0,3}}")
# A person as people sign: "Ana Silva", "R. Osei", "Hinnerk von Thomsen".
_NAME = re.compile(
    rf"(?:[{_CAPITAL}]\.\s?)?[{_CAPITAL}][^\W\d_]{_LETTER}{{0,24}}"
    rf"(?:\s(?:{_SMALL_WORDS}\s){{0,2}}[{_CAPITAL}](?:\.|[^\W\d_]{_LETTER}{{0,24}})){{0,3}}"
)
_HAN_NAME = re.compile(r"[\u3400-\u9fff々]{2,4}")
_JA_NAME = re.compile(r"[\u3400-\u9fff々]{1,4}[ \u3000]?(?:[\u3400-\u9fff々]{1,3}|[ぁ-ん]{2,3}|[ァ-ヶー]{2,5})?")
_KO_NAME = re.compile(r"[가-힣]{2,4}")
_SIGNS = re.compile(r"[\u3400-\u9fff가-힣々ァ-ヶー・]{1,8}")
_AFTER_NAME = re.compile(r"我|想|要|的|你|您|で|と|は|が|입|이에|예요|라고|이고|이라|先生|小姐|女士|様|さん|氏")
_NAME_AT_END = re.compile(
    r"(?:^|[\s。、はのA-Za-z0-9\uff0c,])([\u3400-\u9fff々가-힣ァ-ヶー]{2,5}|[A-Z][a-zà-ÿ]{1,20})\s?$"
)
# The first of two who sign a letter.
_PARTNER = re.compile(r"([\u3400-\u9fff々가-힣]{2,4})\s?[,、\uff0c·]\s?$")
_AGED = re.compile(r"\b([A-Z][a-zà-ÿ]{1,20})(?=(?: is|,)? \(?\d{1,2}(?:\)|,| years| and|$))")
_GAP = re.compile(r"[\s:,!.。\uff1a\uff0c\uff01]{0,4}")
_FOLLOWS_SIGNATURE = re.compile(r"\s*(?:\n|$)|\s?[(,]")
_STATED = re.compile(r"\s?[:\uff1a]\s?|\s?は\s?|\s")
# What parts the name at a letter's end from the sentence before it.
_BREAK = re.compile(
    r"(?:(?<!\b[A-Z])\.|[!?。\uff01\uff1f…~\u301c,\uff0c、;:\uff1a/|()\uff08\uff09\[\]»”\"^\n\u2014\u2013])+\s*|\s-\s|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+\s*"
)
_TOGETHER = re.compile(r"\s?(?:&|\+|/|\bund\b|\band\b|\by\b|\be\b|、)\s?")
# What stands behind a name at the end of a letter.
_CLOSERS = ("敬上", "謹上", "敬啟", "拜上", "上", "드림", "올림", "배상", "より")
_DAY_LINE = re.compile(r"[^\d\n]{0,16}\d{1,4}[^\n]{0,24}\d{4}|\d{4}\s?[年년-][^\n]{0,14}")
_LETTER_END = 6
_SENTENCE_END = re.compile(r"[.!?。\uff01\uff1f\n;]\s?")
_BACK_FROM = re.compile(
    r"(?:home|back|returned|return|zurück|wieder|vuelta|volvimos|regresamos|volver) (?:from|aus|von|de|del) $", re.I
)
_NOT_HERE = re.compile(r"\s?(?:ではなく|じゃなく|でなく|말고|不要|不是)")
_NOT_THERE = re.compile(
    r"(?:\b(?:not|no|nicht|kein|statt|instead of|rather than|en vez de"
    r"|en lugar de|anstatt)|不是|不要|不去)\s?(?:to |in |nach |a |en )?$",
    re.I,
)
# 日本語 and 한국어 are languages.
_OF_A_PEOPLE = re.compile(r"[語语人圓円食菜料式어인식]")
_ONWARDS = re.compile(r"\s(?:to|nach|a|hasta|->|→|-|\u2013)\s(?=[A-ZÀ-Þ])|\s?(?:→|から|에서|到)")
# A text so short is a question such as "weather in paris".
_SHORT = 60


class Place(NamedTuple):
    """A well-known place: its English name, and whether it is a city, a region or a country."""

    name: str
    kind: str


@cache
def places() -> Lexicon[Place]:
    """Well-known places by their names in several languages."""
    return Lexicon(
        (word, Place(row.text("name"), row.text("kind")))
        for row in listed("places.csv", ("name", "kind", "words"))
        for word in (row.text("name"), *words_of(row.optional("words")))
    )


@cache
def _surnames(language: str) -> tuple[str, ...]:
    return tuple(
        name
        for row in listed("surnames.csv", ("language", "names"))
        if row.text("language") == language
        for name in words_of(row.text("names"))
    )


@cache
def _before_names() -> Lexicon[str]:
    return Lexicon(
        (word, position)
        for kind, position, name in (
            ("person", "before", "before"),
            ("person", "signoff", "signoff"),
            ("contact", "before", "contact"),
        )
        for word, position in ((word, name) for word in markers(kind, position))
    )


@cache
def _after_names() -> Lexicon[str]:
    return Lexicon((word, word) for word in markers("person", "after"))


@cache
def _honorifics() -> tuple[str, ...]:
    return markers("honorific", "after")


def find_people(text: str) -> list[Value]:
    """Names of people: the writer's own, told or signed, and others, whose role is "mentioned".

    Names that only stand behind a word such as "contact" have the role "labelled".
    """
    found: dict[int, Value] = {}

    def add(start: int, name: str, role: str = "") -> None:
        name = name.split("\n")[0].strip(" ,.、。\uff0c")
        if _may_be_name(name):
            found.setdefault(start, Value(start, start + len(name), name, name, role))

    if signed := signature(text):
        found[signed.start] = signed
    for announcer in _before_names().find(text):
        kind = announcer.value
        space = (_STATED if kind == "contact" else _GAP).match(text, announcer.end)
        is_latin = text[announcer.start].isascii()
        start = space.end() if space else announcer.end
        if is_latin and kind == "contact" and not (space and text[announcer.start : announcer.end]):
            continue
        if name := _PROPER.match(text, start):
            if kind == "contact":
                if is_latin and not (":" in space[0] or (" " in name[0] and name[0][0].isupper())):
                    continue
                add(name.start(), name[0], "labelled")
            elif kind == "before" or "\n" in space[0] or _FOLLOWS_SIGNATURE.match(text, name.end()):
                if kind == "before" and " " not in name[0] and is_common_word(name[0]):
                    continue
                add(name.start(), name[0])
        elif not is_latin and (name := _SIGNS.match(text, start)):
            told = _AFTER_NAME.split(name[0])[0][:5]
            if kind == "contact":
                if told and _is_signed(told, False):
                    add(name.start(), _without_title(told), "labelled")
                elif name[0][:1] and _titled(text, name.start()):
                    add(name.start(), _titled(text, name.start()), "labelled")
            elif kind == "before" or _is_signed(told, False):
                add(name.start(), told)
    for follower in _after_names().find(text):
        rest = text[follower.end : follower.end + 1]
        if rest.strip("。.!\uff01\n ") or (follower.value == "上" and text[follower.end :].strip()):
            continue
        first = max(0, follower.start - 12)
        if name := _NAME_AT_END.search(text[first : follower.start]):
            if follower.value in ("です", "입니다", "より") and not _is_signed(name[1], False):
                continue
            other = _PARTNER.search(text[max(0, first - 8) : first + name.start(1)])
            add(first + name.start(1), other[1] if other and _is_signed(other[1], False) else name[1])
    for match in _AGED.finditer(text):
        add(match.start(), match[1], "mentioned")
    return [found[start] for start in sorted(found)]


def _titled(text: str, start: int) -> str:
    """The family name before a title, as in 許小姐."""
    for length in (1, 2, 3):
        if text.startswith(_honorifics(), start + length) and _has_surname(text[start : start + length]):
            return text[start : start + length]
    return ""


def _may_be_name(name: str) -> bool:
    if not name or folded(name) in _titles():
        return False
    return not calendar().find(name) and not _is_place(name) and not _is_no_name(name)


def _is_place(name: str) -> bool:
    found = places().find(name)
    return bool(found) and len(found) == 1 and found[0].end - found[0].start == len(name)


def _is_no_name(name: str) -> bool:
    plain = folded(name)
    return any(word.start == 0 and word.end == len(plain) for word in any_marker("not_a_name").find(plain))


def signature(text: str) -> Value | None:
    """The name with which a letter ends, without titles; `None` where it ends with something else."""
    end = _end_of_letter(text, len(text))
    first_line = text[:end].rfind("\n") < 0
    lines = list(re.finditer(r"[^\n]+", text[:end]))[-_LETTER_END:]
    best = None
    for index in range(len(lines) - 1, -1, -1):
        start, stop = lines[index].span()
        stop = _end_of_letter(text, stop)
        line = text[start:stop]
        if not line.strip() or any_marker_line(line) or _DAY_LINE.fullmatch(line.strip()):
            continue
        if not first_line and (index > 0 or len(lines) > 1) and (name := _whole_name(line)):
            best = Value(start + line.find(name), start + line.find(name) + len(name), name, name)
            continue
        if best is None:
            best = _at_the_end(text, start, stop)
        break
    return best


def any_marker_line(line: str) -> bool:
    """Whether a line is only a greeting such as "Kind regards"."""
    plain = line.strip(" ,.!~。\uff0c\uff01")
    return any(plain.lower() == word for word in markers("person", "signoff")) or (len(plain) <= 1)


def _end_of_letter(text: str, end: int) -> int:
    """Where a letter ends when addresses, numbers and codes at its end are left away."""
    while True:
        stripped = len(text[:end].rstrip(" \t\n,.;:/|()·•*-\u2013\u2014。、\uff0c\uff1a[]"))
        stripped -= next((len(word) for word in _CLOSERS if text.endswith(word, 0, stripped)), 0)
        tail = contact_details(text, stripped)
        if tail == stripped:
            return stripped
        end = tail


def _whole_name(line: str) -> str:
    """The name that is all that a line says, a title left away."""
    plain = _without_title(line.strip(" ,.!。\uff0c\uff01-\u2013\u2014~")).rstrip(",")
    return _first_of_two(plain) if _is_signed(plain, True) else ""


def _at_the_end(text: str, start: int, end: int) -> Value | None:
    """The name at the end of a line, behind a full stop, a comma or a code."""
    line = text[start:end]
    breaks = [match.end() for match in _BREAK.finditer(line) if match.end() < len(line)]
    breaks += [place for place in _after_codes(line) if place < len(line)]
    if not breaks:
        return None
    part = line[max(breaks) :]
    if part.strip(" .").lower() in _titles() and len(breaks) > 1:
        end = start + max(breaks)
        part = line[sorted(breaks)[-2] : max(breaks)].strip(" ,")
    plain = _without_signoff(_without_title(part.strip()))
    plain = _without_title(plain)
    if not _is_signed(plain, False):
        return None
    name = _first_of_two(plain)
    place = text.rfind(name, start, end + 1)
    return Value(place, place + len(name), name, name) if place >= 0 else None


def _after_codes(line: str) -> list[int]:
    return [
        match.end()
        for match in re.finditer(r"[A-Za-z]{2,4}-?\d{3,6}\s*|\d{3,}\s*|다\s|요\s|です\s|ます\s|니다\s", line)
    ]


def _without_signoff(part: str) -> str:
    words = part.split()
    for size in (4, 3, 2, 1):
        if len(words) > size and folded(" ".join(words[:size]).strip(",.!")) in _signoffs():
            return " ".join(words[size:])
    return part


@cache
def _signoffs() -> frozenset[str]:
    return frozenset(folded(word) for word in markers("person", "signoff"))


@cache
def _titles() -> frozenset[str]:
    return frozenset(folded(word) for word in markers("title", "any"))


def _without_title(part: str) -> str:
    """A name without what stands for a title or a relation before or after it."""
    titles = _titles()
    words = part.split()
    while len(words) > 1 and folded(words[0].rstrip(".,:")) in titles:
        words = words[1:]
    while len(words) > 1 and folded(words[-1].strip(".,")) in titles:
        words = words[:-1]
    plain = " ".join(words)
    for title in _honorifics():
        if len(plain) > len(title) and plain.endswith(title):
            plain = plain.removesuffix(title).strip()
    return plain


def _first_of_two(plain: str) -> str:
    """Of "Dörte & Silke" the first, of "Jun & Mark Delaney" the one with a family name."""
    parts = [part.strip() for part in _TOGETHER.split(plain) if part.strip()]
    if len(parts) < 2:
        return plain
    return next((part for part in parts if " " in part), parts[0])


def _has_surname(name: str) -> bool:
    return name.startswith((*_surnames("zh"), *_surnames("ja")))


def _is_signed(plain: str, is_alone: bool) -> bool:
    """Whether a piece of a text is a person's name. One that is all of a line may be any that has its form."""
    if not plain or len(plain) > 45 or not _may_be_name(plain):
        return False
    parts = [part.strip() for part in _TOGETHER.split(plain) if part.strip()]
    return 0 < len(parts) <= 3 and all(_is_one_name(part, is_alone) for part in parts)


def _is_one_name(plain: str, is_alone: bool) -> bool:
    if not _may_be_name(plain) or folded(plain) in _signoffs():
        return False
    if _NAME.fullmatch(plain):
        words = plain.split()
        if any(_is_no_name(word.strip(".,")) for word in words):
            return False
        return not any(is_common_word(word) for word in words if word[0].isupper() and len(word) > 1)
    if _KO_NAME.fullmatch(plain):
        return plain.startswith(_surnames("ko")) and (len(plain) == 3 or is_alone)
    if _HAN_NAME.fullmatch(plain) and plain.startswith(_surnames("zh")) and len(plain) <= 3:
        return True
    if _JA_NAME.fullmatch(plain):
        return plain.startswith(_surnames("ja")) or (is_alone and 2 <= len(plain) <= 6 and not plain.isascii())
    return False


def find_places(text: str, people: list[Value]) -> list[Value]:
    """Places that are well known or stand after "to", "in" or "from".

    The role is "origin" for where a journey starts, "other" for places that are ruled out, else empty.
    """
    found: list[Value] = []

    def add(start: int, end: int, kind: str) -> None:
        name = text[start:end]
        if name.isascii() and name.islower() and len(text) <= _SHORT:
            name = name.title()
        if not overlaps(found, start, end) and not overlaps(people, start, end):
            found.append(Value(start, end, kind, name, _role_of_place(text, start, end)))

    for place in places().find(text):
        name = text[place.start : place.end]
        is_word = name.lower() in _also_words() and name != text.strip()
        is_word = is_word and not (name[:1].isupper() and _has_preposition(text, place.start))
        if not is_word and not _OF_A_PEOPLE.match(text, place.end):
            add(place.start, place.end, place.value.kind)
    is_german = detect(text) == "de"
    for match in _PROPER.finditer(text):
        name = match[0].split("\n")[0]
        if (
            len(name) > 2
            and not name.isupper()
            and not is_german
            and announced("place", text, match.start())
            and not calendar().find(name)
            and not _is_no_name(name)
            and not any(_is_no_name(word) or is_common_word(word) for word in name.split())
        ) or (len(name) > 2 and announced("origin", text, match.start()) and not calendar().find(name)):
            add(match.start(), match.start() + len(name), "unknown")
    return sorted(found)


@cache
def _also_words() -> frozenset[str]:
    """Words that are places only behind a preposition, such as "nice"."""
    return frozenset(markers("also_word", "any"))


def _has_preposition(text: str, start: int) -> bool:
    return bool(announced("place", text, start) or announced("origin", text, start))


def _role_of_place(text: str, start: int, end: int) -> str:
    if _NOT_HERE.match(text, end) or _NOT_THERE.search(text[max(0, start - 24) : start]):
        return "other"
    sentence = text[max((end.end() for end in _SENTENCE_END.finditer(text, 0, start)), default=0) : end]
    if any_marker("past_time").find(sentence):
        return "other"
    if _BACK_FROM.search(text[max(0, start - 24) : start]):
        return ""
    if announced("origin", text, start) or followed("origin", text, end):
        return "origin"
    onwards = _ONWARDS.match(text, end)
    if onwards and any(place.start == 0 for place in places().find(text[onwards.end() : onwards.end() + 30])):
        return "origin"
    return ""
