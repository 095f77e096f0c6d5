"""Leaving an ask out of the figures and counting it again: who may, what is written, and what the figures then say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Barrier
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from routing.closing import WEEKS_BACK
from routing.work import SAID, Channel, ContactKind, LeftOutAs, TaskState
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow, EventRow, TaskRow
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.handoff import hand_over
from spoc.desk.contacts import Touch, ask_for_news, log_contact
from spoc.desk.errors import NotTheSame
from spoc.desk.found import find_ticket
from spoc.desk.leaving_out import count_again, leave_out, twins_of
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import service_at
from spoc.intake.write import Accepted
from spoc.reports.document import to_json
from spoc.reports.fcr import FcrReport, report
from spoc.reports.listing import Behind, Of, lines_behind
from spoc.reports.measures import Figure, Tally
from spoc.reports.question import Question
from spoc.reports.restating.stating import state_weeks
from tests.world import World


def ask_of(world: World, ticket: Accepted) -> AskRow:
    return world.session.scalars(
        select(AskRow).where(AskRow.ticket_id == ticket.ticket_id).execution_options(populate_existing=True)
    ).one()


def ask_id(world: World, ticket: Accepted) -> UUID:
    return ask_of(world, ticket).public_id


def leave(world: World, ticket: Accepted, who: str = "agent.desk", *, at: datetime | None = None, **given: str) -> None:
    said = given.pop("reason", "spam")
    reason = next(one for one in SAID if one == said)
    leave_out(
        world.session,
        world.actor(who),
        ticket.reference,
        ask_id(world, ticket),
        at or world.now,
        reason=reason,
        **given,
    )


def events(world: World, kind: str) -> list[EventRow]:
    return list(world.session.scalars(select(EventRow).where(EventRow.kind == kind).order_by(EventRow.id)))


def figures(world: World, who: str = "lead") -> FcrReport:
    week = Question(world.actor(who), date(2026, 8, 10), date(2026, 8, 16), ZoneInfo("Europe/Berlin"))
    return report(world.session, week, world.now + timedelta(days=2))


def test_what_is_left_out_counts_in_no_figure_and_is_counted_and_listed(world: World) -> None:
    ticket, kept = world.submit("password-access"), world.submit("laptop-fault")
    ask_for_news(world.session, world.actor("employee"), ticket.reference, world.now, channel=Channel.WEB)
    before = figures(world)

    leave(world, ticket, reason="test", words="Trying the new form")

    after = figures(world)
    assert (before.gross.total, before.repeats) == (2, Figure(1, 3))
    assert (after.gross.total, after.repeats, after.repeat_cost.contacts) == (1, Figure(0, 1), 0)
    assert after.excluded == {"test": 1}
    (line,) = lines_behind(world.session, after, world.actor("lead"), Behind(Of.EXCLUDED))
    assert (line.reference, line.excluded, line.words) == (ticket.reference, "test", "Trying the new form")
    assert kept.reference not in line.reference


def test_what_an_agent_said_of_it_is_not_for_managers_who_do_not_work_on_it(world: World) -> None:
    ticket = world.submit("password-access", by="manager")
    leave(world, ticket, words="The manager plays with the form")

    (line,) = lines_behind(world.session, figures(world, "manager"), world.actor("manager"), Behind(Of.EXCLUDED))

    assert (line.reference, line.words, line.excluded) == (ticket.reference, "", "spam")


def test_it_is_told_among_agents_and_its_work_goes_on(world: World) -> None:
    ticket = world.submit("password-access")
    leave(world, ticket, words=" No person \n")

    (event,) = events(world, "left_out")
    assert event.what == {"reason": "spam", "of": None, "words": "No person"}
    assert (event.public, event.actor_id) == (False, world.ids["agent.desk"])
    states = world.session.scalars(select(TaskRow.state).where(TaskRow.ticket_id == ticket.ticket_id)).all()
    assert set(states) <= {TaskState.READY, TaskState.WAITING}
    finish(world.session, world.actor("agent.desk"), ticket.tasks[0].id, world.now)
    assert ask_of(world, ticket).excluded == "spam"


def test_said_the_same_again_nothing_happens_and_said_otherwise_it_is_written(world: World) -> None:
    ticket = world.submit("password-access")
    for _ in range(2):
        leave(world, ticket)
    assert len(events(world, "left_out")) == 1

    leave(world, ticket, reason="test")

    assert [event.what["reason"] for event in events(world, "left_out")] == ["spam", "test"]
    assert ask_of(world, ticket).excluded == "test"


def test_counted_again_it_counts_as_before(world: World) -> None:
    ticket = world.submit("password-access")
    before = to_json(figures(world))
    leave(world, ticket)

    for _ in range(2):
        count_again(
            world.session, world.actor("agent.desk"), ticket.reference, ask_id(world, ticket), world.now, words="Real"
        )

    assert to_json(figures(world)) == before
    (event,) = events(world, "counted_again")
    assert (event.what, event.public) == ({"reason": "spam", "words": "Real"}, False)
    leave(world, ticket)
    assert len(events(world, "left_out")) == 2


@pytest.mark.parametrize(
    ("who", "error"), [("agent.it", NotAllowed), ("employee", NotAllowed), ("colleague", NotFound)]
)
def test_only_the_desk_and_leads_who_work_on_it_leave_it_out(world: World, who: str, error: type[Exception]) -> None:
    ticket = world.submit("new-starter")
    with pytest.raises(error):
        leave(world, ticket, who)
    with pytest.raises(error):
        count_again(world.session, world.actor(who), ticket.reference, ask_id(world, ticket), world.now)
    leave(world, ticket, "lead")
    assert ask_of(world, ticket).excluded == "spam"


def test_a_confidential_request_is_none_of_the_desks(world: World) -> None:
    ticket = world.submit("payslip-question")
    with pytest.raises(NotFound):
        leave(world, ticket)
    with pytest.raises(NotAllowed):
        leave(world, ticket, "agent.hr")


def test_the_ask_of_another_ticket_is_not_there(world: World) -> None:
    ticket, other = world.submit("password-access"), world.submit("laptop-fault")
    desk = world.actor("agent.desk")
    for missing in (uuid4(), ask_id(world, other)):
        with pytest.raises(NotFound):
            leave_out(world.session, desk, ticket.reference, missing, world.now, reason=LeftOutAs.SPAM)


def test_what_agents_ask_for_themselves_stays_left_out(world: World) -> None:
    ticket = world.submit("laptop-fault", by="agent.it")
    with pytest.raises(NotAllowed, match="for themselves"):
        leave(world, ticket)
    with pytest.raises(NotAllowed, match="for themselves"):
        count_again(world.session, world.actor("lead"), ticket.reference, ask_id(world, ticket), world.now)
    assert ask_of(world, ticket).excluded == "own"


CLOSES = datetime(2026, 8, 26, 22, tzinfo=UTC)
"""Of the week that all tickets here are opened in."""


def test_in_a_stated_week_only_a_lead_leaves_out_and_counts_again(world: World) -> None:
    ticket = world.submit("password-access")
    other = world.submit("laptop-fault")
    leave(world, ticket, at=CLOSES)
    assert state_weeks(world.session, CLOSES) == 1
    with pytest.raises(NotAllowed, match="closed"):
        leave(world, other, at=CLOSES)
    with pytest.raises(NotAllowed, match="closed"):
        count_again(world.session, world.actor("agent.desk"), ticket.reference, ask_id(world, ticket), CLOSES)
    count_again(world.session, world.actor("lead"), ticket.reference, ask_id(world, ticket), CLOSES)
    assert ask_of(world, ticket).excluded is None


def test_in_a_stated_week_what_was_said_may_be_said_the_same_again(world: World) -> None:
    ticket, other = world.submit("password-access"), world.submit("laptop-fault")
    leave(world, ticket)
    state_weeks(world.session, CLOSES)
    leave(world, ticket, at=CLOSES)
    count_again(world.session, world.actor("agent.desk"), other.reference, ask_id(world, other), CLOSES)
    assert len(events(world, "left_out")) == 1


def test_what_is_too_old_to_be_stated_is_closed(world: World) -> None:
    ticket = world.submit("password-access")
    with pytest.raises(NotAllowed, match="closed"):
        leave(world, ticket, at=world.now + timedelta(weeks=WEEKS_BACK + 1))


@pytest.mark.parametrize("at", [CLOSES - timedelta(seconds=1), CLOSES])
def test_a_page_offers_it_only_where_it_would_be_taken(world: World, at: datetime) -> None:
    ticket, twin = world.submit("password-access"), world.submit("laptop-fault")
    state_weeks(world.session, at)
    seen = [
        read_ticket(world.session, world.actor(who), ticket.reference, at, partial(service_at, world.session))
        for who in ("agent.desk", "lead")
    ]
    is_open = at < CLOSES
    assert [page.asks[0].may_leave_out for page in seen] == [is_open, True]
    assert [[one.reference for one in page.twins] for page in seen] == [[twin.reference] * is_open, [twin.reference]]


def test_whoever_lost_the_right_while_they_waited_for_the_ticket_is_refused(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        ticket = world.submit("laptop-fault")
        its = ask_id(world, ticket)
        lead_of_it = replace(world.actor("lead"), leads=frozenset({"it"}))
        task = ticket.tasks[0].id
        hand_over(session, world.actor("agent.desk"), task, now, to="it", why="Theirs")
        session.commit()

    def leaving() -> None:
        with committed.begin() as one:
            leave_out(one, lead_of_it, ticket.reference, its, now, reason=LeftOutAs.SPAM)

    with ThreadPoolExecutor(1) as pool:
        with committed.begin() as one:
            hand_over(one, world.actor("agent.it"), task, now, to="facilities", why="Theirs")
            waiting = pool.submit(leaving)
            while not one.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert not waiting.done()
        with pytest.raises(NotFound):
            waiting.result()


def test_a_duplicate_names_the_request_that_it_repeats(world: World) -> None:
    first, second = world.submit("password-access"), world.submit("password-access")

    leave(world, second, reason="duplicate", of=first.reference.lower())

    assert events(world, "left_out")[0].what["of"] == first.reference
    (line,) = lines_behind(world.session, figures(world), world.actor("lead"), Behind(Of.EXCLUDED))
    assert (line.reference, line.same_as) == (second.reference, first.reference)
    assert figures(world).gross.total == 1


def test_a_duplicate_of_nothing_of_others_of_itself_or_of_what_is_confidential_is_refused(world: World) -> None:
    ticket = world.submit("password-access")
    others, hidden = world.submit("password-access", by="colleague"), world.submit("payslip-question")
    for of in ("", "T-999999", ticket.reference, others.reference, hidden.reference):
        with pytest.raises(NotTheSame):
            leave(world, ticket, reason="duplicate", of=of)
    assert ask_of(world, ticket).excluded is None


def test_of_two_one_counts_whoever_is_said_to_be_the_other_again(world: World) -> None:
    first, second = world.submit("password-access"), world.submit("password-access")
    leave(world, second, reason="duplicate", of=first.reference)
    with pytest.raises(NotTheSame):
        leave(world, first, reason="duplicate", of=second.reference)


def test_a_page_offers_what_the_same_person_asked_at_nearly_the_same_time(world: World) -> None:
    ticket, near = world.submit("password-access"), world.submit("laptop-fault", at=world.now - timedelta(hours=1))
    world.submit("laptop-fault", at=world.now - timedelta(days=3))
    world.submit("laptop-fault", by="colleague")
    world.submit("payslip-question")
    desk = world.actor("agent.desk")
    twins = twins_of(world.session, desk, find_ticket(world.session, desk, ticket.reference))
    assert [one.reference for one in twins] == [near.reference]


def test_leaving_out_a_repeat_clears_what_it_spoilt(world: World) -> None:
    first = world.submit("password-access", at=world.now - timedelta(minutes=30))
    finish(world.session, world.actor("agent.desk"), first.tasks[0].id, world.now - timedelta(minutes=20))
    again = world.submit("password-access")
    assert figures(world).net.not_resolved == 2  # neither within its limit, the later one still open

    leave(world, again)

    assert figures(world).gross == Tally(provisional=1)


def test_what_repeats_a_request_that_counts_nowhere_was_asked_first(world: World) -> None:
    first = world.submit("password-access", at=world.now - timedelta(minutes=30))
    finish(world.session, world.actor("agent.desk"), first.tasks[0].id, world.now - timedelta(minutes=20))
    again = world.submit("password-access")
    finish(world.session, world.actor("agent.desk"), again.tasks[0].id, world.now + timedelta(minutes=5))
    assert figures(world).repeats == Figure(1, 2)

    leave(world, first)

    after = figures(world)
    assert (after.repeats, after.gross) == (Figure(0, 1), Tally(provisional=1))


def test_the_contacts_of_what_is_left_out_cost_nothing(world: World) -> None:
    ticket = world.submit("password-access")
    touch = Touch(Channel.PHONE, ContactKind.RESPONSE, minutes=0)
    log_contact(world.session, world.actor("agent.desk"), ticket.reference, touch, world.now)
    assert figures(world).desk_cost.contacts == 1
    leave(world, ticket)
    assert figures(world).desk_cost.contacts == 0
    assert world.session.scalars(select(ContactRow.id)).all()


def test_of_two_that_are_said_to_be_each_other_at_once_one_is_left(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        pair = [world.submit("password-access"), world.submit("password-access")]
        ids = [ask_id(world, ticket) for ticket in pair]
    desk, ready = world.actor("agent.desk"), Barrier(2)

    def leaving(place: int) -> Callable[[], bool]:
        def act() -> bool:
            ready.wait()
            try:
                with committed.begin() as one:
                    leave_out(one, desk, pair[place].reference, ids[place], now, reason=LeftOutAs.DUPLICATE,
                              of=pair[1 - place].reference)  # fmt: skip
            except NotTheSame:
                return False
            return True

        return act

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda act: act(), [leaving(0), leaving(1)]))

    with committed() as session:
        assert sorted(done) == [False, True]
        assert session.scalars(select(AskRow.excluded)).all().count(None) == 1
