"""A gateway where two projects each have one of everything, and for every address a request that it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from asgi import Answer, Wire
from fakes import FixedCatalog, SteppingClock, count_words

from course.gateway.app import create_app
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store, public_id

VENDORS = ("openai", "anthropic", "google", "openrouter", "practice")
ASK = [{"role": "user", "content": "What is a token?"}]
CHAT = {"model": "tiny", "messages": ASK}
MESSAGE = {"model": "ant-small", "max_tokens": 50, "messages": ASK}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "What is a token?"}]}]}
EMBED = {"content": {"parts": [{"text": "What is a token?"}]}}
TOOL = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Taipei", "Tokyo"]}},
    "required": ["city"],
}
FUNCTION = {"name": "weather", "description": "The weather in a city.", "parameters": TOOL}
ALERT = {
    "currency": "USD",
    "interval": "month",
    "threshold_amount": 5,
    "notification_channel": {"type": "email", "recipients": ["a@practice.example"], "subject_prefix": "x"},
}
LIMIT = {"currency": "USD", "interval": "month", "threshold_amount": 5_000_000}
BOUNDARY = "practice-boundary"


def form(name: str = "lines.jsonl", content: str = "", purpose: str = "batch") -> bytes:
    """An upload of a file, as a form with `BOUNDARY`."""
    return (
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'
        f"content-type: application/octet-stream\r\n\r\n{content}\r\n--{BOUNDARY}--\r\n"
    ).encode()


LINE = json.dumps({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": CHAT})


@dataclass(frozen=True, slots=True)
class Address:
    """`path` has the parameters' names in braces."""

    vendor: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def administers(self) -> bool:
        return "/organization" in self.path or "/v1/projects/" in self.path or self.vendor == "practice"


def addresses(app) -> list[Address]:
    """Every method of every route."""
    found = []
    for vendor, platform in app._app.apps.items():
        for route in platform.routes:
            path = f"/{vendor}" + route.path.replace(":path}", "}")
            found += [Address(vendor, method, path) for method in sorted(route.methods)]
    return found


@dataclass(frozen=True)
class Project:
    """A project's key, and the IDs of what it has by the names that parameters of addresses have. A name can begin
    with where it holds: "anthropic.", or "project." for OpenAI's addresses in a project.
    """

    key: str
    ids: dict[str, str]


@contextmanager
def standing(database: str) -> Iterator[World]:
    """A world on an empty database."""
    store = Store(database)
    world = World(Pipeline(store, PracticeEngine(count_words), FixedCatalog(), count_words, clock=SteppingClock()))
    try:
        yield world
    finally:
        world.close()
        store.close()


