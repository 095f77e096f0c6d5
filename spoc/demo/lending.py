"""What people of the demo give out and take back when they finish a task, as far as the register has any."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from catalog.document import shipped
from routing.visibility import Actor
from spoc.intake.catalogue import service_at
from spoc.register.lending import ANY, NONE, Offer, lend, lending_of, offer_of

LENDS: Final = frozenset(
    service.key for service in shipped().services if any(step.books or step.returns for step in service.steps)
)
"""Of other services no task has to be looked at."""


def lend_what_there_is(session: Session, actor: Actor, task_id: UUID, now: datetime) -> None:
    """Give the first piece of each kind, and take back all that the actor's queues keep."""
    lending = lending_of(session, task_id, partial(service_at, session))
    if lending is None:
        return
    kinds = {kind.key: kind for kind in shipped().items}
    offer = offer_of(session, actor, lending)
    kept = [str(item.public_id) for item in offer.held if kinds[item.kind].queue in actor.memberships]
    given = [_first(offer, kind, counted=kinds[kind].counted) for kind in lending.kinds]
    lend(session, actor, lending, kinds, now, given=given, back=kept)


def _first(offer: Offer, kind: str, *, counted: bool) -> str:
    if not offer.free[kind]:
        return f"{NONE}{kind}"
    return f"{ANY}{kind}" if counted else str(offer.free[kind][0].public_id)
