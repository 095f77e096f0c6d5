"""One piece changing hands: the row that follows, and its line in the history. The database settles who was first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from spoc.db.register import ItemAct, ItemEventRow, ItemRow, ItemState
from spoc.register.errors import AlreadyTaken, NotHeld

NOBODY: Mapping[str, Any] = {
    "holder_id": None,
    "holder_name": "",
    "held_since": None,
    "held_until": None,
    "confidential_to": [],
}


@dataclass(frozen=True)
class Holder:
    """Somebody of the directory by `id`, or somebody who is not in it, by name."""

    id: int | None = None
    name: str = ""

    def columns(self) -> dict[str, Any]:
        return {"holder_id": self.id, "holder_name": "" if self.id else self.name}


@dataclass(frozen=True)
class Cause:
    """Who did it and when; the task that was finished with it, and the queues that alone may know."""

    by_id: int | None
    at: datetime
    task_id: int | None = None
    confidential_to: tuple[str, ...] = ()


def give(session: Session, item_id: int, holder: Holder, until: date | None, cause: Cause) -> None:
    """Give a free piece to somebody.

    Raises:
        AlreadyTaken: it is not free, or not any more.
    """
    taken = update(ItemRow).where(ItemRow.id == item_id, ItemRow.state == ItemState.FREE)
    if not session.scalar(taken.values(_held(holder, until, cause)).returning(ItemRow.id)):
        raise AlreadyTaken(_tag_of(session, item_id))
    note(session, [item_id], ItemAct.GIVEN, cause, holder, _until(until))


def give_any(
    session: Session, kind: str, location: str | None, holder: Holder, cause: Cause, *, number: int = 1
) -> tuple[int, ...]:
    """Give free pieces of a kind, those at the place first; gives their ids, as many as there were."""
    free = select(ItemRow.id).where(ItemRow.kind_key == kind, ItemRow.state == ItemState.FREE)
    first = free.order_by(ItemRow.location_key != (location or ""), ItemRow.id).limit(number)
    # Pieces that others are just taking are passed over; only if too few are left is it worth waiting for them.
    ids = session.scalars(first.with_for_update(skip_locked=True)).all()
    if len(ids) < number:
        ids = session.scalars(first.with_for_update()).all()
    if ids:
        session.execute(update(ItemRow).where(ItemRow.id.in_(ids)).values(_held(holder, None, cause)))
        note(session, ids, ItemAct.GIVEN, cause, holder)
    return tuple(ids)


def take_back(session: Session, item_id: int, holder: Holder, cause: Cause) -> None:
    """Free a piece that this holder has.

    Raises:
        NotHeld: they do not have it, or not any more.
    """
    theirs = ItemRow.holder_id == holder.id if holder.id else ItemRow.holder_name == holder.name
    back = update(ItemRow).where(ItemRow.id == item_id, ItemRow.state == ItemState.HELD, theirs)
    if not session.scalar(back.values(state=ItemState.FREE, **NOBODY).returning(ItemRow.id)):
        raise NotHeld(_tag_of(session, item_id))
    note(session, [item_id], ItemAct.GIVEN_BACK, cause, holder)


def note(
    session: Session,
    ids: Iterable[int],
    act: ItemAct,
    cause: Cause,
    holder: Holder | None = None,
    what: Mapping[str, Any] | None = None,
) -> None:
    """Write the same line into the history of each piece."""
    common = {
        "at": cause.at,
        "act": act,
        "by_id": cause.by_id,
        "task_id": cause.task_id,
        "confidential_to": list(cause.confidential_to),
        "what": dict(what or {}),
        **(holder or Holder()).columns(),
    }
    rows = [{"item_id": id_, **common} for id_ in ids]
    if rows:
        session.execute(insert(ItemEventRow), rows)


def _held(holder: Holder, until: date | None, cause: Cause) -> dict[str, Any]:
    return {
        "state": ItemState.HELD,
        **holder.columns(),
        "held_since": cause.at,
        "held_until": until,
        "confidential_to": list(cause.confidential_to),
    }


def _until(until: date | None) -> dict[str, str]:
    return {"until": until.isoformat()} if until else {}


def _tag_of(session: Session, item_id: int) -> str:
    return session.scalar(select(ItemRow.tag).where(ItemRow.id == item_id)) or ""
