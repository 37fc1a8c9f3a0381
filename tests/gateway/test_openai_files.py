"""OpenAI's files, with its own SDK over HTTP."""

from __future__ import annotations

import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine, scripted_pipeline, serving
from starlette.testclient import TestClient

from course.gateway.app import create_app

LINES = b'{"custom_id": "a"}\n'


@pytest.fixture
def scripted(store):
    return scripted_pipeline(store, ScriptedEngine(None))


@pytest.fixture
def address(scripted):
    with serving(create_app(scripted)) as url:
        yield f"{url}/openai/v1"


def client_for(address, key):
    return openai.OpenAI(base_url=address, api_key=key, max_retries=0, _strict_response_validation=True)


@pytest.fixture
def client(address, key):
    with client_for(address, key) as client:
        yield client


def upload(client, name="lines.jsonl", content=LINES, purpose="batch", **options):
    return client.files.create(file=(name, content), purpose=purpose, **options)


def test_a_file_is_kept_shown_read_and_deleted(client):
    file = upload(client)
    assert file.id.startswith("file-")
    assert (file.filename, file.bytes, file.purpose, file.status) == ("lines.jsonl", len(LINES), "batch", "processed")
    assert file.expires_at == file.created_at + 30 * 86_400
    assert client.files.retrieve(file.id) == file
    assert client.files.content(file.id).read() == LINES
    assert client.files.delete(file.id).deleted
    for look in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError, match=f"No such File object: {file.id}") as refusal:
            look(file.id)
        assert refusal.value.param == "id"


def test_bytes_come_back_as_they_were(client):
    content = bytes(range(256)) * 5000 + b"\r\n--boundary\r\n"
    file = upload(client, "übung 一.bin", content, "vision")
    assert file.filename == "übung 一.bin"
    assert file.expires_at is None
    assert client.files.content(file.id).read() == content


def test_files_in_pages_and_by_purpose(client):
    purposes = ("batch", "vision", "batch", "user_data", "batch")
    files = [upload(client, f"{n}.jsonl", purpose=purpose) for n, purpose in enumerate(purposes)]
    ids = [file.id for file in files]
    assert [file.id for file in client.files.list()] == ids[::-1]
    assert [file.id for file in client.files.list(order="asc", limit=2)] == ids
    assert [file.id for file in client.files.list(purpose="batch", limit=2)] == [ids[4], ids[2], ids[0]]
    page = client.files.list(limit=2, after=ids[3])
    assert ([file.id for file in page.data], page.has_more) == ([ids[2], ids[1]], True)


def test_a_file_ends_when_it_was_told_to(client, scripted):
    file = upload(client, purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600})
    assert file.expires_at == file.created_at + 3600
    scripted.clock.now += 3_600_000_000
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)
    assert client.files.list().data == []


@pytest.mark.parametrize("purpose", ["assistants", "user_data"])
def test_what_is_for_the_platform_is_not_handed_out(client, purpose):
    file = upload(client, purpose=purpose)
    with pytest.raises(openai.BadRequestError, match=f"Not allowed to download files of purpose: {purpose}"):
        client.files.content(file.id)


def test_another_project_sees_nothing(client, address, store):
    file = upload(client)
    other = store.add_key(store.add_project("Other", now=1), "other", now=1)[1]
    with client_for(address, other) as stranger:
        assert stranger.files.list().data == []
        for look in (stranger.files.retrieve, stranger.files.content, stranger.files.delete):
            with pytest.raises(openai.NotFoundError):
                look(file.id)
    assert client.files.content(file.id).read() == LINES


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "lines.txt"}, r"Must be \.jsonl"),
        ({"content": "é".encode("utf-16")}, "Must be utf-8 encoded"),
        ({"purpose": "fun"}, "Supported values are: 'assistants'"),
        ({"expires_after": {"anchor": "created_at", "seconds": 60}}, "below minimum value"),
        ({"expires_after": {"anchor": "created_at", "seconds": 9_999_999}}, "above maximum value"),
        ({"expires_after": {"anchor": "last_read", "seconds": 3600}}, "created_at"),
        ({"extra_body": {"colour": "blue"}}, "Unknown parameter: 'colour'"),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_refused(client, options, message):
    with pytest.raises(openai.BadRequestError, match=message):
        upload(client, **options)
    assert client.files.list().data == []


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "many"}, {"limit": 10_001}, {"order": "up"}], ids=repr)
def test_a_wrong_query_is_refused(client, query):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.files.list(extra_query=query)
    assert refusal.value.param == next(iter(query))


def test_a_file_that_is_too_large_is_refused(client):
    with pytest.raises(openai.APIStatusError) as refusal:
        upload(client, content=b"x" * (10 * 1024 * 1024 + 1), purpose="vision")
    assert refusal.value.status_code == 413


@pytest.fixture
def http(scripted, key):
    with TestClient(create_app(scripted), headers={"authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbat'),
        ("multipart/form-data; boundary=x; charset=none", b"--x--\r\n"),
    ],
)
def test_a_broken_form_is_refused(http, kind, body):
    response = http.post("/openai/v1/files", content=body, headers={"content-type": kind})
    assert response.status_code == 400
    assert response.json()["error"]["message"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
def test_any_form_is_read_or_refused(http, body, boundary):
    content_type = f"multipart/form-data; boundary={boundary}"
    response = http.post(
        "/openai/v1/files", content=b"--" + boundary.encode() + b"\r\n" + body, headers={"content-type": content_type}
    )
    assert response.status_code == 400
    assert response.json()["error"]["message"]
