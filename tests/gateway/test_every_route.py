"""Every address of the gateway meets what no well-behaved client sends, and refuses it in its vendor's words."""

from __future__ import annotations

import json
import time

import pytest
from world import BOUNDARY, FORM, VENDORS, World, addresses, entry, standing

from course.gateway.http import DEEPEST_JSON, MAX_BODY_BYTES

# What a good request meets at these addresses: a thing of which the state does not allow it.
STATE_REFUSES = {
    "POST /openai/v1/responses/{response}/cancel",
    "POST /openai/v1/batches/{batch}/cancel",
    "DELETE /openai/v1/organization/invites/{invite_id}",
    "DELETE /anthropic/v1/organizations/invites/{invite_id}",
}
# (https://platform.claude.com/docs/en/api/errors, read 2026-11-26)
ANTHROPIC_TYPES = {
    400: ("invalid_request_error",),
    401: ("authentication_error",),
    403: ("permission_error",),
    404: ("not_found_error",),
    405: ("invalid_request_error", "method_not_allowed_error"),
    409: ("conflict_error", "invalid_request_error"),
    413: ("request_too_large",),
}
TIMES = "start_time=1788000000&starting_at=2026-09-01T00:00:00Z"
SLOWEST_SECONDS = 20  # an answer that takes as long hangs, on the busiest of machines

NOT_JSON = {
    "half an object": b'{"model": ',
    "words": b"hello",
    "bad UTF-8": b'{"model": "\xff\xfe"}',
    "UTF-16": json.dumps({"model": "tiny"}).encode("utf-16"),
    "half a surrogate pair": b'{"model": "\\ud800"}',
    "NaN": b'{"model": NaN}',
    "Infinity": b'{"model": -Infinity}',
    "a number beyond all": b'{"model": 1e999}',
    "an endless integer": b'{"model": ' + b"9" * 5000 + b"}",
    "200 levels": b"[" * 200 + b"]" * 200,
    "100,000 brackets": b"[" * 100_000,
    "objects in objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "one level too many": b'{"a":' * DEEPEST_JSON + b"[]" + b"}" * DEEPEST_JSON,
    "a null byte": b"\0",
}
NO_OBJECT = {name: name.encode() for name in ("[]", "[{}]", "7", "-0.5", '"text"', "null", "true")}
OTHER_KINDS = [b"text/plain", b"application/xml", b"application/x-www-form-urlencoded", FORM, b"\xff", b""]
FORMS = [
    b"",
    f"--{BOUNDARY}".encode(),
    f"--{BOUNDARY}--\r\n".encode(),
    f"--{BOUNDARY}\r\n\r\nno header\r\n--{BOUNDARY}--\r\n".encode(),
    f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"\r\n\r\nno name\r\n--{BOUNDARY}--\r\n'.encode(),
    f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--{BOUNDARY}--\r\n'.encode(
        "latin-1"
    ),
    f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n'.encode() * 2000,
]
ODD_IDS = ["%00", "%ff", "a%2Fb", "%2e%2e", "%7Bx%7D", "%F0%9F%8E%82", "a%0D%0Ab", "%20", "'--", "x" * 9000]
ODD_QUERIES = [
    "limit=0",
    "limit=-1",
    f"limit={'9' * 400}",
    "limit=%C2%B2&pageSize=%C2%B2",
    "limit=1e9&pageSize=1e9",
    "after=%00&after_id=%00&pageToken=%00&page=%00&model=%00&workspace_id=%00&purpose=%00&key=%00&alt=%00",
    "after=nobody&after_id=nobody&before=nobody&before_id=nobody&pageToken=nobody&page=nobody",
    "order=sideways&include=x&stream=maybe&starting_after=x&bucket_width=1y&group_by=x&group_by[]=%ff",
    "",
    "start_time=99999999999999999999&starting_at=9999-99-99&end_time=x&ending_at=0001-01-01T00:00:00%2B14:00",
    "start_time=253402300799&starting_at=9999-12-31T23:59:59Z&limit=7&bucket_width=1d",
    "page=page_99999999999&start_time=0&page_size=99999999999",
    "page=page_253402300800&start_time=0",
    "effective_at[gt]=-1&event_types[]=x&project_ids[]=x&ids[]=%00&status=x&statuses[]=x&include_archived=x",
    "%ff=%ff&%00=%00&=&&&;",
    "a=" + "x" * 50_000,
]


@pytest.fixture
def world(pipeline):
    world = World(pipeline)
    yield world
    world.close()


@pytest.fixture(scope="module")
def lasting(module_database):
    """A world for all tests whose requests are refused or change nothing."""
    with standing(module_database) as world:
        yield world


def in_order(world: World, *vendors: str) -> list:
    """Addresses so that what one takes away no later one needs. HEAD is GET to the application."""
    ranks = ("GET", "POST", "DELETE")
    found = [each for each in addresses(world.app) if each.method in ranks]
    found = [each for each in found if not vendors or each.vendor in vendors]
    return sorted(
        found, key=lambda a: (a.administers, a.path.endswith("/archive"), ranks.index(a.method), -len(a.path))
    )


def check_answer(address, answer) -> None:
    """An answer that is no server error; a refusal is JSON in the vendor's shape."""
    assert answer.status < 500, f"{address}: {answer.status} {answer.body[:300]}"
    assert b"Traceback" not in answer.body
    if address.vendor in ("openai", "practice"):
        assert answer.headers["x-request-id"].startswith("req_")
    elif address.vendor == "anthropic":
        assert answer.headers["request-id"].startswith("req_")
    if answer.status >= 400:
        assert answer.headers["content-type"].lower().startswith("application/json"), address
        check_refusal(address.vendor, answer.status, answer.json)