class World:
    """`projects` are two that have the same things; `organization` has the IDs of what belongs to neither."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.app = create_app(pipeline)
        self.wire = Wire(self.app)
        store = pipeline.store
        numbers = [store.add_project(name, now=1) for name in ("First secret", "Second secret")]
        self.admin = store.add_key(None, "admin", now=1)[1]
        self.organization = self._organize(store.add_key(None, "spare admin", now=1)[0])
        self.projects = [self._furnish(number, store.add_key(number, "program", now=1)) for number in numbers]

    def close(self) -> None:
        self.wire.close()

    def send(
        self, vendor: str, method: str, path: str, key: str | None, body: object = None, query: str = "", **raw
    ) -> Answer:
        """Send a request as this vendor's SDK does. `body` is sent as JSON unless it is bytes."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = raw.get("headers") or [*entry(vendor, key), (b"content-type", raw.get("kind", b"application/json"))]
        return self.wire.send(method, path, content, headers, query.encode())

    def ids(self, address: Address, project: Project) -> dict[str, str]:
        """What the parameters of an address stand for in a project."""
        ids = self.organization | project.ids
        prefix = (
            "anthropic." if address.vendor == "anthropic" else "project." if "{project_id}" in address.path else ""
        )
        named = {
            name.removeprefix(prefix): value for name, value in ids.items() if prefix and name.startswith(prefix)
        }
        ids = ids | named
        return ids | {"model": {"anthropic": "ant-small", "google": "goo-small"}.get(address.vendor, "tiny")}

    def path(self, address: Address, project: Project) -> str:
        ids = self.ids(address, project)
        if address.path.endswith(("embedContent", "batchEmbedContents")):
            ids["model"] = "goo-embed"
        return address.path.format(**{name: quote(value) for name, value in ids.items()})

    def key(self, address: Address, project: Project) -> str:
        """The key that the address takes."""
        return self.admin if address.administers else project.key

    def body(self, address: Address, project: Project) -> object:
        """A body that the address takes, `None` where it takes none, or bytes of a form."""
        if address.method != "POST":
            return None
        ids, short = self.ids(address, project), address.path.partition("/v1")[2].removeprefix("beta")
        if short == "/files":
            return form(content=LINE)
        short = short.replace("/organization/projects/{project_id}", "/P").replace("/projects/{project_id}", "/p")
        return _bodies(address.vendor, ids).get(short)

    def make(self, vendor: str, path: str, key: str, body: object = None, **raw) -> dict:
        answer = self.send(vendor, "POST", path, key, body, **raw)
        assert answer.status == 200, (path, answer.body)
        return answer.json

    def _organize(self, spare_admin: int) -> dict[str, str]:
        def make(path: str, body: object = None) -> dict:
            return self.make("openai", f"/openai/v1/organization/{path}", self.admin, body)

        def invite(name: str) -> str:
            return make("invites", {"email": f"{name}@practice.example", "role": "reader", "projects": []})["id"]

        user, newcomer = (make(f"invites/{invite(name)}/accept")["id"] for name in ("mei", "ken"))
        group, empty = (make("groups", {"name": name})["id"] for name in ("Support", "Sales"))
        role, free = (
            make("roles", {"role_name": name, "permissions": ["api.usage.read"]})["id"]
            for name in ("Auditor", "Guest")
        )
        make(f"groups/{group}/users", {"user_id": user})
        make(f"groups/{group}/roles", {"role_id": role})
        make(f"users/{user}/roles", {"role_id": role})
        make("spend_limit", LIMIT)
        return {
            "user_id": user,
            "newcomer": newcomer,
            "empty group": empty,
            "free role": free,
            "invite_id": invite("lee"),
            "group_id": group,
            "role_id": role,
            "alert_id": make("spend_alerts", ALERT)["id"],
            "key_id": public_id("key_", spare_admin),
            "rate_limit_id": "rl-tiny",
            "anthropic.rate_limit_id": public_id("rl_", "ant-small"),
        }

    def _furnish(self, number: int, key: tuple[int, str]) -> Project:
        key_id, secret = key
        project = public_id("proj_", number)
        user, group = self.organization["user_id"], self.organization["group_id"]

        def make(path: str, body: object = None) -> dict:
            return self.make("openai", f"/openai/v1/{path}", self.admin, body)

        here = f"organization/projects/{project}"
        account = make(f"{here}/service_accounts", {"name": "robot"})
        role, free = (
            make(f"projects/{project}/roles", {"role_name": name, "permissions": ["api.model.read"]})["id"]
            for name in ("Helper", "Guide")
        )
        make(f"{here}/users", {"user_id": user, "role": "member"})
        make(f"{here}/groups", {"group_id": group, "role": "member"})
        make(f"projects/{project}/users/{user}/roles", {"role_id": role})
        make(f"projects/{project}/groups/{group}/roles", {"role_id": role})
        make(f"{here}/spend_limit", LIMIT)

        def run(path: str, body: object, vendor: str = "openai", **raw) -> dict:
            return self.make(vendor, path, secret, body, **raw)

        file = run("/openai/v1/files", form(content=LINE), kind=FORM)["id"]
        batch = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        run("/google/v1/models/goo-small:generateContent", CONTENTS, "google")
        requests = {"requests": [{"custom_id": "a", "params": MESSAGE}]}
        messages = run("/anthropic/v1/messages/batches", requests, "anthropic")["id"]
        self.send("anthropic", "GET", f"/anthropic/v1/messages/batches/{messages}", secret)  # and it ends
        return Project(
            secret,
            {
                "project_id": project,
                "workspace_id": public_id("wrkspc_", number),
                "api_key_id": public_id("key_", key_id),
                "anthropic.api_key_id": public_id("apikey_", key_id),
                "service_account_id": account["id"],
                "project.role_id": role,
                "project.free role": free,
                "project.alert_id": make(f"{here}/spend_alerts", ALERT)["id"],
                "file": file,
                "batch": run("/openai/v1/batches", batch)["id"],
                "response": run("/openai/v1/responses", {"model": "tiny", "input": "What is a token?"})["id"],
                "anthropic.batch": messages,
            },
        )


