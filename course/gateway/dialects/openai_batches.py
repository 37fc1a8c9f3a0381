"""OpenAI's batches: a file of requests, answered in the background and for less."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..http import decode_json
from ..types import Fault
from . import openai as fields
from . import openai_files
from .openai import render_fault

DAY_SECONDS = 24 * 3600
# (https://developers.openai.com/api/docs/guides/batch, read 2026-11-26)
MOST_LINES = 50_000
ENDPOINTS = ("/v1/responses", "/v1/chat/completions", "/v1/embeddings")
_ALLOWED = frozenset(["input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"])
# Of a file that is wrong throughout, so many lines are named.
_MOST_ERRORS = 100
_LINE_FIELDS = ("custom_id", "method", "url", "body")
# The times at which a batch came into a state, and the states that it does not leave.
TIMES = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")
FINAL = ("completed", "failed", "expired", "cancelled")


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """`seconds` is how long the files with results are kept."""

    input_file_id: str
    endpoint: str
    metadata: dict[str, str]
    seconds: int


@dataclass(frozen=True, slots=True)
class Line:
    custom_id: str
    body: dict


def parse(body: object) -> BatchRequest:
    """Read a request's JSON value. Raises `Fault` invalid_request naming the parameter, as OpenAI does."""
    if not isinstance(body, dict):
        raise Fault("invalid_request", "The JSON body of your request is not an object.")
    fields.check_names(body, _ALLOWED)
    for name in ("input_file_id", "endpoint", "completion_window"):
        fields.string(fields.required(body, name), name)
    fields.choice(body["endpoint"], "endpoint", ENDPOINTS)
    fields.choice(body["completion_window"], "completion_window", ("24h",))
    seconds = openai_files.expiry(body.get("output_expires_after"), "output_expires_after")
    return BatchRequest(
        body["input_file_id"],
        body["endpoint"],
        fields.metadata(body.get("metadata")),
        seconds or openai_files.BATCH_SECONDS,
    )


def check_input(file: dict) -> None:
    """Refuse a file that was uploaded for something else."""
    if file["purpose"] != "batch":
        message = f"Invalid 'input_file_id': expected a file with purpose 'batch', but got '{file['purpose']}'."
        raise Fault("invalid_request", message, "input_file_id", "invalid_value")


def parse_lines(content: bytes, endpoint: str) -> tuple[list[Line], list[dict]]:
    """The requests of an input file, and what is wrong with it: the errors that OpenAI's `errors.data` holds."""
    texts = [(number, text) for number, text in enumerate(content.splitlines(), 1) if text.strip()]
    if not texts:
        return [], [_error("empty_file", "The input file is empty: it must hold at least one request.")]
    if len(texts) > MOST_LINES:
        message = f"The batch input file holds {len(texts)} requests, more than the limit of {MOST_LINES}."
        return [], [_error("too_many_tasks", message)]
    lines: list[Line] = []
    errors: list[dict] = []
    seen: set[str] = set()
    model = None
    for number, text in texts:
        try:
            line = _line(text, endpoint)
            if line.custom_id in seen:
                raise _Wrong(
                    "duplicate_custom_id",
                    "The custom_id for this request is a duplicate of another request. The custom_id parameter must "
                    "be unique for each request in a batch.",
                    "custom_id",
                )
            model = model or line.body["model"]
            if line.body["model"] != model:
                message = "The model of this request does not match that of the requests before it in the batch."
                raise _Wrong("mismatched_model", message, "body.model")
        except _Wrong as wrong:
            errors.append(_error(*wrong.args, line=number))
            if len(errors) == _MOST_ERRORS:
                break
        else:
            seen.add(line.custom_id)
            lines.append(line)
    return lines, errors


def model_not_found(model: str) -> dict:
    """The error of a batch whose model the project cannot call."""
    return _error("model_not_found", f"The provided model '{model}' is not supported by the Batch API.", "body.model")


def new_batch(batch_id: str, asked: BatchRequest, now: int) -> dict:
    """What the gateway keeps of a batch. `now` is UTC microseconds."""
    created = now // 1_000_000
    return {
        "id": batch_id,
        "object": "batch",
        "endpoint": asked.endpoint,
        "input_file_id": asked.input_file_id,
        "completion_window": "24h",
        "status": "validating",
        "created_at": created,
        "expires_at": created + DAY_SECONDS,
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "metadata": asked.metadata or None,
    }


