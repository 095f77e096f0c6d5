from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import Calendar, is_working_day, last_working_instant, working_time_between
from routing.errors import BrokenPlan
from routing.fanout import OFFICE_HOURS, fan_out
from routing.rules import Rule
from routing.why import Given, Kind, Why
from routing.work import Facts, Moment, Placement, TaskKind, TaskState, Unit, Work
from tests.routing.strategies import BERLIN, LORD_HOWE, ZONES, calendars, instants, office

NOW = datetime(2026, 8, 3, 8, tzinfo=UTC)  # Monday, ten in Berlin
START_ON = date(2026, 9, 1)  # a Tuesday
FACTS = Facts("new-starter")
QUEUES = {"desk": "Service desk", "it": "IT", "hr": "HR"}
SUNDAY = date(2026, 9, 6)


def berlin(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BERLIN)


AUGUST_27, HALF_PAST_FOUR, NOON = date(2026, 8, 27), berlin(date(2026, 8, 31), 16, 30), time(12)
LOCAL_14_30 = datetime(2026, 9, 1, 14, 30)  # noqa: DTZ001 - as a form gives it: on the calendar's clock
UTC_23 = datetime(2026, 9, 1, 23, tzinfo=UTC)


def work(
    key: str = "laptop",
    queue: str | None = "it",
    person: str | None = None,
    needs: tuple[str, ...] = (),
    opens: Moment | None = None,
    due: Moment | None = None,
    confidential_to: tuple[str, ...] = (),
) -> Work:
    return Work(key, key.capitalize(), queue, person, needs, opens, due, confidential_to)


def placed(
    *works: Work, calendar: Calendar | None = None, rules: Sequence[Rule] = (), now: datetime = NOW
) -> list[Placement]:
    return list(fan_out(works, FACTS, rules, {"": calendar or office()}, now, queues=QUEUES))


def due(
    moment: Moment, calendar: Calendar | None = None, now: datetime = NOW
) -> tuple[datetime | None, tuple[Why, ...]]:
    placement = placed(work(due=moment), calendar=calendar, now=now)[0]
    return placement.due_at, placement.why[1:]


def opens(moment: Moment, calendar: Calendar | None = None, now: datetime = NOW) -> datetime | None:
    return placed(work(opens=moment), calendar=calendar, now=now)[0].opens_at


SEPTEMBER: dict[str, Given] = {"anchor_on": "2026-09-01"}


@pytest.mark.parametrize(
    ("moment", "due_at", "given"),
    [
        (Moment(START_ON, 0, Unit.DAYS), berlin(START_ON, 17), SEPTEMBER),
        (Moment(START_ON, -3, Unit.WORKING_DAYS), berlin(AUGUST_27, 17), SEPTEMBER),
        (Moment(START_ON, 1, Unit.DAYS), berlin(date(2026, 9, 2), 17), SEPTEMBER),
        (Moment(START_ON, -1, Unit.WEEKS, NOON), berlin(date(2026, 8, 25), 12), SEPTEMBER),
        (Moment(START_ON, 1, Unit.MONTHS), berlin(date(2026, 10, 1), 17), SEPTEMBER),
        (Moment(START_ON, 4, Unit.WORKING_HOURS), berlin(START_ON, 13), SEPTEMBER),
        (Moment(START_ON, -30, Unit.WORKING_MINUTES), HALF_PAST_FOUR, SEPTEMBER),
        (Moment(SUNDAY, -2, Unit.HOURS), berlin(date(2026, 9, 5), 22), {"anchor_on": "2026-09-06"}),
        (Moment(None, 90, Unit.MINUTES), NOW + timedelta(minutes=90), {}),
        (Moment(None, 90, Unit.MINUTES, NOON), berlin(NOW.date(), 12), {}),
        (Moment(None, 2, Unit.WORKING_DAYS), berlin(date(2026, 8, 5), 17), {}),
        (Moment(None, 0, Unit.DAYS), berlin(NOW.date(), 17), {}),
        (Moment(LOCAL_14_30, 0, Unit.DAYS), berlin(START_ON, 14, 30), {"anchor_at": "2026-09-01T12:30:00+00:00"}),
        (Moment(UTC_23, -1, Unit.HOURS), berlin(date(2026, 9, 2), 0), {"anchor_at": "2026-09-01T23:00:00+00:00"}),
        (Moment(UTC_23, 0, Unit.DAYS, NOON), berlin(date(2026, 9, 2), 12), {"anchor_at": "2026-09-01T23:00:00+00:00"}),
    ],
)
def test_a_due_time_and_the_values_that_tell_it(moment: Moment, due_at: datetime, given: dict[str, Given]) -> None:
    told = {"amount": moment.amount, "unit": moment.unit.value, **given}

    assert due(moment) == (due_at, (Why(Kind.DUE, told | ({"at": "12:00"} if moment.at else {})),))


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
    ],
)
def test_a_month_that_is_too_short_gives_its_last_day(day: date, months: int, wanted: date) -> None:
    due_at, _ = due(Moment(day, months, Unit.MONTHS, time(12)))

    assert due_at == berlin(wanted, 12)


