"""A dry run: what would happen if somebody asked for this with these answers on that day. Nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from pydantic import JsonValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.answers import check, named_files
from catalog.expand import Skipped
from catalog.files import taken_at_their_word
from catalog.key_date import key_date
from catalog.rows import step_of
from catalog.service import Catalogue, Service
from catalog.undecided import filled_by
from routing.calendars import Calendar, first_working_instant, local_instant, working_days_between
from routing.critical import CriticalPath, Span, critical_path, spans
from routing.errors import DateOutOfRange
from routing.gaps import Gap, GapKind, gaps, shortfalls
from routing.lifecycle import counted
from routing.work import Placement
from spoc.db.people import PersonRow, QueueMemberRow, QueueRow
from spoc.intake.around import read_around, wanted_by
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.errors import NoSuchDay
from spoc.intake.meetings import gaps_of_meetings
from spoc.intake.people import Somebody, read_people
from spoc.intake.plan import Placed, Placing, place_all
from spoc.intake.submission import Submission

FARTHEST: Final = timedelta(days=1000)
"""Spare days are counted no farther: a start in the year 2100 must not keep a process busy."""


@dataclass(frozen=True)
class KeyDate:
    """The answer that everything is dated from, under its question."""

    label: str
    on: date


@dataclass(frozen=True)
class Tried:
    """One step of a dry run. `party` is a queue's title or a person's name; `waits_for` are titles.

    `spare_days` are working days that it may take beyond its due date without the end moving; None where it is secret,
    as nothing waits for it, or its date is still to come.
    """

    placed: Placed
    span: Span
    party: str
    members: int
    waits_for: tuple[str, ...]
    critical: bool
    latest_at: datetime | None
    spare_days: int | None
    gaps: tuple[Gap, ...]

    @property
    def key(self) -> str:
        return self.placed.step.key


@dataclass(frozen=True)
class Simulation:
    """Steps in the order of the catalogue; `path` are the keys of the critical path in the order of time.

    `skipped` are the steps left out, with their titles. There is no end while the date of a step is still to come.
    Instants are UTC; `calendar` is the organisation's.
    """

    service: Service
    answers: Mapping[str, JsonValue]
    title: str
    requester: Somebody
    at: datetime
    steps: tuple[Tried, ...]
    path: tuple[str, ...]
    ends_at: datetime | None
    key_date: KeyDate | None
    skipped: tuple[tuple[str, Skipped], ...]
    calendar: Calendar

    @property
    def gaps(self) -> tuple[tuple[str, Gap], ...]:
        """Every gap with the title of its step; conditions that could not be evaluated last."""
        of_steps = [(step.placed.step.title, gap) for step in self.steps for gap in step.gaps]
        failed = [
            (title, Gap(GapKind.CONDITION_FAILED, one.key, {"condition": one.condition, "fault": one.fault}))
            for title, one in self.skipped
            if one.fault
        ]
        return (*of_steps, *failed)


def under(desk: DeskFacts, catalogue: Catalogue) -> DeskFacts:
    """The desk as it would be with this catalogue published: its queues exist, without anybody in the new ones."""
    new = {queue.key: 0 for queue in catalogue.queues}
    return replace(desk, catalogue=catalogue, queue_ids={**new, **desk.queue_ids})


def first_person(session: Session) -> str:
    """The mail address of whoever came into the directory first and is active; "" in an empty one."""
    active = select(PersonRow.mail).where(PersonRow.active, ~PersonRow.shared)
    return session.scalar(active.order_by(PersonRow.id).limit(1)) or ""


def asked_at(text: str, desk: DeskFacts, now: datetime) -> datetime:
    """The instant of a dry run on that day: now if it is today or empty, else when the organisation's work begins.

    Raises:
        NoSuchDay: it is no date of the years planned with.
    """
    try:
        on = date.fromisoformat(text) if text.strip() else now.astimezone(desk.zone).date()
        if on == now.astimezone(desk.zone).date():
            return now
        return first_working_instant(desk.calendars[""], on) or local_instant(desk.calendars[""], on, time())
    except (ValueError, DateOutOfRange) as fault:
        raise NoSuchDay(text) from fault


def simulate(
    session: Session, service: Service, raw: Mapping[str, object], mail: str, desk: DeskFacts, at: datetime
) -> Simulation:
    """What the service would entail for the person with this mail address, asked for at that instant.

    A form step counts as filled in if there is an answer to one of its questions. Files are named, not uploaded.

    Raises:
        InvalidAnswers: `raw` does not fit the form.
        UnknownRequester: nobody active has the address.
    """
    mail = mail.strip().lower()
    people = read_people(session, service, Submission(service.key, raw), mail)
    filled = filled_by(service, {key: value for key, value in raw.items() if value is not None})
    answers = check(service, raw, desk.known(people, taken_at_their_word(named_files(service, raw))), filled=filled)
    placing = place_all(service, answers, people, people[mail], desk, at, filled=filled)
    placements = [_placement(placed) for placed in placing.steps]
    wanted = _key_date(service, answers)
    plan = _Plan(
        {placed.step.key: placed.step.title for placed in placing.steps},
        {span.key: span for span in spans(placements, at)},
        _parties(session, service, placing, desk),
        _members(session),
        desk.calendars[""],
    )
    path = _path(placing, plan.timed, _by(wanted, plan.calendar))
    lacking = shortfalls(
        wanted_by(session, service, placing), read_around(session, service, placing, people[mail].id, at)
    )
    meeting = gaps_of_meetings(service, answers, placing, desk.calendars, at)
    found = _by_step((*gaps(placements, plan.members, at), *meeting, *lacking))
    deciding = frozenset(path.keys if path else ())
    return Simulation(
        service=service,
        answers=answers,
        title=placing.title,
        requester=people[mail],
        at=at,
        steps=tuple(plan.tried(one, path, found, critical=one.step.key in deciding) for one in placing.steps),
        path=path.keys if path else (),
        ends_at=_end(placing.steps, plan.timed),
        key_date=wanted,
        skipped=_skipped(service, placing),
        calendar=plan.calendar,
    )


@dataclass(frozen=True)
class _Plan:
    """What is known of all steps, by their keys; `members` is by queue."""

    titles: Mapping[str, str]
    timed: Mapping[str, Span]
    parties: Mapping[str, str]
    members: Mapping[str, int]
    calendar: Calendar

    def tried(
        self, placed: Placed, path: CriticalPath | None, found: Mapping[str, tuple[Gap, ...]], *, critical: bool
    ) -> Tried:
        key = placed.step.key
        latest_at = path.latest.get(key) if path and not placed.is_undated else None
        return Tried(
            placed=placed,
            span=self.timed[key],
            party=self.parties[key],
            members=self.members.get(placed.queue or "", 0),
            waits_for=tuple(self.titles[need] for need in placed.needs),
            critical=critical,
            latest_at=latest_at,
            spare_days=_spare(self.calendar, self.timed[key].ends_at, latest_at) if latest_at else None,
            gaps=found.get(key, ()),
        )


def _end(steps: Sequence[Placed], timed: Mapping[str, Span]) -> datetime | None:
    if any(placed.is_undated for placed in steps):
        return None
    return max((span.ends_at for span in timed.values()), default=None)


def _placement(placed: Placed) -> Placement:
    return Placement(
        placed.step.key,
        placed.queue,
        placed.step.person if placed.queue is None else None,
        placed.state,
        placed.opens_at,
        placed.due_at,
        placed.needs,
        placed.why,
        placed.is_undated,
    )


def _key_date(service: Service, answers: Mapping[str, JsonValue]) -> KeyDate | None:
    field = key_date(service)
    answer = answers.get(field.key) if field else None
    return KeyDate(field.label, datetime.fromisoformat(answer).date()) if field and isinstance(answer, str) else None


def _by(wanted: KeyDate | None, calendar: Calendar) -> datetime | None:
    """The end of that day: what is due on it after hours still belongs to it."""
    if wanted is None:
        return None
    try:
        return local_instant(calendar, wanted.on, time.max)
    except DateOutOfRange:
        return None


def _path(placing: Placing, timed: Mapping[str, Span], by: datetime | None) -> CriticalPath | None:
    """Of the steps that count: a secret one holds up nothing that others see."""
    plan = [timed[placed.step.key] for placed in counted(placing.steps)]
    return critical_path(plan, by) if plan else None


def _members(session: Session) -> dict[str, int]:
    """How many active people serve each queue."""
    counted_ = select(QueueRow.key, func.count()).join(QueueMemberRow, QueueMemberRow.queue_id == QueueRow.id)
    active = counted_.join(PersonRow, PersonRow.id == QueueMemberRow.person_id).where(PersonRow.active)
    return dict(session.execute(active.group_by(QueueRow.key)).all())


def _parties(session: Session, service: Service, placing: Placing, desk: DeskFacts) -> dict[str, str]:
    """By the step's key, who does it: the title of its queue, the name of its person, or its approvers."""
    titles = {queue.key: queue.title for queue in desk.catalogue.queues}
    ids = {placed.person_id for placed in placing.steps if placed.queue is None}
    names = dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))).all())
    asked = {step.key: ", ".join(step.approval.approvers) for step in service.steps if step.approval is not None}
    return {
        placed.step.key: titles.get(placed.queue, placed.queue)
        if placed.queue
        else names.get(placed.person_id or 0) or asked.get(placed.step.key, "")
        for placed in placing.steps
    }


def _by_step(found: Iterable[Gap]) -> dict[str, tuple[Gap, ...]]:
    by_step: dict[str, tuple[Gap, ...]] = {}
    for gap in found:
        by_step[gap.step] = (*by_step.get(gap.step, ()), gap)
    return by_step


def _spare(calendar: Calendar, ends_at: datetime, latest_at: datetime) -> int:
    try:
        return working_days_between(calendar, ends_at, min(latest_at, ends_at + FARTHEST))
    except DateOutOfRange:
        return 0


def _skipped(service: Service, placing: Placing) -> tuple[tuple[str, Skipped], ...]:
    steps = [(one, step_of(service, one.key)) for one in placing.skipped]
    return tuple((step.title if step else one.key, one) for one, step in steps)
