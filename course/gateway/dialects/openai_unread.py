"""Fields of OpenAI's requests that change nothing in an answer made by rules. Their values are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import openai as fields


@dataclass(frozen=True, slots=True)
class Unread:
    """`numbers` (from, to), `choices` and `strings` may hold what OpenAI takes; `defaults` only what happens anyway;
    what is `unsupported` nothing.
    """

    numbers: Mapping[str, tuple[float, float]]
    choices: Mapping[str, tuple[str, ...]]
    strings: tuple[str, ...]
    defaults: Mapping[str, tuple]
    unsupported: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset([*self.numbers, *self.choices, *self.strings, *self.defaults, *self.unsupported])

    def check(self, body: Mapping) -> None:
        """Raises `Fault` invalid_request naming the first field whose value cannot be."""
        for name in self.unsupported:
            if body.get(name) is not None:
                raise fields.unsupported(name)
        for name, (low, high) in self.numbers.items():
            fields.number(body.get(name), name, low, high)
        for name, options in self.choices.items():
            fields.choice(body.get(name), name, options)
        for name in self.strings:
            if body.get(name) is not None:
                fields.string(body[name], name)
        for name, defaults in self.defaults.items():
            if body.get(name) is not None and body[name] not in defaults:
                raise fields.unsupported(name)