def test_a_day_without_work_is_due_when_work_ended_before_it() -> None:
    due_at, why = due(Moment(SUNDAY, 0, Unit.DAYS))

    assert due_at == berlin(date(2026, 9, 4), 17)
    assert why[1:] == (Why(Kind.DUE_DAY_WITHOUT_WORK, {"day_on": "2026-09-06"}),)


def test_what_was_due_before_now_stays_and_says_so() -> None:
    due_at, why = due(Moment(NOW.date(), -1, Unit.WEEKS))

    assert due_at == berlin(date(2026, 7, 27), 17)
    assert why[-1] == Why(Kind.DUE_PAST)


def test_an_opening_without_a_time_is_the_first_instant_of_its_day() -> None:
    assert opens(Moment(START_ON, -1, Unit.WORKING_DAYS)) == berlin(date(2026, 8, 31), 0)
    assert opens(Moment(START_ON, 0, Unit.DAYS, time(8))) == berlin(START_ON, 8)
    assert opens(Moment(START_ON, -2, Unit.WORKING_HOURS)) == berlin(date(2026, 8, 31), 15)


def test_what_opens_at_submission_is_ready_at_once_even_at_night() -> None:
    night = berlin(date(2026, 8, 3), 3)
    placement = placed(work(opens=Moment(None, 0, Unit.DAYS)), now=night)[0]

    assert (placement.state, placement.opens_at) == (TaskState.READY, night)


