"""A change of mind: who may make it, which answers may be, and who learns of it."""

from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import InvalidAnswers
from routing.work import TaskState, TicketState
from spoc.db.tickets import EventRow
from spoc.desk.amending.amend import Wish, preview
from spoc.desk.amending.lines import Change
from spoc.desk.errors import DifferenceMoved
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import service_at
from tests.changes_of_mind import planner
from tests.spoc.desk.changing import DAY, ask_id, ask_row, change, events, look, stand, tasks, ticket_row
from tests.world import SECRET_WORD, World, mail_of


def test_only_who_asked_and_who_works_on_all_of_it_may(world: World, session: Session, now: datetime) -> None:
    starter = world.submit("new-starter", by="colleague", start_on="2026-10-06")
    with pytest.raises(NotFound):
        change(world, starter, now, start_on="2026-10-13")
    leave = world.submit("long-leave", person=mail_of("colleague"), cover=mail_of("lead"), keep_laptop=False)
    with pytest.raises(NotAllowed, match="all of it"):
        change(world, leave, now, by="agent.it", return_on="2027-05-01")
    with pytest.raises(NotAllowed, match="may read an answer"):
        change(world, starter, now, by="agent.it", salary=1)
    tasks(session, starter)
    ticket_row(session, starter).state = TicketState.CLOSED
    session.flush()
    with pytest.raises(NotAllowed, match="closed"):
        change(world, starter, now, by="colleague", start_on="2026-10-13")


def test_an_ask_of_another_ticket_is_not_there(world: World, session: Session, now: datetime) -> None:
    one, other = world.submit("new-starter"), world.submit("new-starter")
    means, id_ = planner(session, now), ask_id(session, other)

    with pytest.raises(NotFound, match="no such request"):
        preview(session, world.actor("employee"), one.reference, id_, Wish({}), means)


def test_answers_that_cannot_be_are_refused_and_change_nothing(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")

    with pytest.raises(InvalidAnswers):
        change(world, ticket, now, start_on="soon")
    with pytest.raises(InvalidAnswers):
        change(world, ticket, now, home_address="Where the laptop goes, though nobody asked.")

    assert ask_row(session, ticket).former_answers == []


def test_answers_that_the_new_ones_hide_go_with_them(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06", salary=70_000)

    change(world, ticket, now, employment_type="contractor", parking=None, work_place="remote")

    answers = ask_row(session, ticket).answers
    assert "salary" not in answers
    assert "parking" not in answers


def test_what_is_applied_is_what_was_shown(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    shown = look(world, ticket, start_on="2026-10-13")
    change(world, ticket, now, by="agent.desk", work_place="remote")

    with pytest.raises(DifferenceMoved) as caught:
        change(world, ticket, now, start_on="2026-10-13", seen=shown.seen)

    assert caught.value.reference == ticket.reference
    change(world, ticket, now + DAY, start_on="2026-10-13", seen=look(world, ticket, start_on="2026-10-13").seen)
    assert ask_row(session, ticket).answers["start_on"] == "2026-10-13"


def test_a_person_who_has_left_may_stay_named(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06", buddy=mail_of("colleague"))
    world.person("colleague").active = False
    session.flush()

    change(world, ticket, now, start_on="2026-10-13")
    with pytest.raises(InvalidAnswers):
        change(world, world.submit("new-starter"), now, buddy=mail_of("colleague"))

    assert ask_row(session, ticket).answers["buddy"] == mail_of("colleague")


def test_another_person_concerned_is_kept_from_it_at_once(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("leaver", person=mail_of("colleague"), files_to=mail_of("lead"), forward_to=mail_of("lead"))
    services = partial(service_at, session)
    assert read_ticket(session, world.actor("agent.it"), ticket.reference, now, services)

    change(world, ticket, now, person=mail_of("agent.it"))

    with pytest.raises(NotFound):
        read_ticket(session, world.actor("agent.it"), ticket.reference, now, services)


def test_secret_steps_follow_and_nobody_else_is_told(world: World, session: Session, now: datetime) -> None:
    world.add_secret_step("new-starter")
    with_it = world.submit("new-starter", start_on="2026-10-06", mark="red")
    without = world.submit("new-starter", start_on="2026-10-06")

    shown = [look(world, one, cancels=True) for one in (with_it, without)]
    assert (shown[0].tasks, shown[0].seen) == (shown[1].tasks, shown[1].seen)
    desk = [look(world, one, by="agent.desk", cancels=True).seen for one in (with_it, without)]
    assert desk[0] == desk[1]
    assert SECRET_WORD in [one.title for one in look(world, with_it, by="agent.hr", cancels=True).tasks]

    change(world, with_it, now + DAY, cancels=True)
    assert tasks(session, with_it)["check"].state is TaskState.CANCELLED
    told = [one for one in session.scalars(select(EventRow)) if one.what.get("title") == SECRET_WORD]
    assert {(one.public, tuple(one.confidential_to)) for one in told} == {(False, ("hr",))}


def test_no_event_holds_a_secret_answer_and_confidential_ones_are_for_their_queues(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06", salary=7_351_924)

    change(world, ticket, now, salary=8_462_035, personal_mail="zq@example.org", start_on="2026-10-13")

    told = [
        (one.public, one.confidential_to, [answer["label"] for answer in one.what["changes"]])
        for one in events(session, ticket, "amended")
    ]
    assert told[0] == (True, [], ["First day"])
    assert sorted(told[1:]) == [(False, ["hr"], ["Agreed yearly salary"]), (False, ["hr"], ["Private mail address"])]
    assert "8462035" not in str([one.what for one in events(session, ticket, "amended")])
    assert [one.label for one in look(world, ticket, by="agent.it", start_on="2026-10-20").answers] == ["First day"]


def test_looking_changes_nothing(world: World, session: Session) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    before = stand(session, ticket)

    found = look(world, ticket, location="lyon")

    assert [one.key for one in found.of(Change.ADDED)] == ["other-location"]
    assert (stand(session, ticket), ask_row(session, ticket).answers["location"]) == (before, "berlin")
