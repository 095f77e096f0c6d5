"""The organisation as its administrators set it: name and clock, locations, working time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from routing.visibility import Actor
from spoc.db.calendars import calendar_of
from spoc.db.catalog import RoutingRuleRow
from spoc.db.people import CalendarRow, LocationRow, QueueRow
from spoc.errors import NotFound
from spoc.people.accounts import add_person
from spoc.people.changes import What, changes_of
from spoc.people.details import Details, set_details
from spoc.people.directory import organisation_of
from spoc.people.errors import InvalidAccount, InvalidOrganisation, LocationInUse
from spoc.people.first_start import prepare
from spoc.people.organisation import Letterhead, letterhead_of, set_organisation
from spoc.people.places import Place, add_place, change_place, list_places, one_place, remove_place
from spoc.people.working_time import (
    Hours,
    add_calendar,
    change_calendar,
    list_calendars,
    one_calendar,
    queue_hours,
    set_queue_hours,
)
from tests.world import World

LETTERHEAD = Letterhead("Halden Optics", "Europe/Berlin", "EUR", "+49 30 5550100")
OSLO = Place("oslo", "Oslo", "NO", "Europe/Oslo")
OFFICE = ((("09:00", "12:00"), ("13:00", "17:30")),) * 5 + ((),) * 2
EARLY = Hours("early", "Europe/Berlin", OFFICE, "DE", "BE")


def fields_of(refused: InvalidOrganisation) -> list[str]:
    return [fault.field for fault in refused.faults]


def test_the_organisation_is_set_and_written_down(world: World) -> None:
    set_organisation(world.session, world.actor("admin"), replace(LETTERHEAD, currency=" eur "), world.now)
    assert letterhead_of(world.session) == LETTERHEAD
    change = changes_of(world.session, None)[0]
    assert (change.what, change.by) == (What.ORGANISATION, "Bartholomew Fitzgerald")
    assert change.before == {"currency": "USD", "desk_phone": ""}
    assert change.after == {"currency": "EUR", "desk_phone": "+49 30 5550100"}


def test_an_organisation_that_was_never_written_is_set(session: Session, now: datetime) -> None:
    by = add_person(session, "ada@demo.example", "Ada", now)
    set_organisation(session, Actor(by.id, by.mail), LETTERHEAD, now)
    assert organisation_of(session).name == "Halden Optics"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", " "),
        ("name", "x" * 81),
        ("name", "a\0b"),
        ("time_zone", ""),
        ("time_zone", "Berlin"),
        ("time_zone", "../../etc/passwd"),
        ("currency", ""),
        ("currency", "EURO"),
        ("currency", "ZZZ"),
        ("desk_phone", "call us"),
        ("desk_phone", "12"),
        ("desk_phone", "+49 30 555\n0100"),
    ],
)
def test_what_an_organisation_cannot_be_is_told_by_field(world: World, field: str, wrong: str) -> None:
    before = letterhead_of(world.session)
    with pytest.raises(InvalidOrganisation) as refused:
        set_organisation(world.session, world.actor("admin"), replace(LETTERHEAD, **{field: wrong}), world.now)
    assert fields_of(refused.value) == [field]
    assert letterhead_of(world.session) == before


def test_all_faults_are_told_at_once(world: World) -> None:
    with pytest.raises(InvalidOrganisation) as refused:
        set_organisation(world.session, world.actor("admin"), Letterhead("", "x", "x", "x"), world.now)
    assert fields_of(refused.value) == ["name", "time_zone", "currency", "desk_phone"]


def test_a_location_is_added_changed_and_removed(world: World) -> None:
    session, admin = world.session, world.actor("admin")
    add_place(session, admin, replace(OSLO, country="no"), world.now)
    change_place(session, admin, replace(OSLO, title="Oslo centre"), world.now)
    assert one_place(session, "oslo").place == replace(OSLO, title="Oslo centre")
    remove_place(session, admin, "oslo", world.now)
    assert [one.place.key for one in list_places(session)] == ["berlin", "lyon"]
    assert [change.what for change in changes_of(session, None)] == [
        What.LOCATION_REMOVED,
        What.LOCATION_CHANGED,
        What.LOCATION_ADDED,
    ]
    assert changes_of(session, None)[1].after == {"key": "oslo", "title": "Oslo centre"}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("key", ""),
        ("key", "Oslo"),
        ("key", "../oslo"),
        ("key", "new"),
        ("key", "berlin"),
        ("title", ""),
        ("country", "XQ"),
        ("country", "EU"),
        ("country", "NOR"),
        ("time_zone", "Oslo"),
    ],
)
def test_what_a_location_cannot_be_is_told_by_field(world: World, field: str, wrong: str) -> None:
    with pytest.raises(InvalidOrganisation) as refused:
        add_place(world.session, world.actor("admin"), replace(OSLO, **{field: wrong}), world.now)
    assert fields_of(refused.value) == [field]


def test_a_change_of_a_location_is_checked_too(world: World) -> None:
    with pytest.raises(InvalidOrganisation) as refused:
        change_place(world.session, world.actor("admin"), Place("berlin", "", "", ""), world.now)
    assert fields_of(refused.value) == ["title", "time_zone"]


def test_a_location_that_people_requests_or_rules_name_is_not_removed(world: World) -> None:
    session, admin = world.session, world.actor("admin")
    queue_id = session.scalars(select(QueueRow.id)).first()
    add_place(session, admin, OSLO, world.now)
    session.add(RoutingRuleRow(position=9_999, queue_id=queue_id, location_key="oslo"))
    world.submit("new-starter", location="lyon")
    session.flush()
    for key in ("berlin", "lyon", "oslo"):
        assert one_place(session, key).in_use
        with pytest.raises(LocationInUse):
            remove_place(session, admin, key, world.now)


def test_the_last_location_stays(session: Session, now: datetime) -> None:
    prepare(session, "Acme", "UTC", [])
    by = add_person(session, "ada@demo.example", "Ada", now)
    with pytest.raises(LocationInUse):
        remove_place(session, Actor(by.id, by.mail), "main-office", now)


def test_of_moving_somebody_to_a_location_and_removing_it_one_succeeds(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed.begin() as session:
        prepare(session, "Acme", "UTC", [])
        person = add_person(session, "race@demo.example", "Ada", now)
        actor = Actor(person.id, person.mail)
        add_place(session, actor, OSLO, now)

    def move() -> bool:
        try:
            with committed.begin() as session:
                set_details(session, actor, actor.person_id, Details(location="oslo"), now)
        except InvalidAccount:
            return False
        return True

    def remove() -> bool:
        try:
            with committed.begin() as session:
                remove_place(session, actor, "oslo", now)
        except LocationInUse:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        moved, removed = pool.submit(move), pool.submit(remove)
    assert moved.result() is not removed.result()


def test_what_is_not_there_is_not_found(world: World) -> None:
    session, admin, now = world.session, world.actor("admin"), world.now
    with pytest.raises(NotFound):
        one_place(session, "nowhere")
    with pytest.raises(NotFound):
        change_place(session, admin, replace(OSLO, key="nowhere"), now)
    with pytest.raises(NotFound):
        remove_place(session, admin, "nowhere", now)
    with pytest.raises(NotFound):
        one_calendar(session, "nowhere")
    with pytest.raises(NotFound):
        change_calendar(session, admin, EARLY, now)


def test_a_queue_goes_by_the_calendar_that_was_added_for_it(world: World) -> None:
    session, admin = world.session, world.actor("admin")
    add_calendar(session, admin, EARLY, world.now)
    set_queue_hours(session, admin, {"it": "early"}, world.now)
    queue_id = session.scalar(select(QueueRow.id).where(QueueRow.key == "it"))
    calendar = calendar_of(session, queue_id)
    assert calendar.week[0] == ((time(9), time(12)), (time(13), time(17, 30)))
    assert (calendar.country, calendar.region, calendar.week[6]) == ("DE", "BE", ())
    assert {one.key: one.calendar for one in queue_hours(session)}["it"] == "early"
    change = changes_of(session, None)[0]
    assert (change.what, change.after) == (What.QUEUE_CALENDARS, {"it": "early"})


def test_a_changed_calendar_keeps_its_single_dates(world: World) -> None:
    session, admin = world.session, world.actor("admin")
    row = session.scalars(select(CalendarRow)).one()
    row.exceptions = {"2026-12-24": []}
    session.flush()
    wanted = Hours("office", "Europe/Paris", ((("8:00", "00:00"),),) + ((),) * 6, "fr")
    change_calendar(session, admin, wanted, world.now)
    session.refresh(row)
    assert (row.exceptions, row.country, row.region, row.time_zone) == ({"2026-12-24": []}, "FR", None, "Europe/Paris")
    assert row.week == [[["08:00", "00:00"]], [], [], [], [], [], []]
    assert list_calendars(session)[0].week[0] == (("08:00", "00:00"),)
    change = changes_of(session, None)[0]
    assert (change.what, change.after["key"]) == (What.CALENDAR_CHANGED, "office")
    assert (change.before["fri"], change.after["fri"]) == ("09:00–17:30", "")


def week(day: tuple[tuple[str, str], ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return ((), day, *((),) * 5)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (replace(EARLY, key="Early"), ["key"]),
        (replace(EARLY, key="office"), ["key"]),
        (replace(EARLY, time_zone="CEST+1"), ["time_zone"]),
        (replace(EARLY, week=((),) * 7), ["mon"]),
        (replace(EARLY, week=week((("09:00", ""),))), ["tue"]),
        (replace(EARLY, week=week((("09:00", "25:00"),))), ["tue"]),
        (replace(EARLY, week=week((("17:00", "09:00"),))), ["tue"]),
        (replace(EARLY, week=week((("13:00", "17:00"), ("09:00", "12:00")))), ["tue"]),
        (replace(EARLY, week=week((("09:00", "12:00"), ("11:00", "17:00")))), ["tue"]),
        (replace(EARLY, week=week((("09:00", "09:01"),) * 9)), ["tue"]),
        (replace(EARLY, country="XQ", region=""), ["country"]),
        (replace(EARLY, country="AC", region=""), ["country"]),
        (replace(EARLY, country="DE", region="ZZ"), ["region"]),
        (replace(EARLY, country="", region="BE"), ["country"]),
    ],
)
def test_what_a_calendar_cannot_be_is_told_by_field(world: World, wrong: Hours, fields: list[str]) -> None:
    with pytest.raises(InvalidOrganisation) as refused:
        add_calendar(world.session, world.actor("admin"), wrong, world.now)
    assert fields_of(refused.value) == fields
    assert [one.key for one in list_calendars(world.session)] == ["office"]


@pytest.mark.parametrize(("wrong", "field"), [({"nowhere": "office"}, "queue"), ({"it": "nowhen"}, "calendar")])
def test_queues_and_calendars_that_are_not_there_are_refused(world: World, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidOrganisation) as refused:
        set_queue_hours(world.session, world.actor("admin"), wrong, world.now)
    assert fields_of(refused.value) == [field]


def test_people_are_counted_where_they_work(world: World) -> None:
    assert {one.place.key: one.people for one in list_places(world.session)}["lyon"] == 0
    assert one_place(world.session, "berlin").people > 5
    assert world.session.scalar(select(LocationRow.title).where(LocationRow.key == "berlin")) == "Berlin"
