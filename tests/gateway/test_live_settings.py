"""Whom live mode may call: keys and addresses from the environment and from .env files."""

from __future__ import annotations

import pytest

from course.gateway.live_settings import LiveProblem, announcement, read_environment, read_upstreams

KEY = "sk-real-0123456789abcdef"


def test_each_vendors_key_goes_to_its_vendor():
    found = read_upstreams(
        {
            "OPENAI_API_KEY": "sk-o",
            "ANTHROPIC_API_KEY": "sk-a",
            "GEMINI_API_KEY": "g",
            "OPENROUTER_API_KEY": "sk-r",
        }
    )
    assert {name: (each.url, each.key) for name, each in found.items()} == {
        "openai": ("https://api.openai.com/v1", "sk-o"),
        "anthropic": ("https://api.anthropic.com", "sk-a"),
        "google": ("https://generativelanguage.googleapis.com", "g"),
        "openrouter": ("https://openrouter.ai/api/v1", "sk-r"),
    }


def test_of_googles_two_names_the_one_its_sdk_takes():
    assert read_upstreams({"GOOGLE_API_KEY": "first", "GEMINI_API_KEY": "second"})["google"].key == "first"


def test_a_key_shows_in_no_representation():
    upstream = read_upstreams({"OPENAI_API_KEY": KEY})["openai"]
    assert KEY not in f"{upstream!r} {upstream} {upstream.name} {announcement({'openai': upstream})}"


def test_without_a_key_the_way_back_is_named():
    with pytest.raises(LiveProblem, match=r"found none.*\.env.*course\.start\(\"practice\"\)"):
        read_upstreams({"PATH": "/bin"})


def test_a_key_of_this_gateway_is_none():
    with pytest.raises(LiveProblem, match="found none"):
        read_upstreams({"OPENAI_API_KEY": "sk-practice-0123-0001", "ANTHROPIC_API_KEY": "sk-admin-practice-01-0002"})


@pytest.mark.parametrize("key", ["two words", "sk-ünïcode", "sk-a\r\nx-other: 1"])
def test_what_is_no_key_is_refused_without_being_repeated(key):
    with pytest.raises(LiveProblem, match="ANTHROPIC_API_KEY is not a key") as problem:
        read_upstreams({"ANTHROPIC_API_KEY": key})
    assert key not in str(problem.value)


def test_an_address_of_ones_own_never_gets_the_vendors_key():
    found = read_upstreams({"COURSE_OPENAI_URL": "http://localhost:11434/v1/", "OPENAI_API_KEY": KEY})
    assert (found["openai"].url, found["openai"].key, found["openai"].own) == ("http://localhost:11434/v1", "", True)


def test_an_address_of_ones_own_has_a_key_of_its_own():
    values = {"COURSE_ANTHROPIC_URL": "https://gateway.example.org", "COURSE_ANTHROPIC_KEY": "theirs"}
    assert read_upstreams(values)["anthropic"].key == "theirs"


def test_the_announcement_names_who_is_called_and_the_cap():
    found = read_upstreams({"COURSE_OPENAI_URL": "http://localhost:11434/v1", "ANTHROPIC_API_KEY": KEY})
    said = announcement(found)
    assert "OpenAI at http://localhost:11434/v1 and Anthropic" in said
    assert "$1.00" in said
    assert "counts as free" in said


@pytest.mark.parametrize(
    "url",
    [
        "localhost:11434",
        "ftp://host/v1",
        "https://",
        "https://me:secret@host/v1",
        "https://h/v1?key=1",
        "http://h:x/",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(LiveProblem, match="COURSE_OPENAI_URL is not the address"):
        read_upstreams({"COURSE_OPENAI_URL": url})


def test_a_key_is_not_sent_where_everybody_could_read_it():
    with pytest.raises(LiveProblem, match="https://"):
        read_upstreams({"COURSE_OPENAI_URL": "http://gateway.example.org/v1", "COURSE_OPENAI_KEY": "theirs"})
    assert read_upstreams({"COURSE_OPENAI_URL": "http://127.0.0.1:4000/v1", "COURSE_OPENAI_KEY": "theirs"})


def test_a_key_that_belongs_to_another_address_is_not_sent_to_the_vendor():
    values = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "https://gateway.example.org/v1"}
    with pytest.raises(LiveProblem, match="COURSE_OPENAI_URL"):
        read_upstreams(values)
    for address in ("http://127.0.0.1:8000/openai/v1", "https://api.openai.com/v1"):
        assert read_upstreams({**values, "OPENAI_BASE_URL": address})["openai"].key == KEY


def test_the_nearest_env_file_counts_after_the_environment(tmp_path):
    folder = tmp_path / "course" / "notebooks"
    folder.mkdir(parents=True)
    (tmp_path / ".env").write_text("OPENAI_API_KEY=far")
    (tmp_path / "course" / ".env").write_text(
        "# mine\nOPENAI_API_KEY='near'\nGEMINI_API_KEY=${OPENAI_API_KEY}\nexport COURSE_MODE=live\nEMPTY=\n"
    )
    found = read_environment({"OPENAI_API_KEY": " ", "ANTHROPIC_API_KEY": "set"}, folder)
    assert found == {
        "OPENAI_API_KEY": "near",
        "GEMINI_API_KEY": "${OPENAI_API_KEY}",
        "COURSE_MODE": "live",
        "ANTHROPIC_API_KEY": "set",
    }
    assert read_environment({"OPENAI_API_KEY": "mine"}, folder)["OPENAI_API_KEY"] == "mine"


def test_an_env_file_that_cannot_be_read(tmp_path):
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=\xff\xfe")
    with pytest.raises(LiveProblem, match="cannot be read"):
        read_environment({}, tmp_path)
