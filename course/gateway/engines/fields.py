"""What a field's name asks for, and the values of that kind in a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

from . import evidence, language
from .facts import Facts
from .lexicon import Lexicon, listed, words_of
from .numbers import currency_codes
from .text import is_common, key_words, sentences, stem
from .value import Value, any_marker

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FILLERS = frozenset(["of", "the", "a", "full", "requested", "s", "number", "main", "primary", "your", "my"])
_OPERAND = re.compile(r"[abcnxyz]|(?:num|number|value|operand|arg|n|x)\d|first.*|second.*|left|right|addend.*")
_EXPRESSION = re.compile(r"[-+(]*\d[\d\s.,+*/\xd7\xf7^()%-]*\d\)*|\d+")
_AGE = re.compile(r"(?<=[\w] )\(?(?:is )?(\d{1,2})(?=\)|,|$| and )")
# A city says more than its country, and both more than what is only spelled like a place.
_PLACE_ORDER = ("city", "region", "country", "sight", "unknown")
_ITEM = re.compile(
    r"(?:\s?(?:x\s)?|[個个杯張张本枚瓶件份つ개잔장병]\s?の?)((?:[^\W\d]|['\u2019 -])+?)"
    r"(?=\s(?:please|for|to|by|from|and|y|und|bitte|por favor|para|für)\b"
    r"|[,.;:!?。\uff01\uff1f、\uff0c]|(?:を|お願い|주세요|謝謝)|\s?$|\n)",
    re.I,
)
_CURRENCY = re.compile(r"\b[A-Z]{3}\b")
_CODE_WANTED = re.compile(r"\b(?:code|iso|bcp|639|locale)\b", re.I)


class Field(NamedTuple):
    """A kind of value, which of several of that kind, and the words that stand for it in a text."""

    kind: str
    role: str
    words: Lexicon


def plain_words(name: str) -> str:
    """The words of a property's name: "departureDate" and "departure_date" are "departure date"."""
    return re.sub(r"[_\-./\s]+", " ", _CAMEL.sub(" ", name)).strip().lower()


@cache
def _fields() -> Lexicon[Field]:
    exact, plurals = [], []
    for row in listed("fields.csv", ("kind", "role", "words")):
        words = words_of(row.text("words"))
        field = Field(row.text("kind"), row.optional("role"), Lexicon((word, word) for word in words))
        exact += [(word, field) for word in words]
        plurals += [(_plural(word), field) for word in words if word.isascii() and not word.endswith("s")]
    listed_as_it_is = {word for word, _ in exact}  # "days" counts, though a "day" is a date
    return Lexicon([*exact, *(each for each in plurals if each[0] not in listed_as_it_is)])


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if re.search(r"[^aeiou]y$", word) else f"{word}s"


@lru_cache(maxsize=512)
def field_of(name: str) -> Field | None:
    """The field that a property's name stands for: its last known words, as in "email of the customer"."""
    words = plain_words(name)
    found = _fields().find(words)
    if not found:
        return None
    last = found[-1]
    if last.value.kind == "person":
        rest = words[: last.start] + words[last.end :]
        known = {
            word for other in found if other.value.kind == "person" for word in words[other.start : other.end].split()
        }
        if any(word not in _FILLERS and word not in known for word in rest.split()):
            return None  # a hotel's name is nobody's
    if not last.value.role:
        for other in found[:-1]:
            if other.value.role and other.value.kind == last.value.kind:
                return other.value
    return last.value


@lru_cache(maxsize=512)
def field_of_note(note: str) -> Field | None:
    """The field that a description speaks of first."""
    found = [
        each
        for each in _fields().find(note.lower())
        if note[each.start : each.end].lower() not in ("name", "on", "to", "from", "where", "when")
    ]
    return found[0].value if found else None


def texts(field: Field | None, facts: Facts, note: str = "") -> list[str]:
    """The texts that fit a field, the likeliest first."""
    finder = _TEXT_FINDERS.get(field.kind) if field else None
    return finder(field, facts, note) if finder else []


