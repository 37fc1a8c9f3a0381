"""All that the agency's pages show and change, in one handful."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from .conversations import Conversations
from .crm import Crm
from .desk import Desk
from .inbox import Inbox
from .line import LineChannel
from .trips import Trips

#: The functions that can be plugged in: kind of work, name, and what triggers it.
KINDS = {
    "form": ("on_form", "Trip form"),
    "chat": ("on_chat", "Chat message"),
    "document": ("on_document", "Document"),
    "line": ("on_line", "LINE message"),
}
AT_WORK = ("waiting", "running")
STALE = "This page is from an earlier visit, so it was not accepted. Nothing is lost: please send it again."


@dataclass(frozen=True, slots=True)
class House:
    desk: Desk
    crm: Crm
    trips: Trips
    conversations: Conversations
    inbox: Inbox
    line: LineChannel
    #: What is plugged in for a kind of work right now.
    function: Callable[[str], Callable | None]
    today: Callable[[], date]

    def is_at_work(self, kind: str, subject: int) -> bool:
        run = self.desk.latest(kind, subject)
        return run is not None and run["status"] in AT_WORK
