"""Tell which of eight languages a text is written in: by its script, its signs and its commonest words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from .lexicon import folded, listed, words_of

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HANGUL = re.compile(r"[가-힣]")
# Signs that make Chinese sentences and seldom stand in Japanese ones.
_CHINESE = re.compile(r"[的我們们你您了嗎吗呢這这那沒没是都也就還还給给很跟]")
_WORD = re.compile(r"[a-zà-öø-ÿœ]+(?:['\u2019][a-z]+)?")
# Enough to be sure, and quick for a long text.
_ENOUGH = 2000

_CODE_WANTED = re.compile(r"\b(?:code|iso|bcp|639|locale|tag)\b|代碼|代码|コード|코드|código", re.I)


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    labels: frozenset[str]
    words: frozenset[str]
    signs: frozenset[str]


@cache
def languages() -> tuple[Language, ...]:
    return tuple(
        Language(
            row.text("code"),
            row.text("name"),
            frozenset(folded(label) for label in words_of(row.text("labels"))),
            frozenset(words_of(row.optional("words"))),
            frozenset(row.optional("signs")),
        )
        for row in listed("languages.csv", ("code", "name", "labels", "words", "signs"))
    )


@lru_cache(maxsize=64)
def _detect(text: str) -> str:
    signs = len(_HAN.findall(text))
    kana = len(_KANA.findall(text))
    hangul = len(_HANGUL.findall(text))
    words = _WORD.findall(text.lower())
    if signs + kana + hangul > len(words) / 2:
        if hangul >= signs + kana:
            return "ko"
        if kana * 8 >= signs and kana >= len(_CHINESE.findall(text)):
            return "ja"
        candidates = [language for language in languages() if language.code in ("zh-Hant", "zh-Hans", "ja")]
        return max(candidates, key=lambda language: sum(sign in language.signs for sign in text)).code
    latin = [language for language in languages() if language.words]

    def weight(language: Language) -> int:
        marks = sum(sign in language.signs for sign in text.lower())
        return sum(word in language.words for word in words) + min(marks, 3)

    return max(latin, key=weight).code


def detect(text: str) -> str:
    """The language's code, such as "zh-Hant"; English where nothing speaks for another."""
    return _detect(text[:_ENOUGH])


@cache
def _common_words() -> frozenset[str]:
    return frozenset(word for language in languages() for word in language.words)


def is_common_word(word: str) -> bool:
    """Whether a word is one of the commonest of a language."""
    return word.lower() in _common_words()


def name_of(code: str) -> str:
    return next(language.name for language in languages() if language.code == code)


def language_of_label(label: str) -> frozenset[str]:
    """The codes of the languages that a label such as "Spanish", "es" or "中文" may stand for."""
    plain = folded(label.strip().replace("_", "-"))
    plain = " ".join(folded(word) for word in plain.split())
    return frozenset(language.code for language in languages() if plain in language.labels)


def answer(instruction: str, text: str) -> str:
    """The name of the text's language, or its code where the instruction wants a code."""
    code = detect(text)
    return code if _CODE_WANTED.search(instruction) else name_of(code)