def test_local_times_that_do_not_exist_move_on_and_repeated_ones_are_the_first() -> None:
    at = time(2, 30)

    assert opens(Moment(date(2026, 3, 29), 0, Unit.DAYS, at)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert opens(Moment(date(2026, 10, 25), 0, Unit.DAYS, at)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    naive = datetime.combine(date(2026, 10, 25), at)
    assert opens(Moment(naive, 0, Unit.DAYS)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    lord_howe = office(LORD_HOWE)
    assert opens(Moment(date(2026, 10, 4), 0, Unit.DAYS, time(2, 10)), lord_howe) == datetime(
        2026, 10, 3, 15, 40, tzinfo=UTC
    )


def test_the_state_is_ready_unless_it_needs_something_or_opens_later() -> None:
    placements = placed(
        work("contract", "hr"),
        work("laptop", needs=("contract",)),
        work("review", opens=Moment(START_ON, 0, Unit.DAYS)),
        work("late", opens=Moment(START_ON, -9, Unit.WEEKS)),
    )

    assert [placement.state for placement in placements] == ["ready", "waiting", "waiting", "ready"]


def test_placements_come_in_the_order_given_whatever_needs_what() -> None:
    placements = placed(work("c", needs=("b",)), work("a"), work("b", needs=("a",)))

    assert [placement.key for placement in placements] == ["c", "a", "b"]


def test_why_tells_who_what_it_waits_for_and_when() -> None:
    placement = placed(
        work("contract", "hr"),
        work("badge", "hr"),
        work(
            "laptop",
            needs=("contract", "badge"),
            opens=Moment(START_ON, -2, Unit.WEEKS),
            due=Moment(START_ON, -3, Unit.WORKING_DAYS),
        ),
    )[-1]

    assert placement.why == (
        Why(Kind.CATALOGUE, {"queue": "IT"}),
        Why(Kind.WAITS, {"tasks": ("contract", "badge")}),
        Why(Kind.OPENS, {"amount": -2, "unit": "weeks", "anchor_on": "2026-09-01"}),
        Why(Kind.DUE, {"amount": -3, "unit": "working_days", "anchor_on": "2026-09-01"}),
    )


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ("requester", Why(Kind.REQUESTER)),
        ("subject.manager", Why(Kind.SUBJECT_MANAGER)),
        ("buddy", Why(Kind.PERSON, {"person": "buddy"})),
    ],
)
def test_a_person_step_has_no_queue_and_no_rule_moves_it(person: str, why: Why) -> None:
    placement = placed(work(queue=None, person=person), rules=[Rule("it", step="laptop")])[0]

    assert (placement.queue, placement.person, placement.why[0]) == (None, person, why)


def test_each_queue_reckons_in_its_own_calendar_and_persons_in_the_general_one() -> None:
    calendars_by_queue = {"": office(end=16), "it": office(end=18)}
    moment = Moment(START_ON, 0, Unit.DAYS)
    works = (work("a", "it", due=moment), work("b", "hr", due=moment), work("c", None, "requester", due=moment))

    placements = fan_out(works, FACTS, [], calendars_by_queue, NOW)

    assert [placement.due_at for placement in placements] == [berlin(START_ON, hour) for hour in (18, 16, 16)]


def test_the_calendar_is_that_of_the_queue_a_rule_chooses() -> None:
    works = [work(due=Moment(START_ON, 0, Unit.DAYS))]

    placement = fan_out(works, FACTS, [Rule("hr", step="laptop")], {"it": office(end=18), "hr": office(end=12)}, NOW)[0]

    assert (placement.queue, placement.due_at) == ("hr", berlin(START_ON, 12))


def test_without_any_calendar_office_hours_hold() -> None:
    placement = fan_out([work(due=Moment(START_ON, 0, Unit.DAYS))], FACTS, [], {}, NOW)[0]

    assert placement.due_at == last_working_instant(OFFICE_HOURS, START_ON)


def test_without_titles_every_queue_named_exists() -> None:
    placements = fan_out([work("a", "it"), work("b", None)], FACTS, [Rule("hr", step="b")], {}, NOW)

    assert [placement.queue for placement in placements] == ["it", "hr"]


def test_with_titles_an_unknown_queue_goes_to_the_desk() -> None:
    placement = placed(work(queue="gone"))[0]

    assert (placement.queue, placement.why[0].kind) == ("desk", Kind.NO_SUCH_QUEUE)


def test_two_working_days_when_nothing_else_is_said() -> None:
    placements = placed(
        work("a"), work("b", needs=("a",)), work("c", opens=Moment(START_ON, 0, Unit.DAYS)), work("d", needs=("a", "c"))
    )

    assert [(placement.due_at, placement.why[-1].kind) for placement in placements] == [
        (berlin(date(2026, 8, 5), 17), Kind.DUE_AFTER_SUBMISSION),
        (berlin(date(2026, 8, 7), 17), Kind.DUE_AFTER_NEEDS),
        (berlin(date(2026, 9, 3), 17), Kind.DUE_AFTER_OPENING),
        (berlin(date(2026, 9, 7), 17), Kind.DUE_AFTER_NEEDS),
    ]
    assert placements[0].why[-1].given == {"amount": 2, "unit": "working_days"}


def test_what_hangs_on_a_date_to_come_has_none_either_unless_it_names_its_own() -> None:
    to_come = replace(work("a", opens=Moment(START_ON, 0, Unit.DAYS)), due_to_come=True)
    own = work("c", needs=("b",), due=Moment(START_ON, 0, Unit.DAYS))

    placements = placed(to_come, work("b", needs=("a",)), own, work("d", needs=("c",)))

    assert [(one.is_undated, one.due_at) for one in placements] == [
        (True, None),
        (True, None),
        (False, berlin(START_ON, 17)),
        (False, berlin(date(2026, 9, 3), 17)),
    ]
    assert [why.kind for why in placements[1].why] == [Kind.CATALOGUE, Kind.WAITS]


def test_a_calendar_without_work_leaves_the_work_without_a_due_time_and_says_so() -> None:
    nobody = Calendar("empty", BERLIN, ((),) * 7)

    placement = placed(work(opens=Moment(START_ON, 1, Unit.WORKING_DAYS)), calendar=nobody)[0]

    assert (placement.state, placement.opens_at, placement.due_at) == (TaskState.READY, None, None)
    assert placement.why[1:] == (
        Why(Kind.OPENS_AT_ONCE_NO_WORK, {"calendar": "empty"}),
        Why(Kind.NO_DUE_NO_WORK, {"calendar": "empty"}),
    )


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize(
    "anchor", [date(9999, 12, 31), date(1, 1, 1), NOW.replace(year=1), datetime(9999, 12, 31, 23, tzinfo=UTC), START_ON]
)
@pytest.mark.parametrize("amount", [-5000, 0, 5000])
def test_no_date_from_a_form_is_too_much(anchor: date, unit: Unit, amount: int) -> None:
    moment = Moment(anchor, amount, unit)

    placement = placed(work(opens=moment, due=moment))[0]

    assert placement.queue == "it"
    if anchor != START_ON:
        assert placement.opens_at is placement.due_at is None
        assert [why.kind for why in placement.why[1:]] == [Kind.OPENS_AT_ONCE_RANGE, Kind.NO_DUE_RANGE]


@pytest.mark.parametrize(
    ("works", "reason"),
    [
        ((work("a"), work("a")), "a is in it twice"),
        ((work("a", needs=("b",)),), "a needs b, which is not in it"),
        ((work("a", needs=("b",)), work("b", needs=("a",))), "needs itself in a circle"),
    ],
)
def test_a_plan_that_could_never_be_done_is_refused(works: tuple[Work, ...], reason: str) -> None:
    with pytest.raises(BrokenPlan, match=reason):
        placed(*works)


moments = st.builds(
    Moment,
    st.one_of(
        st.none(),
        st.dates(date(2026, 1, 1), date(2027, 1, 1)),
        st.datetimes(NOW.replace(tzinfo=None), NOW.replace(tzinfo=None, year=2027)),
    ),
    st.integers(-40, 40),
    st.sampled_from(Unit),
    st.one_of(st.none(), st.times().map(lambda at: at.replace(microsecond=0))),
)


@given(moments, calendars(), instants())
def test_every_moment_gets_an_instant_and_a_reason(moment: Moment, calendar: Calendar, now: datetime) -> None:
    placement = placed(work(opens=moment, due=moment), calendar=calendar, now=now)[0]

    if any(calendar.week):
        assert placement.due_at is not None
        assert placement.opens_at is not None
        assert placement.due_at.tzinfo is placement.opens_at.tzinfo is UTC
    assert len(placement.why) >= 3
    assert (placement.state is TaskState.READY) == (placement.opens_at is None or placement.opens_at <= now)


@given(st.lists(st.sampled_from(["laptop", "desk", "check", "search"]), unique=True), moments)
def test_secret_work_changes_no_other_placement(order: list[str], moment: Moment) -> None:
    laptop, desk = work("laptop", due=moment), work("desk", needs=("laptop",) if "laptop" in order else ())
    secret = {
        key: replace(work(key, "hr", needs=needs, due=moment, confidential_to=("hr",)), secret=True)
        for key, needs in (("check", tuple({"laptop"} & set(order))), ("search", tuple({"check"} & set(order))))
    }
    works = [{"laptop": laptop, "desk": desk, **secret}[key] for key in order]

    alone = placed(*(one for one in works if not one.secret))

    assert [one for one in placed(*works) if one.key not in secret] == alone


@given(moments, st.sampled_from(ZONES), instants())
def test_a_day_opens_before_it_is_due_wherever_it_is(moment: Moment, zone: object, now: datetime) -> None:
    calendar = office(zone)  # type: ignore[arg-type]  # sampled_from widens to object
    day = Moment(moment.anchor, moment.amount, Unit.WORKING_DAYS)

    placement = placed(work(opens=day, due=day), calendar=calendar, now=now)[0]

    assert placement.due_at
    assert placement.opens_at
    if moment.amount and is_working_day(calendar, placement.opens_at.astimezone(calendar.zone).date()):
        assert working_time_between(calendar, placement.opens_at, placement.due_at) == timedelta(hours=8)


def test_what_finds_its_people_is_placed_with_nobody_and_holds_up_what_needs_it() -> None:
    agree = replace(work("agree", queue=None), kind=TaskKind.APPROVAL)
    approval, order = placed(agree, work("order", needs=("agree",)))
    assert (approval.queue, approval.person, approval.state) == (None, None, TaskState.READY)
    assert approval.why[0] == Why(Kind.FINDS_ITS_PEOPLE)
    assert order.state is TaskState.WAITING


@given(st.lists(st.tuples(st.booleans(), st.one_of(st.none(), moments), st.sets(st.integers(0, 6))), max_size=8))
def test_nothing_is_dated_from_what_has_no_date_yet(
    drawn: list[tuple[bool, Moment | None, set[int]]],
) -> None:
    works = [
        replace(
            work(
                str(at), due=None if to_come else moment, needs=tuple(str(need) for need in sorted(needs) if need < at)
            ),
            due_to_come=to_come,
        )
        for at, (to_come, moment, needs) in enumerate(drawn)
    ]

    found = {one.key: one for one in placed(*works)}

    for one in works:
        hangs = one.due is None and any(found[need].due_at is None for need in one.needs)
        assert (found[one.key].due_at is None) == (one.due_to_come or hangs)
