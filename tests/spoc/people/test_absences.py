"""Absences: who may write them down, and what cannot be."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from spoc.db.people import AbsenceRow, PersonRow
from spoc.errors import NotAllowed, NotFound
from spoc.people.absences import Leave, absences_of, add_absence, end_absence
from spoc.people.errors import InvalidAbsence
from tests.world import World, mail_of

TODAY = date(2026, 8, 13)
DAY = timedelta(days=1)
WEEK = Leave(TODAY, TODAY + 6 * DAY)


@pytest.mark.parametrize("by", ["agent.it", "lead", "admin"])
def test_people_themselves_their_leads_and_administrators_write_it_down(
    world: World, session: Session, by: str
) -> None:
    add_absence(session, world.actor(by), mail_of("agent.it"), WEEK, TODAY)

    (away,) = absences_of(session, [world.ids["agent.it"]], TODAY)
    assert (away.person, away.from_on, away.until_on, away.deputy, away.is_now) == (
        "Lea Brandt",
        TODAY,
        TODAY + 6 * DAY,
        None,
        True,
    )


@pytest.mark.parametrize("by", ["employee", "agent.desk", "agent.hr", "manager"])
def test_nobody_else_does(world: World, session: Session, by: str) -> None:
    with pytest.raises(NotAllowed):
        add_absence(session, world.actor(by), mail_of("agent.it"), WEEK, TODAY)


def test_a_lead_does_not_write_for_another_queue(world: World, session: Session) -> None:
    with pytest.raises(NotAllowed):
        add_absence(session, world.actor("lead"), mail_of("agent.hr"), WEEK, TODAY)


def test_an_absence_of_nobody_is_refused(world: World, session: Session) -> None:
    with pytest.raises(NotFound):
        add_absence(session, world.actor("admin"), "nobody@demo.example", WEEK, TODAY)


@pytest.mark.parametrize(
    ("leave", "fields"),
    [
        (Leave(None, None), ["from_on", "until_on"]),
        (Leave(TODAY - 2 * DAY, TODAY - DAY), ["until_on"]),
        (Leave(TODAY + DAY, TODAY), ["until_on"]),
        (Leave(TODAY, TODAY + 1200 * DAY), ["until_on"]),
        (Leave(TODAY, TODAY, "nobody@demo.example"), ["deputy"]),
        (Leave(TODAY, TODAY, "Nobody Known"), ["deputy"]),
        (Leave(TODAY, TODAY, mail_of("agent.it")), ["deputy"]),
        (Leave(TODAY, TODAY, mail_of("colleague")), ["deputy"]),
    ],
    ids=["no days", "over", "out of order", "too long", "no such mail", "no such name", "oneself", "switched off"],
)
def test_what_cannot_be_is_said_of_its_field(world: World, session: Session, leave: Leave, fields: list[str]) -> None:
    session.execute(update(PersonRow).where(PersonRow.id == world.ids["colleague"]).values(active=False))

    with pytest.raises(InvalidAbsence) as refused:
        add_absence(session, world.actor("agent.it"), mail_of("agent.it"), leave, TODAY)

    assert [fault.field for fault in refused.value.faults] == fields


def test_a_deputy_is_found_by_name(world: World, session: Session) -> None:
    add_absence(session, world.actor("agent.it"), mail_of("agent.it"), Leave(TODAY, TODAY, "piotr"), TODAY)

    assert [one.deputy for one in absences_of(session, [world.ids["agent.it"]], TODAY)] == ["Piotr Zieliński"]


def test_an_absence_that_is_ended_lasts_until_yesterday(world: World, session: Session) -> None:
    me = world.actor("agent.it")
    begun = add_absence(session, me, me.mail, Leave(TODAY, TODAY + 6 * DAY), TODAY)

    end_absence(session, me, begun, TODAY + 2 * DAY)

    assert absences_of(session, [me.person_id], TODAY + 2 * DAY) == ()
    assert session.scalar(select(AbsenceRow.until_on).where(AbsenceRow.public_id == begun)) == TODAY + DAY


def test_an_absence_that_has_not_begun_is_struck(world: World, session: Session) -> None:
    me = world.actor("agent.it")
    planned = add_absence(session, me, me.mail, Leave(TODAY + DAY, TODAY + 6 * DAY), TODAY)

    end_absence(session, world.actor("lead"), planned, TODAY)

    assert session.scalar(select(func.count()).select_from(AbsenceRow)) == 0


def test_what_is_not_there_over_or_anothers_cannot_be_ended(world: World, session: Session) -> None:
    me = world.actor("agent.it")
    mine = add_absence(session, me, me.mail, Leave(TODAY, TODAY), TODAY)

    for by, which, day in (("agent.it", uuid4(), TODAY), ("agent.it", mine, TODAY + DAY), ("agent.hr", mine, TODAY)):
        with pytest.raises(NotFound):
            end_absence(session, world.actor(by), which, day)
