"""Lantern Travel, running: a website, an office, a LINE channel and a CRM, with places to plug functions in."""

from __future__ import annotations

import atexit
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

from course.gateway.server import ThreadedServer

from . import records
from .conversations import Conversations
from .crm import Crm
from .desk import Desk
from .house import KINDS, House
from .inbox import Document, Inbox
from .line import LineChannel
from .line_standin import LineStandIn
from .site import create
from .store import Store
from .trips import Trips
from .visitor import Visitor

if TYPE_CHECKING:
    import pandas

    from .window import AgencyWindow

PAGES = ("", "trip", "chat", "requests", "documents", "line", "contacts", "approvals", "log")
_lock = threading.Lock()
_open: Agency | None = None


class Agency:
    """The business, without AI until a function is plugged in. It runs on this computer and ends with the kernel.

    A kernel has one agency: a new one takes the place of the one before. `today` is the day it is there; left out,
    it is today.
    """

    #: form -> proposal, a text or a dict. The form is a dict, see `trip_form.check`.
    on_form: Callable[[dict], str | dict] | None = None
    #: conversation -> answer, a text or an iterator of its pieces. The conversation is a list of role and content.
    on_chat: Callable[[list[dict]], str | Iterable[str]] | None = None
    #: document -> dict of class, fields (a dict) and summary.
    on_document: Callable[[Document], dict] | None = None
    #: text of a LINE message -> answer.
    on_line: Callable[[str], str] | None = None

    def __init__(self, today: date | None = None):
        global _open
        with _lock:
            if _open is not None:
                _open.close()
            store = Store()
            prefix = secrets.token_urlsafe(16)
            #: Stands in for LINE's servers.
            self.line = LineStandIn()
            self._line_server = ThreadedServer(self.line.app)
            #: The customer file.
            self.crm = Crm(store, records.contacts())
            self._desk = Desk(store, self._function)
            channel = LineChannel(store, self.line.secret, self.line.access_token, self._line_server.url)
            trips, conversations, inbox = Trips(store, self.crm), Conversations(store), Inbox(store)
            self._desk.open({"form": trips, "chat": conversations, "document": inbox, "line": channel})
            self._house = House(
                self._desk,
                self.crm,
                trips,
                conversations,
                inbox,
                channel,
                self._function,
                lambda: today or date.today(),
            )
            self._server = ThreadedServer(create(self._house, prefix))
            #: The address of the website. It holds a secret: who knows it may come in.
            self.url = f"{self._server.url}/{prefix}/"
            self.line.webhook_url = f"{self.url}line/webhook"
            self._line_server.start()
            self._server.start()
            _open = self
            atexit.register(self.close)

    def __setattr__(self, name: str, value: object) -> None:
        """Plug a function in, or take it out with None. Raises `AttributeError` and `TypeError` for a slip."""
        if name.startswith("on_"):
            known = [plug for plug, _ in KINDS.values()]
            if name not in known:
                raise AttributeError(f"An agency has no {name}. Plug a function into {', '.join(known)}.")
            if value is not None and not callable(value):
                raise TypeError(f"{name} takes a function, not {type(value).__name__}. Leave its brackets away.")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        plugged = [name for name, _ in KINDS.values() if getattr(self, name) is not None]
        return f"Agency({', '.join(plugged) or 'no function plugged in'})"

    def open(self, page: str = "") -> AgencyWindow:
        """Show the website beside the notebook, at one of `PAGES`. Raises `ValueError` for another page."""
        from .window import AgencyWindow

        if page not in PAGES:
            raise ValueError(f"There is no page {page!r}. The pages are {', '.join(filter(None, PAGES))}.")
        return AgencyWindow(self.url, page)

    def visitor(self) -> Visitor:
        """Somebody who uses the website by program, as `open` lets a person do."""
        return Visitor(self.url)

    def requests(self) -> list[dict]:
        """The trip requests, oldest first: id, form, and proposal (None until there is one)."""
        return [{key: row[key] for key in ("id", "form", "proposal")} for row in self._house.trips.all()[::-1]]

    def documents(self) -> list[dict]:
        """The documents in the inbox, oldest first: id, name, text, and result (None until they were read)."""
        return [{key: row[key] for key in ("id", "name", "text", "result")} for row in self._house.inbox.all()[::-1]]

    def wait(self, seconds: float = 60) -> bool:
        """Wait until the functions have done all their work, or so many seconds; whether they have."""
        return self._desk.wait(seconds)

    def log(self) -> pandas.DataFrame:
        """What the AI has done, oldest first: kind, called, status, result, problem, attempts, seconds."""
        import pandas

        columns = ["kind", "called", "status", "result", "problem", "attempts", "seconds"]
        return pandas.DataFrame(self._desk.log()[::-1], columns=columns)

    def retry(self) -> int:
        """Hand over again all that failed or was left to a colleague; gives how much that was."""
        return sum(self._desk.retry(run["id"]) for run in self._desk.log()[::-1])

    def close(self) -> None:
        """Stop the website and forget everything. The kernel's end does this too."""
        global _open
        atexit.unregister(self.close)
        self._server.stop()
        self._line_server.stop()
        self._desk.close()
        if _open is self:
            _open = None

    def _function(self, kind: str) -> Callable | None:
        return getattr(self, KINDS[kind][0])
