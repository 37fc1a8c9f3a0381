"""The events of a streamed response."""

from __future__ import annotations

from collections.abc import Iterator

from . import openai_responses as responses
from .openai_responses import ResponseRequest

Event = tuple[str, dict]


def render(call, asked: ResponseRequest) -> Iterator[Event]:
    """The events of an answer as it is delivered, each with its name and its data."""
    for number, (name, event) in enumerate(_events(call, asked)):
        yield name, {"type": name, **event, "sequence_number": number}


def _events(call, asked: ResponseRequest) -> Iterator[Event]:
    begun = responses.render_envelope(call, asked)
    yield "response.created", {"response": begun}
    yield "response.in_progress", {"response": begun}
    output = _Output()
    if call.usage.reasoning:
        yield from output.whole(responses.render_reasoning(call.id))
    for piece in call:
        if piece.begins is not None:
            yield from output.end()
            yield from output.begin(responses.render_call(call.id, piece.tool, piece.begins, "in_progress"))
        else:
            if piece.tool is None and output.item is None:
                yield from output.begin(responses.render_message(call.id, None, "in_progress"))
            yield output.add(piece.text)
    draft = call.reply.choices[0]
    if output.item is None and responses.has_message(draft) and not draft.text:
        yield from output.begin(responses.render_message(call.id, None, "in_progress"))
    yield from output.end("incomplete" if draft.finish == "length" else "completed")
    response = responses.render(call.reply, asked)
    yield f"response.{response['status']}", {"response": response}


class _Output:
    """The items of an answer, one after the other. `item` is the one that is being delivered."""

    def __init__(self):
        self._place = -1
        self._text = ""
        self.item: dict | None = None

    def whole(self, item: dict) -> Iterator[Event]:
        """An item that comes all at once."""
        self._place += 1
        yield "response.output_item.added", {"output_index": self._place, "item": item}
        yield "response.output_item.done", {"output_index": self._place, "item": item}

    def begin(self, item: dict) -> Iterator[Event]:
        self._place += 1
        self._text = ""
        self.item = item
        yield "response.output_item.added", {"output_index": self._place, "item": item}
        if item["type"] == "message":
            yield "response.content_part.added", {**self._part(), "part": responses.render_text("")}

    def add(self, text: str) -> Event:
        self._text += text
        if self.item["type"] == "message":
            return "response.output_text.delta", {**self._part(), "delta": text, "logprobs": []}
        return "response.function_call_arguments.delta", {**self._where(), "delta": text}

    def end(self, status: str = "completed") -> Iterator[Event]:
        """Close the item that is being delivered, if any."""
        if self.item is None:
            return
        item, self.item = {**self.item, "status": status}, None
        where = {"item_id": item["id"], "output_index": self._place}
        if item["type"] == "message":
            part = {**where, "content_index": 0}
            text = responses.render_text(self._text)
            yield "response.output_text.done", {**part, "text": self._text, "logprobs": []}
            yield "response.content_part.done", {**part, "part": text}
            item["content"] = [text]
        else:
            item["arguments"] = self._text
            yield (
                "response.function_call_arguments.done",
                {**where, "name": item["name"], "arguments": self._text},
            )
        yield "response.output_item.done", {"output_index": self._place, "item": item}

    def _where(self) -> dict:
        return {"item_id": self.item["id"], "output_index": self._place}

    def _part(self) -> dict:
        return {**self._where(), "content_index": 0}
