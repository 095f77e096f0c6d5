"""Requests that may come twice: the first is worked, its repeats are given the same answer."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from spoc.db.jobs import RememberedAnswerRow


@dataclass(frozen=True)
class Once:
    """What makes two requests the same one: who sent it, where to, with which key. `fingerprint` is of its body."""

    person_id: int
    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Remembered:
    """What the request was answered, and the fingerprint of the body it came with."""

    fingerprint: bytes
    body: dict[str, Any]


def begin(session: Session, request: Once) -> Remembered | None:
    """Take the key: None if it is new, then `keep` the answer in the same transaction; else what was answered.

    A request that has the same key at the same time waits here until the other is committed or undone.
    """
    values = {"person_id": request.person_id, "route": request.route, "key": request.key}
    taken = insert(RememberedAnswerRow).values(**values, fingerprint=request.fingerprint, status=0, body={})
    if session.scalar(taken.on_conflict_do_nothing().returning(RememberedAnswerRow.id)) is not None:
        return None
    stored = select(RememberedAnswerRow.fingerprint, RememberedAnswerRow.body).filter_by(**values)
    row = session.execute(stored).one()
    return Remembered(bytes(row.fingerprint), row.body)


def keep(session: Session, request: Once, status: int, body: dict[str, Any]) -> None:
    """Store what a request that `begin` let through is answered."""
    values = {"person_id": request.person_id, "route": request.route, "key": request.key}
    session.execute(update(RememberedAnswerRow).filter_by(**values).values(status=status, body=body))
