"""Ready tasks are offered to people by rule: whom, why, and what becomes of an offer nobody took up."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from catalog.service import Step
from catalog.service import Strategy as Word
from routing.assign import Strategy
from routing.why import Kind
from routing.work import TaskState
from spoc.db.people import AbsenceRow, CalendarRow, PersonRow, PointOfContactRow, QueueMemberRow, QueueRow
from spoc.db.session import transaction
from spoc.db.tickets import EventRow, TaskRow, TicketRow
from spoc.desk.actions.claims import claim, release
from spoc.desk.actions.finishing import finish, reopen_task
from spoc.desk.actions.handoff import hand_over
from spoc.desk.errors import NothingSaid, NotOfferedToYou
from spoc.desk.queues.declining import decline
from spoc.desk.queues.offering import OFFERING, follow_absences, offer_ready, pass_on_silent
from spoc.desk.queues.wishes import read_wishes
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import publish, service_at
from spoc.intake.write import Accepted
from tests.world import World, mail_of

SERVICE = "laptop-fault"
TODAY = date(2026, 8, 13)
DAY = timedelta(days=1)


def set_queue(session: Session, **values: Any) -> None:
    session.execute(update(QueueRow).where(QueueRow.key == "it").values(values))


def join(world: World, *people: str, **values: Any) -> None:
    """Let these serve IT beside the world's two, with these limits or skills."""
    queue_id = world.session.scalar(select(QueueRow.id).where(QueueRow.key == "it"))
    for person in people:
        row = insert(QueueMemberRow).values(queue_id=queue_id, person_id=world.ids[person], **values)
        world.session.execute(row)


def change_member(world: World, person: str, **values: Any) -> None:
    mine = update(QueueMemberRow).where(QueueMemberRow.person_id == world.ids[person])
    world.session.execute(mine.values(values))


def be_away(world: World, person: str, deputy: str | None = None, *, until: date = TODAY) -> None:
    deputy_id = world.ids[deputy] if deputy else None
    row = AbsenceRow(person_id=world.ids[person], from_on=TODAY, until_on=until, deputy_id=deputy_id)
    world.session.add(row)
    world.session.flush()


def point_to(world: World, *people: str, topic: str = "laptops") -> None:
    for rank, person in enumerate(people):
        row = {"party_kind": "queue", "party_key": "it", "topic": topic, "rank": rank, "person_id": world.ids[person]}
        world.session.add(PointOfContactRow(**row, valid_from=world.now - DAY))
    world.session.flush()


def of_it(session: Session, ticket: Accepted) -> TaskRow:
    queue_id = select(QueueRow.id).where(QueueRow.key == "it").scalar_subquery()
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.queue_id == queue_id)
    task = session.scalars(wanted.order_by(TaskRow.position)).first()
    assert task is not None
    session.refresh(task)
    return task


def ask(world: World, at: datetime | None = None) -> Accepted:
    ticket = world.submit(SERVICE, at=at)
    world.session.execute(
        update(TaskRow)
        .where(TaskRow.ticket_id == ticket.ticket_id)
        .values(
            queue_id=select(QueueRow.id).where(QueueRow.key == "it").scalar_subquery(), state=TaskState.READY, needs=[]
        )
    )
    return ticket


def assign(session: Session, now: datetime) -> None:
    services = partial(service_at, session)
    follow_absences(session, services, now)
    pass_on_silent(session, services, now)
    offer_ready(session, services, now)


def offered_to(world: World, ticket: Accepted) -> str | None:
    person_id = of_it(world.session, ticket).assignee_id
    return next((key for key, id_ in world.ids.items() if id_ == person_id), None)


def kinds(session: Session, ticket: Accepted) -> list[str]:
    return [why["kind"] for why in of_it(session, ticket).why if why["kind"].startswith("assign.")]


def events(session: Session, ticket: Accepted) -> list[EventRow]:
    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind.startswith("offered"))
    return list(session.scalars(wanted.order_by(EventRow.number)))


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


