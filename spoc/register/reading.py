"""What the register says, as its readers may know it: lists, one piece with its history, what somebody holds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, cast, false, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import Text

from catalog.stock import Availability, Piece, availability
from routing.phrase import marked
from routing.visibility import Actor
from spoc.db.people import LocationRow, PersonRow
from spoc.db.register import ItemAct, ItemEventRow, ItemRow, ItemState
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import visible_tasks, visible_tickets
from spoc.errors import NotFound

PAGE = 50
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class HeldBy:
    """Who holds a piece. `public_id` and `mail` are those of the directory, None and "" for others."""

    name: str
    mail: str = ""
    public_id: UUID | None = None
    active: bool = True


@dataclass(frozen=True)
class Item:
    """`holder` is None if nobody holds it, or if by whom is kept from the reader: then `is_hidden`."""

    id: int
    public_id: UUID
    kind: str
    tag: str
    model: str
    location: str
    location_title: str
    state: ItemState
    holder: HeldBy | None
    held_since: datetime | None
    held_until: date | None
    is_hidden: bool


@dataclass(frozen=True)
class Happened:
    """One line of a piece's history. `reference` is the ticket's, "" where there is none."""

    act: ItemAct
    at: datetime
    by: str
    holder: str
    reference: str
    what: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; "" is any. `search` begins a tag, or is a part of a model or of the holder's name."""

    kind: str = ""
    location: str = ""
    state: str = ""
    search: str = ""


@dataclass(frozen=True)
class Listing:
    """One page of pieces in the order of kind and tag; `next_after` is the last one's id if there are more."""

    items: tuple[Item, ...]
    next_after: UUID | None


@dataclass(frozen=True)
class Total:
    kind: str
    location: str
    free: int
    held: int
    out_of_use: int


def may_read_holder(actor: Actor) -> ColumnElement[bool]:
    """Condition on `ItemRow`: the actor may know by whom it is held."""
    mine = sorted(actor.memberships)
    named = ItemRow.confidential_to.expression.op("&&", is_comparison=True)(cast(mine, ARRAY(Text)))
    return or_(func.cardinality(ItemRow.confidential_to) == 0, named if mine else false())


def totals(session: Session) -> tuple[Total, ...]:
    """How many there are of each kind at each place."""

    def of(state: ItemState) -> ColumnElement[int]:
        return func.count().filter(ItemRow.state == state)

    rows = session.execute(
        select(ItemRow.kind_key, ItemRow.location_key, of(ItemState.FREE), of(ItemState.HELD), of(ItemState.OUT_OF_USE))
        .group_by(ItemRow.kind_key, ItemRow.location_key)
        .order_by(ItemRow.kind_key, ItemRow.location_key)
    )
    return tuple(Total(*row) for row in rows)


def list_items(
    session: Session, actor: Actor, wanted: Wanted, after: UUID | None = None, *, most: int = PAGE
) -> Listing:
    """Pieces that are known by a tag or held by somebody; the others are told by `totals`."""
    each = or_(ItemRow.tag.is_not(None), ItemRow.state == ItemState.HELD)
    statement = _items(actor).where(each, *_narrowed(actor, wanted))
    order = (ItemRow.kind_key, func.coalesce(ItemRow.tag, ""), ItemRow.id)
    if after is not None and (place := session.execute(select(*order).where(ItemRow.public_id == after)).one_or_none()):
        statement = statement.where(tuple_(*order) > tuple(place))
    rows = session.execute(statement.order_by(*order).limit(most + 1)).all()
    items = tuple(_item(row) for row in rows[:most])
    return Listing(items, items[-1].public_id if len(rows) > most else None)


