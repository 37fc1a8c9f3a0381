"""Anthropic's dialect alone: what a request means, and how answers and refusals are written."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.gateway.dialects import anthropic, anthropic_batches, anthropic_messages
from course.gateway.types import Allowance, Draft, Fault, Message, Piece, Reply, Tool, ToolCall, Usage

OLDER = "2023-06-01"
HELLO = [{"role": "user", "content": "Hello"}]
GOOD = {"model": "ant-small", "max_tokens": 100, "messages": HELLO}
WEATHER = {
    "name": "get_weather",
    "description": "The weather of a town",
    "input_schema": {"type": "object", "properties": {"town": {"type": "string"}}},
}
CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}


def turn(**changes):
    return anthropic_messages.parse(GOOD | changes).turn


def asked(*content, role="user"):
    return turn(messages=[{"role": role, "content": list(content)}]).messages


def test_the_system_prompt_comes_first_and_may_be_blocks():
    blocks = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    assert turn(system="Be brief.").messages == turn(system=blocks).messages
    assert turn(system="Be brief.").messages == (Message("system", "Be brief."), Message("user", "Hello"))


def test_a_system_message_may_stand_in_the_conversation():
    messages = [*HELLO, {"role": "system", "content": [{"type": "text", "text": "Now in French."}]}]
    assert turn(messages=messages).messages[1] == Message("system", "Now in French.")


def test_images_and_pdfs_are_attachments_with_their_size_and_text_documents_are_text():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAAAAAA"}}
    far = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    pdf = {"type": "document", "title": "Terms", "source": {"type": "url", "url": "https://example.com/a.pdf"}}
    text = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Open on Monday."}}
    (message,) = asked({"type": "text", "text": "Look:"}, image, far, pdf, text)
    assert [(each.kind, each.media_type, each.name, each.size) for each in message.attachments] == [
        ("image", "image/png", "", 6),
        ("image", "", "https://example.com/a.png", 0),
        ("file", "", "Terms", 0),
    ]
    assert message.text == "Look:\nTerms\nOpen on Monday."


def test_tool_calls_and_their_results():
    call = {"type": "tool_use", "id": "toolu_7", "name": "get_weather", "input": {"town": "Đà Lạt"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_7", "content": [{"type": "text", "text": "Rain"}]}
    messages = [
        *HELLO,
        {"role": "assistant", "content": [{"type": "text", "text": "Let me see."}, call]},
        {"role": "user", "content": [result, {"type": "text", "text": "Well?"}]},
    ]
    made = turn(messages=messages, tools=[WEATHER]).messages
    assert made[1].tool_calls == (ToolCall("7", "get_weather", '{"town": "Đà Lạt"}'),)
    assert made[2:] == (Message("tool", "Rain", answers="7"), Message("user", "Well?"))


def test_own_and_hosted_tools():
    hosted = {"type": "web_search_20260318", "name": "web_search", "max_uses": 3}
    made = turn(tools=[WEATHER, hosted])
    assert made.tools == (Tool("get_weather", "The weather of a town", WEATHER["input_schema"]),)
    assert made.hosted_tools == ("web_search",)


@pytest.mark.parametrize(
    ("choice", "meaning"),
    [
        (None, ("auto", None, True)),
        ({"type": "auto", "disable_parallel_tool_use": True}, ("auto", None, False)),
        ({"type": "any"}, ("required", None, True)),
        ({"type": "tool", "name": "get_weather"}, ("required", "get_weather", True)),
        ({"type": "none"}, ("none", None, True)),
    ],
)
def test_tool_choice(choice, meaning):
    made = turn(tools=[WEATHER], tool_choice=choice)
    assert (made.tool_choice, made.tool_name, made.parallel_tool_calls) == meaning


@pytest.mark.parametrize(
    ("fields", "effort"),
    [
        ({}, None),
        ({"output_config": {"effort": "xhigh"}}, "xhigh"),
        ({"thinking": {"type": "adaptive", "display": "omitted"}}, "high"),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}, "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000}, "high"),
        ({"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}}, "none"),
    ],
)
def test_thinking_and_effort(fields, effort):
    assert turn(**fields).effort == effort


def test_what_else_reaches_the_turn():
    made = turn(
        stop_sequences=["END"],
        inference_geo="us",
        output_config={"format": {"type": "json_schema", "schema": CLOSED}},
    )
    assert (made.vendor, made.model, made.max_output) == ("anthropic", "ant-small", 100)
    assert (made.stop, made.region, made.schema) == (("END",), "us", CLOSED)


def test_what_changes_nothing_is_accepted():
    extra = {"metadata": {"user_id": "u1"}, "service_tier": "auto", "cache_control": {"type": "ephemeral"}}
    assert turn(**extra, speed="standard") == turn()


def test_the_older_version_takes_sampling_and_forgets_it():
    sampling = {"temperature": 0.2, "top_p": 1, "top_k": 40}
    assert anthropic_messages.parse(GOOD | sampling, OLDER).turn == turn()
    for name, value in sampling.items():
        fault = fault_of(anthropic_messages.parse, GOOD | {name: value})
        assert fault.message == f"{name}: Extra inputs are not permitted"


def test_the_older_version_takes_documents_of_the_assistant():
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Terms"}}
    body = GOOD | {"messages": [{"role": "assistant", "content": [document]}, *HELLO]}
    assert anthropic_messages.parse(body, OLDER).turn.messages[0] == Message("assistant", "Terms")
    assert "not permitted" in fault_of(anthropic_messages.parse, body).message


def test_a_prompt_to_count_needs_no_limit_and_may_end_with_the_assistant():
    body = {"model": "ant-small", "messages": [*HELLO, {"role": "assistant", "content": "Hi"}], "system": "Be brief."}
    assert [message.role for message in anthropic_messages.parse_count(body).messages] == [
        "system",
        "user",
        "assistant",
    ]


REPLY = Reply(
    "ab12",
    "ant-small",
    1_790_000_000_000_000,
    (Draft("Two calls.", "tool_calls", 5, (ToolCall("1", "f", '{"a": 1}'), ToolCall("2", "g", "{}"))),),
    Usage(input=3000, cached_input=1024, cache_write=512, output=25, reasoning=5),
)


def test_an_answer_with_tool_calls():
    message = anthropic_messages.render(REPLY, anthropic_messages.parse(GOOD))
    assert message["id"] == "msg_ab12"
    assert message["content"] == [
        {"type": "text", "text": "Two calls."},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
        {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
    ]
    assert (message["stop_reason"], message["stop_sequence"]) == ("tool_use", None)


def test_input_tokens_leave_out_what_the_cache_read_or_wrote():
    usage = anthropic_messages.render(REPLY, anthropic_messages.parse(GOOD))["usage"]
    assert usage["input_tokens"] == 3000 - 1024 - 512
    assert usage["cache_read_input_tokens"] == 1024
    assert usage["cache_creation_input_tokens"] == usage["cache_creation"]["ephemeral_5m_input_tokens"] == 512
    assert usage["output_tokens"] == 25
    assert usage["output_tokens_details"] == {"thinking_tokens": 5}


@pytest.mark.parametrize(
    ("draft", "reason", "sequence"),
    [
        (Draft("a"), "end_turn", None),
        (Draft("a", met_stop="END"), "stop_sequence", "END"),
        (Draft("a", "length"), "max_tokens", None),
    ],
)
def test_why_an_answer_stops(draft, reason, sequence):
    message = anthropic_messages.render(
        Reply("a", "ant-small", 0, (draft,), Usage(1, 0, 0, 1)), anthropic_messages.parse(GOOD)
    )
    assert (message["stop_reason"], message["stop_sequence"]) == (reason, sequence)


class FixedCall:
    """Stands for a call: delivers pieces and then has a reply, or fails in between."""

    id, model, created = REPLY.id, REPLY.model, REPLY.created
    usage = Usage(input=3000, cached_input=1024, cache_write=512, reasoning=5)

    def __init__(self, *pieces, fault=None):
        self._pieces, self._fault, self.reply = pieces, fault, None

    def __iter__(self):
        yield from self._pieces
        if self._fault:
            raise self._fault
        self.reply = REPLY


def test_the_events_of_a_streamed_answer():
    call = FixedCall(
        Piece("Two "),
        Piece("calls."),
        Piece("", tool=0, begins=ToolCall("1", "f", "")),
        Piece('{"a"', tool=0),
        Piece(": 1}", tool=0),
        Piece("", tool=1, begins=ToolCall("2", "g", "")),
        Piece("{}", tool=1),
    )
    events = list(anthropic_messages.render_stream(call, anthropic_messages.parse(GOOD)))
    assert all(name == data["type"] for name, data in events)
    assert [(name.removeprefix("content_block_"), data.get("index")) for name, data in events] == [
        ("message_start", None),
        ("ping", None),
        ("start", 0), ("delta", 0), ("delta", 0), ("stop", 0),
        ("start", 1), ("delta", 1), ("delta", 1), ("stop", 1),
        ("start", 2), ("delta", 2), ("stop", 2),
        ("message_delta", None),
        ("message_stop", None),
    ]  # fmt: skip
    start = events[0][1]["message"]
    assert (start["content"], start["stop_reason"], start["usage"]["input_tokens"]) == ([], None, 1464)
    assert events[6][1]["content_block"] == {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    assert events[7][1]["delta"] == {"type": "input_json_delta", "partial_json": '{"a"'}
    end = events[-2][1]
    assert end["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert end["usage"]["output_tokens"] == 25


def test_a_fault_in_the_middle_of_a_stream_is_its_last_event():
    call = FixedCall(Piece("Two "), fault=Fault("overloaded"))
    *_, (name, data) = anthropic_messages.render_stream(call, anthropic_messages.parse(GOOD))
    assert (name, data) == (
        "error",
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
    )


FAULTS = [
    (
        Fault("invalid_request", "max_tokens: Field required"),
        400,
        "invalid_request_error",
        "max_tokens: Field required",
    ),
    (Fault("invalid_json"), 400, "invalid_request_error", "not valid JSON"),
    (Fault("missing_key"), 401, "authentication_error", "x-api-key header is required"),
    (Fault("invalid_key", detail={"secret": "sk-x"}), 401, "authentication_error", "invalid x-api-key"),
    (Fault("wrong_key_kind"), 403, "permission_error", "permission"),
    (Fault("unknown_model", detail={"model": "m"}), 404, "not_found_error", "model: m"),
    (Fault("model_forbidden", detail={"model": "m", "project": 1}), 404, "not_found_error", "model: m"),
    (Fault("wrong_model_kind", detail={"model": "m", "makes": "text"}), 400, "invalid_request_error", "'m'"),
    (Fault("tool_forbidden", detail={"tool": "web_search"}), 403, "permission_error", "'web_search'"),
    (Fault("region_forbidden", detail={"region": "us", "allowed": "eu"}), 400, "invalid_request_error", "'us'"),
    (Fault("not_found", detail={"what": "Message batch", "id": "b"}), 404, "not_found_error", "Message batch"),
    (Fault("conflict", "It is busy."), 409, "conflict_error", "It is busy."),
    (
        Fault("context_too_long", detail={"window": 50, "tokens": 60}),
        400,
        "invalid_request_error",
        "prompt is too long: 60 tokens > 50 maximum",
    ),
    (Fault("too_large", detail={"limit": 10}), 413, "request_too_large", "10 bytes"),
    (Fault("overloaded", detail={"retry_after": 2}), 529, "overloaded_error", "Overloaded"),
    (Fault("unavailable", detail={"retry_after": 2}), 503, "api_error", "unavailable"),
    (Fault("timeout"), 504, "timeout_error", "timed out"),
    (Fault("internal"), 500, "api_error", "Internal server error"),
    (Fault("unknown_route", detail={"method": "GET", "path": "/"}), 404, "not_found_error", "Not Found"),
    (Fault("wrong_method", detail={"method": "GET", "path": "/"}), 405, "invalid_request_error", "Not Allowed"),
]


@pytest.mark.parametrize(("fault", "status", "kind", "words"), FAULTS, ids=lambda value: getattr(value, "kind", ""))
def test_every_fault_in_anthropics_words(fault, status, kind, words):
    got_status, body, headers = anthropic.render_fault(fault)
    assert (got_status, body["type"], body["error"]["type"]) == (status, "error", kind)
    assert words in body["error"]["message"]
    assert headers == ({"retry-after": "2"} if "retry_after" in fault.detail else {})


def test_no_kind_of_fault_is_without_words():
    kinds = re.findall(r"^    ([a-z_]+)  +", Fault.__doc__, re.MULTILINE)
    assert len(kinds) > 20
    detail = {"limit": 1} | dict.fromkeys(["model", "makes", "tool", "region", "allowed", "what", "id"], "x")
    detail |= dict.fromkeys(["window", "tokens", "meter", "per", "project", "scope"], "x")
    for kind in kinds:
        status, body, _ = anthropic.render_fault(Fault(kind, detail=detail))
        assert status >= 400
        assert body["error"]["message"]


def test_a_rate_limit_says_how_long_to_wait():
    detail = {"meter": "tokens", "per": "minute", "limit": 50_000, "used": 49_000, "requested": 2_000}
    fault = Fault("rate_limited", detail=detail | {"model": "m", "project": 1, "retry_after": 1.2})
    status, body, headers = anthropic.render_fault(fault)
    assert (status, body["error"]["type"], headers) == (429, "rate_limit_error", {"retry-after": "2"})
    assert "rate limit of 50,000 tokens per minute" in body["error"]["message"]


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("organization", "You have reached your specified API usage limits."),
        ("project", "You have reached your specified workspace API usage limits."),
    ],
)
def test_ones_own_spending_cap_is_no_rate_limit(scope, words):
    fault = Fault("budget_exceeded", detail={"scope": scope, "limit_micros": 5, "project": 1})
    status, body, _ = anthropic.render_fault(fault)
    assert (status, body["error"]) == (400, {"type": "invalid_request_error", "message": words})


def test_what_is_left_of_a_rate_limit_is_in_the_headers():
    allowances = {"requests": Allowance(60, 59, 0.5), "tokens": Allowance(1000, 900, 6)}
    headers = anthropic.allowance_headers(allowances, now=1_790_000_000_000_000)
    assert headers["anthropic-ratelimit-requests-limit"] == "60"
    assert headers["anthropic-ratelimit-requests-reset"] == "2026-09-21T14:13:21Z"
    assert headers["anthropic-ratelimit-tokens-remaining"] == headers["anthropic-ratelimit-input-tokens-remaining"]
    assert headers["anthropic-ratelimit-input-tokens-reset"] == "2026-09-21T14:13:26Z"
    assert anthropic.allowance_headers({}, now=0) == {}


ITEMS = [{"id": name} for name in "abcde"]


@pytest.mark.parametrize(
    ("query", "ids", "more"),
    [
        ({}, "abcde", False),
        ({"limit": "2"}, "ab", True),
        ({"limit": "2", "after_id": "b"}, "cd", True),
        ({"limit": "2", "after_id": "c"}, "de", False),
        ({"limit": "2", "before_id": "d"}, "bc", True),
        ({"limit": "2", "before_id": "c"}, "ab", False),
        ({"after_id": "z"}, "", False),
        ({"before_id": "z"}, "", False),
    ],
)
def test_pages(query, ids, more):
    page, has_more = anthropic.take_page(ITEMS, anthropic.parse_page(query))
    assert ("".join(item["id"] for item in page), has_more) == (ids, more)
    rendered = anthropic.render_page(page, has_more)
    assert (rendered["first_id"], rendered["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "two", "1.5", "9" * 5000, "²"])
def test_a_limit_that_is_no_page_is_refused(limit):
    with pytest.raises(Fault):
        anthropic.parse_page({"limit": limit})


# A hypothesis that any JSON value is either understood or refused. Names that the dialect knows are likely, so that
# the search comes deep into it.

NAMES = st.sampled_from(
    [
        "model", "messages", "max_tokens", "system", "role", "content", "type", "text", "source", "data",
        "media_type", "tools", "tool_choice", "name", "input_schema", "output_config", "format", "schema", "thinking",
        "stop_sequences", "budget_tokens", "tool_use_id", "id", "input", "metadata", "stream", "cache_control",
        "requests", "custom_id", "params", "citations", "title", "url", "is_error", "effort",
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "", "user", "assistant", "system", "text", "image", "document", "tool_use", "tool_result", "search_result",
        "thinking", "redacted_thinking", "base64", "url", "content", "file", "image/png", "text/plain", "custom",
        "web_search_20260318", "web_search", "object", "json_schema", "auto", "any", "tool", "none", "enabled",
        "adaptive", "ephemeral", "AAAA", "ant-small", "a",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=6),
    max_leaves=30,
)
BLOCK = st.dictionaries(NAMES, JSON, max_size=5).flatmap(lambda rest: WORDS.map(lambda word: rest | {"type": word}))
CONTENT = st.lists(BLOCK, max_size=4) | st.text(max_size=5)
MESSAGES = st.lists(st.fixed_dictionaries({"role": WORDS, "content": CONTENT}), max_size=4)
BODIES = st.builds(
    lambda known, extra, messages: GOOD | known | extra | {"messages": messages},
    st.dictionaries(NAMES, JSON, max_size=3),
    st.dictionaries(
        st.sampled_from(["tools", "thinking", "output_config", "system", "tool_choice"]), JSON, max_size=3
    ),
    MESSAGES | st.just(HELLO),
)


def test_the_older_version_takes_a_schema_under_its_former_name():
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": False}
    body = {"model": "ant-small", "max_tokens": 9, "messages": [{"role": "user", "content": "Tokyo"}]}
    former = body | {"output_format": {"type": "json_schema", "schema": schema}}
    assert anthropic_messages.parse(former, "2023-06-01").turn.schema == schema


@settings(max_examples=120, deadline=None)
@given(body=JSON | BODIES, version=st.sampled_from(anthropic.VERSIONS))
def test_any_json_is_understood_or_refused(body, version):
    for parse in (anthropic_messages.parse, anthropic_messages.parse_count):
        fault = fault_of(parse, body, version)
        assert fault is None or (fault.kind == "invalid_request" and fault.message)


def fault_of(parse, *arguments):
    """The fault that a parser finds, if any; whatever else it raises fails the test."""
    try:
        parse(*arguments)
    except Fault as fault:
        return fault
    return None


@settings(max_examples=100, deadline=None)
@given(body=JSON | st.fixed_dictionaries({"requests": JSON}))
def test_any_json_is_a_batch_or_refused(body):
    fault = fault_of(anthropic_batches.parse, body)
    assert fault is None or fault.message


def test_arguments_may_be_nested_deeply_but_no_schema():
    deep = json.loads('{"a": ' * 400 + "1" + "}" * 400)
    call = {"type": "tool_use", "id": "1", "name": "f", "input": deep}
    result = {"type": "tool_result", "tool_use_id": "1"}
    messages = [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    assert turn(messages=messages).messages[1].answers == "1"
    for change in (
        {"output_config": {"format": {"type": "json_schema", "schema": deep}}},
        {"tools": [WEATHER | {"input_schema": {"type": "object", "properties": deep}}]},
    ):
        assert "nested too deeply" in fault_of(anthropic_messages.parse, GOOD | change).message