def errors_list(errors: list[dict]) -> dict:
    return {"object": "list", "data": errors}


def entered(batch: dict, status: str, now: int) -> dict:
    """The batch in another state."""
    return {**batch, "status": status, f"{status}_at": now // 1_000_000}


def answered(request_id: str, custom_id: str, body: dict) -> dict:
    """A line of the output file."""
    return _result(request_id, custom_id, 200, body)


def refused(request_id: str, custom_id: str, fault: Fault) -> dict:
    """A line of the error file: what the endpoint would have answered."""
    status, body, _ = render_fault(fault)
    return _result(request_id, custom_id, status, body)


def not_run(request_id: str, custom_id: str, code: str, message: str) -> dict:
    """A line of the error file for a request that never had an answer."""
    return {
        "id": request_id,
        "custom_id": custom_id,
        "response": None,
        "error": {"code": code, "message": message},
    }


def expired(request_id: str, custom_id: str) -> dict:
    message = "This request could not be executed before the completion window expired."
    return not_run(request_id, custom_id, "batch_expired", message)


def interrupted(request_id: str, custom_id: str) -> dict:
    message = (
        "The platform stopped while it answered this request. The request was not repeated, so that it cannot be "
        "charged twice."
    )
    return not_run(request_id, custom_id, "server_error", message)


def succeeded(line: dict) -> bool:
    return line["response"] is not None and line["response"]["status_code"] == 200


def jsonl(lines: list[dict]) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)


def usage(lines: list[dict]) -> dict:
    """The tokens of all answers together."""
    used = [line["response"]["body"]["usage"] for line in lines if succeeded(line)]
    read = sum(each.get("input_tokens", each.get("prompt_tokens", 0)) for each in used)
    written = sum(each.get("output_tokens", each.get("completion_tokens", 0)) for each in used)
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": _sum(used, ("input", "prompt"), "cached_tokens")},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": _sum(used, ("output", "completion"), "reasoning_tokens")},
        "total_tokens": read + written,
    }


def not_found(batch_id: str) -> Fault:
    return Fault("not_found", f"No batch found with id '{batch_id}'.")


def cancel_refused(status: str) -> Fault:
    return Fault("conflict", f"Cannot cancel a batch with status '{status}'.")


class _Wrong(Exception):
    """A line that is not a request: code, message and parameter."""


def _line(text: bytes, endpoint: str) -> Line:
    try:
        value = decode_json(text)
    except Fault:
        raise _Wrong("invalid_json_line", "This line is not parseable as valid JSON.", None) from None
    if not isinstance(value, dict):
        raise _Wrong("invalid_json_line", "This line is not a JSON object.", None)
    for name in _LINE_FIELDS:
        if value.get(name) in (None, ""):
            raise _Wrong("missing_required_parameter", f"Missing required parameter: '{name}'.", name)
    if not isinstance(value["custom_id"], str):
        raise _Wrong("invalid_type", "Invalid type for 'custom_id': expected a string.", "custom_id")
    if value["method"] != "POST":
        raise _Wrong("invalid_method", "The HTTP method of this request must be 'POST'.", "method")
    if value["url"] != endpoint:
        raise _Wrong("invalid_url", "The URL provided for this request does not match the batch endpoint.", "url")
    if not isinstance(value["body"], dict):
        raise _Wrong("invalid_type", "Invalid type for 'body': expected an object.", "body")
    model = value["body"].get("model")
    if not isinstance(model, str) or not model:
        raise _Wrong("missing_required_parameter", "Missing required parameter: 'body.model'.", "body.model")
    return Line(value["custom_id"], value["body"])


def _error(code: str, message: str, param: str | None = None, line: int | None = None) -> dict:
    return {"code": code, "message": message, "param": param, "line": line}


def _result(request_id: str, custom_id: str, status: int, body: dict) -> dict:
    return {
        "id": request_id,
        "custom_id": custom_id,
        "response": {"status_code": status, "request_id": request_id, "body": body},
        "error": None,
    }


def _sum(used: list[dict], sides: tuple[str, ...], name: str) -> int:
    return sum(each.get(f"{side}_tokens_details", {}).get(name, 0) for each in used for side in sides)
