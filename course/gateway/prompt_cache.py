"""Which prompt prefixes have been seen before: what makes cached input cheaper.

Like the real thing, it compares prefixes exactly, begins at 1,024 tokens and counts in steps of 128
(https://developers.openai.com/api/docs/guides/prompt-caching, read 2026-11-23). Unlike it, it forgets by
number and not by time, so that a lesson gives the same numbers however slowly it is read. It keeps hashes, no
text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from hashlib import blake2b

from .types import Message

MINIMUM_TOKENS = 1024
STEP_TOKENS = 128
_BLOCK_CHARACTERS = 128


def cacheable(tokens: int) -> int:
    """How many of so many tokens the cache can hold: none below the minimum, else whole steps."""
    return tokens // STEP_TOKENS * STEP_TOKENS if tokens >= MINIMUM_TOKENS else 0


class PromptCache:
    """Hashes of prefixes, the most recently used `capacity` of them."""

    def __init__(self, capacity: int = 100_000):
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._capacity = capacity

    def longest_prefix(self, scope: str, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """The longest start of `messages` known in `scope`; remembers all of `messages` for the next call.

        The last message of the result may be cut short.
        """
        known_index, known_end, still_known = 0, 0, True
        for digest, index, end in _prefixes(scope, messages):
            still_known = still_known and digest in self._seen
            if still_known:
                known_index, known_end = index, end
            self._remember(digest)
        if not known_end:
            return ()
        last = messages[known_index]
        return (*messages[:known_index], Message(last.role, last.text[:known_end]))

    def _remember(self, digest: bytes) -> None:
        self._seen[digest] = None
        self._seen.move_to_end(digest)
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)


def _prefixes(scope: str, messages: tuple[Message, ...]) -> Iterator[tuple[bytes, int, int]]:
    """Yield (hash of everything so far, index of the message, characters of it), block by block."""
    running = blake2b(scope.encode(), digest_size=16)
    for index, message in enumerate(messages):
        running.update(f"\0{message.role}\0{len(message.role)}\0".encode())
        for start in range(0, len(message.text), _BLOCK_CHARACTERS):
            block = message.text[start : start + _BLOCK_CHARACTERS]
            running.update(block.encode())
            yield running.digest(), index, start + len(block)
