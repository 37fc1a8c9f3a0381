"""A vendor's answer in one piece, as the caller gets it."""

from __future__ import annotations

import json
from types import ModuleType

import httpx2
from starlette.responses import Response

from ..engines.upstream import passed_on, without_key
from ..live_settings import Upstream
from ..types import Fault

# What vendors say when an account's money is used up.
_NO_CREDIT = (b"insufficient_quota", b"billing_hard_limit_reached", b"credit balance is too low", b"spending cap")


def whole_answer(answer: httpx2.Response, content: bytes, upstream: Upstream, dialect: ModuleType) -> Response:
    """The answer as it came. A refusal for want of a key or of money says what to do, in the vendor's form."""
    content = without_key(content, upstream)
    headers = [(name, without_key(value, upstream)) for name, value in passed_on(answer, length=False)]
    if not answer.is_success and (sentence := _advice(answer.status_code, content, upstream)):
        content = _reworded(content, sentence, dialect)
    response = Response(content, answer.status_code)
    response.raw_headers = [*headers, (b"content-length", str(len(content)).encode())]
    return response


def _advice(status: int, content: bytes, upstream: Upstream) -> str:
    if status == 401 or b"API_KEY_INVALID" in content:
        return upstream.key_refused
    if status == 402 or any(words in content for words in _NO_CREDIT):
        return upstream.no_credit
    return ""


def _reworded(content: bytes, sentence: str, dialect: ModuleType) -> bytes:
    """The vendor's refusal with our sentence in the place of its own."""
    try:
        body = json.loads(content)
        body["error"]["message"] = sentence
    except (ValueError, LookupError, TypeError):
        body = dialect.render_fault(Fault("invalid_key", sentence))[1]
    return json.dumps(body).encode()