def numbers(field: Field | None, name: str, facts: Facts) -> list[int | float]:
    """The numbers that fit a field, the likeliest first."""
    if field and field.kind == "amount":
        return [value.value for value in _sums(field, facts)] or _counted(field.words, facts)
    if field and field.kind == "quantity":
        return [value.value for value in facts.quantities]
    if field and field.kind == "people":
        return _counted(field.words, facts) or _all_people(facts)
    if field and field.role in ("adults", "children"):
        number = facts.party.adults if field.role == "adults" else facts.party.children
        return [] if number is None else [number]
    if field and field.role == "age":
        return _counted(field.words, facts) or [int(age[1]) for age in _AGE.finditer(facts.text)]
    if field and field.kind != "confidence":
        return _counted(field.words, facts)
    if _OPERAND.fullmatch(plain_words(name)):
        return [value.value for value in facts.numbers]
    own = plain_words(name).removeprefix("number of ").removeprefix("num ")
    return (
        _counted(Lexicon((form, own) for form in {own, own.removesuffix("s"), stem(own) + "*"}), facts) if own else []
    )


def is_operand(name: str) -> bool:
    """Whether a name such as "a" or "num2" stands for the next number of a sum."""
    return bool(_OPERAND.fullmatch(plain_words(name)))


def _counted(words: Lexicon, facts: Facts) -> list[int | float]:
    found = facts.count_of(words)
    return [found.value] if found else []


def _all_people(facts: Facts) -> list[int | float]:
    """Adults and children together."""
    groups = [facts.count_of(field_of(name).words) for name in ("adults", "children", "infants")]
    return [sum(group.value for group in groups if group)] if any(groups) else []


def _values(found: list[Value]) -> list[str]:
    return list(dict.fromkeys(value.written for value in found))


def _dates(field: Field, facts: Facts, note: str) -> list[str]:
    found = facts.dates
    if field.role in ("start", "end"):
        day = facts.trip.start if field.role == "start" else facts.trip.end
        return [day] if day else []
    if not field.role and facts.paper.kind and facts.paper.date:
        return [facts.paper.date]
    near = [value for value in found if _stands_at(field.words, facts, value)] if field.role else []
    if near:
        return [value.value for value in near]
    if field.role in ("due", "birth"):
        return []
    return [value.value for value in found]


def _stands_at(words: Lexicon, facts: Facts, value: Value) -> bool:
    """Whether one of the words stands in the few before a value or right after it."""
    before, after = facts.text[max(0, value.start - 20) : value.start], facts.text[value.end : value.end + 6]
    return bool(words.find(before) or (not after.isascii() and words.find(after)))


def _times(field: Field, facts: Facts, note: str) -> list[str]:
    return [value.value for value in facts.times]


def _moments(field: Field, facts: Facts, note: str) -> list[str]:
    clock = facts.times[0].value if facts.times else "00:00"
    return [f"{value.value}T{clock}:00Z" for value in facts.dates]


def _people(field: Field, facts: Facts, note: str) -> list[str]:
    names = _values(sorted(facts.people, key=lambda person: person.role))
    # Somebody who signs with less than was said before is one person.
    names = [name for name in names if not any(name != other and name in other.split() for other in names)]
    if field.role == "first":
        return [name.split()[0] for name in names]
    if field.role == "last":
        return [name.split()[-1] for name in names if " " in name]
    return names


def _places(field: Field, facts: Facts, note: str) -> list[str]:
    """A field that is called after a kind of place wants that kind first."""
    found = [value for value in facts.places if value.role == field.role]
    order = sorted(_PLACE_ORDER, key=lambda kind: kind not in note)
    return _values(sorted(found, key=lambda place: order.index(place.value)))


