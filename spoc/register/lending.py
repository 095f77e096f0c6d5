"""What finishing a task gives its subject or takes back: found, offered to whoever works on it, and done."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from catalog.amend import UNDO, step_of_task
from catalog.booking import booked_kinds
from catalog.item import ItemKind
from catalog.service import Service
from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.events import Happening, record
from spoc.db.people import PersonRow
from spoc.db.register import ItemAct, ItemEventRow, ItemRow, ItemState
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.errors import Fault
from spoc.register.errors import AlreadyTaken, InvalidRegister
from spoc.register.moves import Cause, Holder, give, give_any, take_back
from spoc.register.reading import Item, free_items, holdings, items_by_id

ServiceAt: TypeAlias = Callable[[int, str], Service]
"""The service of a version of the catalogue, by its key."""
ANY: Final = "any:"
NONE: Final = "none:"
"""Before the key of a kind: any piece of it, or none on purpose."""


@dataclass(frozen=True)
class Lending:
    """Of one task: the kinds of which its subject gets one each, and whether what they hold comes back.

    `undoes` is the id of the task whose gifts it takes back. `circle` are the queues that alone may know.
    """

    ticket_id: int
    ask_id: int
    task_id: int
    public_id: UUID
    title: str
    holder: Holder
    name: str
    kinds: tuple[str, ...]
    takes_back: bool
    undoes: int | None
    location: str | None
    circle: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """What can be chosen at a task: free pieces by kind, those at the place first, and what may come back."""

    name: str
    free: Mapping[str, tuple[Item, ...]]
    held: tuple[Item, ...]


def lendings(session: Session, reference: str, service_at: ServiceAt) -> tuple[Lending, ...]:
    """Those of a ticket's tasks, by the answers as they are now; a task that gives and takes nothing has none."""
    return _lendings(session, service_at, TicketRow.reference == reference)


def lending_of(session: Session, task_id: UUID, service_at: ServiceAt) -> Lending | None:
    ticket_id = select(TaskRow.ticket_id).where(TaskRow.public_id == task_id).scalar_subquery()
    found = _lendings(session, service_at, TicketRow.id == ticket_id)
    return next((one for one in found if one.public_id == task_id), None)


def offer_of(session: Session, actor: Actor, lending: Lending) -> Offer:
    found = free_items(session, actor, lending.kinds, lending.location)
    free = {kind: tuple(item for item in found if item.kind == kind) for kind in lending.kinds}
    return Offer(lending.name, free, _may_come_back(session, actor, lending))


def lend(
    session: Session,
    actor: Actor,
    lending: Lending,
    kinds: Mapping[str, ItemKind],
    now: datetime,
    *,
    given: Collection[str] | None,
    back: Collection[str],
) -> None:
    """Give the subject what the task is to give, take back what they brought, and write both into the ticket's log.

    `given` are ids of pieces, `any:KIND` or `none:KIND`; None where nothing was said: then any piece of a counted kind
    is given if there is one. `back` are ids of pieces that the subject holds.

    Raises:
        InvalidRegister: it is not said which one is given although there are some, or one is not of these kinds.
        AlreadyTaken: somebody was faster.
        NotHeld: the subject does not have it any more.
    """
    cause = Cause(actor.person_id, now, lending.task_id, lending.circle)
    chosen = items_by_id(session, actor, given or ())
    if any(item.kind not in lending.kinds for item in chosen):
        raise InvalidRegister(Fault("give", "other_kind", Phrase("Choose things of the kind that was asked for.")))
    for kind in lending.kinds:
        _give(session, actor, lending, kinds[kind], [one for one in chosen if one.kind == kind], given, cause)
    mine = {item.public_id: item for item in _may_come_back(session, actor, lending)} if back else {}
    for item in items_by_id(session, actor, back):
        if item.public_id not in mine:
            raise InvalidRegister(Fault("back", "not_theirs", Phrase("Choose among the things that come back here.")))
        take_back(session, item.id, lending.holder, cause)
    _tell(session, lending, kinds, cause)


