"""An upper bound for the tokens of a prompt, from the body of a request in any vendor's format."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

CountTokens = Callable[[str, str], int]

# Counts for models without a public vocabulary are estimates; see data/tokenizers/factors.csv for their range.
_MARGIN = 1.25
# What a vendor adds by itself, such as a few hundred tokens of instructions where tools are offered.
_ADDED_TOKENS = 1000
_ADDED_FOR_AN_OBJECT = 8
# OpenAI cuts an image into at most 10,000 patches (https://github.com/openai/codex/pull/19865, read 2026-11-26).
# Small models weigh a patch more; the factor of 2.5 is ours. Other vendors count less.
_IMAGE_TOKENS = 25_000
_LONGEST_COUNTED = 200_000

_ELSEWHERE = ("file_id", "file_url", "fileData", "file_data", "fileUri", "file_uri")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a request holds: its `text`, keys and values in one; the tokens that everything beside the text may
    have, `None` where that cannot be known; and whether there is `media` at all.
    """

    text: str
    others: int | None
    media: bool

    def most_tokens(self, model_id: str, count: CountTokens) -> int | None:
        """No vendor counts more than this; `None` where that cannot be known."""
        return None if self.others is None else self.others + most_tokens(self.text, model_id, count)


def most_tokens(text: str, model_id: str, count: CountTokens) -> int:
    """An upper bound for the tokens of a text: no token is shorter than a byte."""
    size = len(text.encode("utf-8", "replace"))
    if size > _LONGEST_COUNTED:
        return size
    try:
        return min(size, math.ceil(count(text, model_id.rpartition("/")[2]) * _MARGIN))
    except LookupError:  # a model of no known family
        return size


def read_prompt(body: object) -> Prompt:
    """Sort out what a JSON body holds."""
    texts: list[str] = []
    others: int | None = _ADDED_TOKENS
    media = False
    waiting = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            tokens, rest = _attached(value)
            media = media or tokens != 0
            others = None if others is None or tokens is None else others + tokens + _ADDED_FOR_AN_OBJECT
            texts.extend(rest)
            waiting.extend(rest.values())
        elif isinstance(value, str):
            texts.append(value)
        elif value is not None:
            texts.append(str(value))
    return Prompt("\n".join(texts), others, media)


def _attached(value: dict) -> tuple[int | None, dict]:
    """The most tokens of what an object attaches, `None` where nobody knows, and the rest of the object."""
    kind = value.get("type")
    if kind in ("file", "document"):
        return None, {}
    rest, tokens = {}, 0
    media_type = next((value[name] for name in ("media_type", "mimeType", "mime_type") if name in value), None)
    for name, inner in value.items():
        if name in _ELSEWHERE:
            return None, {}
        if name == "image_url" or (name == "source" and kind == "image"):
            tokens += _IMAGE_TOKENS
        elif name == "data" and isinstance(inner, str) and (media_type is not None or "format" in value):
            found = _blob(str(media_type or "audio/"), inner)
            if found is None:
                return None, {}
            tokens += found
        else:
            rest[name] = inner
    return tokens, rest


def _blob(media_type: str, content: str) -> int | None:
    """The most tokens of bytes in Base64. A packed document may hold more text than it has bytes."""
    if media_type.startswith("image/"):
        return _IMAGE_TOKENS
    if media_type.startswith(("audio/", "video/", "text/")):
        return len(content) * 3 // 4
    return None
