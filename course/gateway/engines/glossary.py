"""Explain the words of the course's glossary."""

from __future__ import annotations

from functools import cache

from ... import data
from .text import key_words, sentences


def explain(question: str, breadth: int) -> str:
    """Definitions of the glossary's terms that the question names.

    A small model gives the first sentence of one, a standard model explains each, a large model also a term
    that the explanation leans on.
    """
    named = _terms_in(question)
    if not named:
        return ""
    if breadth == 1:
        return sentences(named[0][1])[0]
    meanings = [meaning for _, meaning in named]
    if breadth == 3:
        meanings += [
            sentences(meaning)[0] for _, meaning in _terms_in(" ".join(meanings)) if meaning not in meanings
        ][:1]
    return " ".join(meanings)


def _terms_in(text: str) -> list[tuple[str, str]]:
    """(term, definition) of the terms in a text, in its order; of "API" and "API key" the longer."""
    words = key_words(text)
    known = set(words)
    found = {}
    for term, entry in _glossary().items():
        if term[0] in known:
            places = [i for i in range(len(words)) if tuple(words[i : i + len(term)]) == term]
            if places:
                found[term] = (places[0], entry)
    longest = [found[term] for term in found if not any(set(term) < set(other) for other in found)]
    return [entry for _, entry in sorted(longest)]


@cache
def _glossary() -> dict[tuple[str, ...], tuple[str, str]]:
    """The key words of each term, with the term and its definition."""
    return {
        tuple(key_words(row.text("term"))): (row.text("term"), row.text("definition"))
        for row in data.rows("glossary.csv", ("term", "definition"))
    }
