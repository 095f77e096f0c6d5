"""Closed weeks are stated once, and again whenever late facts change them: what, from, to, why and by whom."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from routing.closing import WEEKS_BACK
from routing.work import Channel, ContactKind, LeftOutAs, RepeatCause
from spoc.db.contacts import ContactRow
from spoc.db.reports import FigureSearchRow, StatedFigureRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.desk.contacts import Touch, log_contact
from spoc.desk.corrections import correct_kind
from spoc.desk.leaving_out import count_again, leave_out
from spoc.reports.change import change_setting, set_rate
from spoc.reports.costs import Band
from spoc.reports.definitions import VERSION
from spoc.reports.fcr import report
from spoc.reports.measures import Figure
from spoc.reports.question import Question
from spoc.reports.restating import late
from spoc.reports.restating.due import weeks_due
from spoc.reports.restating.reading import Restated, read_restated
from spoc.reports.restating.statement import Figures, LateKind, Measure, Stated
from spoc.reports.restating.stating import latest, state_week, state_weeks
from tests.spoc.reports.past import BERLIN, MINUTE, MONDAY, Past
from tests.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CLOSES = datetime(2026, 7, 23, tzinfo=BERLIN)
"""Of the week of `MONDAY`: seven days of window and three of grace after it ended."""
RATE = {"channel": "", "tier": "", "low": "9", "high": "12", "currency": "EUR", "source": "our books", "why": "Ours"}


@pytest.fixture
def past(world: World) -> Past:
    return Past(world)


def reference(past: Past, ask: AskRow) -> str:
    return past.session.scalars(select(TicketRow.reference).where(TicketRow.id == ask.ticket_id)).one()


def came_back(past: Past, ask: AskRow, recorded_at: datetime, *, at: datetime = MONDAY + timedelta(days=2)) -> None:
    """The desk writes down, perhaps much too late, that somebody called."""
    touch = Touch(Channel.PHONE, ContactKind.REPEAT, RepeatCause.CHASED, at, at + 5 * MINUTE)
    log_contact(past.session, past.world.actor("agent.desk"), reference(past, ask), touch, recorded_at)


def price(past: Past) -> None:
    rate = {**RATE, "low": "2.70", "high": "5.60", "currency": "USD", "valid_from": "2026-01-01"}
    set_rate(past.session, past.world.actor("manager"), rate, MONDAY)


def correct(past: Past, ask: AskRow, kind: ContactKind, at: datetime) -> None:
    newest = select(ContactRow.public_id).where(ContactRow.ask_id == ask.id).order_by(ContactRow.id.desc()).limit(1)
    contact_id = past.session.scalars(newest).one()
    correct_kind(past.session, past.world.actor("lead"), reference(past, ask), contact_id, at, kind=kind)


def on_monday(past: Past) -> Stated:
    """The newest statement on the week of `MONDAY`."""
    stated = latest(past.session, MONDAY.date())
    assert stated is not None
    return stated


def restated(past: Past, who: str = "lead") -> tuple[Restated, ...]:
    return read_restated(past.session, past.world.actor(who), MONDAY.date(), MONDAY.date())


def test_a_week_is_stated_as_soon_as_it_is_closed_and_once(past: Past) -> None:
    past.opening()
    assert state_weeks(past.session, CLOSES - MINUTE) == 0
    assert state_weeks(past.session, CLOSES) == 1
    assert state_weeks(past.session, CLOSES + HOUR) == 0
    stated = on_monday(past)
    assert (stated.starts_on, stated.number, stated.at, stated.because) == (MONDAY.date(), 1, CLOSES, ())
    assert stated.figures == Figures(Figure(1, 1), Figure(1, 1), Figure(0, 1))


def test_a_week_in_which_nothing_happened_is_not_stated(past: Past) -> None:
    assert state_weeks(past.session, CLOSES) == 0


def test_a_week_with_something_undecided_is_not_stated(past: Past) -> None:
    change_setting(past.session, past.world.actor("manager"), "limit.web", "none", "us", MONDAY, why="Trying")
    past.opening(resolved_at=None)
    assert state_weeks(past.session, CLOSES) == 0


def test_what_is_stated_is_what_the_report_of_that_week_says(past: Past) -> None:
    price(past)
    past.opening()
    spoilt = past.opening(at=MONDAY + HOUR, resolved_at=MONDAY + HOUR + MINUTE)
    past.contact(spoilt, ContactKind.REPEAT, MONDAY + timedelta(days=1), cause=RepeatCause.CHASED)
    state_weeks(past.session, CLOSES)
    answer = report(past.session, Question(None, MONDAY.date(), date(2026, 7, 12), BERLIN), CLOSES)
    figures = on_monday(past).figures
    assert (figures.gross, figures.net, figures.repeats) == (answer.gross.figure, answer.net.figure, answer.repeats)
    assert figures.cost == (Band(Decimal("2.70"), Decimal("5.60"), "USD"),)


def test_a_contact_logged_late_restates_its_week_and_is_named(past: Past) -> None:
    price(past)
    ask = past.opening()
    state_weeks(past.session, CLOSES)
    came_back(past, ask, CLOSES + HOUR)

    assert state_weeks(past.session, CLOSES + 2 * HOUR) == 1

    (one,) = restated(past)
    assert one.measures == (Measure.NET_FCR, Measure.GROSS_FCR, Measure.REPEAT_CONTACTS, Measure.REPEAT_COST)
    assert (one.before.figures.net, one.after.figures.net) == (Figure(1, 1), Figure(0, 1))
    (reason,) = one.reasons
    assert (reason.kind, reason.by, reason.at) == (LateKind.CONTACT_LOGGED, "Amara Okafor", CLOSES + HOUR)
    assert reason.reference == reference(past, ask)


def test_a_contact_that_comes_when_the_week_is_closed_is_no_late_fact(past: Past) -> None:
    ask = past.opening()
    state_weeks(past.session, CLOSES)
    came_back(past, ask, CLOSES + 2 * HOUR, at=CLOSES + HOUR)
    assert state_weeks(past.session, CLOSES + 3 * HOUR) == 0


def test_a_corrected_kind_restates_with_the_lead_who_corrected_it(past: Past) -> None:
    ask = past.opening()
    past.contact(ask, ContactKind.REPEAT, MONDAY + timedelta(days=1), cause=RepeatCause.CHASED)
    state_weeks(past.session, CLOSES)
    correct(past, ask, ContactKind.THANKS, CLOSES + HOUR)

    state_weeks(past.session, CLOSES + 2 * HOUR)

    (one,) = restated(past)
    assert (one.before.figures.repeats, one.after.figures.repeats) == (Figure(1, 2), Figure(0, 1))
    assert [(reason.kind, reason.by) for reason in one.reasons] == [(LateKind.KIND_CORRECTED, "Piotr Zieliński")]


def test_a_link_that_is_taken_back_restates_the_week_of_the_earlier_request(past: Past) -> None:
    earlier = past.opening(resolved_at=MONDAY + 20 * MINUTE)
    monday = MONDAY + timedelta(days=7)
    again = past.opening(at=monday, resolved_at=monday + MINUTE, same_issue_of_id=earlier.id)
    closed = CLOSES + timedelta(days=7)
    assert state_weeks(past.session, closed) == 2
    correct(past, again, ContactKind.FIRST, closed + HOUR)

    assert state_weeks(past.session, closed + 2 * HOUR) == 2

    (one,) = restated(past)
    assert (one.before.figures.net, one.after.figures.net) == (Figure(0, 1), Figure(1, 1))
    assert [reason.kind for reason in one.reasons] == [LateKind.KIND_CORRECTED]


def test_left_out_and_counted_again_restate_each_time(past: Past) -> None:
    ask, _ = past.opening(), past.opening()
    lead = past.world.actor("lead")
    state_weeks(past.session, CLOSES)
    place = (reference(past, ask), ask.public_id)
    leave_out(past.session, lead, *place, CLOSES + HOUR, reason=LeftOutAs.SPAM)
    state_weeks(past.session, CLOSES + 2 * HOUR)
    count_again(past.session, lead, *place, CLOSES + 3 * HOUR)
    state_weeks(past.session, CLOSES + 4 * HOUR)

    latest_first = [(one.after.number, one.after.figures.gross, one.reasons[0].kind) for one in restated(past)]

    assert latest_first == [(3, Figure(2, 2), LateKind.COUNTED_AGAIN), (2, Figure(1, 1), LateKind.LEFT_OUT)]
    assert [len(one.reasons) for one in restated(past)] == [1, 1]


def test_a_limit_restates_every_week_it_changes_and_a_rate_only_costs_it_held_for(past: Past) -> None:
    ask = past.opening()
    past.contact(ask, ContactKind.REPEAT, MONDAY + timedelta(days=1), cause=RepeatCause.CHASED)
    past.opening(at=MONDAY + HOUR, resolved_at=MONDAY + 2 * HOUR)
    manager = past.world.actor("manager")
    state_weeks(past.session, CLOSES)
    change_setting(past.session, manager, "limit.web", "10", "us", CLOSES + HOUR, why="Stricter")
    set_rate(past.session, manager, {**RATE, "valid_from": "2026-07-20"}, CLOSES + HOUR)
    state_weeks(past.session, CLOSES + 2 * HOUR)
    set_rate(past.session, manager, {**RATE, "valid_from": "2026-07-01"}, CLOSES + 3 * HOUR)
    state_weeks(past.session, CLOSES + 4 * HOUR)

    rate, limit = restated(past)

    assert limit.measures == (Measure.NET_FCR, Measure.GROSS_FCR)
    assert [(reason.key, reason.by) for reason in limit.reasons] == [("limit.web", "Ingeborg van den Heuvel")]
    assert rate.measures == (Measure.REPEAT_COST,)
    assert rate.after.figures.cost == (Band(Decimal("9.00"), Decimal("12.00"), "EUR"),)
    assert [reason.key for reason in rate.reasons] == ["rate"]


def test_what_nothing_recorded_explains_is_found_the_next_day_and_says_so(past: Past) -> None:
    ask = past.opening()
    state_weeks(past.session, CLOSES)
    past.session.execute(update(AskRow).where(AskRow.id == ask.id).values(eligible=False))
    assert state_weeks(past.session, CLOSES + HOUR) == 0
    assert state_weeks(past.session, CLOSES + DAY) == 1
    (one,) = restated(past)
    assert (one.measures, one.reasons) == ((Measure.NET_FCR,), ())


def test_what_is_confidential_is_neither_stated_nor_a_reason(past: Past) -> None:
    past.opening()
    hidden = past.opening(confidential_to=("hr",))
    state_weeks(past.session, CLOSES)
    assert on_monday(past).figures.gross == Figure(1, 1)
    past.contact(hidden, ContactKind.REPEAT, MONDAY + HOUR, cause=RepeatCause.CHASED)
    past.session.execute(update(ContactRow).where(ContactRow.ask_id == hidden.id).values(recorded_at=CLOSES + HOUR))
    past.event(hidden, "left_out", CLOSES + HOUR, {"reason": "spam"})
    assert state_weeks(past.session, CLOSES + 2 * HOUR) == 0
    week = Question(None, MONDAY.date(), date(2026, 7, 12), BERLIN)
    before = on_monday(past)
    assert late.late_facts(past.session, week, before, list(Measure), CLOSES + 2 * HOUR) == ()


def test_a_reference_is_named_to_those_who_may_open_it(past: Past) -> None:
    ask = past.opening()
    state_weeks(past.session, CLOSES)
    came_back(past, ask, CLOSES + HOUR)
    state_weeks(past.session, CLOSES + 2 * HOUR)
    (one,) = restated(past, "manager")
    assert [(reason.reference, reason.by) for reason in one.reasons] == [("", "Amara Okafor")]


def test_weeks_that_ended_half_a_year_ago_are_left_as_they_were_said(past: Past) -> None:
    ask = past.opening()
    later = CLOSES + timedelta(weeks=WEEKS_BACK)
    state_weeks(past.session, CLOSES)
    came_back(past, ask, later)
    assert state_weeks(past.session, later) == 0


def found(past: Past, at: datetime) -> list[date]:
    return list(weeks_due(past.session, at))


def test_in_an_hour_in_which_nothing_was_recorded_no_week_is_looked_at(past: Past) -> None:
    past.opening()
    assert found(past, CLOSES) == [MONDAY.date()]
    assert found(past, CLOSES) == found(past, CLOSES + HOUR) == []


def test_every_week_is_found_on_another_day_by_other_definitions_and_after_a_limit_changed(past: Past) -> None:
    past.opening()
    past.opening(at=MONDAY - timedelta(weeks=3), resolved_at=None)
    both = [(MONDAY - timedelta(weeks=3)).date(), MONDAY.date()]
    assert found(past, CLOSES) == both
    assert found(past, CLOSES + DAY) == both
    past.session.execute(update(FigureSearchRow).values(version=VERSION - 1))
    assert found(past, CLOSES + DAY + HOUR) == both
    change_setting(
        past.session, past.world.actor("manager"), "limit.web", "9", "us", CLOSES + DAY + 2 * HOUR, why="Stricter"
    )
    assert found(past, CLOSES + DAY + 3 * HOUR) == both
    assert found(past, CLOSES + DAY + 5 * HOUR) == []


def test_a_late_fact_finds_the_weeks_it_touches_and_no_other(past: Past) -> None:
    ask = past.opening()
    past.opening(at=MONDAY - timedelta(weeks=1), resolved_at=MONDAY - timedelta(weeks=1))
    assert state_weeks(past.session, CLOSES) == 2
    came_back(past, ask, CLOSES + HOUR)
    assert found(past, CLOSES + 2 * HOUR) == [MONDAY.date()]


def test_what_is_recorded_on_what_was_asked_lately_finds_nothing(past: Past) -> None:
    past.opening()
    state_weeks(past.session, CLOSES)
    new = past.opening(at=CLOSES - DAY, resolved_at=None)
    came_back(past, new, CLOSES + HOUR, at=CLOSES)
    assert found(past, CLOSES + 2 * HOUR) == []


@pytest.mark.parametrize("stating", [state_weeks, lambda session, at: state_week(session, MONDAY.date(), at)])
def test_two_workers_at_once_state_a_week_once(
    committed: sessionmaker[Session], now: datetime, stating: Callable[[Session, datetime], int]
) -> None:
    with committed() as session:
        past = Past(World.create(session, now))
        past.opening()
        session.commit()
    ready = Barrier(2)

    def state(_: int) -> int:
        with committed.begin() as one:
            ready.wait()
            return stating(one, CLOSES)

    with ThreadPoolExecutor(2) as pool:
        written = list(pool.map(state, range(2)))

    with committed() as session:
        assert sum(written) == session.scalar(select(func.count()).select_from(StatedFigureRow)) == 1


@pytest.mark.parametrize("change", ["UPDATE stated_figure SET net_resolved = 0", "DELETE FROM stated_figure"])
def test_what_was_said_is_never_altered(past: Past, change: str) -> None:
    past.opening()
    state_weeks(past.session, CLOSES)
    with pytest.raises(IntegrityError, match="never changed or deleted"), past.session.begin_nested():
        past.session.execute(text(change))
