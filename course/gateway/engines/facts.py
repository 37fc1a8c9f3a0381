"""What a text states: the values in it, each kind looked for once, when it is asked for."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import date
from functools import cached_property

from . import addresses, dates, evidence, numbers, paper_facts, party, people, place_names, trip
from .lexicon import Lexicon
from .value import Value, matches

_LABELLED = re.compile(
    r'^[ \t]*(?:[-*•][ \t]*)?["“]?([^:=\n"”\uff1a]{1,40}?)["”]?[ \t]?[:=\uff1a][ \t]*(\S.*)$', re.M
)
_SENTENCE_END = re.compile(r"\n|;|(?<=[.!?])\s|(?<=[。\uff01\uff1f])")
_PART_END = re.compile(r"[\n;。\uff1b]|(?<=[.!?])\s|,\s|[、\uff0c]|\s(?:and|y|und|et)\s|和|及|と(?=[\u3040-\u9fff])")


# Where somebody asks for a journey, "alone" and "my wife and I" say who travels.
_TRAVELLING = ("is_booking", "is_change", "is_question")


class Facts:
    """The values in a text. `today` is the day that a date without a year is counted from."""

    def __init__(self, text: str, today: date):
        self.text = text
        self.today = today
        self._others: dict[str, Facts] = {}

    def of(self, text: str) -> Facts:
        """The same for another text."""
        if text not in self._others:
            self._others[text] = Facts(text, self.today)
        return self._others[text]

    @cached_property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    @cached_property
    def sentences(self) -> list[str]:
        return [part.strip() for part in _SENTENCE_END.split(self.text) if part.strip()]

    @cached_property
    def parts(self) -> list[str]:
        """The pieces between commas, full stops and "and"."""
        return [part.strip() for part in _PART_END.split(self.text) if part.strip()]

    @cached_property
    def labelled(self) -> list[tuple[str, str]]:
        """What lines such as "Name: Ana" say, and the fields of a JSON object in the text."""
        opening, closing = self.text.find("{"), self.text.rfind("}")
        if 0 <= opening < closing:
            with contextlib.suppress(ValueError, RecursionError):
                return _fields(json.loads(self.text[opening : closing + 1]))
        return [
            (label.strip(), value.strip().rstrip(",").strip('"“” ')) for label, value in _LABELLED.findall(self.text)
        ]

    @cached_property
    def dates(self) -> list[Value]:
        return dates.find_dates(self.text, self.today, evidence.looks_back(self.text))

    @cached_property
    def trip(self) -> trip.Trip:
        return trip.find_trip(self.text, self.dates)

    @cached_property
    def paper(self) -> paper_facts.PaperFacts:
        return paper_facts.PaperFacts(self.text, self.dates, self.money, self.codes)

    @cached_property
    def party(self) -> party.Party:
        return party.find_party(self.text, not evidence.signals(self.text).isdisjoint(_TRAVELLING))

    @cached_property
    def times(self) -> list[Value]:
        return dates.find_times(self.text)

    @cached_property
    def money(self) -> list[Value]:
        return numbers.find_money(self.text)

    @cached_property
    def emails(self) -> list[Value]:
        return matches(addresses.EMAIL, self.text)

    @cached_property
    def urls(self) -> list[Value]:
        return matches(addresses.URL, self.text)

    @cached_property
    def phones(self) -> list[Value]:
        return addresses.find_phones(self.text, self.dates)

    @cached_property
    def codes(self) -> list[Value]:
        return addresses.find_codes(self.text)

    @cached_property
    def people(self) -> list[Value]:
        return people.find_people(self.text)

    @cached_property
    def places(self) -> list[Value]:
        return place_names.find_places(self.text, self.people)

    @cached_property
    def numbers(self) -> list[Value]:
        return numbers.find_numbers(self.text, [*self.dates, *self.times, *self.codes, *self.phones])

    @cached_property
    def quantities(self) -> list[Value]:
        """Numbers in figures or in words."""
        return sorted([*self.numbers, *numbers.find_number_words(self.text)])

    def count_of(self, units: Lexicon) -> Value | None:
        """The quantity that stands at one of these words."""
        return numbers.find_count(self.text, units, self.quantities) if units.find(self.text) else None


def _fields(value: object, name: str = "") -> list[tuple[str, str]]:
    """The single values of an object in JSON, with the names of their fields."""
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _fields(each, key)]
    if isinstance(value, list):
        return [pair for each in value for pair in _fields(each, name)]
    if value is None or not name:
        return []
    return [(name, value if isinstance(value, str) else json.dumps(value))]
