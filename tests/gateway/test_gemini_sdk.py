"""Google's own SDK against the gateway, over HTTP on loopback."""

from __future__ import annotations

import asyncio
import enum
import json
import time

import httpx
import pydantic
import pytest
from google import genai
from google.genai import errors, types
from scripted import ScriptedEngine, scripted_pipeline, serving

from course.gateway.app import create_app
from course.gateway.faults import Rule
from course.gateway.types import Draft, ToolCall

SENTENCE = "A token is a piece of text."


@pytest.fixture
def engine():
    return ScriptedEngine(lambda turn: Draft(SENTENCE))


@pytest.fixture
def scripted(store, engine):
    return scripted_pipeline(store, engine)


@pytest.fixture
def address(scripted):
    with serving(create_app(scripted)) as url:
        yield f"{url}/google"


@pytest.fixture
def version():
    """The version that the SDK speaks when it is not told another."""
    return "v1"


@pytest.fixture
def client(address, key, version):
    options = types.HttpOptions(base_url=address, api_version=version)
    with genai.Client(api_key=key, http_options=options) as client:
        yield client


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_a_plain_answer(client, version):
    reply = client.models.generate_content(model="goo-small", contents="What is a token?")
    assert reply.text == SENTENCE
    assert reply.candidates[0].finish_reason is types.FinishReason.STOP
    assert reply.candidates[0].content.role == "model"
    assert reply.model_version == "goo-small"
    assert len(reply.response_id) == 22


def test_usage_keeps_thoughts_apart_from_the_answer(client, engine):
    engine.script = lambda turn: Draft(SENTENCE, reasoning=64)
    config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(thinking_level="low"))
    usage = client.models.generate_content(
        model="goo-small", contents="What is a token?", config=config
    ).usage_metadata
    assert engine.turn.effort == "low"
    # 4 words, 4 tokens around the message, 3 before the answer
    assert usage.prompt_token_count == 11
    assert usage.candidates_token_count == 7
    assert usage.thoughts_token_count == 64
    assert usage.total_token_count == 11 + 7 + 64


def test_a_streamed_answer_is_the_plain_answer_in_pieces(client):
    plain = client.models.generate_content(model="goo-small", contents="What is a token?")
    chunks = list(client.models.generate_content_stream(model="goo-small", contents="What is a token?"))
    assert "".join(chunk.text or "" for chunk in chunks) == plain.text
    assert len(chunks) > 5
    assert [chunk.candidates[0].finish_reason for chunk in chunks[-2:]] == [None, types.FinishReason.STOP]
    assert chunks[-1].usage_metadata.total_token_count == plain.usage_metadata.total_token_count
    assert chunks[0].usage_metadata.candidates_token_count is None
    assert len({chunk.response_id for chunk in chunks}) == 1


def test_the_asynchronous_client_plain_and_streamed(address, key):
    async def ask():
        async with genai.Client(api_key=key, http_options={"base_url": address}).aio as client:
            plain = await client.models.generate_content(model="goo-small", contents="What is a token?")
            stream = await client.models.generate_content_stream(model="goo-small", contents="What is a token?")
            return plain.text, "".join([chunk.text or "" async for chunk in stream])

    plain, streamed = asyncio.run(ask())
    assert plain == streamed == SENTENCE


def test_a_chat_sends_its_history(client, engine):
    chat = client.chats.create(model="goo-small", config={"system_instruction": "Be short."})
    chat.send_message("What is a token?")
    chat.send_message("And a seat?")
    assert [(message.role, message.text) for message in engine.turn.messages] == [
        ("system", "Be short."),
        ("user", "What is a token?"),
        ("assistant", SENTENCE),
        ("user", "And a seat?"),
    ]


def test_a_streamed_chat_sends_its_pieces_back_as_one_message(client, engine):
    chat = client.chats.create(model="goo-small")
    assert "".join(chunk.text or "" for chunk in chat.send_message_stream("What is a token?")) == SENTENCE
    chat.send_message("And a seat?")
    assert [message.text for message in engine.turn.messages] == ["What is a token?", SENTENCE, "And a seat?"]


