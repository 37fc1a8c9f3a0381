"""Projects, keys, what a project may do, and how fast."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import and_, bindparam, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.engine import Row

from ..types import Caller
from .database import next_number
from .schema import keys, projects, rate_limits

KEY_PREFIX = "sk-practice-"
REDACTION = ("off", "warn", "mask", "block")
ADMIN_KEY_PREFIX = "sk-admin-practice-"

_FIND_KEY = (
    select(keys.c.id, keys.c.project_id, keys.c.digest, keys.c.expires)
    .outerjoin(projects, keys.c.project_id == projects.c.id)
    .where(
        keys.c.digest == bindparam("digest"),
        keys.c.revoked.is_(None),
        keys.c.status == literal_column("'active'"),
        projects.c.archived.is_(None),
    )
)
_PROJECT = select(projects).where(projects.c.id == bindparam("id"))
_LIMIT = ("requests_per_minute", "tokens_per_minute", "requests_per_day", "each_key")
# The model's own line comes first.
_ANY = literal_column("'*'")
_LIMITED = and_(
    rate_limits.c.project_id == projects.c.id,
    or_(rate_limits.c.model == bindparam("model"), rate_limits.c.model == _ANY),
)
_RULES = (
    select(projects.c.policy_json, rate_limits.c.model, *[rate_limits.c[name] for name in _LIMIT])
    .select_from(projects.outerjoin(rate_limits, _LIMITED))
    .where(projects.c.id == bindparam("project"))
    .order_by(rate_limits.c.model == _ANY)
)


@dataclass(frozen=True)
class Policy:
    """What a project's calls may do. `None` is "no rule".

    `models` is a list of model IDs; `models_mode` says whether it is all that is allowed ("allow") or what is
    denied ("deny"). `hosted_tools` maps a tool's name to whether it may be used. `redact` lists the kinds of
    personal data that prompts are searched for, see `redaction.KINDS`, and `redaction`, one of `REDACTION`, what is
    done about them. `retention_days` is how long contents are kept; 0 keeps none.
    """

    models: tuple[str, ...] | None = None
    models_mode: str = "allow"
    hosted_tools: Mapping[str, bool] = field(default_factory=dict)
    region: str | None = None
    redact: tuple[str, ...] = ()
    redaction: str = "mask"
    retention_days: int | None = None

    def __post_init__(self):
        if self.redaction not in REDACTION:
            raise ValueError(f"redaction is one of {', '.join(REDACTION)}, not {self.redaction!r}")

    @property
    def masked(self) -> tuple[str, ...]:
        """The kinds of personal data that are taken out of what is sent and kept."""
        return self.redact if self.redaction == "mask" else ()

    def permits_model(self, model_id: str) -> bool:
        return self.models is None or (model_id in self.models) == (self.models_mode == "allow")

    def permits_tool(self, name: str) -> bool:
        """Whether calls may use a hosted tool. A dated or a preview version of a tool goes by the tool's rule."""
        return all(may or not f"{name}_".startswith(f"{tool}_") for tool, may in self.hosted_tools.items())


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often a project may call `model`, "*" for any without a line of its own. `None` is no limit. With
    `each_key`, each of the project's keys may do so on its own.
    """

    model: str
    requests_per_minute: int | None
    tokens_per_minute: int | None
    requests_per_day: int | None
    each_key: bool = False


@lru_cache(maxsize=1024)
def read_policy(text: str) -> Policy:
    values = json.loads(text)
    for name in ("models", "redact"):
        if values.get(name) is not None:
            values[name] = tuple(values[name])
    return Policy(**values)


@dataclass(frozen=True, slots=True)
class _Key:
    caller: Caller
    digest: str
    expires: int | None


def _read_key(rows: list[Sequence]) -> _Key | None:
    if not rows:
        return None
    key_id, project_id, digest, expires = rows[0]
    return _Key(Caller(project_id, key_id, admin=project_id is None), digest, expires)


def _read_rules(rows: list[Sequence]) -> tuple[Policy, RateLimit | None]:
    policy_text, *limits = rows[0]
    return read_policy(policy_text), None if limits[0] is None else RateLimit(*limits)


class Access:
    """The part of the store that knows projects and keys."""

    def add_project(self, name: str, now: int) -> int:
        """Create a project and return its number."""
        with self._engine.begin() as connection:
            number = next_number(connection, projects)
            row = {"id": number, "public_id": public_id("proj_", number), "name": name, "created": now}
            connection.execute(insert(projects).values(policy_json="{}", **row))
            return number

    def find_project(self, name: str) -> int | None:
        """The number of the oldest project of this name that is not archived."""
        query = select(func.min(projects.c.id)).where(projects.c.name == name, projects.c.archived.is_(None))
        with self._engine.connect() as connection:
            return connection.scalar(query)

    def project(self, number: int) -> Row | None:
        with self._engine.connect() as connection:
            return connection.execute(_PROJECT, {"id": number}).first()

    def rules(self, project_id: int, model: str) -> tuple[Policy, RateLimit | None]:
        """What the project's calls may do, and how fast it may call a model: the model's own limits, or else those
        for any other model.
        """
        return self._engine.fetch_again(_RULES, {"project": project_id, "model": model}, _read_rules)

    def policy(self, project_id: int) -> Policy:
        """What the project's calls may do."""
        return self.rules(project_id, "")[0]

    def set_policy(self, project_id: int, **changes: object) -> None:
        """Change some of a project's rules: the fields of `Policy`, as JSON values."""
        with self._engine.begin() as connection:
            row = connection.execute(_PROJECT.with_for_update(), {"id": project_id}).one()
            text = json.dumps({**json.loads(row.policy_json), **changes}, sort_keys=True)
            read_policy(text)  # a name that is no rule is refused here
            connection.execute(update(projects).where(projects.c.id == project_id).values(policy_json=text))

    def add_key(
        self, project_id: int | None, name: str, now: int, owner: str = "", expires: int | None = None
    ) -> tuple[int, str]:
        """Create a key; return its number and its secret. The secret is shown here and never again: only its hash
        is kept. It ends in the key's number, so that lists of keys read the same on every machine. Without a
        project it is a key that administers the platform.
        """
        prefix = ADMIN_KEY_PREFIX if project_id is None else KEY_PREFIX
        with self._engine.begin() as connection:
            number = next_number(connection, keys)
            secret = f"{prefix}{secrets.token_hex(16)}-{number % 10_000:04d}"
            row = insert(keys).values(
                id=number,
                public_id=public_id("key_", number),
                project_id=project_id,
                name=name,
                owner=owner,
                digest=digest_of(secret),
                first=prefix,
                last4=secret[-4:],
                created=now,
                expires=expires,
                status="active",
            )
            connection.execute(row)
            return number, secret

    def revoke_key(self, key_id: int, now: int) -> None:
        """Make a key useless from now on. Revoking it twice keeps the first time."""
        with self._engine.begin() as connection:
            connection.execute(update(keys).where(keys.c.id == key_id, keys.c.revoked.is_(None)).values(revoked=now))

    def find_caller(self, secret: str, clock: Callable[[], int] = lambda: 0) -> Caller | None:
        """Who this secret belongs to, or `None` for an unknown, revoked or expired one or an archived project's."""
        digest = digest_of(secret)
        known = self._engine.fetch_again(_FIND_KEY, {"digest": digest}, _read_key)
        if known is None or not hmac.compare_digest(known.digest, digest):
            return None
        return None if known.expires is not None and known.expires <= clock() else known.caller

    def find_key(self, secret: str) -> Row | None:
        """The key of this secret, though it may be revoked; `None` where no key ever was."""
        with self._engine.connect() as connection:
            return connection.execute(select(keys).where(keys.c.digest == digest_of(secret))).first()

    def set_rate_limit(self, project_id: int, model: str, **limits: int | None) -> None:
        """Set `requests_per_minute`, `tokens_per_minute`, `requests_per_day` or `each_key` of a model, "*" for any
        other.
        """
        here = (rate_limits.c.project_id == project_id) & (rate_limits.c.model == model)
        with self._engine.begin() as connection:
            if not connection.execute(update(rate_limits).where(here).values(**limits)).rowcount:
                connection.execute(insert(rate_limits).values(project_id=project_id, model=model, **limits))

    def remove_rate_limit(self, project_id: int, model: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                delete(rate_limits).where(rate_limits.c.project_id == project_id, rate_limits.c.model == model)
            )

    def rate_limit(self, project_id: int, model: str) -> RateLimit | None:
        """How fast a project may call a model, as in `rules`."""
        return self.rules(project_id, model)[1]


def public_id(prefix: str, number: int) -> str:
    """The ID by which a vendor's API names a row: the same on every machine, and not to be guessed at sight."""
    return prefix + hashlib.sha256(f"{prefix}{number}".encode()).hexdigest()[:24]


def digest_of(secret: str) -> str:
    """By which a key is found; the secret itself is not kept."""
    # A key has 128 random bits: nobody can search for it, and a slow hash would only slow down each call.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
