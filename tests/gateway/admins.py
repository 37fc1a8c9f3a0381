"""Administrators of a gateway, each with the vendor's own SDK, and programs that call it."""

from __future__ import annotations

from contextlib import contextmanager

import anthropic
import openai

PROJECT = "Default project"
DAY = 86_400


def openai_admin(base_url: str, secret: str) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=base_url,
        api_key="not used",
        admin_api_key=secret,
        max_retries=0,
        _strict_response_validation=True,
    )


@contextmanager
def program(base_url: str, secret: str):
    """A program that calls OpenAI's models with a project's key."""
    with openai.OpenAI(base_url=base_url, api_key=secret, max_retries=0) as client:
        yield client


def ask(client: openai.OpenAI, model: str = "tiny", content: str = "What is a token?"):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}])


def anthropic_client(server_url: str, secret: str) -> anthropic.Anthropic:
    """Anthropic's SDK, for an administrator or for a program."""
    return anthropic.Anthropic(
        base_url=f"{server_url}/anthropic", api_key=secret, max_retries=0, _strict_response_validation=True
    )


def tell(client: anthropic.Anthropic, model: str = "ant-small", content: str = "What is a token?"):
    return client.messages.create(model=model, max_tokens=1000, messages=[{"role": "user", "content": content}])