def weather_script(turn):
    """Asks for the weather once, then repeats what the function gave."""
    last = turn.messages[-1]
    if last.role == "tool":
        return Draft(f"The function says: {last.text}")
    name = turn.tools[0].name
    return Draft("", "tool_calls", tool_calls=(ToolCall("t1", name, '{"city": "Taipei"}'),))


def test_a_python_function_is_called_by_the_sdk(client, engine):
    engine.script = weather_script
    asked = []

    def weather(city: str) -> str:
        """The weather in a city."""
        asked.append(city)
        return "sunny"

    config = types.GenerateContentConfig(tools=[weather])
    reply = client.models.generate_content(model="goo-small", contents="Weather in Taipei?", config=config)
    assert asked == ["Taipei"]
    assert reply.text == "The function says: sunny"
    (tool,) = engine.turn.tools
    assert tool.description == "The weather in a city."
    assert tool.schema["properties"]["city"]["type"] == "string"
    roles = [message.role for message in engine.turn.messages]
    assert roles == ["user", "assistant", "tool"]
    assert engine.turn.messages[1].tool_calls[0].id == engine.turn.messages[2].answers == "t1"


WEATHER = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="weather",
            description="The weather in a city.",
            parameters=types.Schema(
                type="OBJECT",
                properties={"city": types.Schema(type="STRING"), "days": types.Schema(type="INTEGER", nullable=True)},
                required=["city"],
            ),
        )
    ]
)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_function_is_called_by_hand(client, engine, streamed):
    engine.script = weather_script
    config = types.GenerateContentConfig(tools=[WEATHER])

    def ask(contents):
        if not streamed:
            return client.models.generate_content(model="goo-small", contents=contents, config=config)
        chunks = client.models.generate_content_stream(model="goo-small", contents=contents, config=config)
        return next(chunk for chunk in chunks if chunk.function_calls)

    question = types.UserContent("Weather in Taipei?")
    reply = ask([question])
    (call,) = reply.function_calls
    assert (call.id, call.name, call.args) == ("t1", "weather", {"city": "Taipei"})
    if not streamed:
        assert reply.candidates[0].finish_reason is types.FinishReason.STOP
    answer = types.Part.from_function_response(name="weather", response={"sky": "sunny", "degrees": 30})
    history = [question, reply.candidates[0].content, types.UserContent(answer)]
    final = client.models.generate_content(model="goo-small", contents=history, config=config)
    assert final.text == 'The function says: {"sky":"sunny","degrees":30}'
    assert engine.turn.tools[0].schema == {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
        "required": ["city"],
    }


@pytest.mark.parametrize(
    ("mode", "choice", "names"),
    [
        ({"mode": "AUTO"}, "auto", ["weather", "time"]),
        ({"mode": "NONE"}, "none", ["weather", "time"]),
        ({"mode": "ANY"}, "required", ["weather", "time"]),
        ({"mode": "ANY", "allowed_function_names": ["time"]}, "required", ["time"]),
    ],
)
def test_the_mode_of_function_calling(client, engine, mode, choice, names):
    tools = [{"function_declarations": [{"name": "weather"}, {"name": "time"}]}]
    config = {"tools": tools, "tool_config": {"function_calling_config": mode}}
    client.models.generate_content(model="goo-small", contents="Now?", config=config)
    assert engine.turn.tool_choice == choice
    assert [tool.name for tool in engine.turn.tools] == names
    assert engine.turn.tool_name == ("time" if names == ["time"] else None)


class Mood(enum.Enum):
    GLAD = "glad"
    SAD = "sad"


class Ticket(pydantic.BaseModel):
    """A customer's wish."""

    name: str
    mood: Mood
    guests: int | None
    tags: list[str]


