"""Token counts: exact where the vocabulary is public, elsewhere an estimate that says so.

The vocabulary is OpenAI's o200k_base, in `data/tokenizers/`; nothing is downloaded. How the other vendors'
counts compare with it stands, with sources, in `data/tokenizers/factors.csv`.
"""

from __future__ import annotations

import hashlib
import math
from binascii import a2b_base64
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from threading import Lock

from . import data

VOCABULARY = "o200k_base"
_FILE = f"tokenizers/{VOCABULARY}.tiktoken"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"  # as tiktoken expects it
_FACTOR_COLUMNS = ("model", "exact", "factor", "low", "high", "source_url", "accessed_on", "note")


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens of a text for one model; where not `exact`, an estimate between `low` and `high`."""

    tokens: int
    exact: bool
    low: int
    high: int
    note: str


@dataclass(frozen=True, slots=True)
class Factor:
    """How many tokens a family of models, a pattern that may end in "*", makes where o200k_base makes one."""

    model: str
    exact: bool
    factor: float
    low: float
    high: float
    source_url: str
    note: str

    def of(self, base: int) -> tuple[int, int, int]:
        """Best guess, lowest and highest number of tokens for a text that has `base` tokens of o200k_base."""
        # In binary 10 * 1.1 is a little more than 11; the range is not to grow by a token for that.
        low, high = math.floor(base * self.low + 1e-9), math.ceil(base * self.high - 1e-9)
        return math.floor(base * self.factor + 0.5), low, high


def count(text: str, model_id: str) -> Count:
    """How many tokens a text has for a model. Raises `LookupError` for a model of no known family."""
    family = factor(model_id)
    best, low, high = family.of(len(encode(text)))
    return Count(best, family.exact, low, high, family.note)


def number(text: str, model_id: str) -> int:
    """The best guess of `count` alone."""
    return factor(model_id).of(len(encode(text)))[0]


def encode(text: str) -> list[int]:
    """The o200k_base tokens of a text.

    What looks like a control token is plain text here, and half of a surrogate pair, which no request can
    carry, counts as the replacement character. A run of a million spaces and more may be a few tokens off.
    """
    encoding = _loaded()
    try:
        return encoding.encode(text, disallowed_special=())
    except ValueError:  # the run is longer than the stack of tiktoken's pattern matcher
        half = len(text) // 2
        return encode(text[:half]) + encode(text[half:])


def pieces(text: str) -> list[tuple[bytes, int]]:
    """Each o200k_base token of a text: its bytes, which may be a part of a character, and its number."""
    encoding = _loaded()
    return [(encoding.decode_single_token_bytes(token), token) for token in encode(text)]


@lru_cache(maxsize=256)
def factor(model_id: str) -> Factor:
    """The first line of factors.csv whose pattern fits the model. Raises `LookupError`."""
    for known in _factors():
        if fnmatchcase(model_id, known.model):
            return known
    raise LookupError(f"data/tokenizers/factors.csv has no line for {model_id!r}. Add one with its source.")


@lru_cache(maxsize=1)
def _factors() -> tuple[Factor, ...]:
    found = []
    for row in data.rows("tokenizers/factors.csv", _FACTOR_COLUMNS):
        if row.day("accessed_on") is None:
            raise row.wrong("accessed_on", "is empty. Write the day on which the source was read.")
        numbers = {name: row.number(name) for name in ("factor", "low", "high")}
        if not all(numbers.values()) or not numbers["low"] <= numbers["factor"] <= numbers["high"]:
            raise row.wrong("factor", "low, factor and high must be numbers above zero, in this order.")
        exact = row.choice("exact", ("yes", "no")) == "yes"
        floats = {name: float(number) for name, number in numbers.items()}
        found.append(
            Factor(row.text("model"), exact, **floats, source_url=row.url("source_url"), note=row.text("note"))
        )
    return tuple(found)


_loading = Lock()


def _loaded():
    with _loading:  # the cache alone would let several threads load it at the same time
        return _encoding()


@lru_cache(maxsize=1)
def _encoding():
    try:
        import tiktoken
    except ImportError:  # in a web page
        from .byte_pairs import Encoding

        return Encoding(_ranks(_SHA256))
    from tiktoken_ext import openai_public

    # openai_public describes the vocabulary and downloads it; here the same description reads our file.
    def ours(_url: str, expected_hash: str) -> dict[bytes, int]:
        return _ranks(expected_hash)

    recipe = openai_public.o200k_base
    namespace = {**recipe.__globals__, "load_tiktoken_bpe": ours}
    return tiktoken.Encoding(**type(recipe)(recipe.__code__, namespace)())


def _ranks(expected_hash: str) -> dict[bytes, int]:
    content = data.path(_FILE).read_bytes()
    if hashlib.sha256(content).hexdigest() != expected_hash:
        raise data.DataError(f"{_FILE} is not the official vocabulary. Restore it from the repository.")
    # Each line has a token and its rank, which is the number of the line.
    return {a2b_base64(token): rank for rank, token in enumerate(content.split()[::2])}
