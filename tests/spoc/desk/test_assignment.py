"""Ready tasks are offered to people by rule: whom, and why."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.document import shipped
from catalog.service import Step
from catalog.service import Strategy as Word
from routing.assign import Strategy
from routing.why import Kind
from routing.work import TaskState
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.desk.actions.finishing import finish
from spoc.desk.queues.offering import offer_ready
from spoc.desk.queues.wishes import read_wishes
from spoc.intake.catalogue import publish, service_at
from tests.spoc.desk.offers import (
    SERVICE,
    ask,
    assign,
    be_away,
    change_member,
    events,
    kinds,
    of_it,
    offered_to,
    set_queue,
)
from tests.world import World


def test_in_a_queue_without_a_strategy_nobody_is_offered_anything(world: World, session: Session) -> None:
    ticket = ask(world)

    assign(session, world.now)

    task = of_it(session, ticket)
    assert (task.assignee_id, task.considered_at, events(session, ticket)) == (None, world.now, [])


def test_an_offer_is_written_with_its_reason_and_leaves_the_task_ready(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)

    assign(session, world.now)

    task, (event,) = of_it(session, ticket), events(session, ticket)
    assert (task.state, offered_to(world, ticket)) == (TaskState.READY, "agent.it")
    assert (event.kind, event.actor_id, event.public) == ("offered", None, False)
    assert event.what["person"] == "Lea Brandt"
    assert kinds(session, ticket) == [Kind.ASSIGN_TURN] == [why["kind"] for why in event.what["why"]]


def test_the_members_of_a_queue_take_turns(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    tickets = [ask(world) for _ in range(4)]

    for minute in range(4):
        offer_ready(session, partial(service_at, session), world.now + timedelta(minutes=minute), limit=1)

    assert [offered_to(world, one) for one in tickets] == ["agent.it", "lead", "agent.it", "lead"]


def test_who_has_the_least_to_do_for_what_they_take_is_offered_the_next(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.LEAST_LOADED)
    change_member(world, "lead", most_tasks=2)
    change_member(world, "agent.it", most_tasks=4)
    tickets = [ask(world) for _ in range(7)]

    assign(session, world.now)

    given = [offered_to(world, one) for one in tickets]
    assert (given[:6].count("agent.it"), given[:6].count("lead")) == (4, 2)
    assert kinds(session, tickets[6]) == [Kind.ASSIGN_ROOM, Kind.ASSIGN_NO_ROOM]


def test_a_secret_task_counts_in_nobodys_load(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.LEAST_LOADED)
    hidden, ticket = ask(world), ask(world)
    mine = {"assignee_id": world.ids["agent.it"], "state": TaskState.CLAIMED, "considered_at": world.now}
    secret = {"secret": True, "confidential_to": ["it"]}
    session.execute(update(TaskRow).where(TaskRow.ticket_id == hidden.ticket_id).values(**mine, **secret))

    assign(session, world.now)

    assert offered_to(world, ticket) == "agent.it"


@pytest.mark.parametrize("strategy", [Strategy.ROUND_ROBIN, Strategy.LEAST_LOADED, Strategy.SAME_PERSON])
@pytest.mark.parametrize("of", [TaskRow, TicketRow], ids=["a secret task", "a secret request"])
def test_whom_others_are_offered_is_the_same_with_secret_work_and_without(
    world: World, session: Session, strategy: Strategy, of: type[TaskRow | TicketRow]
) -> None:
    set_queue(session, strategy=strategy)
    hidden = ask(world)
    which = TaskRow.ticket_id if of is TaskRow else TicketRow.id
    secret = update(of).where(which == hidden.ticket_id).values(secret=True, confidential_to=["it"])
    session.execute(secret)
    assign(session, world.now)
    others = [ask(world), ask(world)]

    assign(session, world.now)

    assert offered_to(world, hidden) == "agent.it"
    assert offered_to(world, others[0]) == "agent.it"


def test_a_task_is_never_offered_to_whom_it_is_kept_from(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    session.execute(
        update(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id).values(secret=True, confidential_to=["it"])
    )
    about = {"subject_id": world.ids["agent.it"]}
    session.execute(update(TicketRow).values(about))

    assign(session, world.now)

    assert offered_to(world, ticket) == "lead"


def test_the_step_of_the_catalogue_stands_above_its_queue(world: World, session: Session) -> None:
    publish(session, _with_word(Word.SKILL, skill="doors"), None, "by skill", world.now)
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    change_member(world, "lead", skills=["doors"])
    in_desk, moved = world.submit(SERVICE), ask(world)
    desk = update(QueueRow).where(QueueRow.key == "desk").values(strategy=Strategy.ROUND_ROBIN)
    session.execute(desk)

    assign(session, world.now)

    of_step = session.scalars(select(TaskRow).where(TaskRow.ticket_id == in_desk.ticket_id)).first()
    assert of_step is not None
    assert [why["kind"] for why in of_step.why if why["kind"].startswith("assign.")] == [Kind.ASSIGN_SKILL]
    assert kinds(session, moved) == [Kind.ASSIGN_TURN]


def test_the_word_of_a_step_counts_in_its_second_round_too(world: World, session: Session) -> None:
    publish(session, _with_word(Word.SKILL, skill="doors"), None, "by skill", world.now)
    task = session.scalars(select(TaskRow).where(TaskRow.ticket_id == world.submit(SERVICE).ticket_id)).one()
    task.key = f"{task.key}.2"
    session.flush()
    assert read_wishes(session, [task.id], partial(service_at, session))[task.id].wish.strategy is Strategy.SKILL


def _with_word(word: Word, **values: str) -> Any:
    services = [_worded(one, word, values) if one.key == SERVICE else one for one in shipped().services]
    return shipped().model_copy(update={"services": tuple(services)})


def _worded(service: Any, word: Word, values: Mapping[str, str]) -> Any:
    steps = [Step.model_validate({**step.model_dump(), "assign": word, **values}) for step in service.steps]
    return service.model_copy(update={"steps": tuple(steps)})


def test_who_did_it_for_the_requester_last_time_is_offered_it_again(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.SAME_PERSON)
    before = ask(world)
    finish(session, world.actor("lead"), of_it(session, before).public_id, world.now)
    ticket = ask(world)

    assign(session, world.now)

    assert (offered_to(world, ticket), kinds(session, ticket)) == ("lead", [Kind.ASSIGN_BEFORE])


def test_nobody_away_is_offered_anything_while_another_is_there(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    be_away(world, "agent.it")
    tickets = [ask(world) for _ in range(2)]

    assign(session, world.now)

    assert [offered_to(world, one) for one in tickets] == ["lead", "lead"]


def test_where_everybody_is_away_it_says_so(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    be_away(world, "agent.it")
    be_away(world, "lead")
    ticket = ask(world)

    assign(session, world.now)
    assign(session, world.now)

    assert kinds(session, ticket) == [Kind.ASSIGN_TURN, Kind.ASSIGN_ALL_AWAY]
    assert len(events(session, ticket)) == 1
