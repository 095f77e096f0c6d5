"""`accept`: a submission becomes a whole ticket, once, or nothing."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from catalog.errors import InvalidAnswers, UnknownService
from catalog.service import Catalogue, PersonExpression, Queue, Step
from routing.why import Kind, Why, stored
from routing.work import DESK, Channel, ContactKind, RepeatCause, TaskState
from spoc.db.contacts import ContactRow
from spoc.db.jobs import JobRow
from spoc.db.people import PersonRow, QueueRow
from spoc.db.tickets import AskRow, EventRow, TaskRow, TicketRow
from spoc.intake.accept import Outcome, accept
from spoc.intake.asked import often_asked
from spoc.intake.catalogue import NothingPublished, newest_version, publish
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.errors import KeyReused, MayNotRaiseForOthers, NotByPerson, NothingAsked, NotYetOver, UnknownRequester
from spoc.intake.submission import Repeatable, Submission
from tests.world import World, mail_of


def ask(world: World, submission: Submission, by: str = "employee", at: datetime | None = None) -> Outcome:
    return accept(world.session, submission, world.actor(by), read_desk_facts(world.session), at or world.now)


def count(session: Session, row: type) -> int:
    return session.scalar(select(func.count()).select_from(row)) or 0


def test_a_new_starter_moves_four_departments_on_one_ticket(world: World) -> None:
    accepted = world.submit("new-starter")
    queues = {task.queue for task in accepted.tasks}
    assert {"it", "facilities", "hr", "office"} <= queues
    assert len(accepted.tasks) >= 8
    assert count(world.session, TicketRow) == 1
    assert count(world.session, TaskRow) == len(accepted.tasks)


def test_the_answer_names_each_task_as_it_was_stored(world: World) -> None:
    accepted = world.submit("new-starter")
    rows = {row.public_id: row for row in world.session.scalars(select(TaskRow))}
    for task in accepted.tasks:
        row = rows[task.id]
        assert (row.key, row.state, row.due_at, row.opens_at) == (task.key, task.state, task.due_at, task.opens_at)
        assert (tuple(row.needs), tuple(map(stored, row.why))) == (task.needs, task.why)
        assert row.promised_at == row.due_at


def test_events_are_numbered_from_one_without_a_gap(world: World) -> None:
    accepted = world.submit("new-starter")
    events = world.session.scalars(select(EventRow).order_by(EventRow.number)).all()
    assert [event.number for event in events] == list(range(1, len(accepted.tasks) + 2))
    assert events[0].kind == "opened"
    assert {event.kind for event in events[1:]} == {"placed"}
    assert world.session.scalar(select(TicketRow.event_count)) == len(events)


def test_what_is_said_of_a_confidential_step_stays_with_its_queue(world: World) -> None:
    world.submit("new-starter")
    confidential = {
        row.id: row.confidential_to for row in world.session.scalars(select(TaskRow)) if row.confidential_to
    }
    assert confidential
    for event in world.session.scalars(select(EventRow).where(EventRow.task_id.in_(confidential))):
        assert not event.public
        assert event.confidential_to == confidential[event.task_id or 0]


def test_a_ticket_comes_with_its_first_contact_and_a_mail_to_send(world: World) -> None:
    accepted = world.submit("laptop-fault")
    contact = world.session.scalars(select(ContactRow)).one()
    assert (contact.kind, contact.channel, contact.person_id) == (ContactKind.FIRST, Channel.WEB, world.ids["employee"])
    job = world.session.scalars(select(JobRow)).one()
    assert job.kind == "mail.ticket_opened"
    assert job.payload["ticket_id"] == accepted.ticket_id


def test_the_opening_is_frozen_with_what_counts_for_its_verdict(world: World) -> None:
    world.submit("new-starter")
    world.submit("password-access")
    starter, password = world.session.scalars(select(AskRow).order_by(AskRow.id)).all()
    assert (starter.is_fan_out, starter.eligible) == (True, False)
    assert (password.is_fan_out, password.eligible) == (False, True)
    assert starter.department == "Data Platform"
    assert starter.catalogue_version_id == newest_version(world.session)


@pytest.mark.parametrize(
    ("later", "kind"),
    [(timedelta(days=7), ContactKind.REPEAT), (timedelta(days=7, seconds=1), ContactKind.FIRST)],
    ids=["exactly at the window's end", "a second after it"],
)
def test_asking_the_same_again_within_the_window_is_a_repeat(world: World, later: timedelta, kind: ContactKind) -> None:
    world.submit("password-access")
    first = world.session.scalars(select(AskRow)).one()
    first.resolved_at = world.now
    world.session.commit()

    world.submit("password-access", at=world.now + later)

    second = world.session.scalars(select(AskRow).order_by(AskRow.id.desc())).first()
    contact = world.session.scalars(select(ContactRow).order_by(ContactRow.id.desc())).first()
    assert second is not None
    assert contact is not None
    assert contact.kind == kind
    linked = first.id if kind is ContactKind.REPEAT else None
    assert (second.same_issue_of_id, contact.about_ask_id) == (linked, linked)
    assert contact.cause == (RepeatCause.ASKED_AGAIN if linked else None)


def test_while_the_first_is_open_the_second_is_not_linked_by_rule(world: World) -> None:
    world.submit("password-access")
    world.submit("password-access", at=world.now + timedelta(hours=1))
    assert world.session.scalars(select(AskRow.same_issue_of_id)).all() == [None, None]


def test_a_shared_caller_is_never_taken_for_the_same_person(world: World) -> None:
    world.session.get_one(PersonRow, world.ids["employee"]).shared = True
    world.submit("password-access")
    world.session.scalars(select(AskRow)).one().resolved_at = world.now
    world.submit("password-access", at=world.now + timedelta(hours=1))
    assert world.session.scalars(select(AskRow.same_issue_of_id)).all() == [None, None]


def test_an_unclear_text_goes_to_the_desk_with_its_words(world: World) -> None:
    accepted = ask(world, Submission(None, text="The thing in the corner hums again")).accepted
    ticket = world.session.scalars(select(TicketRow)).one()
    assert ticket.text == "The thing in the corner hums again"
    assert accepted.title == "The thing in the corner hums again"
    assert [task.queue for task in accepted.tasks] == ["desk"]
    assert any(why.kind.startswith(Kind.NO_SERVICE_FITS) for why in accepted.tasks[0].why)


def test_a_clear_text_takes_its_service(world: World) -> None:
    accepted = ask(world, Submission(None, text="My screen stays black")).accepted
    assert accepted.service_key == "screen-printer"


def test_nothing_asked_is_an_error(world: World) -> None:
    with pytest.raises(NothingAsked):
        ask(world, Submission(None, text="  "))


def test_an_unknown_service_is_an_error(world: World) -> None:
    with pytest.raises(UnknownService):
        ask(world, Submission("no-such-thing"))


def test_invalid_answers_write_nothing(world: World) -> None:
    with pytest.raises(InvalidAnswers):
        ask(world, Submission("new-starter", {"start_on": "soon", "colour": "red"}))
    assert count(world.session, TicketRow) == 0


def test_only_agents_and_chosen_tokens_ask_for_others(world: World) -> None:
    submission = Submission("something-else", text="Help", requester_mail=mail_of("colleague"))
    with pytest.raises(MayNotRaiseForOthers):
        ask(world, submission, by="employee")


def test_an_agent_asks_for_a_colleague(world: World) -> None:
    ask(world, Submission(None, text="The corner hums", requester_mail="Colleague@demo.example"), by="agent.desk")
    ticket = world.session.scalars(select(TicketRow)).one()
    assert (ticket.requester_id, ticket.opened_by_id) == (world.ids["colleague"], world.ids["agent.desk"])


def test_an_unknown_requester_is_an_error(world: World) -> None:
    with pytest.raises(UnknownRequester):
        ask(world, Submission(None, text="Help", requester_mail="nobody@demo.example"), by="agent.desk")


def test_without_a_catalogue_nothing_can_be_asked(session: Session) -> None:
    with pytest.raises(NothingPublished):
        newest_version(session)


def repeatable(body: str) -> Repeatable:
    return Repeatable("POST /intake", "key-1", sha256(body.encode()).digest())


def test_the_same_key_and_body_give_the_same_ticket(world: World) -> None:
    submission = Submission(None, text="The corner hums", repeatable=repeatable("a"))
    first, again = ask(world, submission), ask(world, submission, at=world.now + timedelta(minutes=5))
    assert (first.replayed, again.replayed) == (False, True)
    assert first.accepted == again.accepted
    assert count(world.session, TicketRow) == 1


def test_the_same_key_with_another_body_is_an_error(world: World) -> None:
    ask(world, Submission(None, text="The corner hums", repeatable=repeatable("a")))
    with pytest.raises(KeyReused):
        ask(world, Submission(None, text="Something else", repeatable=repeatable("b")))


def test_the_same_key_of_another_person_is_another_request(world: World) -> None:
    submission = Submission(None, text="The corner hums", repeatable=repeatable("a"))
    ask(world, submission, by="employee")
    ask(world, submission, by="colleague")
    assert count(world.session, TicketRow) == 2


def test_twenty_at_once_with_one_key_open_one_ticket(committed: sessionmaker[Session], now: datetime) -> None:
    with committed() as session:
        world = World.create(session, now)
        actor, desk = world.actor("employee"), read_desk_facts(session)
    submission = Submission(None, text="The corner hums", repeatable=repeatable("a"))
    references: list[str] = []

    def send() -> None:
        with committed.begin() as own:
            references.append(accept(own, submission, actor, desk, now).accepted.reference)

    senders = [threading.Thread(target=send) for _ in range(20)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(references) == 20
    assert len(set(references)) == 1
    with committed() as session:
        assert count(session, TicketRow) == 1


def test_a_step_for_a_manager_nobody_knows_goes_to_the_desk(world: World) -> None:
    world.person("employee").manager_id = None
    publish(world.session, with_step(shipped(), "something-else", person="requester.manager"), None, "", world.now)
    accepted = world.submit("something-else")
    assert [task.queue for task in accepted.tasks] == ["desk"]
    assert Why(Kind.NOBODY_KNOWN, {"queue": "Service desk"}) in accepted.tasks[0].why


def test_a_step_for_the_manager_is_their_turn(world: World) -> None:
    publish(world.session, with_step(shipped(), "something-else", person="requester.manager"), None, "", world.now)
    accepted = world.submit("something-else")
    assert [(task.queue, task.person_id) for task in accepted.tasks] == [(None, world.ids["manager"])]


def with_step(catalogue: Catalogue, service_key: str, *, person: str) -> Catalogue:
    """The catalogue with one service cut down to one step, given to a person."""
    service = catalogue.service(service_key)
    step = Step(key="answer", title="Answer", person=PersonExpression(person))
    changed = service.model_copy(update={"steps": (step,)})
    others = tuple(one for one in catalogue.services if one.key != service_key)
    return catalogue.model_copy(update={"services": (*others, changed)})


def test_waiting_work_is_not_ready(world: World) -> None:
    accepted = world.submit("new-starter")
    for task in accepted.tasks:
        assert task.state in {TaskState.READY, TaskState.WAITING}
        if task.needs:
            assert task.state is TaskState.WAITING


def test_a_call_logged_later_keeps_its_own_times(world: World) -> None:
    began_at, ended_at = world.now - timedelta(hours=3), world.now - timedelta(hours=2, minutes=50)
    call = Submission(None, text="The corner hums", channel=Channel.PHONE, started_at=began_at, ended_at=ended_at)
    ask(world, call, by="agent.desk")
    opening = world.session.scalars(select(AskRow)).one()
    contact = world.session.scalars(select(ContactRow)).one()
    assert opening.opened_at == began_at
    assert (contact.started_at, contact.ended_at, contact.recorded_at) == (began_at, ended_at, world.now)
    assert contact.late_logged


def test_a_contact_that_is_not_over_is_not_logged(world: World) -> None:
    call = Submission(None, text="The corner hums", ended_at=world.now + timedelta(minutes=1))
    with pytest.raises(NotYetOver):
        ask(world, call, by="agent.desk")


def test_an_agents_own_ask_is_left_out_of_every_figure(world: World) -> None:
    world.submit("password-access", by="agent.it")
    world.submit("password-access", by="employee")
    assert world.session.scalars(select(AskRow.excluded).order_by(AskRow.id)).all() == ["own", None]


def test_a_contact_is_of_the_tier_that_took_it(world: World) -> None:
    call = Submission(None, text="The corner hums", requester_mail=mail_of("colleague"), channel=Channel.PHONE)
    ask(world, call, by="agent.desk")
    ask(world, call, by="agent.it")
    assert world.session.scalars(select(ContactRow.tier).order_by(ContactRow.id)).all() == [1, 2]


def test_only_agents_log_calls(world: World) -> None:
    with pytest.raises(NotByPerson):
        ask(world, Submission(None, text="The corner hums", channel=Channel.PHONE), by="employee")


def test_two_who_publish_at_once_make_one_version(committed: sessionmaker[Session], now: datetime) -> None:
    versions: list[int] = []

    def send() -> None:
        with committed.begin() as own:
            versions.append(publish(own, shipped(), None, "", now))

    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(versions) == 8
    assert len(set(versions)) == 1


def test_queues_are_called_and_ordered_as_the_catalogue_in_force_says_after_the_desk(world: World) -> None:
    first, *others = shipped().queues
    renamed = first.model_copy(update={"title": "Front desk"})
    new = Queue(key="fleet", title="Company cars", department="Finance")
    catalogue = shipped().model_copy(update={"queues": (new, *others, renamed)})
    publish(world.session, catalogue, None, "renamed", world.now)

    rows = world.session.execute(select(QueueRow.title).order_by(QueueRow.position, QueueRow.id)).scalars().all()
    assert first.key == DESK
    assert rows == ["Front desk", "Company cars", *(queue.title for queue in others)]


def called(world: World) -> list[str]:
    return [*world.session.scalars(select(QueueRow.title).order_by(QueueRow.position, QueueRow.id))]


def test_publishing_what_is_in_force_names_queues_that_a_desk_had_before(world: World) -> None:
    publish(world.session, shipped(), None, "", world.now)
    version = newest_version(world.session)
    world.session.execute(update(QueueRow).values(title=func.upper(QueueRow.key), position=0))
    assert publish(world.session, shipped(), None, "", world.now) == version
    assert called(world) == [queue.title for queue in shipped().queues]


def test_queues_that_the_catalogue_leaves_out_stand_behind_all_others(world: World) -> None:
    gone = [QueueRow(key="a-old", title="Old", position=0), QueueRow(key="b-older", title="Older", position=-1)]
    world.session.add_all(gone)
    publish(world.session, shipped(), None, "", world.now)
    assert called(world) == [*(queue.title for queue in shipped().queues), "Older", "Old"]


def test_what_is_asked_most_is_offered_first_and_nothing_confidential(world: World) -> None:
    for _ in range(2):
        world.submit("laptop-fault")
    world.submit("badge-lost")
    for _ in range(3):
        world.submit("payslip-question")
    offered = [service.key for service in often_asked(world.session, shipped(), 4)]
    assert offered[:2] == ["laptop-fault", "badge-lost"]
    assert len(offered) == 4
    assert not {"payslip-question", "leaver"} & set(offered)


def test_the_text_beside_a_service_answers_its_story(world: World) -> None:
    ask(world, Submission("something-else", text="Where is the travel policy?"))
    assert world.session.scalars(select(AskRow.answers)).one() == {"description": "Where is the travel policy?"}


def test_an_agent_who_takes_a_call_need_not_fill_in_the_form(world: World) -> None:
    call = Submission(
        None,
        text="I forgot my password",
        channel=Channel.PHONE,
        requester_mail=mail_of("employee"),
        complete=False,
    )
    assert ask(world, call, by="agent.desk").accepted.service_key == "password-access"


def test_a_program_that_may_ask_for_others_and_names_nobody_asks_for_itself(world: World) -> None:
    program = replace(world.actor("colleague"), may_raise_for_others=True)
    for mail in (None, mail_of("employee")):
        submission = Submission("password-access", {"problem": "password"}, requester_mail=mail, channel=Channel.API)
        accept(world.session, submission, program, read_desk_facts(world.session), world.now)
    assert world.session.scalars(select(AskRow.excluded).order_by(AskRow.id)).all() == ["own", None]
