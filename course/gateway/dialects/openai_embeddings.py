"""OpenAI's embeddings: `POST /v1/embeddings`."""

from __future__ import annotations

import struct
from base64 import b64encode
from dataclasses import dataclass

from ..types import Embeddings, Fault
from . import openai as fields

# (https://developers.openai.com/api/reference/resources/embeddings, read 2026-11-26)
MOST_INPUTS = 2048
MOST_TOKENS = 300_000
_ALLOWED = frozenset(["model", "input", "dimensions", "encoding_format", "user"])


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """`texts` are what is to be embedded. `counts` are their tokens where the caller sent tokens: no vocabulary is
    at hand to read those, so each text is their numbers.
    """

    model: str
    texts: list[str]
    counts: list[int] | None
    dimensions: int | None
    base64: bool


def parse(body: object) -> EmbeddingRequest:
    """Read a request's JSON value. Raises `Fault` invalid_request naming the parameter, as OpenAI does."""
    if not isinstance(body, dict):
        raise Fault("invalid_request", "The JSON body of your request is not an object.")
    fields.check_names(body, _ALLOWED)
    model = body.get("model")
    if model is None or model == "":
        raise Fault("invalid_request", "you must provide a model parameter")
    if body.get("user") is not None:
        fields.string(body["user"], "user")
    encoding = fields.choice(body.get("encoding_format"), "encoding_format", ("float", "base64"))
    texts, counts = _input(fields.required(body, "input"))
    return EmbeddingRequest(
        fields.string(model, "model"),
        texts,
        counts,
        fields.integer(body.get("dimensions"), "dimensions", low=1),
        encoding == "base64",
    )


def check_dimensions(asked: EmbeddingRequest, most: int | None) -> None:
    """Refuse vectors that are longer than the model's. `most` is `None` for a model that makes none."""
    if asked.dimensions is not None and most is not None and asked.dimensions > most:
        problem = f"integer above maximum value. Expected a value <= {most}, but got {asked.dimensions} instead."
        raise fields.invalid("dimensions", problem, "integer_above_max_value")


def check_tokens(tokens: int) -> None:
    if tokens > MOST_TOKENS:
        message = (
            f"Invalid 'input': maximum request size is {MOST_TOKENS} tokens per request, but got {tokens} tokens."
        )
        raise Fault("invalid_request", message, "input", "max_tokens_per_request")


def too_long(fault: Fault) -> Fault:
    """A text that does not fit, in the words of this endpoint."""
    message = f"Invalid 'input': maximum context length is {fault.detail['window']} tokens."
    return Fault("invalid_request", message, "input")


def render(embeddings: Embeddings, asked: EmbeddingRequest) -> dict:
    encode = _base64 if asked.base64 else list
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": encode(vector)}
            for index, vector in enumerate(embeddings.vectors)
        ],
        "model": embeddings.model,
        "usage": {"prompt_tokens": embeddings.usage.input, "total_tokens": embeddings.usage.input},
    }


def _input(value: object) -> tuple[list[str], list[int] | None]:
    if isinstance(value, str):
        return [_text(value, "input")], None
    if not isinstance(value, list):
        raise fields.wrong_type("input", "one of a string or array", value)
    _check_length(value, "input")
    if isinstance(value[0], str):
        return [_text(each, f"input[{index}]") for index, each in enumerate(value)], None
    if isinstance(value[0], list):
        tokens = [_tokens(each, f"input[{index}]") for index, each in enumerate(value)]
    else:
        tokens = [_tokens(value, "input")]
    return [" ".join(map(str, each)) for each in tokens], [len(each) for each in tokens]


def _text(value: object, name: str) -> str:
    if not fields.string(value, name):
        raise fields.invalid(name, "input cannot be an empty string.")
    return value


def _tokens(value: object, name: str) -> list[int]:
    if not isinstance(value, list):
        raise fields.wrong_type(name, "an array of integers", value)
    _check_length(value, name)
    for index, each in enumerate(value):
        if each is None:
            raise fields.wrong_type(f"{name}[{index}]", "an integer", each)
        fields.integer(each, f"{name}[{index}]", low=0)
    return value


def _check_length(value: list, name: str) -> None:
    if not value:
        raise fields.empty(name)
    if len(value) > MOST_INPUTS:
        raise fields.too_long(name, MOST_INPUTS, len(value))


def _base64(vector: tuple[float, ...]) -> str:
    """Numbers of 32 bits each, the lowest byte first."""
    return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
