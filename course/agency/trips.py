"""Trip requests that came through the website's form, and the proposals written for them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from sqlalchemy import desc, insert, select
from sqlalchemy.exc import IntegrityError

from .crm import Crm
from .store import Store, now, proposals, requests


class Trips:
    """Keeps requests; as a workflow, has `on_form` write the proposals."""

    def __init__(self, store: Store, crm: Crm):
        self._store = store
        self._crm = crm

    def receive(self, token: str, form: dict) -> tuple[str, int | None]:
        """Keep a form that has been checked. Gives its public id, and its number unless it was there already."""
        contact = self._crm.meet(form["name"], form["email"], form["phone"], form["language"])
        public_id = secrets.token_urlsafe(16)
        values = {"public_id": public_id, "token": token, "contact_id": contact, "at": now()}
        try:
            with self._store.transaction() as connection:
                new = insert(requests).values(**values, form_json=json.dumps(form, ensure_ascii=False))
                (number,) = connection.execute(new).inserted_primary_key
        except IntegrityError:
            with self._store.transaction() as connection:
                known = select(requests.c.public_id).where(requests.c.token == token)
                return connection.execute(known).scalar_one(), None
        self._crm.note(contact, "trip form", "customer", form["notes"] or f"Asks for a trip to {form['destination']}")
        return public_id, number

    def find(self, public_id: str) -> dict | None:
        """A request with its `form` and its `proposal`, which is None until there is one."""
        found = self._read(requests.c.public_id == public_id)
        return found[0] if found else None

    def all(self) -> list[dict]:
        """All requests, newest first."""
        return self._read(requests.c.id > 0)

    def _read(self, chosen) -> list[dict]:
        query = select(requests).where(chosen).order_by(desc(requests.c.id))
        with self._store.transaction() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
            for row in found:
                row["form"] = json.loads(row.pop("form_json"))
                latest = select(proposals.c.content_json).where(proposals.c.request_id == row["id"])
                content = connection.scalar(latest.order_by(desc(proposals.c.id)).limit(1))
                row["proposal"] = None if content is None else json.loads(content)
        return found

    # ---- workflow -------------------------------------------------------------------------------------------------

    def work(self, function: Callable[[dict], str | dict], subject: int, _attempt: int) -> str:
        (request,) = self._read(requests.c.id == subject)
        content = function(dict(request["form"]))
        if hasattr(content, "model_dump"):  # an object that pydantic has validated
            content = content.model_dump(mode="json")
        if not isinstance(content, str | dict) or not content:
            raise TypeError(f"on_form must give the proposal as a text or a dict, and gave {_what(content)}.")
        words = f"proposal of {len(content)} " + ("characters" if isinstance(content, str) else "fields")
        author = getattr(function, "__name__", "on_form")
        values = {"request_id": subject, "author": author, "at": now()}
        with self._store.transaction() as connection:
            encoded = json.dumps(content, ensure_ascii=False)
            connection.execute(insert(proposals).values(**values, content_json=encoded))
        self._crm.note(request["contact_id"], "trip form", author, f"A {words} was written")
        return words

    def leave_to_colleague(self, subject: int, attempt: int) -> None:
        """The visitor's page says so by itself, as long as there is no proposal."""


def _what(value: object) -> str:
    return "nothing" if value is None or value in ("", {}) else type(value).__name__
