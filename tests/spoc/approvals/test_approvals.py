"""Approvals: who is asked, what decides, what follows from it, and what silence and absence do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from routing.approval import Verdict
from routing.work import Channel, TaskState, TicketState
from spoc.approvals.deciding import Decision, decide
from spoc.approvals.errors import AlreadyDecided, NotNeeded, NotYourTurn, TooLate
from spoc.db.people import AbsenceRow, CostCentreRow, PersonRow, QueueMemberRow, QueueRow
from spoc.db.tickets import AskRow, EventRow, TicketRow
from spoc.desk.actions.finishing import finish
from spoc.desk.amending.amend import Planner, Wish, amend
from spoc.desk.errors import NothingSaid
from spoc.errors import NotAllowed, NotFound, SpocError
from spoc.intake.catalogue import service_at
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.replan import replan
from tests.spoc.approvals.approving import DAY, Buying, buy, follow, reports_to
from tests.world import World, mail_of

WEEK = timedelta(days=8)
BOTH = {"approvers": ["requester.manager", "it.lead"], "quorum": "all", "shows": ["price"]}


def ticket_state(one: Buying) -> TicketState:
    return one.session.scalars(select(TicketRow.state).where(TicketRow.id == one.ticket.ticket_id)).one()


def be_away(world: World, person: str, deputy: str | None, days: int = 3) -> None:
    today = world.now.date()
    deputy_id = world.ids[deputy] if deputy else None
    absence = AbsenceRow(person_id=world.ids[person], from_on=today, until_on=today + days * DAY, deputy_id=deputy_id)
    world.session.add(absence)
    world.session.flush()


def change(one: Buying, *, cancels: bool = False, **answers: object) -> None:
    session, now = one.session, one.world.now
    ask_id = session.scalars(select(AskRow.public_id).where(AskRow.ticket_id == one.ticket.ticket_id)).one()
    planner = Planner(partial(replan, session, read_desk_facts(session), now), one.services)
    reference, wish = one.ticket.reference, Wish(answers, cancels)
    amend(session, one.actor("employee"), reference, ask_id, wish, now, planner=planner, channel=Channel.WEB)
    one.follow()


def test_nothing_that_needs_an_approval_starts_before_it(world: World) -> None:
    one = buy(world)
    assert one.asked() == ["manager"]
    assert one.states() == {"agree": "ready", "order": "waiting", "hand-out": "waiting", "desk-space": "ready"}
    one.approve("manager")
    assert one.states() == {"agree": "done", "order": "ready", "hand-out": "waiting", "desk-space": "ready"}


def test_asking_twice_asks_once(world: World) -> None:
    one = buy(world)
    one.follow()
    assert one.voices() == [("manager", "asked")]
    assert len(one.jobs("mail.approval_asked")) == 1


def test_a_rejection_ends_what_depends_on_it_and_nothing_else_and_tells_who_asked(world: World) -> None:
    one = buy(world)
    one.reject("manager", comment="Yours is a year old.")
    assert one.states() == {"agree": "cancelled", "order": "cancelled", "hand-out": "cancelled", "desk-space": "ready"}
    assert [one.task(key).refused for key in ("agree", "order", "hand-out", "desk-space")] == [True, True, True, False]
    assert ticket_state(one) is TicketState.OPEN
    assert len(one.jobs("mail.approval_rejected")) == 1
    told = one.session.scalars(select(EventRow.what).where(EventRow.kind == "approval_refused")).one()
    assert told["why"] == "Yours is a year old."


def test_a_request_of_which_nothing_but_an_approval_was_done_is_not_resolved(world: World) -> None:
    steps = [
        {"key": "first", "title": "First", "approval": {"approvers": ["requester.manager"]}},
        {"key": "agree", "title": "Then", "needs": ["first"], "approval": {"approvers": ["it.lead"]}},
        {"key": "order", "title": "Order", "queue": "it", "needs": ["agree"]},
    ]
    one = buy(world, steps=steps)
    one.approve("manager", key="first")
    one.follow()
    one.reject("lead")
    assert ticket_state(one) is TicketState.CANCELLED
    assert one.jobs("mail.ticket_resolved") == []
    ask = one.session.scalars(select(AskRow).where(AskRow.ticket_id == one.ticket.ticket_id)).one()
    assert (ask.cancelled_at, ask.refused) == (world.now, True)


def test_an_ask_that_was_taken_back_was_not_refused(world: World) -> None:
    one = buy(world)
    one.reject("manager")
    change(one, cancels=True)
    ask = one.session.scalars(select(AskRow).where(AskRow.ticket_id == one.ticket.ticket_id)).one()
    assert (ask.cancelled_at, ask.refused) == (world.now, False)


def test_the_log_says_that_only_what_was_approved_is_done(world: World) -> None:
    one = buy(world)
    one.reject("manager")
    finish(one.session, one.actor("agent.facilities"), one.task("desk-space").public_id, world.now)
    assert ticket_state(one) is TicketState.RESOLVED
    ended = select(EventRow.what).where(EventRow.ticket_id == one.ticket.ticket_id, EventRow.kind == "resolved")
    assert one.session.scalars(ended).one() == {"refused": True}


def test_a_rejection_needs_a_reason(world: World) -> None:
    one = buy(world)
    with pytest.raises(NothingSaid):
        one.reject("manager", comment="  ")
    assert one.voices() == [("manager", "asked")]


@pytest.mark.parametrize("by", ["employee", "colleague", "agent.desk", "agent.it", "admin"])
def test_to_whoever_is_not_asked_there_is_no_approval(world: World, by: str) -> None:
    with pytest.raises(NotFound):
        buy(world).approve(by)


def test_a_task_that_is_no_approval_is_not_approved(world: World) -> None:
    with pytest.raises(NotFound):
        buy(world).approve("manager", key="order")


def test_all_must_agree_where_all_are_asked(world: World) -> None:
    one = buy(world, BOTH)
    assert one.asked() == ["manager", "lead"]
    one.approve("manager")
    assert one.task().state is TaskState.READY
    one.approve("lead")
    assert one.task().state is TaskState.DONE


def test_one_is_enough_where_one_is_and_the_others_hear_that_they_are_not_needed(world: World) -> None:
    one = buy(world, {**BOTH, "quorum": "one"})
    one.approve("lead")
    assert one.task().state is TaskState.DONE
    assert one.voices() == [("manager", "withdrawn"), ("lead", "approved")]
    assert len(one.jobs("mail.approval_withdrawn")) == 1
    with pytest.raises(AlreadyDecided):
        one.approve("manager")


def test_in_turn_the_second_is_asked_after_the_first_has_agreed(world: World) -> None:
    one = buy(world, {**BOTH, "order": "in_turn"})
    assert one.voices() == [("manager", "asked"), ("lead", "next")]
    with pytest.raises(NotYourTurn):
        one.approve("lead")
    one.approve("manager")
    assert one.asked() == ["lead"]


def test_in_turn_nobody_is_asked_after_a_rejection(world: World) -> None:
    one = buy(world, {**BOTH, "order": "in_turn"})
    one.reject("manager")
    assert one.voices() == [("manager", "rejected"), ("lead", "withdrawn")]
    assert one.jobs("mail.approval_withdrawn") == []


def test_any_lead_of_a_queue_may_speak_for_it(world: World) -> None:
    it = world.session.scalars(select(QueueRow.id).where(QueueRow.key == "it")).one()
    world.session.execute(insert(QueueMemberRow).values(queue_id=it, person_id=world.ids["colleague"], is_lead=True))
    one = buy(world, {"approvers": ["it.lead"]})
    assert sorted(one.asked()) == ["colleague", "lead"]
    one.approve("colleague")
    assert one.task().state is TaskState.DONE


def test_whoever_answers_for_the_departments_money_is_asked(world: World) -> None:
    world.session.add(CostCentreRow(department="data platform", owner_id=world.ids["owner"]))
    assert buy(world, {"approvers": ["cost_centre.owner"]}).asked() == ["owner"]


def test_the_owner_of_a_service_is_asked(world: World) -> None:
    assert buy(world, {"approvers": ["service.owner"]}, owner=mail_of("admin")).asked() == ["admin"]


def test_nobody_decides_about_their_own_ask_the_next_one_up_does(world: World) -> None:
    one = buy(world, {"approvers": ["it.lead"]}, by="lead")
    assert one.asked() == ["manager"]
    with pytest.raises(NotFound):
        one.approve("lead")


def test_an_unknown_approver_leaves_it_to_the_desk_and_says_why(world: World) -> None:
    one = buy(world, by="manager")
    task = one.task()
    assert task.queue_id is not None
    assert task.why[-1]["kind"] == "approval.unknown"
    assert "approval_at_desk" in one.kinds()
    one.approve("agent.desk")
    assert one.states()["order"] == "ready"


def test_at_the_desk_nobody_decides_about_their_own_ask(world: World) -> None:
    reports_to(world, "agent.desk", None)
    one = buy(world, by="agent.desk")
    with pytest.raises(NotAllowed):
        one.approve("agent.desk")
    one.reject("lead")
    with pytest.raises(AlreadyDecided):
        one.approve("lead")


def test_the_desk_cannot_finish_what_is_to_be_decided(world: World) -> None:
    one = buy(world, by="manager")
    with pytest.raises(NotAllowed):
        finish(one.session, one.actor("agent.desk"), one.task().public_id, world.now)


def test_enough_known_approvers_go_on_without_the_unknown_one(world: World) -> None:
    one = buy(world, {"approvers": ["cost_centre.owner", "it.lead"], "quorum": "one"})
    assert one.asked() == ["lead"]
    assert buy_at_desk(world).task().queue_id is not None


def buy_at_desk(world: World) -> Buying:
    return buy(world, {"approvers": ["cost_centre.owner", "it.lead"], "quorum": "all"})


def test_a_deputy_is_asked_for_who_is_away(world: World) -> None:
    be_away(world, "manager", "colleague")
    one = buy(world)
    assert one.asked() == ["colleague"]
    one.approve("colleague")
    assert one.task().state is TaskState.DONE


def test_who_goes_away_later_is_represented_and_asked_again_when_back(world: World) -> None:
    one = buy(world)
    be_away(world, "manager", "colleague", days=1)
    one.follow()
    assert one.asked() == ["colleague"]
    one.follow(world.now + 2 * DAY)
    assert one.asked() == ["manager"]
    with pytest.raises(NotFound):
        one.approve("colleague")


def test_a_deputy_who_asked_for_it_does_not_decide(world: World) -> None:
    be_away(world, "manager", "employee")
    assert buy(world).asked() == ["manager"]


def test_silence_is_reminded_of_and_then_goes_to_the_approvers_manager(world: World) -> None:
    reports_to(world, "manager", "admin")
    one = buy(world)
    one.follow(world.now + 5 * DAY)
    one.follow(world.now + 5 * DAY)
    assert len(one.jobs("mail.approval_reminder")) == 1
    one.follow(world.now + WEEK)
    assert one.voices() == [("manager", "expired"), ("admin", "asked")]
    with pytest.raises(TooLate):
        one.approve("manager", at=world.now + WEEK)
    one.approve("admin", at=world.now + WEEK)
    assert one.task().state is TaskState.DONE


def test_a_decision_after_the_end_is_refused_before_anybody_swept(world: World) -> None:
    one = buy(world)
    with pytest.raises(TooLate, match="time to decide"):
        one.approve("manager", at=world.now + WEEK)
    assert one.task().state is TaskState.READY


def test_silence_at_the_top_leaves_it_to_the_desk(world: World) -> None:
    one = buy(world)
    one.follow(world.now + WEEK)
    assert one.task().why[-1]["kind"] == "approval.silent"
    one.approve("agent.desk", at=world.now + WEEK)
    assert one.task().state is TaskState.DONE


def test_silence_is_a_rejection_where_the_catalogue_says_so(world: World) -> None:
    one = buy(world, {"approvers": ["requester.manager"], "on_expiry": "reject"})
    one.follow(world.now + WEEK)
    assert one.states()["order"] == "cancelled"
    assert "approval_refused_by_silence" in one.kinds()


def test_of_who_has_left_the_manager_is_asked(world: World) -> None:
    reports_to(world, "manager", "admin")
    one = buy(world)
    world.session.execute(update(PersonRow).where(PersonRow.id == world.ids["manager"]).values(active=False))
    one.follow()
    assert one.asked() == ["admin"]


def test_another_price_while_it_is_asked_asks_again(world: World) -> None:
    one = buy(world, BOTH)
    one.approve("lead")
    change(one, price=2000)
    assert one.asked() == ["manager", "lead"]


def test_another_colour_asks_nobody_again(world: World) -> None:
    one = buy(world)
    change(one, colour="blue")
    assert one.voices() == [("manager", "asked")]


def test_another_price_after_approval_is_asked_for_before_work_goes_on(world: World) -> None:
    one = buy(world)
    one.approve("manager")
    change(one, price=2000)
    assert one.states()["agree.2"] == "ready"
    assert one.states()["order"] == "waiting"
    one.approve("manager", key="agree.2")
    assert one.states()["order"] == "ready"


def test_another_price_after_a_rejection_asks_again_and_brings_back_what_it_ended(world: World) -> None:
    one = buy(world)
    one.reject("manager")
    change(one, price=300)
    assert one.states()["order"] == "waiting"
    assert not one.task("order").refused
    one.approve("manager", key="agree.2")
    assert one.states()["order"] == "ready"


def test_the_rejected_price_again_is_rejected_still(world: World) -> None:
    one = buy(world)
    one.reject("manager")
    change(one, price=300)
    change(one, price=900)
    assert (one.states()["agree.2"], one.states()["order"]) == ("cancelled", "cancelled")
    assert one.voices("agree.2") == [("manager", "withdrawn")]


def test_another_colour_after_a_rejection_changes_nothing(world: World) -> None:
    one = buy(world)
    one.reject("manager")
    change(one, colour="blue")
    assert one.states()["order"] == "cancelled"


def test_taking_it_back_withdraws_the_approval_and_tells_who_was_asked(world: World) -> None:
    one = buy(world)
    change(one, cancels=True)
    assert one.voices() == [("manager", "withdrawn")]
    assert len(one.jobs("mail.approval_withdrawn")) == 1
    with pytest.raises(NotNeeded):
        one.approve("manager")


def test_bringing_it_back_asks_again(world: World) -> None:
    one = buy(world)
    change(one, cancels=True)
    change(one, price=900)
    assert one.asked() == ["manager"]


def test_of_fifty_decisions_at_once_there_is_one_outcome(committed: sessionmaker[Session], now: datetime) -> None:
    with committed() as session:
        world = World.create(session, now)
        one = buy(world, {"approvers": ["requester.manager", "it.lead"], "quorum": "one"})
        session.commit()
        task_id, actors = one.task().public_id, [one.actor("manager"), one.actor("lead")]

    def deciding(number: int) -> Callable[[], str]:
        verdict = Verdict.APPROVED if number % 3 else Verdict.REJECTED

        def act() -> str:
            try:
                with committed.begin() as session:
                    decision = Decision(verdict, "Because.")
                    return decide(session, actors[number % 2], task_id, decision, now, partial(service_at, session))
            except SpocError as error:
                return error.code

        return act

    with ThreadPoolExecutor(10) as pool:
        said = [one.result() for one in [pool.submit(deciding(number)) for number in range(50)]]
    with committed() as session:
        ends = ("approval_given", "approval_refused")
        assert session.scalar(select(func.count()).where(EventRow.kind.in_(ends))) == 1
        follow(session, now)
    assert set(said) <= {"T-000001", "already_decided"}
    assert said.count("T-000001") <= 2