def test_a_pydantic_schema_is_filled_and_parsed(client, engine):
    filled = {"name": "Ana", "mood": "glad", "guests": None, "tags": ["vip"]}
    engine.script = lambda turn: Draft(json.dumps(filled))
    config = {"response_mime_type": "application/json", "response_schema": Ticket}
    reply = client.models.generate_content(model="goo-small", contents="Ana is glad.", config=config)
    assert reply.parsed == Ticket(name="Ana", mood=Mood.GLAD, guests=None, tags=["vip"])
    properties = engine.turn.schema["properties"]
    assert list(properties) == ["name", "mood", "guests", "tags"]
    assert properties["mood"]["enum"] == ["glad", "sad"]
    assert properties["guests"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert properties["tags"] == {"title": "Tags", "type": "array", "items": {"type": "string"}}


def test_a_json_schema_goes_through_as_it_is(client, engine):
    engine.script = lambda turn: Draft('{"age": 7}')
    schema = {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}, "required": ["age"]}
    config = {"response_mime_type": "application/json", "response_json_schema": schema}
    reply = client.models.generate_content(model="goo-small", contents="Seven.", config=config)
    assert reply.parsed == {"age": 7}
    assert engine.turn.schema == schema


@pytest.mark.parametrize("streamed", [False, True])
def test_an_enum_is_answered_without_quotes(client, engine, streamed):
    engine.script = lambda turn: Draft('"glad"')
    asked = {
        "model": "goo-small",
        "contents": "Great!",
        "config": {"response_mime_type": "text/x.enum", "response_schema": Mood},
    }
    if streamed:
        assert "".join(chunk.text or "" for chunk in client.models.generate_content_stream(**asked)) == "glad"
    else:
        assert client.models.generate_content(**asked).parsed is Mood.GLAD


def test_json_without_a_schema(client, engine):
    engine.script = lambda turn: Draft("{}")
    config = {"response_mime_type": "application/json"}
    client.models.generate_content(model="goo-small", contents="x", config=config)
    assert engine.turn.json_only
    assert engine.turn.schema is None


def test_several_candidates(client):
    config = {"candidate_count": 3}
    reply = client.models.generate_content(model="goo-small", contents="x", config=config)
    assert [candidate.index for candidate in reply.candidates] == [0, 1, 2]
    assert reply.usage_metadata.candidates_token_count == 21


def test_limits_and_what_changes_nothing_reach_the_engine_or_are_ignored(client, engine):
    engine.script = lambda turn: Draft("A token", "length")
    config = types.GenerateContentConfig(
        max_output_tokens=2,
        stop_sequences=["END"],
        temperature=1.5,
        top_p=0.9,
        top_k=40,
        seed=7,
        labels={"team": "sales"},
        media_resolution="MEDIA_RESOLUTION_LOW",
        response_modalities=["TEXT"],
        service_tier="flex",
        safety_settings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    )
    reply = client.models.generate_content(model="goo-small", contents="x", config=config)
    assert (engine.turn.max_output, engine.turn.stop) == (2, ("END",))
    assert reply.candidates[0].finish_reason is types.FinishReason.MAX_TOKENS


@pytest.mark.parametrize(
    ("budget", "effort"),
    [(-1, None), (0, "none"), (1, "low"), (1024, "low"), (8192, "medium"), (20_000, "high")],
)
def test_a_thinking_budget_is_an_effort(client, engine, budget, effort):
    config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(thinking_budget=budget))
    client.models.generate_content(model="goo-small", contents="x", config=config)
    assert engine.turn.effort == effort


def test_thoughts_that_use_up_the_whole_limit_leave_no_part(client, engine):
    engine.script = lambda turn: Draft("", "length", reasoning=5)
    reply = client.models.generate_content(model="goo-small", contents="x", config={"max_output_tokens": 5})
    assert reply.candidates[0].content.parts is None
    assert reply.text is None
    assert reply.usage_metadata.thoughts_token_count == 5


def test_hosted_tools_are_named_to_policy(client, engine, store):
    config = types.GenerateContentConfig(
        tools=[types.Tool(google_search=types.GoogleSearch()), types.Tool(code_execution=types.ToolCodeExecution())]
    )
    client.models.generate_content(model="goo-small", contents="x", config=config)
    assert engine.turn.hosted_tools == ("googleSearch", "codeExecution")
    store.set_policy(1, hosted_tools={"googleSearch": False})
    with pytest.raises(errors.ClientError) as refusal:
        client.models.generate_content(model="goo-small", contents="x", config=config)
    assert (refusal.value.code, refusal.value.status) == (403, "PERMISSION_DENIED")
    assert "googleSearch" in refusal.value.message


