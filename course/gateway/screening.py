"""What a project does about personal data in what it sends: nothing, warn, mask or block.

Prompts are screened, not answers; texts, not pictures or files. `redaction` says what is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from .redaction import redact
from .store import Policy
from .types import Fault, Message, Turn


def screen(policy: Policy, texts: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """The texts as they may go on, and how many pieces of each kind were found in them."""
    if policy.redaction == "off" or not policy.redact:
        return list(texts), {}
    masked, found = [], Counter()
    for text in texts:
        without, counts = redact(text, policy.redact)
        masked.append(without)
        found.update(counts)
    return (masked if policy.redaction == "mask" else list(texts)), dict(found)


def screen_turn(policy: Policy, turn: Turn) -> tuple[Turn, dict[str, int]]:
    """As `screen`, with the texts of a turn's messages and the arguments of their tool calls."""
    if policy.redaction == "off" or not policy.redact:
        return turn, {}
    texts = [text for message in turn.messages for text in _texts(message)]
    texts, found = screen(policy, texts)
    rest = iter(texts)
    messages = tuple(
        replace(
            message,
            text=next(rest),
            tool_calls=tuple(replace(call, arguments=next(rest)) for call in message.tool_calls),
        )
        for message in turn.messages
    )
    return replace(turn, messages=messages), found


def blocked(found: dict[str, int]) -> Fault:
    """What a call hears that may not go on."""
    pieces = ", ".join(f"{kind} ({count})" for kind, count in sorted(found.items()))
    return Fault(
        "personal_data",
        f"This project lets no personal data leave, and the prompt holds some: {pieces}. Nothing was sent. Take it "
        "out, and call again.",
        detail={"found": found},
    )


def _texts(message: Message) -> list[str]:
    return [message.text, *(call.arguments for call in message.tool_calls)]