FORM = f"multipart/form-data; boundary={BOUNDARY}".encode()


def entry(vendor: str, key: str | None) -> list[tuple[bytes, bytes]]:
    """The headers with which a key comes."""
    version = [(b"anthropic-version", b"2023-06-01")] if vendor == "anthropic" else []
    if key is None:
        return version
    if vendor == "google":
        return [(b"x-goog-api-key", key.encode())]
    return [(b"authorization", f"Bearer {key}".encode()), *version]


def _bodies(vendor: str, ids: dict[str, str]) -> dict[str, object]:
    """Bodies by address, without the vendor's prefix, for those that take one; /P and /p are a project."""
    if vendor == "anthropic":
        tool = {"name": "weather", "description": "The weather.", "input_schema": TOOL}
        system = [{"type": "text", "text": "Be brief."}]
        residency = {"allowed_inference_geos": ["us"], "default_inference_geo": "us"}
        return {
            "/messages": MESSAGE | {"system": system, "tools": [tool], "tool_choice": {"type": "auto"}},
            "/messages/count_tokens": {"model": "ant-small", "messages": ASK, "tools": [tool]},
            "/messages/batches": {"requests": [{"custom_id": "a", "params": MESSAGE}]},
            "/organizations/invites": {"email": "new@practice.example", "role": "user"},
            "/organizations/users/{user_id}": {"role": "developer"},
            "/organizations/workspaces": {"name": "n", "tags": {"a": "b"}, "data_residency": residency},
            "/organizations/workspaces/{workspace_id}": {"name": "n", "display_color": "#112233", "tags": {"a": "b"}},
            "/organizations/workspaces/{workspace_id}/members": {
                "user_id": ids["newcomer"],
                "workspace_role": "workspace_user",
            },
            "/organizations/workspaces/{workspace_id}/members/{user_id}": {"workspace_role": "workspace_admin"},
            "/organizations/api_keys/{api_key_id}": {"name": "n", "status": "inactive"},
            "/organizations/workspaces/{workspace_id}/rate_limits/{rate_limit_id}": {
                "limits": [{"type": "requests_per_minute", "value": 5}, {"type": "tokens_per_minute", "value": None}]
            },
        }
    if vendor == "google":
        thinking = {"maxOutputTokens": 50, "stopSequences": ["x"], "thinkingConfig": {"thinkingBudget": 10}}
        chat = CONTENTS | {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "generationConfig": thinking,
            "tools": [{"functionDeclarations": [FUNCTION]}],
        }
        one = {"model": "models/goo-embed", **EMBED, "outputDimensionality": 8, "taskType": "RETRIEVAL_QUERY"}
        return {
            "/models/{model}:generateContent": chat,
            "/models/{model}:streamGenerateContent": chat,
            "/models/{model}:countTokens": CONTENTS,
            "/models/{model}:embedContent": one,
            "/models/{model}:batchEmbedContents": {"requests": [one]},
        }
    chat = CHAT | {
        "tools": [{"type": "function", "function": FUNCTION}],
        "tool_choice": "auto",
        "stop": ["x"],
        "n": 1,
        "store": False,
        "temperature": 1,
        "max_completion_tokens": 50,
        "response_format": {"type": "json_schema", "json_schema": {"name": "place", "schema": TOOL}},
        "stream": False,
        "user": "u",
    }
    if vendor == "openrouter":
        return {"/chat/completions": {"model": "openai/tiny", "messages": ASK, "models": ["openai/tiny"]}}
    if vendor == "practice":
        return {
            "/faults": {"kind": "slow", "calls": 1, "project_id": 99, "seconds": 0},
            "/P/data_rules": {"redaction": "mask", "kinds": ["card"], "retention_days": 30, "region": "eu"},
        }
    answer = {
        "model": "tiny",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "What is a token?"}]}],
        "instructions": "Be brief.",
        "tools": [{"type": "function", **FUNCTION}],
        "text": {"format": {"type": "text"}},
        "reasoning": {"effort": "low"},
        "metadata": {"a": "b"},
        "max_output_tokens": 50,
    }
    role = {"role_name": "n", "permissions": ["api.usage.read"], "description": "d"}
    given = {"role_id": ids["free role"]}
    batch = {"input_file_id": ids["file"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    retention = {"retention_type": "zero_data_retention"}
    return {
        "/chat/completions": chat,
        "/embeddings": {"model": "embed-small", "input": ["a", "b"], "dimensions": 8, "encoding_format": "float"},
        "/responses": answer,
        "/responses/input_tokens": {"model": "tiny", "input": answer["input"], "tools": answer["tools"]},
        "/batches": batch | {"metadata": {"a": "b"}},
        "/organization/projects": {"name": "n", "residency": "JP_STORAGE"},
        "/organization/admin_api_keys": {"name": "n", "expires_in_seconds": 60},
        "/organization/invites": {
            "email": "new@practice.example",
            "role": "reader",
            "projects": [{"id": ids["project_id"], "role": "member"}],
        },
        "/organization/groups": {"name": "n"},
        "/organization/groups/{group_id}": {"name": "n"},
        "/organization/groups/{group_id}/users": {"user_id": public_id("user_", 0)},
        "/organization/groups/{group_id}/roles": given,
        "/organization/users/{user_id}": {"role": "owner", "developer_persona": "d", "technical_level": "t"},
        "/organization/users/{user_id}/roles": given,
        "/organization/roles": role | {"role_name": "another"},
        "/organization/roles/{role_id}": role,
        "/organization/data_retention": retention,
        "/organization/spend_limit": LIMIT,
        "/organization/spend_alerts": ALERT,
        "/organization/spend_alerts/{alert_id}": ALERT,
        "/P": {"name": "n", "geography": "EU"},
        "/P/api_keys/{api_key_id}": {"expires_in_seconds": 60},
        "/P/service_accounts": {"name": "n", "expires_in_seconds": 60},
        "/P/service_accounts/{service_account_id}": {"name": "n", "role": "owner"},
        "/P/service_accounts/{service_account_id}/api_keys": {"name": "n", "expires_in_seconds": 60},
        "/P/users": {"user_id": ids["newcomer"], "role": "member"},
        "/P/users/{user_id}": {"role": "owner"},
        "/P/groups": {"group_id": ids["empty group"], "role": "member"},
        "/P/rate_limits/{rate_limit_id}": {"max_requests_per_1_minute": 5, "max_tokens_per_1_minute": 50},
        "/P/model_permissions": {"mode": "allow_list", "model_ids": ["tiny", "embed-small"]},
        "/P/hosted_tool_permissions": {"web_search": {"enabled": False}},
        "/P/data_retention": retention,
        "/P/service_tier_settings": {"default": "standard", "enabled_tiers": ["flex"]},
        "/P/spend_limit": LIMIT,
        "/P/spend_alerts": ALERT,
        "/P/spend_alerts/{alert_id}": ALERT,
        "/p/roles": role | {"role_name": "another"},
        "/p/roles/{role_id}": role,
        "/p/users/{user_id}/roles": given,
        "/p/groups/{group_id}/roles": given,
    }