def test_images_and_files_are_counted(client, engine):
    contents = [
        "What is this?",
        types.Part.from_bytes(data=b"\xff\xd8" * 50, mime_type="image/jpeg"),
        types.Part.from_uri(file_uri="https://example.test/files/plan.pdf", mime_type="application/pdf"),
    ]
    reply = client.models.generate_content(model="goo-small", contents=contents)
    image, file = engine.turn.messages[0].attachments
    assert (image.kind, image.media_type, image.size) == ("image", "image/jpeg", 100)
    assert (file.kind, file.name, file.size) == ("file", "plan.pdf", 0)
    assert reply.usage_metadata.prompt_token_count > 500


def test_tokens_are_counted_without_a_call(client, store):
    counted = client.models.count_tokens(model="goo-small", contents="What is a token?")
    assert counted.total_tokens == 11
    assert store.ledger() == []


def test_embeddings(client, store):
    reply = client.models.embed_content(model="goo-embed", contents=["one", "three"])
    assert [embedding.values[0] for embedding in reply.embeddings] == [3.0, 5.0]
    assert {len(embedding.values) for embedding in reply.embeddings} == {64}
    (row,) = store.ledger()
    assert (row.model, row.input, row.output) == ("goo-embed", 2, 0)


def test_embeddings_of_a_chosen_length(client):
    config = {"output_dimensionality": 8, "task_type": "RETRIEVAL_QUERY"}
    reply = client.models.embed_content(model="goo-embed", contents="one", config=config)
    assert len(reply.embeddings[0].values) == 8
    with pytest.raises(errors.ClientError) as refusal:
        client.models.embed_content(model="goo-embed", contents="one", config={"output_dimensionality": 65})
    assert "at most 64" in refusal.value.message


def test_the_models_on_offer_page_by_page(client):
    pager = client.models.list(config={"page_size": 2})
    assert len(pager.page) == 2
    assert [model.name for model in pager] == ["models/goo-small", "models/goo-large", "models/goo-embed"]


def test_one_model(client):
    model = client.models.get(model="goo-small")
    assert model.name == "models/goo-small"
    assert model.input_token_limit == 200_000
    assert "generateContent" in model.supported_actions
    assert "embedContent" in client.models.get(model="models/goo-embed").supported_actions


@pytest.mark.parametrize("version", ["v1", "v1beta"])
@pytest.mark.parametrize("model", ["gone", "tiny"])
def test_an_unknown_model_is_not_found(client, model, version):
    with pytest.raises(errors.ClientError) as refusal:
        client.models.generate_content(model=model, contents="x")
    assert (refusal.value.code, refusal.value.status) == (404, "NOT_FOUND")
    assert f"models/{model} is not found for API version {version}," in refusal.value.message
    assert "not supported for generateContent" in refusal.value.message


def test_a_model_for_text_makes_no_embeddings_and_the_other_way_round(client):
    with pytest.raises(errors.ClientError) as refusal:
        client.models.embed_content(model="goo-small", contents="x")
    assert "not supported for batchEmbedContents" in refusal.value.message
    with pytest.raises(errors.ClientError) as refusal:
        client.models.generate_content(model="goo-embed", contents="x")
    assert refusal.value.code == 404


def test_a_wrong_key(address):
    options = types.HttpOptions(base_url=address)
    with (
        genai.Client(api_key="AIza-wrong", http_options=options) as client,
        pytest.raises(errors.ClientError) as refusal,
    ):
        client.models.generate_content(model="goo-small", contents="x")
    assert (refusal.value.code, refusal.value.status) == (400, "INVALID_ARGUMENT")
    error = refusal.value.details["error"]
    assert error["details"][0]["reason"] == "API_KEY_INVALID"
    assert "AIza-wrong" not in json.dumps(error)


