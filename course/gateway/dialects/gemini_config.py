"""Gemini's generationConfig: how an answer is to be made."""

from __future__ import annotations

from ..types import Fault
from .gemini_content import invalid
from .gemini_schema import given_schema

_PATH = "GenerateContentRequest.generation_config"
_MIME_TYPES = ("text/plain", "application/json", "application/xml", "application/yaml", "text/x.enum")
# Up to how many thinking tokens an effort stands for, as Google's own table has it
# (https://ai.google.dev/gemini-api/docs/openai, read 2026-11-26).
_BUDGETS = (("none", 0), ("low", 1_024), ("medium", 8_192), ("high", 32_768))
# What makes no difference to a model of rules, and the range that Google takes.
_RANGES = {"temperature": (0.0, 2.0), "top_p": (0.0, 1.0)}
_POSITIVE = ("max_output_tokens", "top_k")
_MAX_CANDIDATES = 8
_MAX_STOP_SEQUENCES = 5
_UNSUPPORTED = ("speech_config", "image_config", "audio_transcription_config")


def check(config: dict) -> None:
    """Refuse what Google refuses, also of what changes nothing here."""
    for name, (low, high) in _RANGES.items():
        if name in config and not low <= config[name] <= high:
            raise invalid(f"{_PATH}.{name}", f"{name} must be in the range [{low}, {high}].")
    for name in _POSITIVE:
        if name in config and config[name] < 1:
            raise invalid(f"{_PATH}.{name}", f"{name} must be positive.")
    if not 1 <= config.get("candidate_count", 1) <= _MAX_CANDIDATES:
        raise invalid(f"{_PATH}.candidate_count", f"candidate_count must be in the range [1, {_MAX_CANDIDATES}].")
    if len(config.get("stop_sequences", [])) > _MAX_STOP_SEQUENCES:
        raise invalid(f"{_PATH}.stop_sequences", f"at most {_MAX_STOP_SEQUENCES} stop sequences can be set.")
    if config.get("response_logprobs") or config.get("logprobs"):
        raise Fault(
            "invalid_request", "Logprobs is not enabled for this model.", "generation_config.response_logprobs"
        )
    for name in _UNSUPPORTED:
        if config.get(name):
            raise invalid(f"{_PATH}.{name}", f"{name} is not supported by this model.")
    modalities = config.get("response_modalities", [])
    if any(modality not in ("TEXT", "MODALITY_UNSPECIFIED") for modality in modalities):
        message = (
            f"The requested combination of response modalities ({', '.join(modalities)}) is not supported by the "
            "model. It accepts the following combination of response modalities:\n* TEXT\n"
        )
        raise Fault("invalid_request", message, "generation_config.response_modalities")


def schema(config: dict) -> dict | None:
    """The JSON Schema that the answer must fill."""
    mime_type = config.get("response_mime_type", "text/plain")
    if mime_type not in _MIME_TYPES:
        listed = ", ".join(f"`{each}`" for each in _MIME_TYPES[:-1])
        raise invalid(f"{_PATH}.response_mime_type", f"allowed mimetypes are {listed} and `{_MIME_TYPES[-1]}`.")
    given = given_schema(config, "response_schema", _PATH)
    if given is not None and mime_type not in ("application/json", "text/x.enum"):
        problem = "only allowed with the mimetypes `application/json` and `text/x.enum`."
        raise invalid(f"{_PATH}.response_schema", problem)
    if mime_type == "text/x.enum" and not _is_enum(given or {}):
        problem = "must be a STRING with enum values for the mimetype `text/x.enum`."
        raise invalid(f"{_PATH}.response_schema", problem)
    return given


def _is_enum(schema: dict) -> bool:
    values = schema.get("enum")
    return isinstance(values, list) and bool(values) and all(isinstance(value, str) for value in values)


def effort(thinking: dict) -> str | None:
    """How much the model is to think. `thinking` is the thinkingConfig."""
    budget, level = thinking.get("thinking_budget"), thinking.get("thinking_level")
    if budget is not None and level is not None:
        message = "You can only set only one of thinking budget and thinking level."
        raise Fault("invalid_request", message, "generation_config.thinking_config")
    if level is not None:
        return None if level == "THINKING_LEVEL_UNSPECIFIED" else level.lower()
    if budget is None or budget == -1:  # -1 leaves it to the model
        return None
    most = _BUDGETS[-1][1]
    if not 0 <= budget <= most:
        message = f"The thinking budget {budget} is invalid. Please choose a value between 0 and {most}."
        raise Fault("invalid_request", message, "generation_config.thinking_config.thinking_budget")
    return next(effort for effort, tokens in _BUDGETS if budget <= tokens)
