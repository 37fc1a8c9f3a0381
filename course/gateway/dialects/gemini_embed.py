"""Gemini's embedContent and batchEmbedContents."""

from __future__ import annotations

from dataclasses import dataclass

from ..types import Embeddings
from . import proto_json
from .gemini_content import invalid, text_of
from .gemini_messages import BATCH_EMBED_CONTENTS, EMBED_CONTENT

_MAX_BATCH = 100


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """Texts, and how long a vector is to be; `None` is as long as the model makes it."""

    texts: tuple[str, ...]
    dimensions: int | None


def parse(model: str, body: object) -> EmbedRequest:
    """Read a request for one vector. Raises `Fault` as Google does."""
    fields = proto_json.read(EMBED_CONTENT, body)
    return EmbedRequest((_text(model, fields, "EmbedContentRequest"),), fields.get("output_dimensionality"))


def parse_batch(model: str, body: object) -> EmbedRequest:
    """Read a request for many vectors, all of one length."""
    requests = proto_json.read(BATCH_EMBED_CONTENTS, body).get("requests", [])
    path = "BatchEmbedContentsRequest.requests"
    if not requests:
        raise invalid(path, "requests is not specified")
    if len(requests) > _MAX_BATCH:
        raise invalid(path, f"at most {_MAX_BATCH} requests can be in one batch")
    texts = tuple(_text(model, each, f"{path}[{index}]") for index, each in enumerate(requests))
    dimensions = {each.get("output_dimensionality") for each in requests}
    if len(dimensions) > 1:
        raise invalid(path, "all requests must have the same output_dimensionality")
    return EmbedRequest(texts, dimensions.pop())


def check_dimensions(request: EmbedRequest, most: int | None) -> None:
    """Refuse vectors that are longer than the model makes them."""
    if request.dimensions is not None and most is not None and request.dimensions > most:
        problem = f"output_dimensionality must be at most {most}."
        raise invalid("EmbedContentRequest.output_dimensionality", problem)


def render(embeddings: Embeddings) -> dict:
    return {"embedding": _vector(embeddings.vectors[0]), **_usage(embeddings)}


def render_batch(embeddings: Embeddings) -> dict:
    return {"embeddings": [_vector(vector) for vector in embeddings.vectors], **_usage(embeddings)}


def _text(model: str, fields: dict, path: str) -> str:
    named = fields.get("model", f"models/{model}")
    if named.removeprefix("models/") != model:
        raise invalid(f"{path}.model", f"model must be models/{model}, as in the address")
    if fields.get("output_dimensionality", 1) < 1:
        raise invalid(f"{path}.output_dimensionality", "output_dimensionality must be positive.")
    parts = fields.get("content", {}).get("parts", [])
    if not parts:
        raise invalid(f"{path}.content", "contents is not specified")
    if any("text" not in part for part in parts):
        raise invalid(f"{path}.content.parts", "only text can be embedded.")
    return text_of(parts)


def _vector(vector: tuple[float, ...]) -> dict:
    return {"values": list(vector)}


def _usage(embeddings: Embeddings) -> dict:
    tokens = embeddings.usage.input
    return {"usageMetadata": {"promptTokenCount": tokens}} if tokens else {}
