"""The agency's customer file: who they are, what passed between them and us, and changes that wait for a human."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import Connection, desc, func, insert, or_, select, update

from .records import LANGUAGES, STATUSES, Contact
from .store import Store, contacts, interactions, now, pending_writes, runs
from .trip_form import EMAIL, iso_day

FIELDS = ("name", "email", "phone", "language", "city", "last_trip", "status", "notes")
LONGEST = 500
_CHOICES = {"language": LANGUAGES, "status": STATUSES}


class Crm:
    """Reads at once; writes only after a human has approved them."""

    def __init__(self, store: Store, known: Iterable[Contact]):
        """Begins with the contacts that are `known`."""
        self._store = store
        with store.transaction() as connection:
            for each in known:
                row = asdict(each) | {"last_trip": each.last_trip.isoformat() if each.last_trip else ""}
                connection.execute(insert(contacts).values(**row))

    # ---- reading ------------------------------------------------------------------------------------------------

    def contacts(self) -> list[dict]:
        """All contacts: id, name, email, phone, language, city, last_trip, status, notes."""
        return self._rows(select(contacts).order_by(contacts.c.id))

    def contact(self, contact_id: str) -> dict:
        """One contact. Raises `LookupError`."""
        found = self._rows(select(contacts).where(contacts.c.id == contact_id))
        if not found:
            raise LookupError(f"There is no contact {contact_id!r}. Look for it with find().")
        return found[0]

    def find(self, text: str) -> list[dict]:
        """The contacts whose name, e-mail address or phone holds a text, in upper or lower case."""
        text = text.strip().lower()
        if not text:
            return []
        holds = (func.lower(column).contains(text, autoescape=True) for column in (contacts.c.name, contacts.c.email))
        phone = contacts.c.phone.contains(text, autoescape=True)
        return self._rows(select(contacts).where(or_(*holds, phone)).order_by(contacts.c.id))

    def interactions(self, contact_id: str) -> list[dict]:
        """What passed between a contact and the agency, oldest first: channel, sender, text, at."""
        chosen = interactions.c.contact_id == contact_id
        return self._rows(select(interactions).where(chosen).order_by(interactions.c.id))

    # ---- writing, with a human in between -------------------------------------------------------------------------

    def ask_to_write(self, contact_id: str, changes: dict[str, str], reason: str) -> int:
        """Ask a human to change a contact, such as `{"phone": "+34 600 000 000"}`; gives the number of the request.

        Nothing changes until somebody approves it on the page Approvals, or with `approve`. Raises `LookupError` for
        an unknown contact and `ValueError` for what cannot be written.
        """
        before = self.contact(contact_id)
        _check_changes(changes)
        if not isinstance(reason, str) or not reason.strip():
            raise ValueError("Say why the contact should change: the human who decides reads it.")
        pairs = {field: [before[field], value.strip()] for field, value in changes.items()}
        pairs = {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}
        if not pairs:
            raise ValueError("The contact already says so. There is nothing to change.")
        values = {"contact_id": contact_id, "changes_json": json.dumps(pairs, ensure_ascii=False)}
        with self._store.transaction() as connection:
            asked = insert(pending_writes).values(**values, reason=reason.strip()[:LONGEST], at=now())
            (number,) = connection.execute(asked).inserted_primary_key
            run = {"kind": "write", "subject": number, "called": "ask_to_write", "status": "waiting"}
            result = f"asked to change {', '.join(pairs)}"
            connection.execute(insert(runs).values(**run, result=result, at=now()))
        return number

    def writes(self) -> list[dict]:
        """All requests to write, newest first: id, contact_id, name, changes, reason, status, at, decided.

        `changes` maps a field to its value before and after; `status` is "waiting", "approved", "rejected" or
        "outdated".
        """
        columns = [*(column for column in pending_writes.c if column.key != "changes_json"), contacts.c.name]
        query = select(pending_writes.c.changes_json, *columns).join(contacts).order_by(desc(pending_writes.c.id))
        return [{**row, "changes": json.loads(row.pop("changes_json"))} for row in self._rows(query)]

    def write(self, number: int) -> dict:
        """One request to write. Raises `LookupError`."""
        for asked in self.writes():
            if asked["id"] == number:
                return asked
        raise LookupError(f"Nobody asked for a write {number!r}.")

    def approve(self, number: int) -> str:
        """Write what was asked for; gives the status. A request is decided once: later decisions change nothing.

        When the contact has changed since, nothing is written and the status is "outdated".
        """
        return self._decide(number, approve=True)

    def reject(self, number: int) -> str:
        """Leave the contact as it is; gives the status."""
        return self._decide(number, approve=False)

    def _decide(self, number: int, approve: bool) -> str:
        with self._store.transaction() as connection:
            asked = self.write(number)
            if asked["status"] != "waiting":
                return asked["status"]
            status = _apply(connection, asked) if approve else "rejected"
            chosen = pending_writes.c.id == number
            connection.execute(update(pending_writes).where(chosen).values(status=status, decided=now()))
            of_write = (runs.c.kind == "write") & (runs.c.subject == number)
            connection.execute(update(runs).where(of_write).values(status=status))
        return status

    # ---- what the agency's plain software writes ------------------------------------------------------------------

    def meet(self, name: str, email: str, phone: str, language: str) -> str:
        """The contact with this e-mail address, or without one with this phone; made if it is new.

        A known contact stays as it is.
        """
        with self._store.transaction() as connection:
            if email:
                same = func.lower(contacts.c.email) == email.lower()
            else:
                same = (contacts.c.email == "") & (contacts.c.phone == phone)
            if found := connection.scalar(select(contacts.c.id).where(same).limit(1)):
                return found
            number = connection.scalar(select(func.count()).select_from(contacts)) + 1
            new = {"id": f"c{number:03}", "name": name, "email": email, "phone": phone, "language": language}
            new |= {"city": "", "last_trip": "", "status": "lead", "notes": ""}
            return connection.execute(insert(contacts).values(**new)).inserted_primary_key[0]

    def note(self, contact_id: str, channel: str, sender: str, text: str) -> None:
        """Keep what was said."""
        values = {"contact_id": contact_id, "channel": channel, "sender": sender, "text": text, "at": now()}
        with self._store.transaction() as connection:
            connection.execute(insert(interactions).values(**values))

    def _rows(self, query) -> list[dict]:
        with self._store.transaction() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _check_changes(changes: dict[str, str]) -> None:
    if not isinstance(changes, dict) or not changes:
        raise ValueError('Name the fields to change and their new values, such as {"phone": "+34 600 000 000"}.')
    for field, value in changes.items():
        if field not in FIELDS:
            raise ValueError(f"{field!r} is no field of a contact. The fields are {', '.join(FIELDS)}.")
        if not isinstance(value, str) or len(value) > LONGEST:
            raise ValueError(f"{field} must be a text of at most {LONGEST} characters.")
        if field in _CHOICES and value.strip() not in _CHOICES[field]:
            raise ValueError(f"{field} must be one of {', '.join(_CHOICES[field])}, not {value!r}.")
    if not changes.get("name", "set").strip():
        raise ValueError("name cannot be empty.")
    if (day := changes.get("last_trip", "").strip()) and not iso_day(day):
        raise ValueError(f"last_trip must be a day such as 2026-11-23, not {day!r}.")
    if (email := changes.get("email", "").strip()) and not EMAIL.fullmatch(email):
        raise ValueError(f"email must be an address such as name@example.com, not {email!r}.")


def _apply(connection: Connection, asked: dict) -> str:
    changes = asked["changes"]
    as_asked = [contacts.c[field] == before for field, (before, _) in changes.items()]
    new = {field: after for field, (_, after) in changes.items()}
    written = connection.execute(
        update(contacts).where(contacts.c.id == asked["contact_id"], *as_asked).values(**new)
    )
    return "approved" if written.rowcount else "outdated"
