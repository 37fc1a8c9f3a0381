"""Does once, before any student's code runs, what each submission would wait for: imports, and a first call.

Only the course's own code runs here. What it leaves behind, such as modules, price rows and a tokenizer's vocabulary,
each forked child finds in its memory.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import warnings
from collections.abc import Iterable


def warm_up(modules: Iterable[str]) -> None:
    """Import modules, and call the practice platform once with each vendor's package that is among them.

    What goes wrong here is left for the student's code to meet.
    """
    modules = set(modules)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in sorted(modules):
            with contextlib.suppress(BaseException):
                importlib.import_module(name)
        if "course.session" in modules:
            with contextlib.suppress(Exception):
                _call_the_platform(modules)


def _call_the_platform(modules: set[str]) -> None:
    """Afterwards no thread is left, so that the process can fork."""
    import course
    from course import session

    course.start()
    try:
        for vendor, ask in _ASK.items():
            if vendor in modules:
                with contextlib.suppress(Exception):
                    ask(course.model)
    finally:
        session.stop()


def _ask_openai(model) -> None:
    from openai import OpenAI

    with OpenAI() as client:
        question = [{"role": "user", "content": "Hello"}]
        client.chat.completions.create(model=model("openai"), messages=question)


def _ask_anthropic(model) -> None:
    from anthropic import Anthropic

    with Anthropic() as client:
        question = [{"role": "user", "content": "Hello"}]
        client.messages.create(model=model("anthropic"), max_tokens=50, messages=question)


def _ask_google(model) -> None:
    from google import genai

    client = genai.Client()
    client.models.generate_content(model=model("google"), contents="Hello")
    client.close()


_ASK = {"openai": _ask_openai, "anthropic": _ask_anthropic, "google.genai": _ask_google}
