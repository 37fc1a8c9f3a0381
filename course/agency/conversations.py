"""Conversations on the website's chat page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from .store import Store, messages, now

LATER = "A colleague will answer within a day."
LONGEST_ANSWER = 20_000
_SPOKEN = ("user", "assistant")


class Conversations:
    """Keeps what is said; as a workflow, has `on_chat` answer."""

    def __init__(self, store: Store):
        self._store = store
        self._listeners: dict[int, Callable[[str], None]] = {}

    def receive(self, conversation: str, token: str, text: str) -> int | None:
        """Keep a visitor's message; gives its number unless it was there already."""
        try:
            return self._add(conversation, "user", text, token)
        except IntegrityError:
            return None

    def messages(self, conversation: str) -> list[dict]:
        """What was said, oldest first: role ("user", "assistant", "notice"), content, at."""
        chosen = messages.c.conversation == conversation
        with self._store.transaction() as connection:
            found = connection.execute(select(messages).where(chosen).order_by(messages.c.id)).mappings()
            return [dict(row) for row in found]

    def listen(self, subject: int, listener: Callable[[str], None]) -> None:
        """Have each piece of the answer to a message given to `listener`, in the thread that writes it."""
        self._listeners[subject] = listener

    # ---- workflow -------------------------------------------------------------------------------------------------

    def work(self, function: Callable[[list[dict]], str | Iterable[str]], subject: int, _attempt: int) -> str:
        conversation, past = self._past(subject)
        tell = self._listeners.pop(subject, None)
        answer = ""
        for piece in _pieces(function(past)):
            answer += piece
            if tell:
                tell(piece)
            if len(answer) > LONGEST_ANSWER:
                raise ValueError(f"on_chat gave more than {LONGEST_ANSWER:,} characters.")
        if not answer.strip():
            raise ValueError("on_chat gave an empty answer.")
        self._add(conversation, "assistant", answer)
        return f"answer of {len(answer)} characters"

    def leave_to_colleague(self, subject: int, attempt: int) -> None:
        self._listeners.pop(subject, None)
        if attempt == 1:
            self._add(self._past(subject)[0], "notice", LATER)

    def _past(self, subject: int) -> tuple[str, list[dict]]:
        """The conversation that a message belongs to, and what was said in it up to that message."""
        with self._store.transaction() as connection:
            conversation = connection.execute(
                select(messages.c.conversation).where(messages.c.id == subject)
            ).scalar_one()
        past = [row for row in self.messages(conversation) if row["id"] <= subject and row["role"] in _SPOKEN]
        return conversation, [{"role": row["role"], "content": row["content"]} for row in past]

    def _add(self, conversation: str, role: str, content: str, token: str | None = None) -> int:
        values = {"conversation": conversation, "role": role, "content": content, "token": token, "at": now()}
        with self._store.transaction() as connection:
            return connection.execute(insert(messages).values(**values)).inserted_primary_key[0]


def _pieces(answer: str | Iterable[str]) -> Iterable[str]:
    if isinstance(answer, str):
        yield answer
        return
    if isinstance(answer, dict) or not isinstance(answer, Iterable):
        raise TypeError(f"on_chat must give a text or an iterator of texts, and gave {type(answer).__name__}.")
    for piece in answer:
        if not isinstance(piece, str):
            raise TypeError(f"on_chat must give pieces of text, and one was {type(piece).__name__}.")
        yield piece
