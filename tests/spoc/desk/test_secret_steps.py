"""Secret steps: they count in nothing that others read, and their queue works on them all the same."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.service import Service
from routing.fanout import OFFICE_HOURS
from routing.visibility import Actor
from routing.why import Kind, Why
from routing.work import Channel, HoldReason, TaskState, TicketState
from spoc.db.jobs import JobRow
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, EventRow, MessageRow, TaskRow, TicketRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish, reopen_task, reopen_ticket
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold
from spoc.desk.messages import send_message
from spoc.desk.queues.lists import show_queue
from spoc.desk.queues.rows import Day
from spoc.desk.ticket_page import TicketPage
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import service_at
from spoc.intake.write import Accepted
from spoc.reports.facts import read_facts
from spoc.reports.opening import Opening
from spoc.reports.question import Question
from tests.world import SECRET_WORD, World


def asked(world: World, service: str = "laptop-fault", *, to: tuple[str, ...] = ("hr",), mark: str = "red") -> Accepted:
    """A ticket with a secret step of HR's, which has nothing else to do on a laptop fault."""
    world.add_secret_step(service, to=to)
    return world.submit(service, mark=mark)


def task_row(session: Session, ticket: Accepted, key: str) -> TaskRow:
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.key == key)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def task_id(session: Session, ticket: Accepted) -> UUID:
    return task_row(session, ticket, "check").public_id


def ticket_row(session: Session, ticket: Accepted) -> TicketRow:
    return session.get_one(TicketRow, ticket.ticket_id, populate_existing=True)


def page(world: World, ticket: Accepted, who: str) -> TicketPage:
    def services(version: int, key: str) -> Service:
        return service_at(world.session, version, key)

    return read_ticket(world.session, world.actor(who), ticket.reference, world.now, services)


def mend(world: World, ticket: Accepted) -> None:
    """The desk and IT end all that is not secret."""
    people = {"desk": "agent.desk", "it": "agent.it"}
    open_ones = select(TaskRow.public_id, QueueRow.key).join(QueueRow).where(TaskRow.ticket_id == ticket.ticket_id)
    ready = open_ones.where(~TaskRow.secret, TaskRow.state == TaskState.READY)
    while left := world.session.execute(ready).all():
        for id_, queue in left:
            finish(world.session, world.actor(people[queue]), id_, world.now, result="Done.")


def counted_for(world: World, who: str) -> Opening:
    """The only opening there is, as this reader's report takes it."""
    today = world.now.date()
    question = Question(world.actor(who), today, today, ZoneInfo("Europe/Berlin"))
    (opening,) = read_facts(world.session, question, OFFICE_HOURS, world.now + timedelta(days=30)).openings
    return opening


def events(session: Session, ticket: Accepted, kind: str) -> list[EventRow]:
    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind == kind)
    return list(session.scalars(wanted.order_by(EventRow.number)))


def test_an_opening_promises_and_counts_only_what_everybody_may_know(world: World, session: Session) -> None:
    with_it = asked(world)
    without = world.submit("laptop-fault")

    said = [
        (ask.promised_at, ask.eligible, ask.is_fan_out) for ask in session.scalars(select(AskRow).order_by(AskRow.id))
    ]
    assert said[0] == said[1]
    assert ticket_row(session, with_it).promised_at == ticket_row(session, without).promised_at
    check = task_row(session, with_it, "check")
    assert (check.secret, check.confidential_to, check.state) == (True, ["hr"], TaskState.READY)


def test_what_happens_to_it_is_recorded_for_its_queues_alone(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world)
    claim(session, world.actor("agent.hr"), task_id(session, ticket), now)

    told = [
        one for one in session.scalars(select(EventRow).order_by(EventRow.id)) if one.what.get("title") == SECRET_WORD
    ]

    assert [(one.kind, one.public, one.confidential_to) for one in told] == [
        ("placed", False, ["hr"]),
        ("claimed", False, ["hr"]),
    ]


def test_its_queue_reads_it_on_the_ticket_and_in_its_list(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world)

    read = [(task.title, task.secret, task.may_act) for task in page(world, ticket, "agent.hr").tasks if task.secret]
    listed = show_queue(session, world.actor("agent.hr"), "hr", Day(now, now + timedelta(hours=8)))

    assert read == [(SECRET_WORD, True, True)]
    assert [(row.title, row.secret) for row in listed.rows] == [(SECRET_WORD, True)]


def test_the_ticket_is_resolved_without_it_and_stays_so_when_it_ends(
    world: World, session: Session, now: datetime
) -> None:
    ticket = asked(world)
    mend(world, ticket)
    assert ticket_row(session, ticket).state is TicketState.RESOLVED
    assert task_row(session, ticket, "check").state is TaskState.READY
    listed = show_queue(session, world.actor("agent.hr"), "hr", Day(now, now + timedelta(hours=8)))
    assert [row.key for row in listed.rows] == ["check"]

    later = now + timedelta(days=2)
    claim(session, world.actor("agent.hr"), task_id(session, ticket), later)
    finish(session, world.actor("agent.hr"), task_id(session, ticket), later, result="Nothing found.")
    reopen_task(session, world.actor("agent.hr"), task_id(session, ticket), later, why="Look again.")

    stored = ticket_row(session, ticket)
    assert (stored.state, stored.resolved_at) == (TicketState.RESOLVED, now)
    ask = session.scalars(select(AskRow).execution_options(populate_existing=True)).one()
    assert (ask.resolved_at, ask.first_resolved_at) == (now, now)
    assert len(events(session, ticket, "resolved")) == 1
    assert not events(session, ticket, "ticket_reopened")
    kinds = session.scalars(select(JobRow.kind).order_by(JobRow.id)).all()
    assert list(kinds) == ["mail.ticket_opened", "mail.ticket_resolved"]


