"""Every address of the gateway, asked by schemathesis, which is told its parameters and the types of its fields.

Its strategies are run by hypothesis itself: so requests go to the application as bytes, in an order in which none
takes away what a later one needs, and no plugin has to know how tests are shared out among processes.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from test_every_route import in_order, send
from world import VENDORS, World

EXAMPLES = 2
QUERY = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "order": {"enum": ["asc", "desc"]},
    "after": {"type": "string"},
    "start_time": {"type": "integer", "minimum": 0},
    "starting_at": {"type": "string", "format": "date-time"},
    "bucket_width": {"enum": ["1m", "1h", "1d"]},
}
TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


@pytest.fixture
def world(pipeline):
    world = World(pipeline)
    yield world
    world.close()


def openapi(world: World, addresses: list) -> dict:
    """The gateway as an OpenAPI document: its own routes, and of each body the types that a good one has."""
    paths: dict[str, dict] = {}
    for address in addresses:
        paths.setdefault(address.path, {})[address.method.lower()] = operation(world, address)
    return {"openapi": "3.1.0", "info": {"title": "The gateway", "version": "1"}, "paths": paths}


def operation(world: World, address) -> dict:
    ids = world.ids(address, world.projects[1])
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"enum": [value]}}
        for name, value in ids.items()
        if f"{{{name}}}" in address.path
    ]
    if address.method == "GET":
        parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in QUERY.items()]
    described = {"parameters": parameters, "responses": {"default": {"description": "Any."}}}
    body = world.body(address, world.projects[1])
    if body is not None and not isinstance(body, bytes):
        described["requestBody"] = {"content": {"application/json": {"schema": schema_like(body), "example": body}}}
    return described


def schema_like(value: object) -> dict:
    """What is as good as this value, or of the same type."""
    if isinstance(value, dict):
        properties = {name: schema_like(each) for name, each in value.items()}
        return {
            "type": "object",
            "properties": properties,
            "required": list(value)[:1],
            "additionalProperties": False,
        }
    if isinstance(value, list):
        return {"type": "array", "items": {"anyOf": [schema_like(each) for each in value]}, "maxItems": 3}
    return {"anyOf": [{"const": value}, {"type": TYPES[type(value)]}]}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("vendor", VENDORS)
def test_no_request_that_is_described_or_nearly_so_makes_the_gateway_fail(world, vendor, mode):
    addresses = in_order(world, vendor)
    schema = schemathesis.openapi.from_dict(openapi(world, addresses))
    statuses: set[int] = set()
    for address in addresses:
        described = operation(world, address)
        if mode is GenerationMode.NEGATIVE and not (described["parameters"] or "requestBody" in described):
            continue  # nothing is described from which a request could differ
        statuses |= asked(world, address, schema[address.path][address.method].as_strategy(generation_mode=mode))
    assert 200 in statuses
    assert 400 in statuses


def asked(world: World, address, cases) -> set[int]:
    """The statuses with which an address answered."""
    statuses = set()

    @given(cases)
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case) -> None:
        sent = case.as_transport_kwargs(base_url="http://gateway")
        body = json.dumps(sent["json"]).encode() if "json" in sent else sent.get("data", b"")
        query = urlencode(sent.get("params") or {}, doseq=True)
        statuses.add(send(world, address, body, path=urlsplit(sent["url"]).path, query=query).status)

    ask()
    return statuses
