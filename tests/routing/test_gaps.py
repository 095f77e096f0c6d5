from datetime import UTC, datetime, timedelta

import pytest

from routing.gaps import Around, Gap, GapKind, Wanted, gaps, shortfalls
from routing.why import Kind, Why
from routing.work import Placement, TaskState

NOW = datetime(2026, 8, 3, 8, tzinfo=UTC)
MEMBERS = {"it": 3, "hr": 0}
DAY = timedelta(days=1)


def placed(
    key: str = "laptop",
    *needs: str,
    queue: str | None = "it",
    opens_at: datetime | None = None,
    due_at: datetime | None = NOW + 9 * DAY,
    why: tuple[Why, ...] = (),
) -> Placement:
    return Placement(key, queue, None if queue else "requester", TaskState.WAITING, opens_at, due_at, needs, why)


def kinds(*placements: Placement) -> list[tuple[str, GapKind]]:
    return [(gap.step, gap.kind) for gap in gaps(placements, MEMBERS, NOW)]


def test_a_plan_with_people_and_dates_that_can_be_kept_has_no_gap() -> None:
    assert kinds(placed("a", due_at=NOW + DAY), placed("b", "a"), placed("c", queue=None)) == []


@pytest.mark.parametrize("queue", ["hr", "unheard-of"])
def test_a_queue_that_nobody_works_in_is_a_gap(queue: str) -> None:
    assert gaps([placed(queue=queue)], MEMBERS, NOW) == (
        Gap(GapKind.QUEUE_WITHOUT_MEMBERS, "laptop", {"queue": queue}),
    )


def test_what_the_desk_got_for_want_of_a_queue_or_person_is_a_gap() -> None:
    lost = placed("lost", why=(Why(Kind.NO_SUCH_QUEUE, {"queue": "Service desk", "named": "office"}),))
    nobody = placed("nobody", why=(Why(Kind.SUBJECT_MANAGER), Why(Kind.NOBODY_KNOWN, {"queue": "Service desk"})))
    assert kinds(lost, nobody) == [("lost", GapKind.NO_SUCH_QUEUE), ("nobody", GapKind.NOBODY_KNOWN)]


def test_a_due_date_before_the_request_is_a_gap() -> None:
    assert kinds(placed(due_at=NOW - DAY)) == [("laptop", GapKind.DUE_PAST)]


def test_a_due_date_at_the_very_moment_of_the_request_is_none() -> None:
    assert kinds(placed(due_at=NOW)) == []


def test_a_due_date_before_its_opening_is_a_gap() -> None:
    assert kinds(placed(opens_at=NOW + 2 * DAY, due_at=NOW + DAY)) == [("laptop", GapKind.DUE_BEFORE_OPENING)]


def test_a_due_date_before_that_of_what_it_waits_for_is_a_gap_that_names_it() -> None:
    earlier, later = NOW + 2 * DAY, NOW + 5 * DAY
    found = gaps([placed("a", due_at=later), placed("b", "a", due_at=earlier)], MEMBERS, NOW)
    given = {"due_at": earlier, "need": "a", "need_due_at": later}
    assert [(gap.kind, gap.step, gap.given) for gap in found] == [(GapKind.DUE_BEFORE_NEED, "b", given)]


@pytest.mark.parametrize("kind", [Kind.NO_DUE_RANGE, Kind.NO_DUE_NO_WORK, Kind.OPENS_AT_ONCE_RANGE])
def test_a_date_that_could_not_be_reckoned_is_a_gap(kind: Kind) -> None:
    assert kinds(placed(due_at=None, why=(Why(kind),))) == [("laptop", GapKind.DATE_UNKNOWN)]


def test_nothing_wanted_is_nothing_missing() -> None:
    assert shortfalls([Wanted("a", "it")], Around()) == ()


@pytest.mark.parametrize(
    ("wanted", "around", "gap"),
    [
        (
            Wanted("a", "it", topic="Laptops"),
            Around(serving=frozenset({("it", "laptops")})),
            Gap(GapKind.NO_CONTACT, "a", {"queue": "it", "topic": "Laptops"}),
        ),
        (
            Wanted("a", "it", skill="vpn"),
            Around(skills=frozenset({("it", "vpn")})),
            Gap(GapKind.NO_SKILL, "a", {"queue": "it", "skill": "vpn"}),
        ),
        (
            Wanted("a", "it", meets="Laptops"),
            Around(contacts=frozenset({("it", "laptops")})),
            Gap(GapKind.NOBODY_TO_MEET, "a", {"queue": "it", "topic": "Laptops"}),
        ),
        (
            Wanted("a", approvers=("it.lead", "service.owner")),
            Around(approvers={"a": frozenset({"it.lead", "service.owner"})}),
            Gap(GapKind.NO_APPROVER, "a", {"approvers": "it.lead, service.owner"}),
        ),
        (
            Wanted("a", "it", escalates=True),
            Around(answered_for=frozenset({"it"})),
            Gap(GapKind.NOBODY_TO_ESCALATE, "a", {"queue": "it"}),
        ),
        (
            Wanted("a", "it", endpoint="doors"),
            Around(systems=frozenset({"doors"})),
            Gap(GapKind.UNKNOWN_SYSTEM, "a", {"endpoint": "doors"}),
        ),
    ],
)
def test_what_is_wanted_and_not_there_is_a_gap(wanted: Wanted, around: Around, gap: Gap) -> None:
    assert shortfalls([wanted], around) == ()
    assert [(one.kind, one.step, one.given) for one in shortfalls([wanted], Around())] == [
        (gap.kind, gap.step, gap.given)
    ]
