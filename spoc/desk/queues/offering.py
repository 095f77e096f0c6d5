"""Offering ready tasks to people by rule: sweeps that run after the intake, never in it.

An offer makes nobody's work harder to take: the task stays ready, and anybody in its queue may claim it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from routing.assign import Candidate, Choice, Strategy, choose
from routing.calendars import add_working_minutes
from routing.errors import NoWorkingTime
from routing.offers import give_back, pass_on, take_over
from routing.why import about_assignment, document
from routing.work import ASSIGNED, TaskState
from spoc.db.absences import read_away
from spoc.db.calendars import calendar_of
from spoc.db.events import lock
from spoc.db.people import PersonRow, QueueMemberRow
from spoc.db.tickets import OFFERED, TO_CONSIDER, TaskRow
from spoc.desk.asks import Services
from spoc.desk.found import ticket_by_id
from spoc.desk.moves import tell
from spoc.desk.queues.candidates import read_candidates
from spoc.desk.queues.wishes import Wished, read_wishes
from spoc.desk.sweeps import BATCH
from spoc.desk.ticket_rows import Task

OFFERING = 5_807_010  # the advisory lock: two sweeps at once would give the same person two turns


@dataclass(frozen=True)
class Offer:
    """A task that is about to be offered, or was, with all that decides to whom."""

    task: Task
    wished: Wished
    assignee_id: int | None
    offered_for_id: int | None
    candidates: Mapping[int, Candidate]
    away: Mapping[int, int | None]

    @property
    def team(self) -> list[Candidate]:
        return list(self.candidates.values())

    def candidate(self, person_id: int | None) -> Candidate:
        """Somebody who does not serve the queue any more cannot be chosen again."""
        known = self.candidates.get(person_id or 0)
        return known or Candidate(person_id or 0, self.task.assignee_name or "", active=False)


Decide = Callable[[Offer], Choice | None]


def offer_ready(session: Session, service_at: Services, now: datetime, *, limit: int = BATCH) -> int:
    """Decide about ready tasks that nobody has; returns how many. Fewer than `limit` means that none is left.

    What is to be taken by hand is considered too, once, and left as it is.
    """
    if not _is_alone(session):
        return 0
    ids = session.scalars(
        select(TaskRow.id).where(sql(TO_CONSIDER), TaskRow.kind.in_(ASSIGNED)).order_by(TaskRow.id).limit(limit)
    ).all()
    wishes = read_wishes(session, ids, service_at)
    wanted = [one for one in wishes.values() if one.wish.strategy is not Strategy.MANUAL]
    _decide_each(session, wanted, sql(TO_CONSIDER), lambda one: choose(one.wished.wish, one.team, one.away), now)
    # Last, so that no row is held while a ticket's lock is waited for.
    by_hand = sorted(wishes.keys() - {one.task_id for one in wanted})
    session.execute(update(TaskRow).where(TaskRow.id.in_(by_hand), sql(TO_CONSIDER)).values(considered_at=now))
    return len(ids)


def pass_on_silent(session: Session, service_at: Services, now: datetime) -> int:
    """Offer what a point of contact did not react to in time to the next one; returns the number of tasks."""
    return _reconsider(session, service_at, TaskRow.offer_ends_at <= now, _after_silence, now)


def follow_absences(session: Session, service_at: Services, now: datetime) -> int:
    """Move offers from those who cannot take them up now, and back to those who can again; returns how many moved.

    What somebody claimed, put back or handed over was moved on purpose, and stays.
    """
    away = sorted(read_away(session, now))
    active = select(QueueMemberRow.person_id).join(PersonRow, PersonRow.id == QueueMemberRow.person_id)
    can = active.where(PersonRow.active, QueueMemberRow.queue_id == TaskRow.queue_id).correlate(TaskRow)
    gone = or_(TaskRow.assignee_id.in_(away), TaskRow.assignee_id.not_in(can))
    back = and_(TaskRow.offered_for_id.is_not(None), TaskRow.offered_for_id.not_in(away))
    return _reconsider(session, service_at, or_(gone, back), _after_absence, now)


def _reconsider(
    session: Session, service_at: Services, which: ColumnElement[bool], decide: Decide, now: datetime
) -> int:
    if not _is_alone(session):
        return 0
    ids = session.scalars(select(TaskRow.id).where(sql(OFFERED), which).order_by(TaskRow.id)).all()
    wishes = read_wishes(session, ids, service_at)
    return _decide_each(session, wishes.values(), sql(OFFERED), decide, now)


def _is_alone(session: Session) -> bool:
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(OFFERING))))


def _decide_each(session: Session, wished: Iterable[Wished], still: Any, decide: Decide, now: datetime) -> int:
    """Decide about each under its ticket's lock, if it is `still` to be decided; how many were moved."""
    moved, away = 0, read_away(session, now)
    for one in sorted(wished, key=lambda each: (each.ticket_id, each.task_id)):
        lock(session, one.ticket_id)
        held = select(TaskRow.assignee_id, TaskRow.offered_for_id).where(TaskRow.id == one.task_id, still)
        row = session.execute(held).one_or_none()
        if row is None:
            continue
        ticket = ticket_by_id(session, one.ticket_id)
        task = next(each for each in ticket.tasks if each.id == one.task_id)
        candidates = read_candidates(session, ticket, task, one.wish, now)
        choice = decide(Offer(task, one, row.assignee_id, row.offered_for_id, candidates, away))
        if choice is not None:
            write_choice(session, task, one, choice, candidates, now)
            if not (task.secret or ticket.secret):
                take_turn(session, task, choice, now)
            moved += 1
    return moved


