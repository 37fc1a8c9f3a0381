"""Names of people in Latin letters: English, German, Spanish, and names from elsewhere in such texts.

A run of words with capitals is a name if a given name is in it, a title or a phrase such as "my name is" stands
before it, it signs the message, or an email address nearby spells it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .lists import either, folded, folded_words, words
from .spans import Span

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĘĚĞĢİĶŁŃŇŌŐŒŘŚŞŠŤŪŮŹŻŽ"
_LETTER = "[A-Za-zÀ-ÖØ-öø-\u024f\u1e00-\u1eff]"
_WORD = rf"[{_CAPITAL}]{_LETTER}*(?:['\u2019-]{_LETTER}+)*"
_INITIAL = rf"[{_CAPITAL}]\."
_TOKEN = re.compile(rf"{_INITIAL}(?!{_LETTER})|{_WORD}")
_EMAIL = re.compile(r"([A-Za-z0-9._+-]{1,64})@[A-Za-z0-9-]")
_WORD_BEFORE = re.compile(rf"({_WORD}) $")
_LETTER_OR_DIGIT = re.compile(r"[0-9A-Za-zÀ-ÖØ-öø-ž]")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ž]")
_ADDRESS_SIGN = re.compile(r"@|://|www\.")
_ADDRESS = re.compile(r"(?<!\S)\S*(?:@|://|www\.)\S*")
_MOST_WORDS = 4
_FAR_ENOUGH = 40
_LONG_ENOUGH = 4

# Sentences begin after these, and what stands there has its capital from that.
_SENTENCE = re.compile(r"(?:^|[.!?:;\u2026\u201d\"»)]\s*|\n\s*|[-\u2013\u2014•]\s)$")
_BREAK = re.compile(
    r"(?:^|[.!?,;:)\u2026]\s*|\n\s*|[-\u2013\u2014/|]\s?|[\u3000-\u303f\uff00-\uffef]\s?|[^\x00-\x7f]\s"
    r"|\b[A-Z]{2}-?\d{3,6}[.,]?\s)$",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r",? ?(?:S\.?\s?L\b|S\.?\s?A\b|.L\.|Ltd|GmbH|mbH|Inc\b|LLC|AG\b|KG\b|e\.\s?V|& Co|\.com|\.example)"
)
_THE_FAMILY = re.compile(r"\b(?:the|die|los) $", re.IGNORECASE)
_THE_ONES = re.compile(r"(?:^|[.!?,]\s|\n)The $")
_COMMA_CODE = re.compile(r"\b[A-Za-z]{2}-?\d{3,6}, $")
# After a signature the text ends, or an address, a number or a booking follows.
_LINE_ENDS = re.compile(
    r"(?: and family| y familia| und Familie)?[\s.!]*"
    r"(?:$|\n|,\s\d|[,/|(\u2013\u2014-]?\s*(?:[\w.+-]+@|[+(]?\d[\d ()/.-]{6,}|\(?(?:LT|lt)-?\s?\d"
    r"|(?:[Tt]el|[Pp]hone|Mobile|Handy|Telefon|Teléfono|[Bb]ooking|Buchung|[Rr]eserva|since|room|from)\b))"
)
_JOINED = re.compile(r"\s?(?:&|\+|and|und|y|e)\s")
_CODE = re.compile(r"\b[A-Za-z]{2}-?\d{3,6}[.,:)]?\s(?:is |for |de la )?$")
_PLACE_BEFORE = re.compile(
    r"\b(?:to|in|from|near|at|around|via|visit|nach|aus|bei|in der|über|desde|hasta|hacia|en|a|por|cerca de|between"
    r"|to the)\s$",
    re.IGNORECASE,
)
_PLAIN_END = re.compile(r"(?:[.!?,;)\n]|\bthx|\bthanks|\bpls|[-\u2013])\s*([a-zà-ÿ]{2,12})\s*[.!]?\s*$")
_PLAIN_TOLD = re.compile(
    r"\b(?:hi,?|hey,?|hello,?|its|it's|i'm|im|my name is|name is|this is|name:|hier ist|ich bin|soy|me llamo)\s"
    r"(?=([a-zà-ÿ]{3,12})\b)"
)


class _Token(NamedTuple):
    start: int
    end: int
    plain: str


@cache
def _particles() -> re.Pattern:
    return re.compile(rf"(?: (?:{either(words('latin', 'particle'))}))?(?: (?:la|las|los|der|den))? ")


@cache
def _no_names() -> frozenset[str]:
    cues = {word for word in folded_words("told") if " " not in word}
    return folded_words("other") | folded_words("signoff") | cues


@cache
def _unsure() -> frozenset[str]:
    """Words that, alone, are rather something else than a name."""
    return _no_names() | folded_words("ambiguous") | _places()


@cache
def _places() -> frozenset[str]:
    from ... import data

    rows = data.rows("practice/places.csv", ("name", "kind", "words"))
    names = {name for row in rows for name in (row.text("name"), *row.optional("words").split("; "))}
    return frozenset(folded(word) for name in names if _LATIN.match(name) for word in name.split())


def find(text: str) -> list[Span]:
    """Where names in Latin letters stand; some may overlap."""
    if not _LATIN.search(text):
        return []
    spelt = _spelt_in_addresses(text)
    found = []
    for run in _runs(text):
        found += _names_in(text, run, spelt)
    found += _without_capital(text, spelt)
    return found + _again(text, found)


def _spelt_in_addresses(text: str) -> frozenset[str]:
    """The words of the email addresses, which are often a name's."""
    return frozenset(
        part
        for match in _EMAIL.finditer(text)
        for part in re.split(r"[^a-z]+", match[1].lower())
        if len(part) >= _LONG_ENOUGH and part not in _no_names()
    )


