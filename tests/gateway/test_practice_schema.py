"""A filled schema is valid, and holds what the text states."""

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
from course.gateway.types import Message, Turn

LETTER = """Hello,
we are two adults and two children and would like to book a quiet beach holiday in Portugal
from 12 to 19 May 2027. Our budget is 3,500 euros. The flight should be short.
Anna is 7 years old and Tom is 9 years old.
It is not urgent.
You reach me at ana@example.org.
Best wishes,
Ana Silva"""
TRIP = {
    "type": "object",
    "properties": {
        "customer": {
            "type": "object",
            "properties": {"name": {"type": ["string", "null"]}, "email": {"type": ["string", "null"]}},
            "required": ["name", "email"],
            "additionalProperties": False,
        },
        "destination": {"type": "string"},
        "start_date": {"type": "string", "format": "date"},
        "end_date": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "adults": {"type": "integer"},
        "children": {"$ref": "#/$defs/count"},
        "budget": {"type": ["number", "null"]},
        "phone": {"type": ["string", "null"]},
        "intent": {"enum": ["booking", "cancellation", "complaint", "other"]},
        "urgent": {"type": "boolean"},
        "language": {"type": "string", "enum": ["en", "zh-Hant", "ja", "ko", "es", "de", "fr"]},
    },
    "required": [
        "customer",
        "destination",
        "start_date",
        "end_date",
        "adults",
        "children",
        "budget",
        "phone",
        "intent",
        "urgent",
        "language",
    ],
    "additionalProperties": False,
    "$defs": {"count": {"type": "integer", "minimum": 0}},
}
VALIDATOR = jsonschema.Draft202012Validator


def fill(text, schema, tier="standard", **options):
    turn = Turn("openai", "m", (Message("user", text),), schema=schema, **options)
    model = SimpleNamespace(tier=tier, accessed_on=date(2026, 11, 23))
    return json.loads(PracticeEngine(count_words).answer(turn, model).text)


def one(text, schema, name="value", tier="standard"):
    """What is found for a single property."""
    return fill(text, {"type": "object", "properties": {name: schema}, "required": [name]}, tier)[name]


def test_a_letter_becomes_a_form():
    assert fill(f"Extract the details:\n\n{LETTER}", TRIP) == {
        "customer": {"name": "Ana Silva", "email": "ana@example.org"},
        "destination": "Portugal",
        "start_date": "2027-05-12",
        "end_date": "2027-05-19",
        "adults": 2,
        "children": 2,
        "budget": 3500,
        "phone": None,
        "intent": "booking",
        "urgent": False,
        "language": "en",
    }


@pytest.mark.parametrize(
    ("text", "name", "place", "end", "adults", "children", "language"),
    [
        (
            "我是王小明\uff0c想在2027年5月12日到5月19日去東京\uff0c2位大人1位小孩。",
            "王小明",
            "東京",
            "2027-05-19",
            2,
            1,
            "zh-Hant",
        ),
        (
            "田中と申します。5月12日から19日まで京都へ行きたいです。大人2名、子供1名。",
            "田中",
            "京都",
            "2027-05-19",
            2,
            1,
            "ja",
        ),
        (
            "안녕하세요. 저는 김민수입니다. 5월 12일에 제주로 가고 싶습니다. 어른 2명.",
            "김민수",
            "제주",
            None,
            2,
            0,
            "ko",
        ),
        (
            "Hola, me llamo Lucía Gómez. Viajamos a Lisboa el 12 de mayo de 2027, dos adultos y un niño.",
            "Lucía Gómez",
            "Lisboa",
            None,
            2,
            1,
            "es",
        ),
        (
            "Ich heiße Jonas Weber. Wir reisen am 12. Mai 2027 nach Lissabon, zwei Erwachsene, ein Kind.",
            "Jonas Weber",
            "Lissabon",
            None,
            2,
            1,
            "de",
        ),
        (
            "Je m'appelle Chloé Martin. Nous allons à Lisbonne le 12 mai 2027, deux adultes et un enfant.",
            "Chloé Martin",
            "Lisbonne",
            None,
            2,
            1,
            "fr",
        ),
    ],
)
def test_other_languages_are_read_too(text, name, place, end, adults, children, language):
    filled = fill(text, TRIP)
    assert filled["customer"]["name"] == name
    assert (filled["destination"], filled["start_date"], filled["end_date"]) == (place, "2027-05-12", end)
    assert (filled["adults"], filled["children"], filled["language"]) == (adults, children, language)