def _narrowed(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind:
        found.append(ItemRow.kind_key == wanted.kind)
    if wanted.location:
        found.append(ItemRow.location_key == wanted.location)
    if wanted.state in set(ItemState):
        found.append(ItemRow.state == ItemState(wanted.state))
    if text := wanted.search.strip().lower():
        holder = or_(
            func.lower(PersonRow.name).contains(text, autoescape=True),
            func.lower(PersonRow.mail) == text,
            func.lower(ItemRow.holder_name).contains(text, autoescape=True),
        )
        found.append(
            or_(
                func.lower(ItemRow.tag).startswith(text, autoescape=True),
                func.lower(ItemRow.model).contains(text, autoescape=True),
                and_(may_read_holder(actor), holder),
            )
        )
    return found


def one_item(session: Session, actor: Actor, public_id: UUID) -> Item:
    """Raises:
    NotFound: there is none.
    """
    row = session.execute(_items(actor).where(ItemRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound(marked("There is no such thing in the register."))
    return _item(row)


def holdings(session: Session, actor: Actor, person_id: int) -> tuple[Item, ...]:
    """What somebody of the directory holds, active or not, by kind and tag; what is hidden is left out."""
    mine = _items(actor).where(ItemRow.holder_id == person_id, may_read_holder(actor))
    return tuple(_item(row) for row in session.execute(mine.order_by(ItemRow.kind_key, ItemRow.tag, ItemRow.id)))


def free_items(session: Session, actor: Actor, kinds: Sequence[str], location: str | None) -> tuple[Item, ...]:
    """Free pieces of the kinds, those at the place first."""
    free = _items(actor).where(ItemRow.kind_key.in_(kinds), ItemRow.state == ItemState.FREE)
    ordered = free.order_by(ItemRow.location_key != (location or ""), ItemRow.kind_key, ItemRow.tag, ItemRow.id)
    return tuple(_item(row) for row in session.execute(ordered))


def items_by_id(session: Session, actor: Actor, ids: Iterable[str]) -> tuple[Item, ...]:
    """Those of the ids that are pieces; texts that are no ids are passed over."""
    named = [UUID(one) for one in ids if _ID.fullmatch(one)]
    found = session.execute(_items(actor).where(ItemRow.public_id.in_(named)).order_by(ItemRow.id)) if named else ()
    return tuple(_item(row) for row in found)


def history(session: Session, actor: Actor, item_id: int) -> tuple[Happened, ...]:
    """The newest first; what happened through a confidential ticket is told to those who see it, and nobody else."""
    by, holder = aliased(PersonRow), aliased(PersonRow)
    seen = and_(visible_tickets(actor), visible_tasks(actor))
    rows = session.execute(
        select(
            ItemEventRow.act,
            ItemEventRow.at,
            func.coalesce(by.name, ""),
            func.coalesce(holder.name, ItemEventRow.holder_name),
            case((seen, TicketRow.reference), else_=""),
            ItemEventRow.what,
        )
        .outerjoin(by, by.id == ItemEventRow.by_id)
        .outerjoin(holder, holder.id == ItemEventRow.holder_id)
        .outerjoin(TaskRow, TaskRow.id == ItemEventRow.task_id)
        .outerjoin(TicketRow, TicketRow.id == TaskRow.ticket_id)
        .where(ItemEventRow.item_id == item_id, or_(func.cardinality(ItemEventRow.confidential_to) == 0, seen))
        .order_by(ItemEventRow.id.desc())
    )
    return tuple(Happened(*row) for row in rows)


def stock(session: Session, kinds: Sequence[str], location: str | None, today: date) -> Mapping[str, Availability]:
    """What can be had of each kind there is anything of. Who holds the rest is not told, nor until when in secret."""
    free = (ItemRow.state == ItemState.FREE).label("free")
    until = case((func.cardinality(ItemRow.confidential_to) == 0, ItemRow.held_until)).label("until")
    rows = session.execute(
        select(ItemRow.kind_key, ItemRow.location_key, free, until, func.count())
        .where(ItemRow.kind_key.in_(kinds), ItemRow.state != ItemState.OUT_OF_USE)
        .group_by(ItemRow.kind_key, ItemRow.location_key, free, until)
    ).all()
    found = {
        kind: availability((Piece(*rest) for key, *rest in rows if key == kind), location, today) for kind in set(kinds)
    }
    return {kind: one for kind, one in found.items() if one is not None}


def _items(actor: Actor) -> Select[Any]:
    return (
        select(ItemRow, PersonRow.name, PersonRow.mail, PersonRow.public_id, PersonRow.active, LocationRow.title)
        .add_columns(may_read_holder(actor).label("may_read"))
        .outerjoin(PersonRow, PersonRow.id == ItemRow.holder_id)
        .join(LocationRow, LocationRow.key == ItemRow.location_key)
    )


def _item(found: Any) -> Item:
    row, name, mail, public_id, active, location_title, may_read = found
    holder = HeldBy(name, mail, public_id, active) if name else HeldBy(row.holder_name) if row.holder_name else None
    return Item(
        id=row.id,
        public_id=row.public_id,
        kind=row.kind_key,
        tag=row.tag or "",
        model=row.model,
        location=row.location_key,
        location_title=location_title,
        state=row.state,
        holder=holder if may_read else None,
        held_since=row.held_since if may_read else None,
        held_until=row.held_until if may_read else None,
        is_hidden=not may_read,
    )
