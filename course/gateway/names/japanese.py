"""Names of people in Japanese: family name, given name, and what politeness puts behind."""

from __future__ import annotations

import re
from functools import cache

from .lists import either, words
from .spans import Span

_HAN = "[\u3400-\u9fff々]"
_MARKS = r"\s。、,!?:;()「」『』【】/|~\-\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09…0-9A-Za-z"
_EDGE = f"(?:^|(?<=[{_MARKS}・のはがとをにも]))"
_END = f"(?=$|[{_MARKS}.+])"
_PLACE = r"(?![県市区町村駅港山川島寺社城湖]|公園|空港|神社|大学|会社|製作|商店|旅館|温泉|ホテル|病院"
_PLACE += "|銀行|内科|医院|屋)"


@cache
def _patterns() -> dict[str, re.Pattern]:
    family = either(words("kana", "family"))
    given_sign = f"[{''.join(sorted(words('kana', 'given')))}]"
    hiragana = either(words("kana", "hiragana"))
    given = f"[ \u3000]?(?:{given_sign}{{1,3}}|{hiragana}|[ァ-ヶー]{{2,5}})"
    cue, relation = either(words("kana", "cue")), either(words("kana", "relation"))
    title, after = either(words("kana", "title")), either(words("kana", "after"))
    whole = f"(?:{family})(?:{given})"
    return {
        # 田中さん, 中村由紀子様
        "titled": re.compile(f"((?:{family})(?:{given})?)[ \u3000]?(?={title})"),
        # ダニエルさん, 神楽坂さん
        "polite": re.compile(
            f"((?<![ァ-ヶー・])[ァ-ヶー]{{2,8}}(?:・[ァ-ヶー]{{2,8}})?|(?<!{_HAN}){_HAN}{{2,4}}|(?<![ぁ-ん])(?:{hiragana})|(?<=[のはがと]){hiragana})(?=さん|様|さま|氏|くん|ちゃん)"
        ),
        # 佐々木です
        "told": re.compile(
            f"{_EDGE}((?:{family})(?:{given})?|{hiragana}|[ァ-ヶー]{{2,8}}・[ァ-ヶー]{{2,8}})(?={after})"
        ),
        "plain": re.compile(f"(?<!{_HAN})((?:{family})(?<=..)(?:{given})?)(?={after})"),
        # 夫の健太が
        "related": re.compile(
            f"(?:{relation})の((?:{given_sign}{{2,3}}|{hiragana}|[ァ-ヶー]{{2,6}}))(?=[がはをもとに、(\uff08])"
        ),
        # 幹事:前田
        "labelled": re.compile(
            f"(?:{cue})[\\s:\uff1aはがの、「]{{0,3}}((?:{family})(?:{given})?|{hiragana})(?!{_HAN}){_PLACE}"
        ),
        # 氏名:桑田誠, whatever the signs; LT-4850の桑田です; 桑田と申します
        "form": re.compile(f"(?:{cue})\\s?[:\uff1a]\\s?({_HAN}{{2,6}}|[ァ-ヶー・]{{3,14}})(?=\\s*$)", re.MULTILINE),
        "code": re.compile(f"[A-Za-z]{{2}}-?\\d{{3,6}}[の、,\\s]{{1,2}}({_HAN}{{2,5}})(?=です|と申|より|でござ)"),
        "humble": re.compile(f"(?<!{_HAN})({_HAN}{{2,6}}|[ァ-ヶー・]{{3,14}})(?=と申し|ともうし)"),
        "line": re.compile(f"^((?:{family})?{_HAN}{{2,5}}|(?:{family})[ぁ-んァ-ヶー]{{2,5}})\\s*\\Z", re.MULTILINE),
        # オカダ ミユキ, as banks write
        "bank": re.compile("(?<![ァ-ヶー])([ァ-ヶー]{2,6}[ \u3000][ァ-ヶー]{2,6})(?=\\s*$|です|様)", re.MULTILINE),
        # 「岡田」
        "quoted": re.compile(f"(?<=「)((?:{family})(?:{given})?)(?=」)"),
        # 清水大輔 between two commas
        "alone": re.compile(f"{_EDGE}({whole}){_END}"),
        # a family name at the end of a line
        "signed": re.compile(
            f"(?:^|(?<=[。!?、の\\s\uff01\uff1f0-9A-Za-z]))"
            f"((?:{family})(?:[ \u3000]?{_HAN}{{1,3}}|{given})?|{hiragana})"
            "(?=[ \u3000。]*(?:$|[A-Za-z0-9._%+-]+@|[+0][-0-9() ]{8}))",
            re.MULTILINE,
        ),
        # 山田太郎 in the middle of a sentence
        "anywhere": re.compile(f"(?<!{_HAN})((?:{family})[ \u3000]?{given_sign}{{2}})(?!{_HAN}){_PLACE}"),
    }


def find(text: str) -> list[Span]:
    """Where names in Japanese stand; some may overlap."""
    other = words("kana", "other")
    found = []
    for pattern in _patterns().values():
        for match in pattern.finditer(text):
            if match[1] not in other and not any(match[1].endswith(word) for word in other if len(word) > 1):
                found.append(match.span(1))
    return found