@pytest.mark.parametrize(
    ("text", "name", "schema", "expected"),
    [
        ("Call +34 600 123 456, please.", "phone", {"type": "string"}, "+34 600 123 456"),
        ("Paris is the capital of France.", "country", {"type": "string"}, "France"),
        ("Paris is the capital of France.", "city", {"type": "string"}, "Paris"),
        ("Anna Lee, 34 years old, wants to fly.", "name", {"type": "string"}, "Anna Lee"),
        ("My booking is LT-2041.", "bookingCode", {"type": "string"}, "LT-2041"),
        ("Booking number 99812", "reference", {"type": "string"}, "99812"),
        ("It costs NT$3,200 in all", "total_price", {"type": "number"}, 3200),
        ("It costs 1.234,50 €", "amount", {"type": "number"}, 1234.5),
        ("It costs 1.234,50 €", "currency", {"type": "string"}, "EUR"),
        ("預算3萬元", "budget", {"type": "integer"}, 30000),
        ("預算十五萬元", "budget", {"type": "integer"}, 150000),
        ("預算一個人三千五百元", "budget", {"type": "integer"}, 3500),
        ("預算大概三萬五元", "budget", {"type": "integer"}, 35000),
        ("From Madrid to New York on 3 June 2027", "origin", {"type": "string"}, "Madrid"),
        ("From Madrid to New York on 3 June 2027", "destination", {"type": "string"}, "New York"),
        ("괌에서 차를 빌리고 싶어요", "destination", {"type": "string"}, "괌"),
        ("인천에서 괌으로 가고 싶어요", "destination", {"type": "string"}, "괌"),
        ("先週ハノイから戻りました。", "destination", {"type": "string"}, "ハノイ"),
        ("Estamos en Cádiz, reserva LT-3760. Soy Elías Moya", "customer_name", {"type": "string"}, "Elías Moya"),
        ("財布がありません。予約LT-3712、小川です。", "customer_name", {"type": "string"}, "小川"),
        (
            "Oak Ltd\n\nInvoice 7781\nBilled to: Lantern Travel\nTwo boats\nTotal: 90.00 EUR",
            "party",
            {"type": "string"},
            "Oak Ltd",
        ),
        ("Pick me up at 2:30 pm", "pickup_time", {"type": "string"}, "14:30"),
        (
            "See you at 14:30 on 2027-05-12",
            "starts_at",
            {"type": "string", "format": "date-time"},
            "2027-05-12T14:30:00Z",
        ),
        (
            "Look at https://example.com/a?b=1.",
            "link",
            {"type": "string", "format": "uri"},
            "https://example.com/a?b=1",
        ),
        (
            "Departure: 12 May 2027\nReturn: 19 May 2027",
            "return_date",
            {"type": "string", "format": "date"},
            "2027-05-19",
        ),
        ("Nights: 7", "nights", {"type": "integer"}, 7),
        ("Shoe size: 42", "shoe_size", {"type": "integer"}, 42),
        ("Favourite colour: green", "favourite_colour", {"type": "string"}, "green"),
        ('{"favourite_colour": "green"}', "favourite_colour", {"type": "string"}, "green"),
        ("We are a family with no children", "has_children", {"type": "boolean"}, False),
        ("We need a wheelchair", "needs_wheelchair", {"type": "boolean"}, True),
        (
            "Paris, London and Rome",
            "cities",
            {"type": "array", "items": {"type": "string"}},
            ["Paris", "London", "Rome"],
        ),
        (
            "The room was dirty, I want my money back",
            "topics",
            {"type": "array", "items": {"enum": ["complaint", "refund", "spam"]}},
            ["complaint", "refund"],
        ),
        (
            "Anna (34) and Tom (8) travel",
            "people",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
                    "required": ["name", "age"],
                },
            },
            [{"name": "Anna", "age": 34}, {"name": "Tom", "age": 8}],
        ),
        ("12 May", "date", {"type": "string", "format": "date"}, "2027-05-12"),
        ("24 November", "date", {"type": "string", "format": "date"}, "2026-11-24"),
        ("Today is 2030-01-01. We come tomorrow.", "date", {"type": "string"}, "2030-01-02"),
        ("31 February 2027", "date", {"type": ["string", "null"], "format": "date"}, None),
    ],
)
def test_a_property_gets_the_value_that_its_name_asks_for(text, name, schema, expected):
    assert one(text, schema, name) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["string", "null"]}, None),
        ({"type": "string", "nullable": True}, None),
        ({"type": "STRING"}, ""),
        ({"type": "string", "minLength": 2}, "--"),
        ({"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"}, "AA-0000"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, 0.5),
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, 8),
        ({"type": "boolean"}, False),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"const": 7}, 7),
        ({"enum": ["red", "green", "unknown"]}, "unknown"),
        ({"enum": ["red", "green"]}, "red"),
        ({"oneOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}, None),
        ({"type": "object", "properties": {"x": {"type": "string"}}}, {}),
    ],
)
def test_what_is_not_stated_stays_as_empty_as_may_be(schema, expected):
    assert one("Good morning", schema) == expected


