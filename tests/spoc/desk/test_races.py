"""Agents at the same instant, on a database that really commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from routing.work import TicketState
from spoc.db.jobs import JobRow
from spoc.db.tickets import AskRow, EventRow, TicketRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.errors import AlreadyClaimed
from spoc.desk.follow import follow
from tests.world import World

FIFTY = 50


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each act gave or raised; all begin together."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        ready.wait()
        try:
            return act()
        except AlreadyClaimed as slower:
            return slower

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_fifty_claims_at_once_one_wins_and_the_others_hear_who(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        ticket = world.submit("new-starter")
    order = next(task.id for task in ticket.tasks if task.key == "laptop-order")
    agents = [world.actor("agent.it" if number % 2 else "lead") for number in range(FIFTY)]

    def claiming(number: int) -> Callable[[], object]:
        def act() -> str:
            with committed.begin() as session:
                return claim(session, agents[number], order, now)

        return act

    outcomes = at_once([claiming(number) for number in range(FIFTY)])

    with committed() as session:
        claims = session.scalar(select(func.count()).where(EventRow.kind == "claimed"))
    assert claims == 1
    slower = [one for one in outcomes if isinstance(one, AlreadyClaimed)]
    assert len({one.by for one in slower}) == 1
    # A winner who claims again is told nothing new; the other agent always hears who was faster.
    assert len(slower) == FIFTY // 2


def test_the_last_two_tasks_finished_at_once_resolve_once_with_one_mail(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        ticket = world.submit("laptop-fault", symptom="damage", cannot_work=True)
    assert len(ticket.tasks) == 2

    def finishing(number: int) -> Callable[[], object]:
        def act() -> str:
            with committed.begin() as session:
                return finish(session, world.actor("agent.it"), ticket.tasks[number].id, now, result="Done.")

        return act

    at_once([finishing(0), finishing(1)])

    with committed() as session:
        assert session.get_one(TicketRow, ticket.ticket_id).state is TicketState.RESOLVED
        assert session.scalars(select(AskRow.resolved_at)).all() == [now]
        assert session.scalar(select(func.count()).where(EventRow.kind == "resolved")) == 1
        assert session.scalar(select(func.count()).where(JobRow.kind == "mail.ticket_resolved")) == 1
        numbers = session.scalars(select(EventRow.number).order_by(EventRow.number)).all()
        assert numbers == list(range(1, len(numbers) + 1))


def test_following_twice_changes_nothing_the_second_time(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    finish(session, world.actor("agent.desk"), ticket.tasks[0].id, now)
    before = session.scalar(select(func.count()).select_from(EventRow))

    follow(session, ticket.ticket_id, None, now)

    assert session.scalar(select(func.count()).select_from(EventRow)) == before
