"""Documents that a platform keeps under IDs that count up."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import IntegrityError

from ..store import Store, public_id


def add_new(
    store: Store,
    kind: str,
    prefix: str,
    project_id: int,
    created: int,
    body: Callable[[str], dict],
    content: bytes | None = None,
) -> dict:
    """Keep `body(id)` under the next free ID."""
    number = store.next_object(kind)
    while True:
        document = body(public_id(prefix, number))
        if add_once(store, kind, document["id"], project_id, created, document, content):
            return document
        number += 1


def add_once(
    store: Store, kind: str, object_id: str, project_id: int, created: int, body: dict, content: bytes | None = None
) -> bool:
    """Keep a document unless there is one of its kind and ID, also when several processes try at the same time."""
    try:
        store.add_object(kind, object_id, project_id, body, created, content)
    except IntegrityError:
        return False
    return True