def test_a_value_that_the_schema_does_not_allow_is_not_taken():
    assert one("900 adults", {"type": ["integer", "null"], "maximum": 9}, "adults") is None
    assert one("Booking LT-2041", {"type": ["string", "null"], "pattern": "^X"}, "code") is None


def test_the_branch_of_which_most_is_stated_is_chosen():
    card = {
        "type": "object",
        "properties": {"kind": {"const": "card"}, "email": {"type": "string"}},
        "required": ["kind", "email"],
    }
    trip = {
        "type": "object",
        "properties": {"kind": {"const": "trip"}, "destination": {"type": "string"}},
        "required": ["kind", "destination"],
    }
    schema = {"anyOf": [card, trip]}
    assert one("A trip to Lisbon", schema) == {"kind": "trip", "destination": "Lisbon"}
    assert one("Write to a@b.org", schema) == {"kind": "card", "email": "a@b.org"}


def test_json_mode_makes_an_object_of_what_the_prompt_names():
    assert fill(
        "Return JSON with the keys name, destination and people.\n\nI am Ana Silva. Two people to Kyoto.",
        None,
        json_only=True,
    ) == {"name": "Ana Silva", "destination": "Kyoto", "people": 2}
    shown = 'Answer like {"name": "...", "urgent": true}. Message: My name is Tom, this is urgent.'
    assert fill(shown, None, json_only=True) == {"name": "Tom", "urgent": True}
    assert list(fill("Tell me something as JSON", None, json_only=True)) == ["answer"]


STAY = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}


@pytest.mark.parametrize(
    "text", ["3 days in Tokyo", "I want to stay in Tokyo for three days.", "days: 3, city: Tokyo"]
)
def test_a_count_is_found_by_its_name_though_one_of_it_would_be_a_date(text):
    assert fill(text, STAY) == {"city": "Tokyo", "days": 3}


def test_a_schema_that_a_package_has_written_into_the_prompt_is_filled():
    example = 'For the schema {"properties": {"foo": {"type": "array"}}} the object {"foo": ["bar"]} is right.'
    asked = f"Answer in JSON. {example}\n{json.dumps(STAY, indent=2)}\nThree days in Tokyo, please."
    assert fill(asked, None, json_only=True) == fill(asked, None) == {"city": "Tokyo", "days": 3}


def test_a_large_model_finds_more_in_a_long_letter():
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": ["string", "null"]},
            "wishes": {"type": "array", "items": {"type": "string"}},
            "when": {"type": ["string", "null"], "description": "Date of departure"},
        },
        "required": ["name", "wishes", "when"],
    }
    letter = (
        "".join(f"We would like thing {number}. " for number in range(12)) + "We leave on 3 June 2027.\nRegards, Ana"
    )
    filled = [fill(letter, schema, tier) for tier in ("small", "standard", "large")]
    assert [len(each["wishes"]) for each in filled] == [2, 5, 12]
    assert [each["name"] for each in filled] == [None, "Ana", "Ana"]


# Schemas that some value fits: what the vendors' structured outputs take, and more.
NAMES = st.sampled_from(
    [
        "name",
        "email",
        "date",
        "start_date",
        "adults",
        "city",
        "origin",
        "price",
        "code",
        "language",
        "notes",
        "a",
        "x",
        "日期",
        "is_urgent",
        "summary",
        "items",
    ]
)
TEXTS = st.one_of(
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
        st.integers(0, 12),
        st.integers(0, 12),
    ),
    st.sampled_from(
        ["date", "date-time", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname", "duration", "other"]
    ).map(lambda form: {"type": "string", "format": form}),
    st.sampled_from(
        [
            r"^[A-Z]{2}-\d{4}$",
            r"^\d{3}$",
            r"^(red|green)$",
            r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
            r"\d+",
            r"^\w+( \w+)?$",
            r"^(?:\+\d{1,3})?\d{6,9}$",
            r"^.{3,5}$",
            r"^a|b$",
        ]
    ).map(lambda pattern: {"type": "string", "pattern": pattern}),
    st.lists(
        st.one_of(st.text(max_size=5), st.none(), st.booleans(), st.integers(-9, 9)), min_size=1, max_size=4
    ).map(lambda values: {"enum": values}),
    st.one_of(st.text(max_size=5), st.none(), st.integers(-9, 9)).map(lambda value: {"const": value}),
)
NUMBERS = st.one_of(
    st.builds(
        lambda kind, low, more: {"type": kind, "minimum": low, "maximum": low + more},
        st.sampled_from(["integer", "number"]),
        st.integers(-1000, 1000),
        st.integers(0, 50),
    ),
    st.builds(
        lambda low, step: {"type": "number", "exclusiveMinimum": low, "multipleOf": step},
        st.integers(-50, 50),
        st.sampled_from([1, 3, 5, 0.5, 0.01, 0.1]),
    ),
    st.builds(
        lambda low: {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + 1}, st.integers(-9, 9)
    ),
    st.sampled_from(
        [
            {"type": "boolean"},
            {"type": "null"},
            {"type": ["integer", "null"]},
            {"type": ["string", "number"]},
            {},
            True,
        ]
    ),
)


