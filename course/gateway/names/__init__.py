"""Names of people in a text: by lists of names, and by what stands around them. Rules, which know no meaning: "Hope"
at the start of a sentence may be a person, and nothing in its letters says so.
"""

from __future__ import annotations

import re

from . import chinese, japanese, korean, latin
from .spans import Span, without_overlaps

_KANA = re.compile(r"[ぁ-んァ-ヶ]")
_HAN = re.compile(r"[\u3400-\u9fff々]")
_HANGUL = re.compile(r"[가-힣]")
# Signs that Chinese writes otherwise.
_JAPANESE_ONLY = re.compile(
    "[円駅様込氏図歳発当帰売読気検済変覧続実関単験顔県対転戻応権徳広]|連絡先|代表者|予約者|希望日"
)
# Japanese has at least so many kana for each sign; Chinese has some at most, in a brand's name.
_KANA_IN_JAPANESE = 0.25


def find_names(text: str) -> list[Span]:
    """Where names of people stand: (start, end), in order, none inside another."""
    found = latin.find(text)
    if not text.isascii():
        kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
        if kana > _KANA_IN_JAPANESE * (kana + han) or (not kana and _JAPANESE_ONLY.search(text)):
            found += japanese.find(text)
        elif han:
            found += chinese.find(text)
        if _HANGUL.search(text):
            found += korean.find(text)
    return without_overlaps(found)
