"""Names of people in Korean: a family name of one syllable, a given name of two."""

from __future__ import annotations

import re
from functools import cache

from .lists import either, words
from .spans import Span

_EDGE = r"(?<![가-힣])"
_END = r"(?![가-힣])"


@cache
def _patterns() -> dict[str, re.Pattern]:
    family = either(words("hangul", "family"))
    syllable = f"[{''.join(sorted(words('hangul', 'given')))}]"
    title = either(words("hangul", "title"))
    after = either(words("hangul", "after"))
    cue = either(words("hangul", "cue"))
    double = either(frozenset(name for name in words("hangul", "family") if len(name) == 2))
    whole = f"(?:(?:{double}){syllable}{{1,2}}|(?:{family}){syllable}{{2}})"
    return {
        # 박준호 님, 김 대리
        "titled": re.compile(f"{_EDGE}((?:{family})[가-힣]{{2}})(?=\\s(?:{title})|님|씨|\\s씨)"),
        # 저는 김민지이고, 박준호입니다
        "told": re.compile(
            f"{_EDGE}((?:{family})[가-힣]{{2}})\\s?"
            f"(?=(?:입니다|이에요|예요|이고|이라고|라고 |드림|올림|배상|인데요|이며|이 아니라|가 아니라))"
        ),
        # 이름은 김민지, 연락처: 임도윤
        "labelled": re.compile(
            f"(?:{cue})\\s?[:\uff1a은는이가]?\\s?(?![가-힣]{{2}}[가은는을를와과도](?![가-힣]))({whole})(?:{after})?{_END}"
        ),
        # 아들 지호가
        "related": re.compile(f"(?:{cue})\\s({syllable}{{2}})(?=이?[가은는을를와과도](?![가-힣]))"),
        "form": re.compile(f"(?:{cue})\\s?[:\uff1a]\\s?([가-힣]{{2,4}})(?=\\s*$)", re.MULTILINE),
        # 정민수 between commas or at the end
        "alone": re.compile(
            f"(?:^|(?<=[\\s,.:;!?()/·~0-9A-Za-z]))({whole})(?:{after})?(?=$|[\\s,.:;!?()/·~])", re.MULTILINE
        ),
        "given": re.compile(f"{_EDGE}({syllable}{{2}})\\s?(?=씨{_END}|씨[가는를와께])"),
    }


def find(text: str) -> list[Span]:
    """Where names in Korean stand; some may overlap."""
    other = words("hangul", "other")
    found = []
    for kind, pattern in _patterns().items():
        for match in pattern.finditer(text):
            if match[1] in other or match[1][:2] in other:
                continue
            if kind == "alone" and not _stands_alone(text, *match.span(1)):
                continue
            found.append(match.span(1))
    return found


_BEFORE = re.compile(r"(?:^|[\n,.:;!?()/·~0-9A-Za-z]\s?)$", re.MULTILINE)
_AFTER = re.compile(
    r"\s*(?:$|[,.;!?)/·\n]|[A-Za-z0-9._%+-]+@|[+0]\d|드림|올림|배상|(?:두|세|네) ?(?:사람|명|분)"
    r"|이?라는)"
)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether punctuation, a code or an address is on both sides, and no sentence goes on."""
    return bool(_BEFORE.search(text[max(start - 2, 0) : start]) and _AFTER.match(text, end))
