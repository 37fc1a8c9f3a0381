"""OpenAI's files: what is uploaded, how a file is shown, and who may read it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..types import Fault
from . import openai as fields

# OpenAI has one more, "evals", which its own SDK does not know in an answer.
PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data")
SHORTEST_SECONDS, LONGEST_SECONDS = 3600, 2_592_000
# (https://developers.openai.com/api/reference/resources/files/methods/create, read 2026-11-26)
BATCH_SECONDS = 30 * 24 * 3600
_NOT_READABLE = ("assistants", "user_data")


@dataclass(frozen=True, slots=True)
class Upload:
    """`seconds` is how long the file is kept, `None` for ever."""

    name: str
    content: bytes
    purpose: str
    seconds: int | None


def parse(form: Mapping[str, str], file: tuple[str, bytes] | None) -> Upload:
    """Read an upload's form, in which `file` has a name and a content. Raises `Fault` invalid_request."""
    for name in form:
        if name not in ("purpose", "expires_after[anchor]", "expires_after[seconds]"):
            raise Fault("invalid_request", f"Unknown parameter: '{name}'.", name, "unknown_parameter")
    if file is None:
        raise fields.missing("file")
    purpose = fields.choice(fields.required(dict(form), "purpose"), "purpose", PURPOSES)
    name, content = file
    if not name:
        raise fields.missing("file")
    if purpose == "batch":
        _check_lines(name, content)
    given = {key: form.get(f"expires_after[{key}]") for key in ("anchor", "seconds")}
    seconds = given["seconds"]
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 10:
        given["seconds"] = int(seconds)
    kept = expiry(given if any(value is not None for value in given.values()) else None, "expires_after")
    return Upload(name, content, purpose, BATCH_SECONDS if kept is None and purpose == "batch" else kept)


def expiry(value: object, name: str) -> int | None:
    """After how many seconds a file shall be deleted, `None` where nothing was said."""
    if value is None:
        return None
    policy = fields.json_object(value, name)
    fields.check_names(policy, frozenset(["anchor", "seconds"]), f"{name}.")
    fields.choice(fields.required(policy, "anchor", f"{name}."), f"{name}.anchor", ("created_at",))
    fields.required(policy, "seconds", f"{name}.")
    seconds = fields.integer(policy["seconds"], f"{name}.seconds", low=SHORTEST_SECONDS)
    if seconds > LONGEST_SECONDS:
        problem = f"integer above maximum value. Expected a value <= {LONGEST_SECONDS}, but got {seconds} instead."
        raise fields.invalid(f"{name}.seconds", problem, "integer_above_max_value")
    return seconds


def render(file_id: str, name: str, size: int, purpose: str, created: int, seconds: int | None) -> dict:
    """A file as OpenAI shows it, and as the gateway keeps it. `created` is UTC microseconds."""
    created_at = created // 1_000_000
    shown = {
        "id": file_id,
        "object": "file",
        "bytes": size,
        "created_at": created_at,
        "filename": name,
        "purpose": purpose,
        "status": "processed",
    }
    return shown if seconds is None else {**shown, "expires_at": created_at + seconds}


def render_deleted(file_id: str) -> dict:
    return {"id": file_id, "object": "file", "deleted": True}


def not_found(file_id: str, param: str = "id") -> Fault:
    return Fault("not_found", f"No such File object: {file_id}", param)


def broken_form() -> Fault:
    return Fault("invalid_request", "The body is not a form with a file (multipart/form-data) that can be read.")


def check_readable(file: Mapping[str, object]) -> None:
    """Refuse to hand out what was uploaded for the platform's own use."""
    if file["purpose"] in _NOT_READABLE:
        raise Fault("invalid_request", f"Not allowed to download files of purpose: {file['purpose']}")


def _check_lines(name: str, content: bytes) -> None:
    if not name.endswith(".jsonl"):
        raise Fault("invalid_request", "Invalid file format for Batch API. Must be .jsonl")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("invalid_request", "Invalid file for Batch API. Must be utf-8 encoded") from None