def _sums(field: Field, facts: Facts) -> list[Value]:
    """The amounts of a text; as a budget only those that somebody will spend."""
    if field.role != "budget":
        if facts.paper.kind:
            return [facts.paper.amount] if facts.paper.amount else []
        return facts.money
    named = [value for value in facts.money if _stands_at(field.words, facts, value)]
    return named or (facts.money if "is_booking" in evidence.signals(facts.text) else [])


def _amounts(field: Field, facts: Facts, note: str) -> list[str]:
    sums = _sums(field, facts)
    return [f"{value.value} {value.role}" for value in sums] if field.role == "budget" else _values(sums)


def _currencies(field: Field, facts: Facts, note: str) -> list[str]:
    sums = _sums(field, facts)
    if facts.paper.kind:
        return [value.role for value in sums]
    known = [code for code in _CURRENCY.findall(facts.text) if code in currency_codes()]
    found = [value.role for value in sums] + known
    found = list(dict.fromkeys(found))
    return found[1:] if field.role == "to" else found


def _codes(field: Field, facts: Facts, note: str) -> list[str]:
    own = [code for code in facts.codes if code.role == "booking"]
    if not field.role and facts.paper.kind:
        return [facts.paper.reference] if facts.paper.reference else []
    if field.role:
        return _values(own or [code for code in facts.codes if code.role != "paper"])
    return _values(facts.codes)


def _language(field: Field, facts: Facts, note: str) -> list[str]:
    code = language.detect(facts.text)
    return [code, language.name_of(code)] if _CODE_WANTED.search(note) else [language.name_of(code), code]


def _whole(field: Field, facts: Facts, note: str) -> list[str]:
    return [facts.text.strip()] if facts.text.strip() else []


def _gist(field: Field, facts: Facts, note: str) -> list[str]:
    """The sentence that says a wish, else the one with most to say."""
    parts = sentences(facts.text)
    return sorted(parts, key=lambda part: (not any_marker("wish").find(part), -len(set(key_words(part)))))[:1]


def _gists(field: Field, facts: Facts, note: str) -> list[str]:
    parts = sentences(facts.text)
    return [part for part in parts if any_marker("wish").find(part)] or parts[:1]


def _topic(field: Field, facts: Facts, note: str) -> list[str]:
    """The words that carry meaning, as they are written."""
    words = re.findall(r"[^\s.,;:!?。、\uff0c\uff01\uff1f]+", facts.text)
    telling = [word for word in words if not is_common(word)]
    return [" ".join(telling[:8])] if telling else []


def _expressions(field: Field, facts: Facts, note: str) -> list[str]:
    return sorted((match[0].strip() for match in _EXPRESSION.finditer(facts.text)), key=len, reverse=True)


def _counts(field: Field, facts: Facts, note: str) -> list[str]:
    return [str(value) for value in numbers(field, "", facts)]


def _items(field: Field, facts: Facts, note: str) -> list[str]:
    """What is counted, as in "three cups of tea" or 三杯茶."""
    found = [_ITEM.match(facts.text, value.end) for value in facts.quantities]
    return [match[1].strip() for match in found if match and match[1].strip()]


_TEXT_FINDERS: dict[str, Callable[[Field, Facts, str], list[str]]] = {
    "person": _people,
    "party": lambda field, facts, note: [facts.paper.party] if facts.paper.party else [],
    "place": _places,
    "date": _dates,
    "time": _times,
    "datetime": _moments,
    "email": lambda field, facts, note: _values(facts.emails),
    "address": lambda field, facts, note: _values(facts.emails) or _places(field, facts, note),
    "phone": lambda field, facts, note: _values(facts.phones),
    "url": lambda field, facts, note: _values(facts.urls),
    "amount": _amounts,
    "currency": _currencies,
    "code": _codes,
    "language": _language,
    "text": _whole,
    "summary": _gist,
    "summaries": _gists,
    "topic": _topic,
    "expression": _expressions,
    "people": _counts,
    "count": _counts,
    "quantity": _counts,
    "item": _items,
}
