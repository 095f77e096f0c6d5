"""People who choose the same time at the same instant, on a database that really commits."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.appointments import AppointmentRow
from spoc.db.people import QueueMemberRow, QueueRow
from spoc.desk.appointments.booking import book
from spoc.desk.appointments.errors import SlotTaken
from spoc.intake.catalogue import service_at
from tests.spoc.desk.meeting import fitting, offered, put, task_of
from tests.spoc.desk.test_races import at_once
from tests.world import World

FRIDAY = datetime(2026, 8, 14, 7, 0, tzinfo=UTC)  # 09:00 in Berlin
TWELVE = 12


def rush(committed: sessionmaker[Session], now: datetime, wanted: dict[str, object]) -> list[object]:
    """What becomes of it when a dozen people choose one time at once, each on a ticket of their own."""
    with committed() as session:
        world = World.create(session, now)
        put(world, wanted)
        tickets = [offered(world, by=("employee", "colleague")[number % 2]) for number in range(TWELVE)]
        tasks = [task_of(session, ticket).public_id for ticket in tickets]
    actors = [world.actor(("employee", "colleague")[number % 2]) for number in range(TWELVE)]

    def choosing(number: int) -> Callable[[], object]:
        def act() -> object:
            try:
                with committed.begin() as session:
                    services = partial(service_at, session)
                    return book(session, actors[number], tasks[number], FRIDAY, now, services=services)
            except SlotTaken as slower:
                return slower

        return act

    return at_once([choosing(number) for number in range(TWELVE)])


def booked(committed: sessionmaker[Session]) -> int:
    with committed() as session:
        return session.scalar(select(func.count()).where(AppointmentRow.starts_at == FRIDAY)) or 0


def test_of_a_dozen_who_choose_the_last_place_at_once_one_gets_it(
    committed: sessionmaker[Session], now: datetime
) -> None:
    outcomes = rush(committed, now, fitting("5 working days after submission"))
    assert booked(committed) == 1
    assert sum(isinstance(one, SlotTaken) for one in outcomes) == TWELVE - 1


def test_a_queue_of_two_is_taken_twice_at_once_and_not_thrice(committed: sessionmaker[Session], now: datetime) -> None:
    outcomes = rush(committed, now, fitting("5 working days after submission", at_once=5))
    with committed() as session:
        people = select(func.count()).select_from(QueueMemberRow).join(QueueRow).where(QueueRow.key == "it")
        assert session.scalar(people) == 2
    assert booked(committed) == 2
    assert sum(isinstance(one, SlotTaken) for one in outcomes) == TWELVE - 2
