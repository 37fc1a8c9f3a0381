"""The variables by which each vendor's SDK finds a gateway."""

from __future__ import annotations


def environment(url: str, key: str, admin_key: str) -> dict[str, str]:
    """The environment variables by which each vendor's SDK finds a gateway at `url`, such as
    http://127.0.0.1:8000, and may use it.
    """
    return {
        "OPENAI_BASE_URL": f"{url}/openai/v1",
        "OPENAI_API_KEY": key,
        "OPENAI_ADMIN_KEY": admin_key,
        "ANTHROPIC_BASE_URL": f"{url}/anthropic",
        "ANTHROPIC_API_KEY": key,
        "GOOGLE_GEMINI_BASE_URL": f"{url}/google",
        "GEMINI_API_KEY": key,
        "OPENROUTER_BASE_URL": f"{url}/openrouter/api/v1",
        "OPENROUTER_API_KEY": key,
    }