def _runs(text: str) -> list[list[_Token]]:
    """Words with capitals that stand side by side."""
    addresses = [match.span() for match in _ADDRESS.finditer(text)] if _ADDRESS_SIGN.search(text) else []
    runs: list[list[_Token]] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if any(first <= start < last for first, last in addresses) or _LETTER_OR_DIGIT.match(text[start - 1 : start]):
            continue
        if end < len(text) and (text[end].isdigit() or text[end] in "_@"):
            continue
        token = _Token(start, end, folded(match[0]))
        if runs and (gap := text[runs[-1][-1].end : start]) and _particles().fullmatch(gap):
            runs[-1].append(token)
        else:
            runs.append([token])
    return runs


def _names_in(text: str, run: list[_Token], spelt: frozenset[str]) -> list[Span]:
    found, first = [], 0
    titles, no_names, before = folded_words("title"), _no_names(), folded_words("before_place")
    while first < len(run):
        token = run[first]
        if token.plain in before and first + 1 < len(run):
            return found  # San José, Hotel Victoria
        is_titled = token.plain.rstrip(".") in titles
        if is_titled or (token.plain in no_names and not _is_surely_given(run, first)):
            first += 1
            while is_titled and first < len(run) and run[first].plain.rstrip(".") in titles:
                first += 1
            if not is_titled or first == len(run):
                continue
            last = _last(run, first)
            if last > first:
                found.append((run[first].start, run[last - 1].end))
                first = last
            continue
        if _begins_sentence(text, run, first):
            first += 1
            continue
        last = _last(run, first)
        if last > first and _is_name(text, run, first, last, spelt):
            found.append((run[first].start, run[last - 1].end))
            first = last
        else:
            first += 1
    return found


def _begins_sentence(text: str, run: list[_Token], first: int) -> bool:
    """Whether a word has its capital only because a sentence begins with it, as in "Statt Ana Silva"."""
    given = folded_words("given")
    return (
        first + 1 < len(run)
        and run[first].plain not in given
        and run[first].plain not in folded_words("family")
        and not run[first].plain.endswith(".")
        and run[first + 1].plain in given
        and bool(_SENTENCE.search(_before(text, run[first].start)))
    )


def _is_surely_given(run: list[_Token], place: int) -> bool:
    """Whether a common word is a given name here, because a family name follows: May Robinson."""
    return (
        run[place].plain in folded_words("given")
        and place + 1 < len(run)
        and run[place + 1].plain in folded_words("family")
    )


def _last(run: list[_Token], first: int) -> int:
    """Where a name that begins at a token ends."""
    last = first
    while last < len(run) and last - first < _MOST_WORDS:
        plain = run[last].plain
        if last > first and (plain in _no_names() or plain in folded_words("after_place")):
            break
        last += 1
    return last


def _is_name(text: str, run: list[_Token], first: int, last: int, spelt: frozenset[str]) -> bool:
    tokens = run[first:last]
    start, end = tokens[0].start, tokens[-1].end
    if (last < len(run) and run[last].plain in folded_words("after_place")) or _COMPANY.match(text, end):
        return False
    given, ambiguous, family = folded_words("given"), folded_words("ambiguous"), folded_words("family")
    if any(token.plain in spelt for token in tokens) and tokens[0].plain not in _places():
        return True
    is_given = tokens[0].plain in given or tokens[0].plain.partition("-")[0] in given
    before = _before(text, start)
    is_place = all(token.plain in _places() for token in tokens)
    if is_place and (_PLACE_BEFORE.search(before) or tokens[0].plain not in given):
        return False
    if _is_asian(tokens) or (_THE_FAMILY.search(before) and tokens[0].plain.removesuffix("s") in family):
        return True
    if _COMMA_CODE.search(before) and text[end : end + 1] in (".", ",", "") and not is_place:
        return True
    if is_given and tokens[0].plain not in ambiguous:
        return True
    if is_given and len(tokens) > 1 and tokens[1].plain not in _places():
        return True
    if len(tokens) > 1 and tokens[-1].plain in family and not any(token.plain in _places() for token in tokens[:-1]):
        return True
    if len(tokens) > 1 and len(tokens[0].plain.rstrip(".")) == 1 and tokens[0].plain.endswith("."):
        return True
    if _told().search(before) and not (len(tokens) == 1 and is_place):
        return True
    if tokens[0].plain in ambiguous and _PLACE_BEFORE.search(before):
        return False
    return _signs(text, start, end, len(tokens), is_given)


