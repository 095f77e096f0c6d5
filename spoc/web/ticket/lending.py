"""Finishing a task together with what it gives its subject or takes back; and how that is offered on the page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session

from routing.lifecycle import OPEN
from routing.visibility import Actor
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.proving import Proof
from spoc.desk.ticket_page import TicketPage
from spoc.intake.catalogue import current, service_at
from spoc.register.lending import Lending, lend, lending_of, lendings, offer_of
from spoc.register.reading import Item, holdings
from spoc.web.register.pages import titles

MOST = 40


@dataclass(frozen=True)
class Lent:
    """What a finished task's form says of things: `given` is None where the page had nothing to choose."""

    given: tuple[str, ...] | None
    back: tuple[str, ...]


NOTHING_LENT = Lent(None, ())


async def read_lent(http: Request) -> Lent:
    """The form's fields `give`, one `give.KIND` for each kind of which one piece is chosen, and `back`."""
    form = await http.form(max_files=0, max_fields=500)
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    given = tuple(value for name, value in texts if name.partition(".")[0] == "give")
    back = tuple(value for name, value in texts if name == "back")
    return Lent(given if form.get("lends") else None, back)


@dataclass(frozen=True)
class Choice:
    """A kind of which the subject gets one: any if it is counted, else one of `free`; those at the place first."""

    key: str
    title: str
    counted: bool
    free: tuple[Item, ...]


@dataclass(frozen=True)
class Shown:
    """What finishing a task gives `name`, and what may come back."""

    name: str
    choices: tuple[Choice, ...]
    held: tuple[Item, ...]


@dataclass(frozen=True)
class Shelf:
    """`by_task` are the tasks with something to choose; `held` is what each subject has, if a task takes it back."""

    by_task: Mapping[UUID, Shown]
    held: Mapping[str, tuple[Item, ...]]
    titles: Mapping[str, str]


def finish_and_lend(
    session: Session,
    actor: Actor,
    task_id: UUID,
    now: datetime,
    result: str,
    proof: Proof,
    lent: Lent,
) -> str:
    """Finish a task and book what goes with it, both or neither. Returns the ticket's reference.

    Raises: as `finish` and `lend`.
    """
    reference = finish(session, actor, task_id, now, result=result, proof=proof)
    lending = lending_of(session, task_id, partial(service_at, session))
    if lending is not None:
        kinds = {kind.key: kind for kind in current(session)[1].items}
        known = _known(lending, kinds.keys())
        lend(session, actor, known, kinds, now, given=lent.given, back=lent.back)
    return reference


def shelf_of(session: Session, actor: Actor, page: TicketPage) -> Shelf:
    """What the register has to do with the tasks of the page that the reader sees in full."""
    seen = {task.id: task for task in page.tasks}
    found = [one for one in lendings(session, page.reference, partial(service_at, session)) if one.public_id in seen]
    if not found:
        return Shelf({}, {}, {})
    kinds = {kind.key: kind for kind in current(session)[1].items}
    by_task: dict[UUID, Shown] = {}
    for lending in found:
        task = seen[lending.public_id]
        if task.may_act and task.state in OPEN:
            offer = offer_of(session, actor, _known(lending, kinds.keys()))
            choices = (
                Choice(key, kinds[key].title, kinds[key].counted, free[:MOST]) for key, free in offer.free.items()
            )
            by_task[lending.public_id] = Shown(offer.name, tuple(choices), offer.held)
    held = {
        one.name: holdings(session, actor, one.holder.id)
        for one in found
        if one.takes_back and one.holder.id is not None
    }
    return Shelf(by_task, held, titles(kinds))


def _known(lending: Lending, kinds: Collection[str]) -> Lending:
    """Without kinds that the catalogue does not name any more: of these nothing can be booked."""
    return Lending(**{**vars(lending), "kinds": tuple(kind for kind in lending.kinds if kind in kinds)})
