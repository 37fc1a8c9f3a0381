"""Chat panel: the chat tool as a person knows it, answered by the practice model."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import NamedTuple

from traitlets import Dict, Float, Int, List

from .base import FROM_PAGE, Amount, CourseWidget

#: Characters of a message, and bytes of a file that goes with it.
LONGEST = 20_000
LARGEST_FILE = 50_000
#: Seconds between two pieces of an answer: about as fast as one reads.
PACE = 0.04
# Some letters at a time, so that languages without spaces are written piece by piece too.
_PIECE = re.compile(r"\s*\S{1,8}|\s+")


class ChatPanel(CourseWidget):
    """A chat tool for a person, on an invented "Practice plan" of `allowance` messages in `reset_minutes`.

    It has no method that sends a message or gives an answer, no key and no record of use, and that is its point:
    a program that wants answers needs an API. The one thing to read is `seconds_per_message`: the learner's own
    time for a message, from the first key to the last answer; `None` before there is one.

    `recording` is a list of prompts. The practice model answers them when the panel is made, as one conversation,
    which a deck without a kernel and the static twin then show. Raises `ValueError` for a prompt that is no text.
    """

    module = "chat"
    shown = ("allowance", "reset_minutes")

    allowance = Amount(20, 1, 1000, label="Allowance, messages:", whole=True)
    reset_minutes = Amount(180, 1, 10_080, label="Reset, minutes:", whole=True)
    seconds_per_message = Float(None, allow_none=True, read_only=True).tag(**FROM_PAGE)

    recording = List(read_only=True, help="A conversation as [{prompt, answer}, …].").tag(sync=True)
    longest = Int(LONGEST, read_only=True).tag(sync=True)
    largest_file = Int(LARGEST_FILE, read_only=True).tag(sync=True)
    pace = Float(PACE, read_only=True).tag(sync=True)

    # Kept by the page, as chat_conversations.js, chat_plan.js and chat_stopwatch.js describe them. They are here so
    # that they outlive the page, and for nothing else.
    _conversations = List().tag(**FROM_PAGE)
    _plan = Dict().tag(**FROM_PAGE)
    _stopwatch = Dict().tag(**FROM_PAGE)

    def __init__(self, allowance: int = 20, reset_minutes: int = 180, recording: Sequence[str] = ()):
        self._answers: dict[str, asyncio.Task] = {}
        self.set_trait("recording", _recorded(recording))
        super().__init__()
        self.allowance = allowance
        refused = self.message
        self.reset_minutes = reset_minutes
        self.message = " ".join(filter(None, (refused, self.message)))
        self.on_msg(self._hear)

    def twin(self) -> str:
        """The recorded conversation as a list."""
        said = "".join(
            f"<li><p><b>You:</b> {_lines(turn['prompt'])}</p>"
            f"<p><b>Practice model:</b> {_lines(turn['answer'])}</p></li>"
            for turn in self.recording
        )
        below = f" This conversation was recorded:</p><ol>{said}</ol>" if said else "</p>"
        return (
            "<p>A chat panel with the practice model, which follows rules and is not a large language model. "
            f"In JupyterLab you can write to it.{below}"
        )

    def close(self) -> None:
        for task in list(self._answers.values()):
            _cancel(task)
        super().close()

    def _hear(self, _widget, content, _buffers) -> None:
        """The page asks for an answer to a conversation, or wants no more of one."""
        key = content["id"]
        if content["kind"] == "ask":
            writing = asyncio.get_running_loop().create_task(self._write(key, content["messages"]))
            writing.add_done_callback(lambda _task: self._answers.pop(key))
            self._answers[key] = writing
        elif key in self._answers:
            _cancel(self._answers[key])

    async def _write(self, key: str, messages: list[dict]) -> None:
        """Send an answer piece by piece. Between two pieces the kernel is free for other work."""
        try:
            for piece in _PIECE.findall(_answer(_said(messages))):
                self.send({"kind": "piece", "id": key, "text": piece})
                await asyncio.sleep(PACE)
            self.send({"kind": "end", "id": key})
        except Exception:
            self.log.exception("The practice model could not answer.")
            self.send({"kind": "failure", "id": key})


def _cancel(task: asyncio.Task) -> None:
    # Jupyter may bring a widget's messages in a thread other than the one where the answer is written.
    loop = task.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(task.cancel)


class _PracticeModel(NamedTuple):
    """What the engine wants to know of a model."""

    tier: str = "standard"


def _recorded(prompts: Sequence[str]) -> list[dict[str, str]]:
    said, recording = [], []
    for prompt in prompts:
        if not isinstance(prompt, str) or not prompt.strip():
            raise ValueError(f"recording is a list of prompts, each a text, and {prompt!r} is not one.")
        said.append(("user", prompt))
        said.append(("assistant", _answer(said)))
        recording.append({"prompt": prompt, "answer": said[-1][1]})
    return recording


def _said(messages: list[dict]) -> Iterator[tuple[str, str]]:
    """(role, text) pairs; the text of an attached file stands below the message that it went with."""
    for message in messages:
        text, file = message["text"], message.get("file")
        if file and text:
            text = f'{text}\n\n"""\n{file["text"]}\n"""'
        yield message["role"], text or file["text"]


def _answer(said) -> str:
    """The practice model's answer to a conversation of (role, text) pairs, which ends with the user's."""
    from course.gateway.types import Message, Turn

    messages = tuple(Message(role, text) for role, text in said)
    return _engine().answer(Turn("practice", "practice", messages), _PracticeModel()).text


@cache
def _engine():
    from course import tokens
    from course.gateway.engines.practice import PracticeEngine

    return PracticeEngine(tokens.number)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
