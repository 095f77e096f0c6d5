"""Points of contact: who is accountable for a topic in a queue, and who stands behind them, in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.visibility import Actor, Role
from spoc.db.people import OWNER, PersonRow, PointOfContactRow, QueueMemberRow, QueueRow
from spoc.errors import Fault, NotFound
from spoc.people.changes import What, note_difference
from spoc.people.errors import InvalidOrganisation

MOST_PEOPLE: Final = 10
LONGEST_TOPIC: Final = 200

log = structlog.get_logger()


@dataclass(frozen=True)
class Holder:
    """`serves`: they work in the queue, so that its tasks can be offered to them."""

    public_id: UUID
    name: str
    mail: str
    active: bool
    serves: bool
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Topic:
    """The first of `holders` is accountable, the others are backups in order; nobody may be."""

    name: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True)
class Desk:
    """One queue with its topics by name."""

    key: str
    title: str
    topics: tuple[Topic, ...]


def list_topics(session: Session, actor: Actor, now: datetime, named: Iterable[tuple[str, str]]) -> tuple[Desk, ...]:
    """The queues whose contacts the actor keeps, in their order: all for administrators, else those they lead.

    `named` are pairs of queue and topic that steps and queues ask for, whether anybody holds them or not.
    """
    desks = session.execute(_kept_by(actor)).all()
    held = _held(session, now)
    wanted = [*named, *((desk.key, OWNER) for desk in desks)]
    return tuple(Desk(desk.key, desk.title, _topics(desk.key, held, wanted)) for desk in desks)


def _topics(
    queue: str, held: dict[tuple[str, str], tuple[str, list[Holder]]], wanted: Sequence[tuple[str, str]]
) -> tuple[Topic, ...]:
    mine = {topic: Topic(name, tuple(people)) for (key, topic), (name, people) in held.items() if key == queue}
    asked = {topic.lower(): Topic(topic, ()) for key, topic in wanted if key == queue and topic}
    return tuple(topic for _, topic in sorted({**asked, **mine}.items()))


def _kept_by(actor: Actor) -> Select[int, str, str]:
    queues = select(QueueRow.id, QueueRow.key, QueueRow.title).order_by(QueueRow.position, QueueRow.id)
    return queues if Role.ADMINISTRATOR in actor.roles else queues.where(QueueRow.key.in_(actor.leads))


def _held(session: Session, now: datetime) -> dict[tuple[str, str], tuple[str, list[Holder]]]:
    """By queue and topic in lower case: how the topic is written, and its people in order."""
    member = select(QueueMemberRow.id).join(QueueRow, QueueRow.id == QueueMemberRow.queue_id)
    serves = member.where(QueueRow.key == PointOfContactRow.party_key, QueueMemberRow.person_id == PersonRow.id)
    rows = session.execute(
        select(PointOfContactRow, PersonRow, serves.exists().label("serves"))
        .join(PersonRow, PersonRow.id == PointOfContactRow.person_id)
        .where(PointOfContactRow.party_kind == "queue", *_in_force(now))
        .order_by(PointOfContactRow.rank, PointOfContactRow.id)
    )
    found: dict[tuple[str, str], tuple[str, list[Holder]]] = {}
    for row, person, serves_it in rows:
        _, people = found.setdefault((row.party_key, row.topic.lower()), (row.topic, []))
        holder = Holder(person.public_id, person.name, person.mail, person.active, serves_it, row.confirmed_at)
        if all(one.public_id != holder.public_id for one in people):
            people.append(holder)
    return found


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    until = PointOfContactRow.valid_to
    return PointOfContactRow.valid_from <= now, or_(until.is_(None), until > now)


def set_topic(session: Session, actor: Actor, queue: str, topic: str, mails: Sequence[str], now: datetime) -> None:
    """Say who holds a topic, the accountable one first; nobody ends it. The same people again confirm it.

    Raises:
        NotFound: there is no such queue, or its contacts are not the actor's to keep.
        InvalidOrganisation: the topic or one of the addresses cannot be.
    """
    key = session.scalar(_kept_by(actor).with_only_columns(QueueRow.key).where(QueueRow.key == queue).with_for_update())
    if key is None:
        raise NotFound
    name = " ".join(topic.split())
    wanted = list(dict.fromkeys(mail.strip().lower() for mail in mails if mail.strip()))
    ids = _ids(session, wanted)
    faults = [*_topic_faults(name), *_people_faults(wanted, ids)]
    if faults:
        raise InvalidOrganisation(*faults)
    before = [one.mail for one in _held(session, now).get((key, name.lower()), (name, []))[1]]
    _write(session, key, name, [ids[mail] for mail in wanted], now)
    about = f"{key}: {name}"
    note_difference(session, What.CONTACTS, actor, now, before={"people": before}, after={"people": wanted}, key=about)
    log.info("contacts.set", queue=key, by=actor.person_id)


def _ids(session: Session, mails: Sequence[str]) -> dict[str, int]:
    known = select(func.lower(PersonRow.mail), PersonRow.id).where(func.lower(PersonRow.mail).in_(mails))
    return dict(session.execute(known.where(PersonRow.active, ~PersonRow.shared)).all()) if mails else {}


def _topic_faults(name: str) -> list[Fault]:
    if 0 < len(name) <= LONGEST_TOPIC and name.isprintable():
        return []
    phrase = Phrase("Name the topic in 1 to %(most)s signs, such as laptops.", {"most": LONGEST_TOPIC})
    return [Fault("topic", "topic", phrase)]


def _people_faults(wanted: Sequence[str], ids: dict[str, int]) -> list[Fault]:
    unknown = [mail for mail in wanted if mail not in ids][:MOST_PEOPLE]
    faults = [
        Fault("people", "unknown", Phrase("Nobody in the directory has the address %(mail)s.", {"mail": mail[:200]}))
        for mail in unknown
    ]
    if len(wanted) > MOST_PEOPLE:
        faults.append(Fault("people", "too_many", Phrase("Name at most %(most)s people.", {"most": MOST_PEOPLE})))
    return faults


def _write(session: Session, queue: str, name: str, ids: Sequence[int], now: datetime) -> None:
    """End what was, and write each anew with their place, so that the past stays readable."""
    same = (
        PointOfContactRow.party_kind == "queue",
        PointOfContactRow.party_key == queue,
        func.lower(PointOfContactRow.topic) == name.lower(),
    )
    session.execute(update(PointOfContactRow).where(*same, *_in_force(now)).values(valid_to=now))
    for rank, person_id in enumerate(ids):
        party = {"party_kind": "queue", "party_key": queue, "topic": name, "person_id": person_id, "valid_from": now}
        place = {"rank": rank, "confirmed_at": now, "valid_to": None}
        row = upsert(PointOfContactRow).values(party | place)
        # Twice in one instant: the row is there already.
        session.execute(row.on_conflict_do_update(index_elements=list(party), set_=place))