def check_refusal(vendor: str, status: int, body: object) -> None:
    if vendor == "google" and isinstance(body, list):  # a stream that is an array
        (body,) = body
    error = body["error"]
    assert isinstance(error["message"], str)
    assert error["message"]
    if vendor in ("openai", "practice"):
        assert error.keys() == {"message", "type", "param", "code"}
    elif vendor == "anthropic":
        assert body["type"] == "error"
        assert error["type"] in ANTHROPIC_TYPES[status]
        assert body["request_id"].startswith("req_")
    elif vendor == "google":
        assert error["code"] == status
        assert error["status"].isupper()
    else:
        assert error["code"] == status


def kind_of(address) -> bytes:
    return FORM if address.path == "/openai/v1/files" else b"application/json"


def send(world: World, address, body: object = None, key: str | None = "", **more):
    """Send a request with the address's own key unless told another. Its answer is checked, and comes in time."""
    project = world.projects[1]
    key = world.key(address, project) if key == "" else key
    path = more.pop("path", None) or world.path(address, project)
    started = time.monotonic()
    answer = world.send(address.vendor, address.method, path, key, body, **{"kind": kind_of(address), **more})
    assert time.monotonic() - started < SLOWEST_SECONDS, address
    check_answer(address, answer)
    return answer


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_good_request_is_answered_so_that_the_bad_ones_prove_something(world, vendor):
    refused = set()
    for address in in_order(world, vendor):
        query = TIMES if address.method == "GET" else ""
        if send(world, address, world.body(address, world.projects[1]), query=query).status != 200:
            refused.add(str(address))
    assert refused <= STATE_REFUSES


@pytest.mark.parametrize("name", [*NOT_JSON, *NO_OBJECT])
def test_a_body_that_is_no_json_object_is_refused(lasting, name):
    content = (NOT_JSON | NO_OBJECT)[name]
    for address in in_order(lasting):
        if lasting.body(address, lasting.projects[1]) is not None:
            assert 400 <= send(lasting, address, content).status < 500, address


def test_a_body_where_none_is_expected_is_answered(world):
    for address in in_order(world):
        if world.body(address, world.projects[1]) is None:
            send(world, address, NOT_JSON["bad UTF-8"])


def test_an_empty_body_is_answered(world):
    for address in in_order(world):
        for content in (b"", b" \n", b"{}"):
            send(world, address, content)


def test_a_body_of_another_kind_is_answered(world):
    for address in in_order(world):
        body = world.body(address, world.projects[1])
        for kind in OTHER_KINDS if body is not None else ():
            send(world, address, body, kind=kind)


def test_a_form_that_is_none_is_refused(lasting):
    address = next(each for each in addresses(lasting.app) if str(each) == "POST /openai/v1/files")
    for content in FORMS:
        for kind in (
            FORM,
            b"multipart/form-data",
            b"multipart/form-data; boundary=",
            b"multipart/form-data; boundary=\xff",
        ):
            assert send(lasting, address, content, kind=kind).status == 400


def test_ten_megabytes_and_one_byte_are_refused(lasting):
    content = b'"' + b"x" * (MAX_BODY_BYTES - 1) + b'"'
    for address in in_order(lasting):
        if lasting.body(address, lasting.projects[1]) is not None:
            answer = send(lasting, address, content)
            assert answer.status == (400 if address.vendor == "google" else 413), address


def test_an_odd_id_is_not_found(lasting):
    for address in in_order(lasting):
        ids = lasting.ids(address, lasting.projects[1])
        body = lasting.body(address, lasting.projects[1])
        for name in [name for name in ids if f"{{{name}}}" in address.path]:
            for odd in ODD_IDS:
                answer = send(lasting, address, body, path=address.path.format(**ids | {name: odd}))
                assert 400 <= answer.status < 500, (address, odd)


def test_an_odd_query_is_answered(lasting):
    for address in in_order(lasting):
        for query in ODD_QUERIES if address.method == "GET" or address.vendor == "google" else ():
            send(lasting, address, lasting.body(address, lasting.projects[1]), query=f"{query}&{TIMES}")


def test_odd_headers_are_answered(world):
    odd = [b"\xff\xfe", b"Bearer \xff", b"Bearer", b"Basic eDp5", b"-1", b"x" * 100_000, b""]
    names = [b"authorization", b"x-api-key", b"x-goog-api-key", b"anthropic-version", b"host", b"content-length"]
    # A vendor's addresses read their headers in the same way.
    for address in {(each.vendor, each.administers, each.method): each for each in in_order(world)}.values():
        own = entry(address.vendor, world.key(address, world.projects[1]))
        for name in names:
            for value in odd:
                headers = [*(pair for pair in own if pair[0] != name), (name, value)]
                send(world, address, world.body(address, world.projects[1]), headers=headers)


def test_an_address_or_a_method_that_is_not_there_is_refused(lasting):
    for address in in_order(lasting):
        path = lasting.path(address, lasting.projects[1])
        for method in ("PUT", "PATCH", "OPTIONS", "TRACE", "NONSENSE"):
            answer = lasting.wire.send(method, path, headers=entry(address.vendor, lasting.admin))
            check_answer(address, answer)
            assert answer.status in (404, 405), (method, address)
        answer = lasting.wire.send(
            address.method, f"{path}/nothing/here", headers=entry(address.vendor, lasting.admin)
        )
        check_answer(address, answer)
        assert answer.status >= 400
