"""A queue's team: how its tasks find their person, what each member takes and knows, how much each has to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from routing.assign import Strategy
from routing.lifecycle import WORKABLE
from routing.phrase import Phrase, marked
from routing.visibility import Actor, may_work
from spoc.db.people import PersonRow, QueueMemberRow, QueueRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import visible_tasks, visible_tickets
from spoc.desk.errors import InvalidTeam
from spoc.errors import Fault, NotAllowed, NotFound

log = structlog.get_logger()

MOST_TASKS: Final = 500
MOST_SKILLS: Final = 20
LONGEST_WORD: Final = 60
LONGEST_ANSWER: Final = 10 * 24 * 60


@dataclass(frozen=True)
class Way:
    """How tasks of the queue find their person. `answer_minutes` of working time: for points of contact to react."""

    strategy: Strategy
    skill: str = ""
    topic: str = ""
    answer_minutes: int = 240


@dataclass(frozen=True)
class Member:
    """`open_tasks`: what they were offered or have taken, as far as the reader sees it. `most_tasks` None: no limit."""

    person_id: int
    public_id: UUID
    name: str
    mail: str
    is_lead: bool
    active: bool
    most_tasks: int | None
    skills: tuple[str, ...]
    open_tasks: int


@dataclass(frozen=True)
class Team:
    key: str
    title: str
    way: Way
    members: tuple[Member, ...]
    may_change: bool


def read_team(session: Session, actor: Actor, key: str) -> Team:
    """The team, members by family name.

    Raises:
        NotFound: there is no such queue, or the actor does not work in it.
    """
    queue = _queue(session, actor, key)
    way = Way(queue.strategy, queue.skill, queue.topic, queue.answer_minutes)
    return Team(
        key, queue.title, way, _members(session, queue.id, _loads(session, actor, queue.id)), key in actor.leads
    )


def set_way(session: Session, actor: Actor, key: str, wanted: Way) -> None:
    """Change how tasks find their person. What is ready and nobody's is considered anew.

    Raises:
        NotFound: as `read_team`.
        NotAllowed: the actor does not lead it.
        InvalidTeam: a strategy without its skill or topic, or a time that is none.
    """
    queue = _led(session, actor, key)
    if faults := _faults(wanted):
        raise InvalidTeam(*faults)
    changed = {"strategy": wanted.strategy, "answer_minutes": wanted.answer_minutes}
    # What another strategy needs is kept: choosing it again brings it back.
    words = {"skill": _word(wanted.skill) or queue.skill, "topic": wanted.topic.strip() or queue.topic}
    session.execute(update(QueueRow).where(QueueRow.id == queue.id).values(**changed, **words))
    nobodys = (
        TaskRow.queue_id == queue.id,
        TaskRow.state.in_(WORKABLE),
        TaskRow.assignee_id.is_(None),
        TaskRow.considered_at.is_not(None),
    )
    session.execute(update(TaskRow).where(*nobodys).values(considered_at=None))
    log.info("desk.way_set", queue=key, strategy=wanted.strategy, by=actor.person_id)


def set_member(session: Session, actor: Actor, key: str, public_id: UUID, most_tasks: int | None, skills: str) -> None:
    """Change the most that a member is offered, and what they know, in words with commas between them.

    Raises:
        NotFound: as `read_team`; also somebody who does not serve the queue.
        NotAllowed: the actor does not lead it.
        InvalidTeam: a limit that is none, or too many or too long words.
    """
    queue = _led(session, actor, key)
    words = sorted({word for one in skills.split(",") if (word := _word(one))})
    faults = []
    if most_tasks is not None and not 0 <= most_tasks <= MOST_TASKS:
        faults.append(Fault("most_tasks", "limit", Phrase("A limit is a number from 0 to 500, or empty for none.")))
    if len(words) > MOST_SKILLS or any(len(word) > LONGEST_WORD or not word.isprintable() for word in words):
        faults.append(Fault("skills", "words", Phrase("At most 20 skills of at most 60 characters each.")))
    if faults:
        raise InvalidTeam(*faults)
    person = select(PersonRow.id).where(PersonRow.public_id == public_id).scalar_subquery()
    mine = QueueMemberRow.queue_id == queue.id, QueueMemberRow.person_id == person
    changed = update(QueueMemberRow).where(*mine).values(most_tasks=most_tasks, skills=words)
    if session.scalar(changed.returning(QueueMemberRow.id)) is None:
        raise NotFound(marked("This person does not serve the queue."))
    log.info("desk.member_set", queue=key, by=actor.person_id)


def _queue(session: Session, actor: Actor, key: str) -> QueueRow:
    queue = session.scalar(select(QueueRow).where(QueueRow.key == key))
    if queue is None or not may_work(actor, key):
        raise NotFound(marked("There is no such queue."))
    return queue


def _led(session: Session, actor: Actor, key: str) -> QueueRow:
    queue = _queue(session, actor, key)
    if key not in actor.leads:
        raise NotAllowed(marked("Only who leads the queue changes this."))
    return queue


def _loads(session: Session, actor: Actor, queue_id: int) -> Mapping[int, int]:
    """By person, over tasks that the reader may read in full. Secret work counts in no load."""
    counted = select(TaskRow.assignee_id, func.count()).join(TicketRow, TicketRow.id == TaskRow.ticket_id)
    open_ = TaskRow.queue_id == queue_id, TaskRow.state.in_(WORKABLE)
    seen = counted.where(*open_, ~TaskRow.secret, ~TicketRow.secret, visible_tickets(actor), visible_tasks(actor))
    return {row[0]: row[1] for row in session.execute(seen.group_by(TaskRow.assignee_id)) if row[0] is not None}


def _members(session: Session, queue_id: int, loads: Mapping[int, int]) -> tuple[Member, ...]:
    joined = select(PersonRow, QueueMemberRow).join(QueueMemberRow, QueueMemberRow.person_id == PersonRow.id)
    rows = joined.where(QueueMemberRow.queue_id == queue_id).order_by(PersonRow.sort_name, PersonRow.id)
    return tuple(
        Member(
            person.id,
            person.public_id,
            person.name,
            person.mail,
            member.is_lead,
            person.active,
            member.most_tasks,
            tuple(member.skills),
            loads.get(person.id, 0),
        )
        for person, member in session.execute(rows)
    )


def _faults(wanted: Way) -> list[Fault]:
    faults = []
    if wanted.strategy is Strategy.SKILL and not _word(wanted.skill):
        faults.append(Fault("skill", "missing", Phrase("Say which skill the tasks of this queue take.")))
    if wanted.strategy is Strategy.POINT_OF_CONTACT and not wanted.topic.strip():
        faults.append(Fault("topic", "missing", Phrase("Say for which topic, as it stands among the contacts.")))
    if not 0 < wanted.answer_minutes <= LONGEST_ANSWER:
        faults.append(Fault("answer_hours", "time", Phrase("A time from a quarter of an hour to 240 hours.")))
    return faults


def _word(skill: str) -> str:
    return " ".join(skill.split()).lower()
