"""Whether a word is a person's name, in Latin letters, Chinese, Japanese or Korean."""

from __future__ import annotations

import re
from functools import cache

from .dates import calendar
from .language import is_common_word
from .lexicon import folded, listed, words_of
from .place_names import places
from .value import any_marker, markers

_LETTER = r"(?:[^\W\d_]|['\u2019-])"
_CAPITAL = "A-ZÀ-ÖØ-Þİ"
_SMALL_WORDS = r"(?:d[aeou]s?|del|van|von|vom|zu|de la|der|den|bin|al|el|y)"
# A person as people write themselves: "Ana Silva", "R. Osei", "A. B. Smith", "Hinnerk von Thomsen".
NAME = (
    rf"(?:[{_CAPITAL}]\.\s?){{0,3}}[{_CAPITAL}]{_LETTER}{{1,25}}"
    rf"(?:\s(?:{_SMALL_WORDS}\s){{0,2}}[{_CAPITAL}](?:\.|{_LETTER}{{1,25}})){{0,3}}"
)
_NAME = re.compile(NAME)
_HAN = re.compile(r"[\u3400-\u9fff々]{2,4}")
_JAPANESE = re.compile(r"([\u3400-\u9fff々]{1,4})([ \u3000]?)(?:[\u3400-\u9fff々]{1,3}|[ぁ-ん]{2,4}|[ァ-ヶー]{2,5})?")
_KOREAN = re.compile(r"[가-힣]{2,4}")
_TOGETHER = re.compile(r"\s?(?:&|\+|/|\bund\b|\band\b|\by\b|\be\b|、)\s?")
_LONGEST, _MOST = 45, 3


@cache
def surnames(language: str) -> tuple[str, ...]:
    """Family names of "zh", "ja" or "ko"."""
    return tuple(
        name
        for row in listed("surnames.csv", ("language", "names"))
        if row.text("language") == language
        for name in words_of(row.text("names"))
    )


@cache
def honorifics() -> tuple[str, ...]:
    """What stands behind a name, such as さん."""
    return markers("honorific", "after")


@cache
def titles() -> frozenset[str]:
    """What stands before a name or instead of one, such as "Dr" or "Tochter"."""
    return frozenset(folded(word) for word in markers("title", "any"))


@cache
def signoffs() -> frozenset[str]:
    """Greetings at the end of a letter."""
    return frozenset(folded(word) for word in markers("person", "signoff"))


def may_be_name(name: str) -> bool:
    """Whether nothing says that it is something else, such as a place or a month."""
    if not name or folded(name) in titles():
        return False
    if " " not in name and calendar().find(name):
        return False
    return not _is_place(name) and not is_no_name(name)


def _is_place(name: str) -> bool:
    found = places().find(name)
    return len(found) == 1 and found[0].end - found[0].start == len(name)


def is_no_name(name: str) -> bool:
    """Whether a word is known to be none, such as "Team"."""
    plain = folded(name)
    return any(word.start == 0 and word.end == len(plain) for word in any_marker("not_a_name").find(plain))


def is_name(plain: str, is_alone: bool = False) -> bool:
    """Whether a piece of a text is one or several persons' names.

    One that `is_alone` in its line may be any that has the form of a name.
    """
    if not plain or len(plain) > _LONGEST or not may_be_name(plain):
        return False
    parts = [part.strip() for part in _TOGETHER.split(plain) if part.strip()]
    # In "Ana and the children" the first is a name.
    own = [part for part in parts if not part.islower()]
    return 0 < len(parts) <= _MOST and own[:1] == parts[:1] and all(_is_one_name(part, is_alone) for part in own)


def _is_one_name(plain: str, is_alone: bool) -> bool:
    if not may_be_name(plain) or folded(plain) in signoffs():
        return False
    if _NAME.fullmatch(plain):
        words = plain.split()
        if any(is_no_name(word.strip(".,")) for word in words):
            return False
        return not all(is_common_word(word) for word in words)
    if _KOREAN.fullmatch(plain):
        return plain.startswith(surnames("ko")) and (len(plain) == 3 or is_alone)
    if _HAN.fullmatch(plain) and plain.startswith(surnames("zh")) and len(plain) <= 3:
        return True
    if match := _JAPANESE.fullmatch(plain):
        if match[2] and not is_alone:
            return match[1] in surnames("ja")
        return plain.startswith(surnames("ja")) or (is_alone and 2 <= len(plain) <= 6)
    return False


def without_title(part: str) -> str:
    """A name without what stands for a title or a relation before or after it."""
    words = part.split()
    while len(words) > 1 and folded(words[0].rstrip(".,:")) in titles():
        words = words[1:]
    while len(words) > 1 and folded(words[-1].strip(".,")) in titles():
        words = words[:-1]
    plain = " ".join(words)
    for title in honorifics():
        if len(plain) > len(title) and plain.endswith(title):
            plain = plain.removesuffix(title).strip()
    return plain


def without_signoff(part: str) -> str:
    """A name without a greeting before it, as in "Kind regards Ana"."""
    words = part.split()
    for size in range(min(5, len(words) - 1), 0, -1):
        if folded(" ".join(words[:size]).strip(",.!")) in signoffs():
            return " ".join(words[size:])
    return part


def first_of_two(plain: str) -> str:
    """Of "Dörte & Silke" the first, of "Jun & Mark Delaney" the one with a family name."""
    parts = [part.strip() for part in _TOGETHER.split(plain) if part.strip()]
    if len(parts) < 2:
        return plain
    return next((part for part in parts if " " in part and not part.islower()), parts[0])


def family_name(text: str, start: int) -> str:
    """The family name that stands at a place before a title, as in 許小姐; empty where there is none."""
    for length in (1, 2, 3):
        name = text[start : start + length]
        if text.startswith(honorifics(), start + length) and name in {*surnames("zh"), *surnames("ja")}:
            return name
    return ""