def _after_silence(offer: Offer) -> Choice:
    silent = offer.candidate(offer.assignee_id)
    place_id = offer.offered_for_id or silent.person_id
    return pass_on(offer.wished.wish, offer.team, offer.away, silent=silent, place_id=place_id)


def _after_absence(offer: Offer) -> Choice | None:
    """None where nobody is better than who has it: everybody is away."""
    assignee, owner = offer.candidate(offer.assignee_id), offer.candidate(offer.offered_for_id or offer.assignee_id)
    if owner.active and owner.person_id not in offer.away:
        choice = give_back(owner)
    else:
        taken_over = take_over(assignee, owner, offer.team, offer.away)
        choice = taken_over or choose(offer.wished.wish, offer.team, offer.away)
    is_no_better = choice.person_id in offer.away and assignee.active
    return None if is_no_better or choice.person_id == offer.assignee_id else choice


def write_choice(
    session: Session, task: Task, wished: Wished, choice: Choice, candidates: Mapping[int, Candidate], now: datetime
) -> None:
    """Write down whom the task is offered to, if it is still ready. The caller holds the ticket's lock."""
    whys = [document(why) for why in choice.why]
    kept = [document(why) for why in task.why if not about_assignment(why)]
    session.execute(
        update(TaskRow)
        .where(TaskRow.id == task.id, TaskRow.state == TaskState.READY)
        .values(
            assignee_id=choice.person_id,
            considered_at=now,
            offer_ends_at=_ends_at(session, task, wished, now) if choice.person_id else None,
            offered_for_id=choice.stands_in_for,
            why=[*kept, *whys],
        )
    )
    if choice.person_id is None:
        tell(session, task, "offered_to_nobody", None, now, public=False, why=whys)
        return
    name = candidates[choice.person_id].name
    tell(session, task, "offered", None, now, public=False, person=name, person_id=choice.person_id, why=whys)


def take_turn(session: Session, task: Task, choice: Choice, now: datetime) -> None:
    """Whoever was offered it is the last in the queue's turns. Of secret work others would see by whose turn it is."""
    mine = QueueMemberRow.queue_id == task.queue_id, QueueMemberRow.person_id == choice.person_id
    session.execute(update(QueueMemberRow).where(*mine).values(offered_at=now))


def _ends_at(session: Session, task: Task, wished: Wished, now: datetime) -> datetime | None:
    """When the offer moves on. In a queue that never works it stays: nobody could be late to react."""
    if wished.wish.strategy is not Strategy.POINT_OF_CONTACT:
        return None
    try:
        return add_working_minutes(calendar_of(session, task.queue_id), now, wished.answer_minutes)
    except NoWorkingTime:
        return None