def containers(schemas):
    objects = st.builds(
        lambda properties, required, more: {
            "type": "object",
            "properties": properties,
            "required": sorted(set(required) & set(properties)) if more else list(properties),
            "additionalProperties": more,
        },
        st.dictionaries(NAMES, schemas, max_size=4),
        st.lists(NAMES, max_size=3),
        st.booleans(),
    )
    lists = st.builds(
        lambda items, low, more: {"type": "array", "items": items, "minItems": low, "maxItems": low + more},
        schemas,
        st.integers(0, 3),
        st.integers(0, 3),
    )
    tuples = st.builds(
        lambda parts: {"type": "array", "prefixItems": parts, "items": False, "minItems": len(parts)},
        st.lists(schemas, min_size=1, max_size=3),
    )
    maps = schemas.map(lambda each: {"type": "object", "additionalProperties": each, "minProperties": 1})
    either = st.builds(lambda parts: {"anyOf": parts}, st.lists(schemas, min_size=1, max_size=3))
    both = st.builds(lambda one_, other: {"allOf": [one_, {"description": "d"}, other]}, objects, st.just({}))
    nullable = schemas.map(
        lambda each: {"oneOf": [each, {"type": "null"}]} if "null" not in json.dumps(each) else each
    )
    conditional = st.builds(
        lambda then: {
            "type": "object",
            "properties": {"x": {"enum": ["p", "q"]}, "y": then},
            "required": ["x"],
            "if": {"properties": {"x": {"const": "p"}}},
            "then": {"required": ["y"]},
        },
        schemas,
    )
    return st.one_of(objects, lists, tuples, maps, either, both, nullable, conditional)


SCHEMAS = st.recursive(st.one_of(TEXTS, NUMBERS), containers, max_leaves=12)
PROMPTS = st.one_of(
    st.just(LETTER),
    st.just("我是王小明\uff0c5月12日去東京\uff0c2位大人\uff0c預算3萬元\uff0ca@b.org\uff0cLT-2041"),
    st.text(max_size=60),
)


@settings(max_examples=80, deadline=None)
@given(PROMPTS, SCHEMAS, st.sampled_from(["small", "large"]))
def test_what_is_filled_is_always_valid(text, schema, tier):
    schema = {"type": "object", "properties": {"root": schema}, "required": ["root"]}
    filled = fill(text, schema, tier)
    assert VALIDATOR(schema, format_checker=VALIDATOR.FORMAT_CHECKER).is_valid(filled), filled


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer"},
            {"enum": [1, 2, 3, 4]},
            {"type": "string", "format": "date"},
            {"type": "boolean"},
        ]
    ),
    st.integers(0, 2),
)
def test_items_that_must_differ_do(items, least):
    schema = {"type": "array", "items": items, "minItems": least, "uniqueItems": True}
    assert VALIDATOR(schema).is_valid(one("12 May 2027, 12 May 2027", schema, "dates"))


def test_a_schema_that_refers_to_itself_ends():
    tree = {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                    "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                },
                "required": ["name", "children", "next"],
                "additionalProperties": False,
            }
        },
    }
    assert VALIDATOR(tree).is_valid(fill("My name is Ana", tree))


ODD = ["object", "array", "string", "integer", "#", "#/$defs/a", "^(a+)+$", "(", 1e308, -1, 10**400]
KEYWORDS = [
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "$defs",
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "prefixItems",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
    "nullable",
]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(KEYWORDS),
                st.text(max_size=4),
            ),
            st.one_of(inner, st.sampled_from(ODD)),
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.dictionaries(st.sampled_from(KEYWORDS[:20]), JSON, max_size=5))
def test_no_schema_breaks_the_engine(text, schema):
    turn = Turn("openai", "m", (Message("user", text),), schema=schema)
    assert isinstance(PracticeEngine(count_words).answer(turn, SimpleNamespace(tier="small")).text, str)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "minItems": 10**9, "items": {"type": "array", "minItems": 10**9}},
        {"type": "string", "minLength": 10**12},
        {"type": "string", "pattern": "^(a+)+$", "minLength": 60},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}]},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"type": "object", "properties": {f"p{n}": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]} for n in range(30)}},
        {"enum": list(range(20_000))},
        False,
    ],
)
def test_a_schema_made_to_take_long_does_not(schema):
    text = f"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! {LETTER}"
    turn = Turn("openai", "m", (Message("user", text),), schema=schema)
    PracticeEngine(count_words).answer(turn, SimpleNamespace(tier="large"))
