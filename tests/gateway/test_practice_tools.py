"""The practice engine chooses tools, fills in their arguments and answers from what they return."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import jsonschema
import pytest
from fakes import count_words
from hypothesis import given, settings
from hypothesis import strategies as st

from course.gateway.engines.practice import PracticeEngine
from course.gateway.types import Message, Tool, ToolCall, Turn


def tool(name, description, required=None, **properties):
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
    }
    return Tool(name, description, schema)


TEXT, NUMBER, DAY = {"type": "string"}, {"type": "number"}, {"type": "string", "format": "date"}
WEATHER = tool(
    "get_weather",
    "Get the current weather in a given location",
    ["location"],
    location={"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
    unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
)
BOOKING = tool("find_booking", "Look up a booking by its code", code=TEXT)
FLIGHTS = tool(
    "search_flights",
    "Search flights",
    origin=TEXT,
    destination=TEXT,
    departure_date=DAY,
    return_date={"type": ["string", "null"]},
    adults={"type": "integer", "minimum": 1},
)
ADD = tool("add", "Add two numbers", a=NUMBER, b=NUMBER)
MAIL = tool("send_email", "Send an e-mail", to=TEXT, subject=TEXT, body=TEXT)
POLICY = tool("search_policy", "Search the agency's rules", query=TEXT)
TOOLS = (WEATHER, BOOKING, FLIGHTS, ADD, MAIL, POLICY)


def draft(*messages, tools=TOOLS, **options):
    messages = tuple(Message("user", each) if isinstance(each, str) else each for each in messages)
    model = SimpleNamespace(tier=options.pop("tier", "small"), accessed_on=date(2026, 11, 23))
    return PracticeEngine(count_words).answer(Turn("openai", "m", messages, tools=tools, **options), model)


def calls(*messages, **options):
    return [(call.name, json.loads(call.arguments)) for call in draft(*messages, **options).tool_calls]


@pytest.mark.parametrize(
    ("message", "name", "arguments"),
    [
        ("What's the weather like in Paris today?", "get_weather", {"location": "Paris"}),
        ("weather in paris in fahrenheit?", "get_weather", {"location": "Paris", "unit": "fahrenheit"}),
        ("東京の天気はどうですか。", "get_weather", {"location": "東京"}),
        ("台北今天天氣如何\uff1f", "get_weather", {"location": "台北"}),
        ("서울 날씨 알려 주세요", "get_weather", {"location": "서울"}),
        ("¿Qué tiempo hace en Madrid?", "get_weather", {"location": "Madrid"}),
        ("Wie ist das Wetter in Berlin?", "get_weather", {"location": "Berlin"}),
        ("Quel temps fait-il, la météo à Paris ?", "get_weather", {"location": "Paris"}),
        ("Can you look up my booking LT-2041?", "find_booking", {"code": "LT-2041"}),
        ("What is 17 plus 25?", "add", {"a": 17, "b": 25}),
        (
            "Find flights from Madrid to New York on 12 May 2027, back on 20 May, for two adults",
            "search_flights",
            {
                "origin": "Madrid",
                "destination": "New York",
                "departure_date": "2027-05-12",
                "return_date": "2027-05-20",
                "adults": 2,
            },
        ),
    ],
)
def test_the_tool_that_fits_is_called_with_what_the_message_says(message, name, arguments):
    answer = draft(message)
    assert (answer.text, answer.finish) == ("", "tool_calls")
    assert calls(message) == [(name, arguments)]


def test_two_places_are_two_calls_and_one_when_only_one_is_allowed():
    message = "What is the weather in San Francisco, Tokyo and Paris?"
    assert calls(message) == [("get_weather", {"location": place}) for place in ("San Francisco", "Tokyo", "Paris")]
    assert calls(message, parallel_tool_calls=False) == [("get_weather", {"location": "San Francisco"})]


def test_two_wishes_are_two_tools():
    assert calls("Look up booking LT-2041 and tell me the weather in Lisbon.") == [
        ("find_booking", {"code": "LT-2041"}),
        ("get_weather", {"location": "Lisbon"}),
    ]


@pytest.mark.parametrize("message", ["Thanks, bye!", "What is a token?", "", "Write a poem"])
def test_without_a_fitting_tool_it_answers(message):
    answer = draft(message)
    assert (answer.finish, answer.tool_calls) == ("stop", ())
    assert answer.text == draft(message, tools=()).text


def test_it_asks_for_what_a_call_needs():
    assert draft("How is the weather?").text == "To use get_weather I need: location."


def test_no_tool_is_called_when_none_may_be():
    assert draft("What's the weather in Paris?", tool_choice="none").tool_calls == ()


def test_a_forced_call_is_always_made():
    assert len(draft("Hello", tool_choice="required").tool_calls) == 1
    assert calls("Hello", tool_choice="required", tool_name="find_booking") == [("find_booking", {"code": ""})]
    assert draft("Hello", tool_choice="required", max_output=1).finish == "tool_calls"
    assert calls("Weather in Paris and Rome", tool_choice="required", tool_name="get_weather") == [
        ("get_weather", {"location": "Paris"})
    ]


def test_the_id_of_a_call_is_the_same_for_the_same_call():
    first, again = draft("Weather in Paris").tool_calls[0], draft("Weather in Paris").tool_calls[0]
    other = draft("Weather in Rome").tool_calls[0]
    assert first.id == again.id != other.id
    assert len(first.id) == 24
    assert int(first.id, 16) >= 0


def after(message, *results, **options):
    """The draft after the given calls and their results."""
    made = [ToolCall(f"c{n}", name, json.dumps(arguments)) for n, (name, arguments, _) in enumerate(results)]
    told = [Message("tool", result, answers=call.id) for call, (_, _, result) in zip(made, results, strict=True)]
    return draft(message, Message("assistant", "", tool_calls=tuple(made)), *told, **options)


def test_a_result_is_told():
    result = '{"temperature": 18, "unit": "celsius", "raining": false, "wind": null}'
    answer = after(
        "What's the weather in Paris?", ("get_weather", {"location": "Paris, France"}, result), tier="large"
    )
    assert answer.tool_calls == ()
    assert answer.text == ("Get weather (Paris, France): temperature 18, unit celsius, raining no, wind not stated.")


@pytest.mark.parametrize(
    ("result", "says"),
    [
        ("Sunny, 21 degrees.", "Sunny, 21 degrees."),
        ('["a", "b", "c", "d", "e"]', "a; b; c; and 2 more."),
        ('{"error": "no such city"}', "the tool reported an error: no such city."),
        ("", "the tool returned nothing."),
        ("[[[[[[1]]]]]]", "."),
        ("3", "3."),
        ('{"name": "get_weather", "content": "sunny"}', ": sunny."),
        ('{"return_value": "sunny"}', ": sunny."),
        ('{"name": "Ann", "content": "sunny"}', ": name Ann, content sunny."),
    ],
)
def test_any_result_is_told(result, says):
    text = after("What's the weather in Paris?", ("get_weather", {"location": "Paris"}, result)).text
    assert text.startswith("Get weather (Paris): ")
    assert says in text


def test_a_second_wish_is_called_after_the_first_result():
    message = "Weather in Paris and Tokyo?"
    answer = after(message, ("get_weather", {"location": "Paris"}, "18"), parallel_tool_calls=False)
    assert [json.loads(call.arguments) for call in answer.tool_calls] == [{"location": "Tokyo"}]
    both = after(message, ("get_weather", {"location": "Paris"}, "18"), ("get_weather", {"location": "Tokyo"}, "20"))
    assert both.tool_calls == ()
    assert both.text == "Get weather (Paris): 18. Get weather (Tokyo): 20."


def test_a_new_question_may_call_the_tool_again():
    made = ToolCall("c", "get_weather", '{"location": "Paris"}')
    earlier = [Message("user", "Weather in Paris?"), Message("assistant", "", tool_calls=(made,))]
    earlier += [Message("tool", "18", answers="c"), Message("assistant", "18 degrees.")]
    assert calls(*earlier, "And the weather in Rome?") == [("get_weather", {"location": "Rome"})]


def test_a_result_may_fill_a_schema():
    schema = {"type": "object", "properties": {"temperature": {"type": "number"}}, "required": ["temperature"]}
    result = ("get_weather", {"location": "Paris"}, '{"temperature": 18}')
    assert json.loads(after("What's the weather in Paris?", result, schema=schema).text) == {"temperature": 18}


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60), st.sampled_from(["Weather in Paris and Rome", "Book flights for 2 adults", "3 + 4"])
    ),
    st.lists(st.sampled_from(TOOLS), min_size=1, max_size=4, unique_by=lambda each: each.name),
    st.booleans(),
)
def test_arguments_always_fit_their_schema(message, tools, forced):
    answer = draft(message, tools=tuple(tools), tool_choice="required" if forced else "auto")
    assert bool(answer.tool_calls) >= forced
    for call in answer.tool_calls:
        schema = next(each.schema for each in tools if each.name == call.name)
        jsonschema.validate(json.loads(call.arguments), schema)


@pytest.mark.parametrize("schema", [{}, {"type": "string"}, {"properties": None}, {"required": [1]}])
def test_a_tool_with_an_odd_schema_is_called_with_an_object(schema):
    assert calls("x", tools=(Tool("t", "", schema),), tool_choice="required") == [("t", {})]
