"""Token counts: exact where the vocabulary is public, an honest range elsewhere, and no network."""

import functools
import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import tiktoken.model
from hypothesis import given
from hypothesis import strategies as st

from course import catalog, data, tokens
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store
from course.gateway.types import Message, Turn

# Counted with OpenAI's own library and its downloaded vocabulary, whose checksum is the one of our file.
KNOWN = {
    "": 0,
    "hello world": 2,
    "Hello, how are you today?": 7,
    "你好，我們想在五月去海邊": 10,  # noqa: RUF001
    "don't": 1,
    "    indented": 3,
    "👍🏽": 3,
    "<|endoftext|>": 7,
}
FACTS = catalog.load()


@pytest.mark.parametrize(("text", "count"), KNOWN.items())
def test_known_counts(text, count):
    assert tokens.count(text, "gpt-5").tokens == count


@given(st.text(max_size=300))
def test_the_pieces_are_the_text(text):
    pieces = tokens.pieces(text)
    assert b"".join(piece for piece, _ in pieces).decode() == text
    assert [number for _, number in pieces] == tokens.encode(text)


def test_half_a_surrogate_pair_is_counted_not_raised():
    assert tokens.count("a\ud800b", "gpt-5").tokens == 3


def test_control_tokens_are_plain_text():
    assert max(tokens.encode("<|endoftext|><|endofprompt|>")) < 199_998


URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """The encoding as tiktoken itself makes it, from the cache that its download would have filled."""
    cache = tmp_path_factory.mktemp("cache")
    shutil.copy(data.path("tokenizers", "o200k_base.tiktoken"), cache / hashlib.sha1(URL.encode()).hexdigest())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(cache))
        return tiktoken.get_encoding(tokens.VOCABULARY)


@given(text=st.text(max_size=300))
def test_the_tokens_are_tiktoken_s_own(official, text):
    assert tokens.encode(text) == official.encode_ordinary(text)


@pytest.mark.parametrize("name", ["house_rules.md", "prices.csv", "quizzes/02_billing.json"])
def test_the_tokens_of_a_long_text_are_tiktoken_s_own(official, name):
    text = data.path(name).read_text(encoding="utf-8")
    assert tokens.encode(text) == official.encode_ordinary(text)


@pytest.mark.parametrize("run", [" ", "\t ", "\n", "a", "\u3000"])
def test_a_very_long_run_is_counted(run):
    text = run * 1_200_000
    assert b"".join(piece for piece, _ in tokens.pieces(text)).decode() == text


def test_the_vocabulary_is_loaded_once_for_all_threads(monkeypatch):
    reads = []

    def path(*parts, original=data.path):
        reads.append(parts)
        return original(*parts)

    monkeypatch.setattr(data, "path", path)
    tokens._encoding.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: tuple(tokens.encode("hello world")), range(8))) == {(24912, 2375)}
    assert len(reads) == 1


def test_exact_means_that_openai_says_so():
    for model in FACTS.models:
        family = tokens.factor(model.id)
        try:
            official = tiktoken.model.encoding_name_for_model(model.id) == tokens.VOCABULARY
        except KeyError:
            official = False
        assert family.exact == official, model.id


def test_every_exact_family_is_in_tiktoken_s_own_list():
    for family in tokens._factors():
        if family.exact:
            assert tiktoken.model.encoding_name_for_model(family.model.removesuffix("*")) == tokens.VOCABULARY


def test_the_range_does_not_grow_by_a_binary_fraction():
    family = tokens.Factor("any", False, 1.0, 0.9, 1.1, "", "")
    assert family.of(10) == (10, 9, 11)
    assert family.of(0) == (0, 0, 0)


def test_the_gateway_bills_the_tokens_of_a_chats_texts_and_its_format(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'gateway.sqlite'}")
    caller = store.find_caller(store.add_key(store.add_project("Default project", now=1), "test", now=1)[1])

    def count_tokens(text: str, model_id: str) -> int:
        return tokens.count(text, model_id).tokens

    pipeline = Pipeline(store, PracticeEngine(count_tokens), FACTS, count_tokens)
    texts = [("system", "Answer from these rules."), ("user", "請問有沒有適合小朋友的飯店")]
    messages = tuple(Message(role, text) for role, text in texts)
    for model in FACTS.text_models:
        if model.retired_on is None:
            with pipeline.open(caller, Turn(model.vendor, model.id, messages)) as call:
                billed = call.complete().usage.input
            # 3 around each message, 1 for its role, 3 before the answer
            assert billed == sum(3 + 1 + tokens.number(text, model.id) for _, text in texts) + 3, model.id
    store.close()


def test_an_estimate_is_a_range_around_its_best_guess():
    text = "A family of four would like a quiet beach. " * 20
    for model in FACTS.models:
        count = tokens.count(text, model.id)
        if count.exact:
            assert count.low == count.tokens == count.high
        else:
            assert count.low < count.tokens < count.high
            assert count.note.startswith("Estimate")


def test_a_model_of_no_known_family_is_refused():
    with pytest.raises(LookupError, match=r"factors\.csv has no line for 'llama-9'"):
        tokens.count("text", "llama-9")


LINE = "gpt-5*,{exact},{factor},{low},{high},{url},{day},{note}\n"
GOOD = {
    "exact": "yes",
    "factor": "1",
    "low": "1",
    "high": "1",
    "url": "https://openai.com",
    "day": "2026-11-23",
    "note": "Because.",
}


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"exact": "maybe"}, "exact"),
        ({"low": "2"}, "factor"),
        ({"high": "0.5"}, "factor"),
        ({"factor": "0", "low": "0"}, "factor"),
        ({"factor": ""}, "factor"),
        ({"high": "inf"}, "high"),
        ({"url": "openai"}, "source_url"),
        ({"day": ""}, "accessed_on"),
        ({"day": "23.11.2026"}, "accessed_on"),
        ({"note": ""}, "note"),
    ],
)
def test_a_bad_factor_is_refused_by_line(tmp_path, monkeypatch, wrong, column):
    (tmp_path / "tokenizers").mkdir()
    file = tmp_path / "tokenizers" / "factors.csv"
    file.write_text(",".join(tokens._FACTOR_COLUMNS) + "\n" + LINE.format(**GOOD | wrong), encoding="utf-8")
    monkeypatch.setattr(data, "rows", functools.partial(data.rows, folder=tmp_path))
    with pytest.raises(data.DataError, match=f"line 2, column {column}"):
        tokens._factors.__wrapped__()


def test_a_changed_vocabulary_is_refused(tmp_path, monkeypatch):
    shutil.copytree(data.path("tokenizers"), tmp_path / "tokenizers")
    with (tmp_path / "tokenizers" / "o200k_base.tiktoken").open("ab") as file:
        file.write(b"QQ== 200100\n")
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    tokens._encoding.cache_clear()
    try:
        with pytest.raises(data.DataError, match="not the official vocabulary"):
            tokens.encode("text")
    finally:
        tokens._encoding.cache_clear()


def test_counting_needs_no_network_and_leaves_no_file(tmp_path):
    script = """
import socket, sys
def refuse(*args, **kwargs): raise AssertionError("the network was asked for")
socket.socket.connect = refuse
from course import tokens
assert "tiktoken" not in sys.modules, "the vocabulary's library is for those who count"
assert tokens.count("hello world", "gpt-5").tokens == 2
"""
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME", "TIKTOKEN_CACHE_DIR"), str(tmp_path))
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ | folders)
    assert list(tmp_path.rglob("*")) == []
