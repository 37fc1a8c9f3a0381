"""The lists of `data/personal_names.csv`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ... import data

_TYPEWRITER = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@cache
def words(script: str, kind: str) -> frozenset[str]:
    """The words of a script ("latin", "han", "kana", "hangul") and a kind such as "given" or "title"."""
    return frozenset(
        word
        for row in data.rows("personal_names.csv", ("script", "kind", "words"))
        if (row.text("script"), row.text("kind")) == (script, kind)
        for word in row.text("words").split("; ")
    )


@cache
def folded_words(kind: str) -> frozenset[str]:
    """Words in Latin letters, as `folded` has them, and as typewriters without ä, ö and ü do."""
    known = words("latin", kind)
    return frozenset(folded(spelt) for word in known for spelt in (word, word.translate(_TYPEWRITER)))


def folded(word: str) -> str:
    """Lower case, without accents: what people in a hurry leave out."""
    word = word.lower().replace("\u2019", "'")
    if word.isascii():
        return word
    return "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))


def either(phrases: frozenset[str]) -> str:
    """A pattern for one of the phrases, the longest first."""
    firsts = "".join(sorted({re.escape(phrase[0]) for phrase in phrases}))
    choices = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))
    return f"(?=[{firsts}])(?:{choices})"  # most places in a text are ruled out by their first sign
