"""The name with which a letter ends."""

from __future__ import annotations

import re

from .addresses import contact_details
from .language import detect
from .lexicon import folded
from .person_names import (
    family_name,
    first_of_two,
    is_name,
    signoffs,
    titles,
    without_signoff,
    without_title,
)
from .value import Value

# What parts the name at a letter's end from the sentence before it.
_BREAK = re.compile(
    r"(?:(?<!\b[A-Z])\.|[!?。\uff01\uff1f…~\u301c,\uff0c、;:\uff1a/|()\uff08\uff09\[\]»”\"^\n\u2014\u2013])+\s*|\s-\s"
    r"|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+\s*"
)
# A code, a number or the end of a polite sentence does so too.
_CODE_BREAK = re.compile(r"[A-Za-z]{2,4}-?\d{3,6}\s*|\d{3,}\s*|다\s|요\s|です\s|ます\s")
# What stands behind a name at the end of a letter.
_CLOSERS = ("敬上", "敬拜", "筆", "留", "拝", "謹上", "敬啟", "拜上", "上", "드림", "올림", "배상", "より")
_ENDS = " \t\n,.;:/|·•*-\u2013\u2014。、\uff0c\uff1a[]"
_ASIDE = re.compile(r"\s?[(\uff08][^()\uff08\uff09]*\d[^()\uff08\uff09]*[)\uff09]$")
_DAY_LINE = re.compile(r"[^\d\n]{0,16}\d{1,4}[^\n]{0,24}\d{4}|\d{4}\s?[年년-][^\n]{0,14}")
_SENT_FROM = re.compile(r"sent from my .*|von meinem \S+ gesendet|enviado desde mi .*|.*から送信|.*에서 보냄", re.I)
# "Tom from Leeds", "Ana otra vez"
_FROM = re.compile(r"(?<=\w) (?:from|aus|desde|in|of|with|mit|con|again|nochmal|otra vez|again please)(?: \S+){0,3}$")
# "Soy Ana", 小川です
_INTRODUCES = re.compile(r"^(?:soy|ich bin|i am|i'm) |(?:です|입니다|예요|이에요)$", re.I)
_KANJI = re.compile(r"[\u3400-\u9fff々]{2,4}")
_CLOSED = re.compile(r"[。\uff01\d][\s、]*$")
_LINES = 6


def signature(text: str) -> Value | None:
    """The name with which a letter ends, without titles; `None` where it ends with something else."""
    spans = [match.span() for match in re.finditer(r"[^\n]+", text)]
    lines = [(start, _end_of_letter(text, stop)) for start, stop in spans[-_LINES - 2 :]]
    lines = [(start, stop) for start, stop in lines if stop > start]
    greeting = max((index for index, line in enumerate(lines) if _is_greeting(text[slice(*line)])), default=-1)
    for start, stop in lines[greeting + 1 :] if greeting >= 0 else ():
        if name := _whole_name(text[start:stop]):
            return _found(text, start, name)
    lines = [line for line in lines if not _says_nothing(text[slice(*line)])]
    best = None
    for start, stop in reversed(lines[-_LINES:]):
        if len(spans) > 1 and (name := _whole_name(text[start:stop])):
            best = _found(text, start, name)
            continue
        return best or _at_the_end(text, start, stop)
    return best


def _found(text: str, start: int, name: str) -> Value:
    place = text.find(name, start)
    return Value(place, place + len(name), name, name)


def _is_greeting(line: str) -> bool:
    return folded(line.strip(" ,.!~。\uff0c\uff01")) in signoffs()


def _says_nothing(line: str) -> bool:
    """Whether a line is only a greeting, a day or what a telephone adds."""
    plain = line.strip(" ,.!~。\uff0c\uff01")
    return _is_greeting(line) or len(plain) <= 1 or bool(_DAY_LINE.fullmatch(plain) or _SENT_FROM.fullmatch(plain))


def _end_of_letter(text: str, end: int) -> int:
    """Where a letter ends when addresses, numbers and codes at its end are left away."""
    while True:
        stripped = len(text[:end].rstrip(_ENDS))
        if aside := _ASIDE.search(text[max(0, stripped - 60) : stripped]):
            stripped -= len(aside[0])
        stripped -= next((len(word) for word in _CLOSERS if text.endswith(word, 0, stripped)), 0)
        tail = contact_details(text, stripped)
        if tail == end:
            return tail
        end = tail


def _whole_name(line: str) -> str:
    """The name that is all that a line says, a title left away."""
    plain = without_title(line.strip(" ,.!。\uff0c\uff01-\u2013\u2014~/()\uff08\uff09")).rstrip(",")
    return first_of_two(plain) if is_name(plain, is_alone=True) else ""


def _at_the_end(text: str, start: int, end: int) -> Value | None:
    """The name at the end of a line, behind a full stop, a comma, a code or a greeting."""
    line = text[start:end]
    breaks = [match.end() for match in _BREAK.finditer(line)] + [match.end() for match in _CODE_BREAK.finditer(line)]
    breaks = sorted({place for place in breaks if place < len(line.rstrip(" )\uff09"))} | {0})
    part = line[breaks[-1] :].strip(" )\uff09")
    if folded(part.strip(" .")) in titles() and len(breaks) > 1:
        part = line[breaks[-2] : breaks[-1]].strip(" ,")
    part = _FROM.sub("", part)
    told = without_signoff(without_title(part))
    if len(breaks) == 1 and told == part:
        return None  # A line that is no letter's end has a greeting or a break before its name.
    plain = without_title(told)
    own = _INTRODUCES.sub("", plain)
    if is_name(own):
        name = first_of_two(own)
    elif _is_kanji_name(plain, line[: breaks[-1]]) or _is_small_name(plain, line[: breaks[-1]], told != part):
        name = plain
    elif not (name := family_name(part, 0)):
        return None
    place = text.rfind(name, start, end + 1)
    return Value(place, place + len(name), name, name) if place >= 0 else None


def _is_kanji_name(plain: str, before: str) -> bool:
    """Whether a few Chinese signs are what follows the last sentence, or a code, of a Japanese letter."""
    return bool(_KANJI.fullmatch(plain) and _CLOSED.search(before)) and detect(before) == "ja"


def _is_small_name(plain: str, before: str, is_greeted: bool) -> bool:
    """Whether a word in small letters is a name behind a greeting, as in "cheers, ben"."""
    if not (plain.islower() and is_name(plain.title())):
        return False
    last = re.split(r"[.!?\n]", before.rstrip(" ,.!"))[-1].strip()
    return is_greeted or folded(last) in signoffs()