def _signs(text: str, start: int, end: int, size: int, is_given: bool) -> bool:
    """Whether a name at this place signs what was written."""
    if not _LINE_ENDS.match(text, end):
        return False
    before = _before(text, start)
    if _signoffs().search(before) or _CODE.search(before):
        return True
    if _THE_ONES.search(before) and text[end - 1] == "s":
        return True
    if not _BREAK.search(before):
        joined = _JOINED.search(text[max(0, start - 5) : start])
        return bool(joined) and (is_given or size > 1)
    is_late = start > len(text) * 0.4 or "\n" in text
    return is_late and (size > 1 or is_given or _is_alone(text, start, end))


def _before(text: str, start: int) -> str:
    """What stands before a place, as far as it says anything about the word there."""
    return text[max(0, start - _FAR_ENOUGH) : start]


def _is_asian(tokens: list[_Token]) -> bool:
    """Whether it is a name as passports have it: LIN MEI-HUA, Kim Minsu."""
    return len(tokens) == 2 and tokens[0].plain in folded_words("family_first")


@cache
def _told() -> re.Pattern:
    """What tells that a name follows: "my name is", "unsere Kollegin", "Sr."."""
    own, relation = either(words("latin", "possessive")), either(words("latin", "relation"))
    phrase, title = either(words("latin", "told")), either(words("latin", "title"))
    foreign = either(words("latin", "told_elsewhere"))
    return re.compile(
        rf"(?:\b(?:{phrase}|(?:{own}) (?:{relation})|(?:{title})\.?)(?<=[\w.])|(?:{foreign})[は是為은:\uff1a]?)"
        r"[:,]?\s?(?:(?:is|ist|es)\s)?\"?$",
        re.IGNORECASE,
    )


@cache
def _signoffs() -> re.Pattern:
    return re.compile(rf"\b(?:{either(words('latin', 'signoff'))})[,.!]?\s+$", re.IGNORECASE)


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether one word ends the whole message, or has a line of its own."""
    rest = text[end:].strip(" .!\n")
    return (not rest or text[end : end + 1] == "\n" or "@" in rest[:40]) and start > 0


def _without_capital(text: str, spelt: frozenset[str]) -> list[Span]:
    """Given names of people who write everything small."""
    found = []
    tail = max(0, len(text) - _FAR_ENOUGH)
    for pattern, first in ((_PLAIN_END, tail), (_PLAIN_TOLD, 0)):
        for match in pattern.finditer(text, first):
            word = match[1]
            plain = folded(word)
            sure = plain in folded_words("given") and plain not in _no_names()
            if plain in spelt or (sure and (pattern is _PLAIN_END or plain not in folded_words("ambiguous"))):
                found.append(match.span(1))
    return found


def _again(text: str, found: list[Span]) -> list[Span]:
    """The same names, or one word of them, elsewhere in the text."""
    known = {text[start:end] for start, end in found}
    parts = {part for name in known for part in name.split() if len(part) >= 3 and part[0].isupper()}
    parts = {part for part in parts if folded(part) not in _unsure()}
    if not parts:
        return []
    choices = "|".join(sorted(map(re.escape, parts), key=len, reverse=True))
    pattern = re.compile(rf"(?<![0-9A-Za-zÀ-ÖØ-öø-ž@.-])(?:{choices})(?![\w@])")
    taken = {place for start, end in found for place in range(start, end)}
    return [match.span() for match in pattern.finditer(text) if match.start() not in taken and _is_free(text, match)]


def _is_free(text: str, match: re.Match) -> bool:
    """Whether no other word with a capital stands beside it, as in the name of a company."""
    following = _TOKEN.match(text, match.end() + 1)
    preceding = _WORD_BEFORE.search(_before(text, match.start()))
    beside = [match[match.lastindex or 0] for match in (following, preceding) if match]
    return all(folded(word) in _no_names() for word in beside)
