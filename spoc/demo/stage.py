"""Who plays, where and with which dice: what every part of the simulation shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from random import Random
from typing import TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.calendars import Calendar, add_working_days, add_working_minutes
from routing.visibility import Actor
from routing.work import DESK, Channel
from spoc.db.people import AbsenceRow, PersonRow
from spoc.demo.agenda import Agenda
from spoc.demo.staff import SIGN_INS, Member
from spoc.demo.stories import Chapter, Story, Words, read_chapters, read_words
from spoc.files.store import Store
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.people.directory import visit_from, visit_statement

Chosen = TypeVar("Chosen")
LIVE = frozenset({Channel.PHONE, Channel.CHAT, Channel.WALK_IN})
"""Channels on which an agent takes the ask down."""


@dataclass(frozen=True)
class Player:
    """Somebody with their rights. `away` are the first and last days of their absences."""

    member: Member
    id: int
    actor: Actor
    away: tuple[tuple[date, date], ...] = ()

    def is_away(self, on: date) -> bool:
        return any(first <= on <= last for first, last in self.away)


class Course(StrEnum):
    """How an ask goes that the desk could resolve in the first contact."""

    AT_ONCE = "at_once"
    LATER = "later"
    PASSED_ON = "passed_on"
    ASKED_BACK = "asked_back"


@dataclass(frozen=True)
class Pace:
    """When a task is claimed and finished, None never; by whom and with which result, None whoever and whatever."""

    claim_at: datetime | None
    finish_at: datetime | None
    result: str | None = None
    who: str | None = None


@dataclass
class Case:
    """A ticket that the simulation follows. `paces` are set where the story is told beforehand, by step."""

    ticket_id: int
    reference: str
    requester: Player
    chapter: Chapter
    story: Story
    channel: Channel
    opened_at: datetime
    ended_at: datetime
    taken_by: Player | None
    course: Course
    paces: Mapping[str, Pace] | None = None
    is_again: bool = False
    steps_done: int = 0


@dataclass
class Stage:
    """`follow_up` is told of every ticket that was resolved, and decides what people do then."""

    random: Random
    begins_at: datetime
    ends_at: datetime
    facts: DeskFacts
    store: Store
    players: Mapping[str, Player]
    members: Mapping[str, Sequence[Player]]
    chapters: Mapping[str, Chapter]
    words: Words
    agenda: Agenda
    follow_up: "FollowUp"
    cases: dict[int, Case] = field(default_factory=dict)
    planned: set[UUID] = field(default_factory=set)
    last_asked: dict[tuple[str, str], datetime] = field(default_factory=dict)
    gone: dict[str, date] = field(default_factory=dict)
    starters: list[str] = field(default_factory=list)

    def player(self, person_id: int) -> Player:
        return self._by_id[person_id]

    @cached_property
    def _by_id(self) -> Mapping[int, Player]:
        return {one.id: one for one in self.players.values()}

    @property
    def calendar(self) -> Calendar:
        """The desk's: it says when people can be reached."""
        return self.facts.calendars[DESK]

    def calendar_of(self, queue: str | None) -> Calendar:
        return self.facts.calendars[queue or ""]

    def today(self, at: datetime) -> date:
        return at.astimezone(self.facts.zone).date()

    def later(self, at: datetime, low: float, high: float, queue: str | None = DESK) -> datetime:
        """Between so many working minutes of a queue later, with seconds, so that no two happen at once."""
        minutes = self.random.randint(int(low), max(int(low), int(high)))
        return add_working_minutes(self.calendar_of(queue), at, minutes).replace(second=self.random.randrange(60))

    def on(self, working_days: int, at: time) -> datetime:
        """So many working days from the end of the history, at a time of the desk's zone; never before the history."""
        day = add_working_days(self.calendar, self.today(self.ends_at), working_days)
        return max(datetime.combine(day, at, self.facts.zone), self.begins_at)

    def agent(self, queue: str, at: datetime) -> Player:
        """Whoever of the queue takes the next task; those one can sign in as take more, so that they have work."""
        day = self.today(at)
        able = [one for one in self.members[queue] if not one.is_away(day)] or list(self.members[queue])
        return self.random.choices(able, [2 if one.member.account in SIGN_INS else 1 for one in able])[0]

    def happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def weighed(self, options: Mapping[Chosen, float]) -> Chosen:
        return self.random.choices(list(options), list(options.values()))[0]


FollowUp: TypeAlias = Callable[[Stage, Case, Session, datetime], None]


def set_stage(
    session: Session,
    staff: Sequence[Member],
    random: Random,
    begins_at: datetime,
    ends_at: datetime,
    store: Store,
    follow_up: FollowUp,
) -> Stage:
    """Read what was set up."""
    players = _players(session, staff)
    queues = {key for member in staff for key in member.queues}
    return Stage(
        random=random,
        begins_at=begins_at,
        ends_at=ends_at,
        facts=read_desk_facts(session),
        store=store,
        players=players,
        members={queue: [one for one in players.values() if queue in one.member.queues] for queue in sorted(queues)},
        chapters={chapter.service: chapter for chapter in read_chapters()},
        words=read_words(),
        agenda=Agenda(ends_at),
        follow_up=follow_up,
    )


def _players(session: Session, staff: Sequence[Member]) -> Mapping[str, Player]:
    actors = {actor.mail: actor for actor in (visit_from(row).actor for row in session.execute(visit_statement()))}
    away = session.execute(
        select(PersonRow.mail, AbsenceRow.from_on, AbsenceRow.until_on)
        .join(AbsenceRow, AbsenceRow.person_id == PersonRow.id)
        .order_by(AbsenceRow.id)
    ).all()
    return {
        one.account: Player(
            member=one,
            id=actors[one.mail].person_id,
            actor=actors[one.mail],
            away=tuple((first, last) for mail, first, last in away if mail == one.mail),
        )
        for one in staff
    }
