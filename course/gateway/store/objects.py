"""Documents that a vendor's API keeps for a project: files, batches, stored responses, members, alerts."""

from __future__ import annotations

import json

from sqlalchemy import and_, delete, func, insert, select, update

from .schema import objects


class Objects:
    """The part of the store that keeps documents. A document is found only by the project that owns it;
    `project_id` is `None` for what belongs to the organization.
    """

    def add_object(
        self,
        kind: str,
        public_id: str,
        project_id: int | None,
        body: dict,
        created: int,
        content: bytes | None = None,
    ) -> None:
        row = {
            "kind": kind,
            "public_id": public_id,
            "project_id": project_id,
            "created": created,
            "body_json": json.dumps(body),
            "content": content,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(objects), row)

    def get_object(self, kind: str, public_id: str, project_id: int | None) -> dict | None:
        with self._engine.connect() as connection:
            text = connection.scalar(select(objects.c.body_json).where(_here(kind, public_id, project_id)))
        return None if text is None else json.loads(text)

    def get_content(self, kind: str, public_id: str, project_id: int | None) -> bytes | None:
        with self._engine.connect() as connection:
            return connection.scalar(select(objects.c.content).where(_here(kind, public_id, project_id)))

    def update_object(self, kind: str, public_id: str, project_id: int | None, body: dict) -> bool:
        """Replace a document; `False` when it is not there."""
        with self._engine.begin() as connection:
            query = update(objects).where(_here(kind, public_id, project_id)).values(body_json=json.dumps(body))
            return bool(connection.execute(query).rowcount)

    def delete_object(self, kind: str, public_id: str, project_id: int | None) -> bool:
        """Delete a document; `False` when it is not there."""
        with self._engine.begin() as connection:
            return bool(connection.execute(delete(objects).where(_here(kind, public_id, project_id))).rowcount)

    def list_objects(
        self, kind: str, project_id: int | None, after: str | None = None, limit: int = 20, newest_first: bool = True
    ) -> tuple[list[dict], bool]:
        """A page of documents, and whether more follow. `after` is the public ID of the last one seen."""
        owned = and_(objects.c.kind == kind, _owner(project_id))
        query = select(objects.c.body_json).where(owned)
        if after is not None:
            place = select(objects.c.id).where(owned, objects.c.public_id == after).scalar_subquery()
            query = query.where(objects.c.id < place if newest_first else objects.c.id > place)
        query = query.order_by(objects.c.id.desc() if newest_first else objects.c.id).limit(limit + 1)
        with self._engine.connect() as connection:
            bodies = [json.loads(text) for text in connection.scalars(query)]
        return bodies[:limit], len(bodies) > limit

    def next_object(self, kind: str) -> int:
        """A number that no document of this kind has had yet while none is deleted: for IDs that read the same on
        every machine.
        """
        with self._engine.connect() as connection:
            return (connection.scalar(select(func.max(objects.c.id))) or 0) + 1


def _owner(project_id: int | None):
    return objects.c.project_id.is_(None) if project_id is None else objects.c.project_id == project_id


def _here(kind: str, public_id: str, project_id: int | None):
    return and_(objects.c.kind == kind, objects.c.public_id == public_id, _owner(project_id))
