"""Say plainly what the practice model cannot do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..types import Attachment
from . import draft, language

CANNOT = (
    "I am the practice model of this course: a set of rules, not a language model. I cannot do this. I can "
    "answer questions about a text that you send with them, explain words such as token or API key, and "
    "shorten a text."
)
CANNOT_LONGER = (
    'Try "What is a token?", or send a text after the words "Summarise in one sentence:". '
    "With a key of your own, the same program would reach a real model."
)
# What a tool of the platform's own would do, by a part of its name.
_HOSTED = {
    "file_search": "search files",
    "retrieval": "search files",
    "search": "search the web",
    "image": "make images",
    "code": "run code",
    "bash": "run code",
    "computer": "use a computer",
    "url": "open web pages",
    "fetch": "open web pages",
    "mcp": "reach other servers",
    "maps": "look at maps",
}


def cannot(text: str, breadth: int) -> str:
    """That it cannot do this, first in the language of the text."""
    said = [draft.phrase("cannot", language.detect(text))] if text else []
    return " ".join([*filter(None, said), *[CANNOT, CANNOT_LONGER][: min(breadth, 2)]])


def about_attachments(attachments: Iterable[Attachment]) -> str:
    """What was received and cannot be read; empty where nothing was attached."""
    received = list(attachments)
    if not received:
        return ""
    counts = Counter(each.kind for each in received)
    kinds = " and ".join(f"{number} {_plural(kind, number)}" for kind, number in counts.items())
    details = ", ".join(filter(None, (_described(each) for each in received)))
    return f"I received {kinds}{f' ({details})' if details else ''} and cannot read {_them(len(received))}."


def _plural(kind: str, number: int) -> str:
    if kind == "audio":
        return "audio file" if number == 1 else "audio files"
    return kind if number == 1 else f"{kind}s"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _described(attachment: Attachment) -> str:
    size = f"{attachment.size:,} bytes" if attachment.size else ""
    return " ".join(filter(None, (attachment.name or attachment.media_type, size)))


def about_hosted_tools(names: Iterable[str]) -> str:
    """Which of the platform's own tools it cannot use; empty where none was offered."""
    deeds = [next((deed for part, deed in _HOSTED.items() if part in name), f"use {name}") for name in names]
    return f"I cannot {' or '.join(dict.fromkeys(deeds))}." if deeds else ""
