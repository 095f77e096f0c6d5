"""What must hold of a ticket however many changed their minds about it at once."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.service import Service
from routing.lifecycle import OPEN
from routing.redraw import Wanted
from routing.work import ContactKind
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow, EventRow, TicketRow
from spoc.desk.amending.amend import Planner, Wish
from spoc.desk.amending.difference import Difference
from spoc.desk.found import ticket_by_id
from spoc.desk.ticket_rows import Task
from spoc.intake.catalogue import service_at
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.replan import replan

Answers = Mapping[str, Any]
FIRST: Final = date(2026, 10, 6)
"""When the new starter of `wishes` starts at first."""


def wishes(count: int, seed: int) -> list[Wish]:
    """Other dates mostly, another laptop, another place to work, and now and then the whole of it taken back."""
    chance = random.Random(seed)  # noqa: S311 - the same mixture in each run

    def one() -> Wish:
        match chance.choices(("date", "laptop", "place", "cancel"), (60, 20, 12, 8))[0]:
            case "date":
                return Wish({"start_on": (FIRST + timedelta(days=chance.randrange(1, 60))).isoformat()})
            case "laptop":
                return Wish({"laptop": chance.choice(("windows", "mac", "none"))})
            case "place":
                return Wish({"work_place": chance.choice(("office", "remote"))})
            case _:
                return Wish({}, cancels=True)

    return [one() for _ in range(count)]


def planner(session: Session, now: datetime) -> Planner:
    return Planner(partial(replan, session, read_desk_facts(session), now), partial(service_at, session))


def broken(session: Session, ticket_id: int, applied: Sequence[Difference], now: datetime) -> list[str]:
    """What does not hold of a ticket of one ask that only its requester changed; `applied` in any order.

    Nobody else may have touched it: its open tasks are then those that its answers entail, in every particular.
    """
    ask = session.scalars(select(AskRow).where(AskRow.ticket_id == ticket_id)).one()
    service = service_at(session, ask.catalogue_version_id, ask.service_key)
    events = session.scalars(select(EventRow).where(EventRow.ticket_id == ticket_id).order_by(EventRow.number)).all()
    changes = [one for one in events if one.kind == "amended" and one.public]
    return [
        *_numbers(session, ticket_id, events),
        *_chain(service, ask, changes, applied),
        *_contacts(session, ticket_id, applied),
        *_tasks(session, ask, service, now),
    ]


def _numbers(session: Session, ticket_id: int, events: Sequence[EventRow]) -> Iterator[str]:
    count = session.get_one(TicketRow, ticket_id, populate_existing=True).event_count
    if [one.number for one in events] != list(range(1, count + 1)):
        yield f"the {len(events)} events are not numbered from 1 to {count}"


def _chain(service: Service, ask: AskRow, changes: Sequence[EventRow], applied: Sequence[Difference]) -> Iterator[str]:
    """Each began where another had ended, and the log has them in that order."""
    held: list[Answers] = [*(one["answers"] for one in ask.former_answers), ask.answers]
    steps = [_step(was, now) for was, now in pairwise(held)]
    if Counter(steps) != Counter(step for one in applied if (step := _made(one))):
        yield f"the answers went {len(steps)} steps, other than the {len(applied)} that were applied"
    labels = [frozenset(service.fields[key].label for key, _, _ in step) for step in steps]
    told = [frozenset(answer["label"] for answer in one.what["changes"]) for one in changes]
    if len(told) != len(applied) or [one for one in told if one] != labels:
        yield f"the timeline tells of {len(told)} changes, other than the {len(applied)} that were applied"
    for before, after in pairwise([one for event in changes for one in event.what["changes"]]):
        if before["label"] == after["label"] and before.get("to") != after.get("from"):
            yield f"the timeline leaps at {after['label']}: from {before.get('to')} to {after.get('from')}"


def _step(was: Answers, now: Answers) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (key, str(was.get(key)), str(now.get(key))) for key in {*was, *now} if was.get(key) != now.get(key)
    )


def _made(one: Difference) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (answer.key, str(answer.was and answer.was.value), str(answer.now and answer.now.value))
        for answer in one.answers
    )


def _contacts(session: Session, ticket_id: int, applied: Sequence[Difference]) -> Iterator[str]:
    repeats = select(ContactRow.id).where(ContactRow.ticket_id == ticket_id, ContactRow.kind == ContactKind.REPEAT)
    counted, wanted = len(session.scalars(repeats).all()), sum(not one.cancels for one in applied)
    if counted != wanted:
        yield f"{wanted} changes are {counted} repeat contacts"


def _tasks(session: Session, ask: AskRow, service: Service, now: datetime) -> Iterator[str]:
    under_way = {one.key: one for one in ticket_by_id(session, ask.ticket_id).tasks if one.state in OPEN}
    plan = replan(session, read_desk_facts(session), now, service, ask, ask.answers)
    wanted = {} if ask.cancelled_at is not None else plan.after.steps
    if set(under_way) != set(wanted):
        yield f"under way though not wanted, or the other way round: {sorted(set(under_way) ^ set(wanted))}"
    for key in sorted(set(under_way) & set(wanted)):
        is_so, is_to_be = _stands(under_way[key]), _stands(wanted[key])
        yield from (
            f"{key}: {name} is {is_so[name]!r}, not {is_to_be[name]!r}"
            for name in is_so
            if is_so[name] != is_to_be[name]
        )


def _stands(one: Task | Wanted) -> dict[str, Any]:
    names = ("title", "detail", "queue", "person_id", "opens_at", "due_at", "confidential_to", "why")
    return {name: getattr(one, name) for name in names} | {"needs": sorted(one.needs)}
