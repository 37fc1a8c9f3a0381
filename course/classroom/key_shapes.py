"""What keys look like: this platform's and the vendors'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

OURS = "this platform"
# Each vendor's own prefixes, and as many characters as a real key has at least. Since June 2026 a new Gemini key
# begins with AQ. (https://ai.google.dev/gemini-api/docs/api-key, as reported 2026-06).
_SHAPES = {
    OURS: r"sk-(?:admin-)?practice-[0-9a-f]{32}-[0-9]{4}",
    "Anthropic": r"sk-ant-[a-z0-9]{3,8}-[\w-]{40,}",
    "OpenRouter": r"sk-or-v1-[0-9a-f]{64}",
    "OpenAI": r"sk-(?:proj|svcacct|admin)-[\w-]{40,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
    "Google": r"AIza[\w-]{35}|AQ\.Ab[\w-]{30,}",
}
# A key does not begin within a word; but in a text with escapes, "\\n" may stand before it.
_BEGINS = r"(?:(?<![\w-])|(?<=\\[nrt]))"
_KEY = re.compile(
    "|".join(f"{_BEGINS}(?P<k{place}>{shape})(?!\\w)" for place, shape in enumerate(_SHAPES.values())), re.ASCII
)
# A random key has many different characters; what stands for a key in an example has few, or counts.
_FEWEST_CHARACTERS = 12
_COUNTS = ("0123456789", "abcdefghij", "1234567890")


@dataclass(frozen=True, slots=True)
class Key:
    """Something in a text that looks like a key. `issuer` is `OURS` or a vendor's name."""

    issuer: str
    secret: str = field(repr=False)

    @property
    def last4(self) -> str:
        return self.secret[-4:]


def find(text: str) -> Iterator[Key]:
    """The keys in a text, each as often as it stands there."""
    for found in _KEY.finditer(text):
        issuer = list(_SHAPES)[int(found.lastgroup[1:])]
        if issuer == OURS or _looks_random(found[0]):
            yield Key(issuer, found[0])


def _looks_random(secret: str) -> bool:
    return len(set(secret)) >= _FEWEST_CHARACTERS and not any(each in secret.lower() for each in _COUNTS)
