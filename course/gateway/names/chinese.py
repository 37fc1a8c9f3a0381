"""Names of people in Chinese: a family name of one or two signs, then one or two more."""

from __future__ import annotations

import re
from functools import cache

from .lists import either, words
from .spans import Span

_SIGN = "[\u4e00-\u9fff]"
_EDGE = r"(?:^|(?<=[\s,。、!?:;()「」『』【】・/|~\-\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09…0-9A-Za-z]))"
_END = r"(?=$|[\s,。、!?:;()「」『』【】/|~.\-\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09…0-9A-Za-z+])"
# 一張, 這張: there 張 counts things.
_COUNTS = "一二三四五六七八九十百兩這那幾每半0123456789"
_GAP = r"[\s:\uff1a是為叫「『(\uff08]{0,3}"


@cache
def _patterns() -> dict[str, re.Pattern]:
    family = either(words("han", "family"))
    given = "".join(sorted(words("han", "given")))
    name_sign = f"[{given}{''.join(sorted(words('han', 'loose')))}]"
    sure_sign = f"[{given}]"
    cue = either(words("han", "cue"))
    title, after = either(words("han", "title")), either(words("han", "after"))
    likely = f"(?:{family})(?!{title})(?:{name_sign}{{2}}|{name_sign}(?!{_SIGN}))"
    return {
        # 許小姐, 陳怡君老師
        "titled": re.compile(f"((?:{family}){name_sign}{{0,2}}?)(?={title})"),
        # 我叫吳雅婷
        "told": re.compile(f"(?:{cue}){_GAP}((?:{family})(?!{title})(?:{_SIGN}{{2}}|{name_sign}))"),
        # 請通知陳怡君
        "named": re.compile(f"(?:{either(words('han', 'weak'))}){_GAP}({likely})"),
        # 先生許博鈞,
        "related": re.compile(
            f"(?:{either(words('han', 'weak'))})((?:{family})(?!{title}){_SIGN}{{2}})"
            f"(?:{_END}|(?=[的是想要也和與跟在去會能]|[一二三四五六七八九十]+歲))"
        ),
        # ,王志豪。
        "alone": re.compile(f"{_EDGE}({likely})(?:{_END}|(?={after}))"),
        # 葛曉青 at the end of a line, whatever its signs
        "signed": re.compile(f"{_EDGE}((?:{family}){_SIGN}{{2}})\\s?(?:{after})?[。!\\s]*$", re.MULTILINE),
        # a line with the name alone, or behind a colon, whatever the signs
        "line": re.compile(f"(?:^|(?:{cue})\\s?[:\uff1a]\\s?)({_SIGN}{{2,4}})\\s*$", re.MULTILINE),
        "nick": re.compile(f"(?:^|(?<=[。!?~\\s\uff01\uff1f,\uff0c]))([阿小]{_SIGN})\\s?(?:{after})?[。!\\s]*\\Z"),
        "called": re.compile(f"(?:^|(?<=[。!?~\\s\uff01\uff1f,\uff0c]))([阿小][{given}])(?=[的和跟說想要])"),
        # in the middle of a sentence, where every sign is one that parents choose
        "anywhere": re.compile(f"((?:{family})(?:{sure_sign}{name_sign}|{name_sign}{sure_sign}))"),
        "other": re.compile(f"(?:{either(words('han', 'other'))})"),
        "place": re.compile(either(words("han", "place_end"))),
    }


def find(text: str) -> list[Span]:
    """Where names in Chinese stand; some may overlap."""
    patterns = _patterns()
    found = []
    for kind in ("titled", "told", "named", "related", "alone", "signed", "line", "nick", "called", "anywhere"):
        for match in patterns[kind].finditer(text):
            start, end = match.span(1)
            if kind == "line" and not _may_be_whole(text, start, end):
                continue
            if kind in ("titled", "nick", "called") or not _is_other(text, start, end):
                found.append((start, end))
    return [span for span in found if not _within_word(text, *span)]


def _is_other(text: str, start: int, end: int) -> bool:
    """Whether it is no name, or a place's."""
    patterns = _patterns()
    return bool(patterns["other"].match(text, start) or patterns["place"].match(text, end))


def _may_be_whole(text: str, start: int, end: int) -> bool:
    """Whether a line that has nothing else may be a name: with a family name, or behind "name:"."""
    is_labelled = text[max(start - 2, 0) : start].strip()[-1:] in (":", "\uff1a")
    name = text[start:end]
    if name.endswith(tuple(words("han", "title"))):
        return False
    return is_labelled or name.startswith(tuple(words("han", "family")))


def _within_word(text: str, start: int, end: int) -> bool:
    """Whether it begins with the end of a word, as 何老師 does in 任何老師."""
    known = words("han", "other")
    before = text[max(start - 1, 0) : start]
    return before + text[start] in known or (before in _COUNTS and before != "")