def test_the_rate_limit(client, store):
    store.set_rate_limit(1, "goo-small", requests_per_minute=1)
    client.models.generate_content(model="goo-small", contents="x")
    for ask in (client.models.generate_content, lambda **asked: list(client.models.generate_content_stream(**asked))):
        with pytest.raises(errors.ClientError) as refusal:
            ask(model="goo-small", contents="x")
        assert (refusal.value.code, refusal.value.status) == (429, "RESOURCE_EXHAUSTED")
        details = {each["@type"].rpartition(".")[2]: each for each in refusal.value.details["error"]["details"]}
        (violation,) = details["QuotaFailure"]["violations"]
        assert violation["quotaValue"] == "1"
        assert violation["quotaId"] == "GenerateRequestsPerMinutePerProjectPerModel"
        assert 0 < float(details["RetryInfo"]["retryDelay"].removesuffix("s")) <= 60


def test_the_spend_cap(client, store):
    store.set_budget("project", 1, "month", 50, now=1_790_000_000_000_000)
    with pytest.raises(errors.ClientError) as refusal:
        client.models.generate_content(model="goo-small", contents="x")
    assert (refusal.value.code, refusal.value.status) == (429, "RESOURCE_EXHAUSTED")
    assert "project has exceeded its spending cap" in refusal.value.message


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [("rate_limit", 429, "RESOURCE_EXHAUSTED"), ("overload", 503, "UNAVAILABLE"), ("server_error", 500, "INTERNAL")],
)
def test_the_sdk_tries_again_when_asked_to(address, key, scripted, kind, code, status):
    retry = types.HttpRetryOptions(attempts=2, initial_delay=0, max_delay=0, jitter=0)
    for options, answered in ((retry, True), (None, False)):
        scripted.faults.add(Rule(kind, calls=1))
        http_options = types.HttpOptions(base_url=address, retry_options=options)
        with genai.Client(api_key=key, http_options=http_options) as client:
            if answered:
                assert client.models.generate_content(model="goo-small", contents="x").text == SENTENCE
                continue
            with pytest.raises(errors.APIError) as refusal:
                client.models.generate_content(model="goo-small", contents="x")
            assert (refusal.value.code, refusal.value.status) == (code, status)


def test_a_call_is_in_the_ledger(client, store):
    reply = client.models.generate_content(model="goo-small", contents="What is a token?")
    (row,) = store.ledger()
    assert (row.model, row.input, row.output, row.status) == ("goo-small", 11, 7, "ok")
    assert row.cost_micros == 11 * 2 + 7 * 10
    assert reply.usage_metadata.prompt_token_count == row.input


def test_a_chat_calls_functions_asynchronously(address, key, engine):
    engine.script = weather_script

    async def weather(city: str) -> str:
        """The weather in a city."""
        return f"rain in {city}"

    async def ask():
        async with genai.Client(api_key=key, http_options={"base_url": address}).aio as client:
            chat = client.chats.create(model="goo-small", config={"tools": [weather]})
            return (await chat.send_message("Weather in Taipei?")).text

    assert asyncio.run(ask()) == "The function says: rain in Taipei"


def test_the_practice_model_answers(app, key):
    with (
        serving(app) as url,
        genai.Client(api_key=key, http_options={"base_url": f"{url}/google"}) as client,
    ):
        reply = client.models.generate_content(
            model="goo-small",
            contents="When does the office close?",
            config={"system_instruction": "The office opens at nine. The office closes at six."},
        )
    assert "six" in reply.text


@pytest.mark.parametrize("query", ["?alt=sse", ""])
def test_who_hangs_up_pays_for_what_was_sent(address, key, store, scripted, engine, query):
    scripted.pace = 0.02
    engine.script = lambda turn: Draft("word " * 500)
    asked = {"contents": {"parts": {"text": "x"}}}
    url = f"{address}/v1/models/goo-small:streamGenerateContent{query}"
    with httpx.stream("POST", url, json=asked, headers={"x-goog-api-key": key}, trust_env=False) as response:
        next(response.iter_raw())
    deadline = time.monotonic() + 10
    while (row := store.ledger()[0]).status == "open" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert row.status == "cut"
    assert 0 < row.output < 500
