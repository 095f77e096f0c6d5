"""What members of the queue that keeps a thing do with it by hand: give it to somebody, and take it back."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.item import ItemKind
from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.people import PersonRow
from spoc.db.register import ItemState
from spoc.errors import Fault
from spoc.register.errors import InvalidRegister, NotHeld, NotKept
from spoc.register.moves import Cause, Holder, give, take_back
from spoc.register.reading import Item, one_item
from spoc.register.sheet import LONGEST


def may_keep(actor: Actor, kinds: Mapping[str, ItemKind], kind: str) -> bool:
    """Whether one of the actor's queues keeps things of the kind; of a kind that is gone nobody's does."""
    return kind in kinds and kinds[kind].queue in actor.memberships


def holder_of(session: Session, said: str) -> Holder:
    """By mail address somebody of the directory, else somebody who is not in it, by name.

    Raises:
        InvalidRegister: nobody is named, or nobody has the address.
    """
    said = " ".join(said.split())
    if not said or len(said) > LONGEST or not said.isprintable():
        raise InvalidRegister(Fault("holder", "missing", Phrase("Say who gets it: a mail address, or a name.")))
    if "@" not in said:
        return Holder(name=said)
    person_id = session.scalar(select(PersonRow.id).where(func.lower(PersonRow.mail) == said.lower(), PersonRow.active))
    if person_id is None:
        phrase = Phrase("Nobody in the directory has the address %(mail)s.", {"mail": said})
        raise InvalidRegister(Fault("holder", "unknown", phrase))
    return Holder(person_id)


def give_item(
    session: Session,
    actor: Actor,
    kinds: Mapping[str, ItemKind],
    public_id: UUID,
    now: datetime,
    *,
    holder: str,
    until: date | None = None,
) -> None:
    """Give a free piece to somebody, until a day if one is known.

    Raises:
        NotFound: there is none.
        NotKept: the actor's queues do not keep it.
        InvalidRegister: nobody is named.
        AlreadyTaken: it is not free, or not any more.
    """
    item = _kept(session, actor, kinds, public_id)
    give(session, item.id, holder_of(session, holder), until, Cause(actor.person_id, now))


def take_item_back(
    session: Session, actor: Actor, kinds: Mapping[str, ItemKind], public_id: UUID, now: datetime
) -> None:
    """Free a piece, whoever holds it.

    Raises:
        NotFound, NotKept: as `give_item`.
        NotHeld: nobody holds it any more, or by whom is kept from the actor.
    """
    item = _kept(session, actor, kinds, public_id)
    if item.holder is None or item.state is not ItemState.HELD:
        raise NotHeld(item.tag or kinds[item.kind].title)
    person_id = select(PersonRow.id).where(PersonRow.public_id == item.holder.public_id)
    holder = Holder(session.scalar(person_id) if item.holder.public_id else None, item.holder.name)
    take_back(session, item.id, holder, Cause(actor.person_id, now))


def _kept(session: Session, actor: Actor, kinds: Mapping[str, ItemKind], public_id: UUID) -> Item:
    item = one_item(session, actor, public_id)
    if not may_keep(actor, kinds, item.kind):
        raise NotKept(kinds[item.kind].title if item.kind in kinds else item.kind)
    return item