def _tell(session: Session, lending: Lending, kinds: Mapping[str, ItemKind], cause: Cause) -> None:
    """For those who work on it: what somebody has is told to nobody else."""
    rows = session.execute(
        select(ItemEventRow.act, ItemRow.kind_key, ItemRow.tag)
        .join(ItemRow, ItemRow.id == ItemEventRow.item_id)
        .where(ItemEventRow.task_id == lending.task_id, ItemEventRow.at == cause.at)
        .order_by(ItemEventRow.id)
    ).all()
    named = [(act, f"{kinds[kind].title if kind in kinds else kind} {tag or ''}".strip()) for act, kind, tag in rows]
    happenings = [
        Happening(
            kind,
            actor_id=cause.by_id,
            ask_id=lending.ask_id,
            task_id=lending.task_id,
            confidential_to=lending.circle,
            what={"title": lending.title, "holder": lending.name, "items": items},
        )
        for kind, act in (("lent", ItemAct.GIVEN), ("brought_back", ItemAct.GIVEN_BACK))
        if (items := [name for one, name in named if one is act])
    ]
    record(session, lending.ticket_id, happenings, cause.at)


def _give(
    session: Session,
    actor: Actor,
    lending: Lending,
    kind: ItemKind,
    chosen: list[Item],
    said: Collection[str] | None,
    cause: Cause,
) -> None:
    for item in chosen:
        give(session, item.id, lending.holder, None, cause)
    if chosen or f"{NONE}{kind.key}" in (said or ()):
        return
    if f"{ANY}{kind.key}" in (said or ()) or (said is None and kind.counted):
        if not give_any(session, kind.key, lending.location, lending.holder, cause) and said is not None:
            raise AlreadyTaken(kind.title)
    elif not kind.counted and free_items(session, actor, (kind.key,), lending.location):
        phrase = Phrase("%(kind)s: choose which one is given, or that none of them is.", {"kind": kind.title})
        raise InvalidRegister(Fault("give", "which", phrase))


def _may_come_back(session: Session, actor: Actor, lending: Lending) -> tuple[Item, ...]:
    if lending.takes_back and lending.holder.id:
        return holdings(session, actor, lending.holder.id)
    if lending.undoes is None:
        return ()
    gifts = select(ItemEventRow.item_id).where(
        ItemEventRow.task_id == lending.undoes, ItemEventRow.act == ItemAct.GIVEN
    )
    theirs = ItemRow.holder_id == lending.holder.id if lending.holder.id else ItemRow.holder_name == lending.holder.name
    ids = session.scalars(
        select(ItemRow.public_id).where(ItemRow.id.in_(gifts), ItemRow.state == ItemState.HELD, theirs)
    )
    return items_by_id(session, actor, [str(one) for one in ids])


def _lendings(session: Session, service_at: ServiceAt, which: ColumnElement[bool]) -> tuple[Lending, ...]:
    rows = session.execute(
        select(TaskRow, AskRow, TicketRow.subject_id, TicketRow.confidential_to, PersonRow.name)
        .join(AskRow, AskRow.id == TaskRow.ask_id)
        .join(TicketRow, TicketRow.id == TaskRow.ticket_id)
        .outerjoin(PersonRow, PersonRow.id == TicketRow.subject_id)
        .where(which)
        .order_by(TaskRow.position)
    ).all()
    ids = {(task.ask_id, task.key): task.id for task, *_ in rows}
    found = (_lending(service_at(row[1].catalogue_version_id, row[1].service_key), row, ids) for row in rows)
    return tuple(one for one in found if one is not None)


def _lending(service: Service, row: Any, ids: Mapping[tuple[int, str], int]) -> Lending | None:
    task, ask, subject_id, confidential_to, name = row
    undone = task.key.removesuffix(UNDO) if task.key.endswith(UNDO) else None
    step = step_of_task(service, undone or task.key)
    if step is None or not (step.books or step.returns):
        return None
    said = ask.answers.get(service.subject or "")
    holder = Holder(subject_id, "" if subject_id else str(said or ""))
    if not holder.id and not holder.name:
        return None  # the subject was not asked for
    return Lending(
        ticket_id=task.ticket_id,
        ask_id=task.ask_id,
        task_id=task.id,
        public_id=task.public_id,
        title=task.title,
        holder=holder,
        name=name or holder.name,
        kinds=() if undone else booked_kinds(service, step, ask.answers),
        takes_back=step.returns and not undone,
        undoes=ids.get((task.ask_id, undone)) if undone else None,
        location=ask.location_key,
        circle=tuple(task.confidential_to or confidential_to),
    )