def test_what_a_point_of_contact_does_not_react_to_moves_on_and_ends_in_the_queue(
    world: World, session: Session
) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="Laptops")
    point_to(world, "lead", "agent.it")
    ticket = ask(world)

    seen = []
    for hours in (0, 3, 4, 24, 48):
        assign(session, world.now + timedelta(hours=hours))
        seen.append(offered_to(world, ticket))

    assert seen == ["lead", "lead", "agent.it", None, None]
    assert [event.kind for event in events(session, ticket)] == ["offered", "offered", "offered_to_nobody"]
    assert kinds(session, ticket) == [Kind.ASSIGN_SILENT]


def test_a_reaction_in_time_ends_the_offer(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    point_to(world, "lead", "agent.it")
    ticket = ask(world)
    assign(session, world.now)
    claim(session, world.actor("lead"), of_it(session, ticket).public_id, world.now)

    assign(session, world.now + 2 * DAY)

    assert (offered_to(world, ticket), of_it(session, ticket).offer_ends_at) == ("lead", None)


def test_the_time_to_react_is_working_time(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops", answer_minutes=8 * 60)
    point_to(world, "lead")
    ticket = ask(world)

    assign(session, world.now)

    assert of_it(session, ticket).offer_ends_at == world.now + timedelta(hours=6.5 + 15.5 + 1.5)


def test_in_a_queue_that_never_works_an_offer_does_not_end(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    session.execute(update(CalendarRow).values(week=[[]] * 7))
    point_to(world, "lead")
    ticket = ask(world)

    assign(session, world.now)

    assert (offered_to(world, ticket), of_it(session, ticket).offer_ends_at) == ("lead", None)


def test_an_untouched_offer_goes_to_the_deputy_and_back_again(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.SKILL, skill="vpn")
    change_member(world, "lead", skills=["vpn"])
    ticket = ask(world)
    assign(session, world.now)
    be_away(world, "lead", "agent.it")

    assign(session, world.now)
    during = offered_to(world, ticket), kinds(session, ticket)
    assign(session, world.now + DAY)

    assert during == ("agent.it", [Kind.ASSIGN_STANDS_IN])
    assert (offered_to(world, ticket), kinds(session, ticket)) == ("lead", [Kind.ASSIGN_BACK])


def test_deputies_of_deputies_take_over_while_both_are_away(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    join(world, "colleague")
    point_to(world, "lead")
    be_away(world, "lead", "agent.it", until=TODAY + DAY)
    ticket = ask(world)
    assign(session, world.now)
    first = offered_to(world, ticket)
    be_away(world, "agent.it", "colleague")

    assign(session, world.now)

    assert (first, offered_to(world, ticket)) == ("agent.it", "colleague")
    assert of_it(session, ticket).offered_for_id == world.ids["lead"]


def test_what_moved_on_purpose_is_not_given_back(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    point_to(world, "lead")
    be_away(world, "lead", "agent.it")
    claimed, put_back, handed = ask(world), ask(world), ask(world)
    assign(session, world.now)
    deputy = world.actor("agent.it")
    claim(session, deputy, of_it(session, claimed).public_id, world.now)
    claim(session, deputy, of_it(session, put_back).public_id, world.now)
    release(session, deputy, of_it(session, put_back).public_id, world.now)
    join(world, "colleague")
    to: dict[str, Any] = {"to": "it", "why": "They know it.", "person_mail": mail_of("colleague")}
    hand_over(session, deputy, of_it(session, handed).public_id, world.now, **to)

    assign(session, world.now + DAY)

    assert [offered_to(world, one) for one in (claimed, put_back, handed)] == ["agent.it", None, "colleague"]


def test_who_is_switched_off_or_leaves_the_queue_keeps_no_offer(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.LEAST_LOADED)
    ticket, other = ask(world), ask(world)
    assign(session, world.now)
    session.execute(update(PersonRow).where(PersonRow.id == world.ids["agent.it"]).values(active=False))

    assign(session, world.now)

    assert [offered_to(world, one) for one in (ticket, other)] == ["lead", "lead"]


def test_what_is_taken_up_again_or_handed_over_is_considered_anew(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    be_away(world, "lead")
    ticket = ask(world)
    task_id = of_it(session, ticket).public_id
    hand_over(session, world.actor("agent.it"), task_id, world.now, to="desk", why="Yours.")
    assign(session, world.now)
    hand_over(session, world.actor("agent.desk"), task_id, world.now, to="it", why="No, yours.")

    assign(session, world.now)

    assert offered_to(world, ticket) == "agent.it"


def test_who_finishes_what_was_offered_to_another_did_it(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)

    finish(session, world.actor("lead"), of_it(session, ticket).public_id, world.now)
    done_by = offered_to(world, ticket)
    reopen_task(session, world.actor("lead"), of_it(session, ticket).public_id, world.now, why="Not quite.")

    assert (done_by, of_it(session, ticket).state) == ("lead", TaskState.CLAIMED)


def test_the_requester_is_not_told_whom_it_is_offered_to(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)

    services = partial(service_at, session)
    pages = [
        read_ticket(session, world.actor(one), ticket.reference, world.now, services) for one in ("employee", "lead")
    ]

    assert [page.tasks[0].assignee for page in pages] == [None, "Lea Brandt"]
    assert [any(why.kind == Kind.ASSIGN_TURN for why in page.tasks[0].why) for page in pages] == [False, True]
    assert [any(event.kind == "offered" for event in page.events) for page in pages] == [False, True]


def test_two_sweeps_at_once_do_not_give_two_turns(committed: sessionmaker[Session], now: datetime) -> None:
    with transaction(committed) as first, transaction(committed) as second:
        assert first.scalar(select(func.pg_try_advisory_xact_lock(OFFERING)))

        done = (
            offer_ready(second, partial(service_at, second), now),
            follow_absences(second, partial(service_at, second), now),
        )

    assert done == (0, 0)


def say_no(world: World, ticket: Accepted, who: str, why: str = "Not my kind of thing.") -> None:
    task_id = of_it(world.session, ticket).public_id
    decline(world.session, world.actor(who), task_id, partial(service_at, world.session), world.now, why=why)


def test_a_point_of_contact_who_says_no_is_passed_over_with_the_reason(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    point_to(world, "agent.it", "lead")
    ticket = ask(world)
    assign(session, world.now)

    say_no(world, ticket, "agent.it", " I do screens. ")

    assert (offered_to(world, ticket), kinds(session, ticket)) == ("lead", [Kind.ASSIGN_DECLINED, Kind.ASSIGN_CONTACT])
    said = session.scalars(select(EventRow).where(EventRow.kind == "declined")).one()
    assert (said.what["why"], said.actor_id, said.public) == ("I do screens.", world.ids["agent.it"], False)


def test_whoever_said_no_is_not_asked_again_and_in_the_end_it_is_anybodys(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)
    first = offered_to(world, ticket)
    assert first is not None
    say_no(world, ticket, first)
    second = offered_to(world, ticket)
    assert second not in (None, first)

    say_no(world, ticket, str(second))
    assign(session, world.now)

    assert (offered_to(world, ticket), kinds(session, ticket)) == (None, [Kind.ASSIGN_DECLINED])
    claim(session, world.actor("agent.it"), of_it(session, ticket).public_id, world.now)


def test_nobody_says_no_for_another_nor_twice_nor_without_a_reason(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)
    mine = str(offered_to(world, ticket))
    other = next(one for one in ("agent.it", "lead") if one != mine)
    with pytest.raises(NotOfferedToYou):
        say_no(world, ticket, other)
    with pytest.raises(NothingSaid):
        say_no(world, ticket, mine, "  ")
    with pytest.raises(NotAllowed):
        say_no(world, ticket, "agent.desk")
    with pytest.raises(NotFound):
        say_no(world, ticket, "colleague")
    say_no(world, ticket, mine)
    with pytest.raises(NotOfferedToYou):
        say_no(world, ticket, mine)