def test_a_requester_who_comes_back_takes_up_what_they_know_of(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world)
    finish(session, world.actor("agent.hr"), task_id(session, ticket), now + timedelta(hours=1))
    mend(world, ticket)

    reopen_ticket(session, world.actor("employee"), ticket.reference, now, why="Broken.", channel=Channel.WEB)

    assert task_row(session, ticket, "check").state is TaskState.DONE
    assert ticket_row(session, ticket).state is TicketState.OPEN


def test_nobody_asks_the_requester_about_it(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world)

    with pytest.raises(NotAllowed, match="the requester cannot be asked about it"):
        hold(
            session,
            world.actor("agent.hr"),
            task_id(session, ticket),
            now,
            reason=HoldReason.REQUESTER,
            note="Who was it?",
        )

    assert session.scalars(select(MessageRow)).all() == []


def test_it_is_handed_over_only_within_its_circle(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world, to=("hr", "office"))
    both = Actor(world.ids["agent.hr"], "agent.hr@demo.example", queues=frozenset({"hr", "it"}))

    with pytest.raises(NotAllowed, match="stays with the queues that know of it"):
        hand_over(session, both, task_id(session, ticket), now, to="it", why="Yours.")

    hand_over(session, both, task_id(session, ticket), now, to="office", why="Yours.")
    assert task_row(session, ticket, "check").confidential_to == ["hr", "office"]
    assert [task.key for task in page(world, ticket, "agent.office").tasks if task.secret] == ["check"]


def test_acting_on_it_from_outside_is_acting_on_nothing(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world)

    for who in ("employee", "agent.desk", "agent.it"):
        with pytest.raises(NotFound):
            claim(session, world.actor(who), task_id(session, ticket), now)


def test_it_does_not_open_the_ticket_to_whom_it_is_about(world: World, session: Session) -> None:
    ticket = asked(world)
    ticket_row(session, ticket).subject_id = world.ids["agent.hr"]
    session.flush()

    with pytest.raises(NotFound):
        page(world, ticket, "agent.hr")


def test_a_note_of_its_queue_makes_no_mask(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world)
    author = world.actor("agent.hr")
    reference = ticket.reference

    send_message(session, author, reference, now, body="Ours.", channel=Channel.WEB, internal=True, only_own_queue=True)

    assert [message.body for message in page(world, ticket, "agent.hr").messages] == ["Ours."]
    outside = page(world, ticket, "agent.desk")
    assert (outside.masks, outside.messages) == ((), ())


def test_words_are_signed_with_a_queue_that_the_others_know_of(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world)
    openly = task_row(session, ticket, ticket.tasks[1].key)
    queue = session.scalars(select(QueueRow.key).where(QueueRow.id == openly.queue_id)).one()
    both = Actor(world.ids["agent.hr"], "agent.hr@demo.example", queues=frozenset({"hr", queue}))

    send_message(session, both, ticket.reference, now, body="Soon.", channel=Channel.WEB)

    assert session.scalars(select(MessageRow.queue_id)).one() == openly.queue_id


def test_its_title_takes_no_reason_from_a_task_of_others(world: World, session: Session) -> None:
    ticket = asked(world, "new-starter")
    task_row(session, ticket, "check").title = "accounts"
    session.flush()

    groups = next(task for task in page(world, ticket, "agent.it").tasks if task.key == "groups")

    assert Why(Kind.WAITS, {"tasks": ("Create the accounts",)}) in groups.why


def test_its_handovers_and_reopenings_are_in_no_report(world: World, session: Session, now: datetime) -> None:
    ticket = asked(world, to=("hr", "office"))
    hand_over(session, world.actor("agent.hr"), task_id(session, ticket), now, to="office", why="Yours.")
    finish(session, world.actor("agent.office"), task_id(session, ticket), now)
    mend(world, ticket)
    reopen_task(session, world.actor("agent.office"), task_id(session, ticket), now + timedelta(hours=1), why="Again.")
    session.flush()

    for who in ("manager", "agent.hr"):
        opening = counted_for(world, who)
        assert (opening.handoffs, opening.reopenings, opening.resolved_at) == ((), (), now)
        assert opening.queue_key == ticket.tasks[1].queue


def test_an_answer_stored_before_steps_could_be_secret_is_read_as_it_was() -> None:
    task = (
        '{"id": "0198a1b2-0000-7000-8000-000000000001", "key": "a", "title": "A", "queue": "it", "person_id": null, '
        '"state": "ready", "opens_at": null, "due_at": null, "needs": [], "why": [], "confidential_to": []}'
    )
    ticket = (
        '{"reference": "T-000001", "ticket_id": 1, "title": "A", "state": "open", "service_key": "a", '
        f'"requester_id": 1, "subject_id": null, "secret": false, "confidential_to": [], "tasks": [{task}]}}'
    )
    assert not Accepted.from_json(ticket).tasks[0].secret


@pytest.mark.parametrize("change", [{"confidential_to": []}, {"queue_id": None, "person_id": 1}])
def test_the_database_refuses_a_secret_task_that_is_not_for_queues(
    world: World, session: Session, change: dict[str, object]
) -> None:
    check = task_row(session, asked(world), "check")

    for name, value in change.items():
        setattr(check, name, world.ids["employee"] if name == "person_id" else value)
    with pytest.raises(IntegrityError, match="secret_is_for_queues"), session.begin_nested():
        session.flush()
    session.expire_all()
