"""Who is signed in to the status page: whoever has shown an admin key, for a working day, in one browser.

The browser keeps a random token in a cookie that scripts cannot read; the database keeps the token's hash, so that
every worker knows it and nobody who reads the database can use it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from course.gateway.pipeline import Pipeline
from course.gateway.types import Fault

_COOKIE = "course_classroom"
_KIND = "classroom_session"
_HOURS = 8
_HOUR_MICROS = 3_600_000_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`key` is the number of the admin key that was shown; `proof` is what only a form of ours holds."""

    key: int
    proof: str


def open_session(pipeline: Pipeline, secret: str) -> str | None:
    """The token of a new session for an admin key, `None` for any other text."""
    try:
        caller = pipeline.authenticate(secret)
    except Fault:
        return None
    if not caller.admin:
        return None
    token, now, store = secrets.token_urlsafe(32), pipeline.clock(), pipeline.store
    with store.together():
        for session in store.all_objects(_KIND, None):
            if session["ends"] <= now:
                store.delete_object(_KIND, session["id"], None)
        session = {"id": _digest(token), "key": caller.key_id, "ends": now + _HOURS * _HOUR_MICROS}
        store.add_object(_KIND, session["id"], None, session, now)
    return token


def find_session(pipeline: Pipeline, token: str) -> SignedIn | None:
    """Who is signed in with this token. A session ends with its key."""
    session = pipeline.store.get_object(_KIND, _digest(token), None) if token else None
    if session is None or session["ends"] <= pipeline.clock():
        return None
    if not any(row.id == session["key"] and row.status == "active" for row in pipeline.store.live_keys()):
        return None
    return SignedIn(session["key"], hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest())


def close_session(pipeline: Pipeline, token: str) -> None:
    pipeline.store.delete_object(_KIND, _digest(token), None)


def cookie(token: str, path: str, secure: bool) -> str:
    """The header that sets the cookie; an empty token removes it."""
    age = _HOURS * 3600 if token else 0
    return f"{_COOKIE}={token}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def token_of(cookies: dict[str, str]) -> str:
    return cookies.get(_COOKIE, "")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
