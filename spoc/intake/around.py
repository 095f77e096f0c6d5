"""What steps of a dry run need beside people in their queues: points of contact, approvers, other systems."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from catalog.rows import step_of
from catalog.service import Service, Step
from routing.assign import Strategy
from routing.escalation import Whom
from routing.gaps import Around, Wanted
from routing.work import ASSIGNED
from spoc.db.calls import EndpointRow
from spoc.db.people import OWNER, PersonRow, PointOfContactRow, QueueMemberRow, QueueRow
from spoc.db.settings import read_ladder
from spoc.intake.approvers import people_named
from spoc.intake.catalogue import current
from spoc.intake.plan import Placed, Placing


def wanted_by(session: Session, service: Service, placing: Placing) -> tuple[Wanted, ...]:
    """What each step of the plan needs, in its order."""
    topics, told = _topics(session), _queues_of_ladder(session, service)
    return tuple(_wanted(one, step_of(service, one.step.key), topics, told) for one in placing.steps)


def _wanted(placed: Placed, step: Step | None, topics: Mapping[str, str], told: frozenset[str | None]) -> Wanted:
    queue = placed.queue or ""
    return Wanted(
        placed.step.key,
        queue,
        _topic(placed, step, topics),
        step.appointment.topic if step and step.appointment else "",
        step.approval.approvers if step and step.approval else (),
        step.call.endpoint if step and step.call else "",
        bool(queue) and bool({None, queue} & told),
        step.skill if step and step.queue == queue and placed.kind in ASSIGNED else "",
    )


def _topic(placed: Placed, step: Step | None, topics: Mapping[str, str]) -> str:
    """The step's own word counts in the queue that it names, as in assignment; else its queue's."""
    if placed.queue is None or placed.kind not in ASSIGNED:
        return ""
    if step and step.assign is not None and step.queue == placed.queue:
        return step.topic if Strategy(step.assign.value) is Strategy.POINT_OF_CONTACT else ""
    return topics.get(placed.queue, "")


def _topics(session: Session) -> dict[str, str]:
    """Of the queues whose tasks go to a point of contact."""
    by_contact = QueueRow.strategy == Strategy.POINT_OF_CONTACT
    return dict(session.execute(select(QueueRow.key, QueueRow.topic).where(by_contact)).all())


def topics_asked_for(session: Session) -> tuple[tuple[str, str], ...]:
    """Pairs of queue and topic for which steps of the catalogue in force, or queues, want a point of contact."""
    steps = (step for service in current(session)[1].services for step in service.steps)
    of_steps = [(step.queue, topic) for step in steps if step.queue for topic in _topics_of(step) if topic]
    return tuple(dict.fromkeys((*of_steps, *_topics(session).items())))


def _topics_of(step: Step) -> tuple[str, ...]:
    """Of who is offered it, and of whom one meets."""
    return step.topic, step.appointment.topic if step.appointment else ""


def _queues_of_ladder(session: Session, service: Service) -> frozenset[str | None]:
    """The queues about which the ladder tells whoever answers for them; None stands for all."""
    rungs, _ = read_ladder(session)
    about = (one for one in rungs if one.service in (None, service.key) and one.whom in {Whom.OWNER, Whom.LEAD})
    return frozenset(one.queue for one in about)


def read_around(session: Session, service: Service, placing: Placing, requester_id: int, now: datetime) -> Around:
    """Who and what there is for the plan at that instant."""
    contacts = session.execute(_contacts(now)).all()
    subject_id = placing.subject.id if placing.subject else None
    approvals = {step.key: step.approval for step in service.steps if step.approval is not None}
    asked = {key: people_named(session, one, service, requester_id, subject_id) for key, one in approvals.items()}
    return Around(
        frozenset((queue, topic) for queue, topic, _ in contacts),
        frozenset((queue, topic) for queue, topic, serves in contacts if serves),
        {key: frozenset(named for named, ids in found.items() if ids) for key, found in asked.items()},
        frozenset(queue for queue, topic, _ in contacts if topic == OWNER) | _led(session),
        frozenset(session.scalars(select(EndpointRow.key))),
        _known(session),
    )


def _known(session: Session) -> frozenset[tuple[str, str]]:
    """Queues with what somebody active in them knows."""
    known = select(QueueRow.key, func.unnest(QueueMemberRow.skills))
    rows = known.join(QueueRow, QueueRow.id == QueueMemberRow.queue_id).join(
        PersonRow, PersonRow.id == QueueMemberRow.person_id
    )
    return frozenset((queue, skill) for queue, skill in session.execute(rows.where(PersonRow.active)))


def _contacts(now: datetime) -> Select[str, str, bool]:
    """Queue, topic in lower case, and whether they serve that queue, of each active point of contact.

    Only who serves the queue is offered its tasks.
    """
    member = select(QueueMemberRow.id).join(QueueRow, QueueRow.id == QueueMemberRow.queue_id)
    serves = member.where(
        QueueRow.key == PointOfContactRow.party_key, QueueMemberRow.person_id == PointOfContactRow.person_id
    )
    return (
        select(PointOfContactRow.party_key, func.lower(PointOfContactRow.topic), serves.exists())
        .join(PersonRow, PersonRow.id == PointOfContactRow.person_id)
        .where(
            PointOfContactRow.party_kind == "queue",
            PersonRow.active,
            PointOfContactRow.valid_from <= now,
            or_(PointOfContactRow.valid_to.is_(None), PointOfContactRow.valid_to > now),
        )
    )


def _led(session: Session) -> frozenset[str]:
    led = select(QueueRow.key).join(QueueMemberRow, QueueMemberRow.queue_id == QueueRow.id)
    active = led.join(PersonRow, PersonRow.id == QueueMemberRow.person_id).where(PersonRow.active)
    return frozenset(session.scalars(active.where(QueueMemberRow.is_lead)))
