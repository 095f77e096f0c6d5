"""Choosing a time: the pages of whoever chooses and of those who work on it, and the same by program."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy.orm import Session

from spoc.db.people import AbsenceRow
from spoc.intake.write import Accepted
from spoc.web.runtime import Runtime
from tests.spoc.desk.meeting import choose, fitting, offered, put, task_of, times
from tests.world import World

FRIDAY = datetime(2026, 8, 14, 7, 0, tzinfo=UTC)  # 09:00 in Berlin
HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(world: World) -> Accepted:
    put(world, fitting("5 working days after submission"))
    return offered(world)


def path(session: Session, ticket: Accepted) -> str:
    return f"/tickets/{ticket.reference}/steps/{task_of(session, ticket).public_id}/appointment"


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_status_page_offers_the_first_days_and_books_one(
    world: World, session: Session, client: TestClient, ticket: Accepted
) -> None:
    world.sign_in(client, "employee")
    page = client.get(f"/tickets/{ticket.reference}").text
    assert "Choose a time: Fit the chair" in page
    first = [at for at in times(session, ticket, world.now) if at < datetime(2026, 8, 19, tzinfo=UTC)]
    assert page.count('name="starts_at"') == len(first)
    assert f"{path(session, ticket)}?from=2026-08-19" in page

    answer = client.post(path(session, ticket), data={"starts_at": iso(FRIDAY)}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket.reference}")
    page = client.get(f"/tickets/{ticket.reference}").text
    assert "Friday 14 August, 09:00–10:00" in re.sub(r"<[^>]*>", "", page)
    assert "Choose a time" not in page
    later = client.get(f"{path(session, ticket)}?from=2026-08-19").text
    assert "Wednesday 19 August" in later
    assert "Friday 14 August, 09:00" in later


def test_who_booked_in_another_window_is_shown_it_before_it_moves(
    world: World, session: Session, client: TestClient, ticket: Accepted
) -> None:
    world.sign_in(client, "employee")
    shown = re.search(r'name="booked" value="([^"]*)"', client.get(path(session, ticket)).text)
    assert shown is not None
    assert shown[1] == "none"
    client.post(path(session, ticket), data={"starts_at": iso(FRIDAY), "booked": "none"})

    answer = client.post(path(session, ticket), data={"starts_at": iso(FRIDAY + 2 * HOUR), "booked": shown[1]})

    assert answer.status_code == 409
    assert "What is booked has changed meanwhile." in answer.text
    assert "Booked now: Friday 14 August, 09:00–10:00." in re.sub(r"<[^>]*>", "", answer.text)
    again = re.search(r'name="booked" value="([^"]*)"', answer.text)
    assert again is not None
    moved = client.post(path(session, ticket), data={"starts_at": iso(FRIDAY + 2 * HOUR), "booked": again[1]})
    assert moved.status_code == 303


def test_who_is_slower_reads_it_and_sees_what_is_still_free(
    world: World, session: Session, client: TestClient, ticket: Accepted
) -> None:
    other = offered(world, by="colleague")
    choose(session, world.actor("colleague"), other, FRIDAY, world.now)
    world.sign_in(client, "employee")
    answer = client.post(path(session, ticket), data={"starts_at": iso(FRIDAY)})
    assert answer.status_code == 409
    assert "That time is not free any more" in answer.text
    assert f'value="{iso(FRIDAY)}"' not in answer.text
    assert f'value="{iso(FRIDAY + HOUR)}"' in answer.text


@pytest.mark.parametrize("chosen", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-08-16T07:00:00Z"])
def test_what_is_no_free_time_is_answered_with_those_that_are(
    world: World, session: Session, client: TestClient, ticket: Accepted, chosen: str
) -> None:
    world.sign_in(client, "employee")
    api = f"/api/tasks/{task_of(session, ticket).public_id}"
    assert client.post(path(session, ticket), data={"starts_at": chosen}).status_code == 409
    assert client.post(f"{api}/book", json={"starts_at": chosen}).json()["code"] == "slot_taken"
    assert client.get(f"{api}/slots?from=9999-12-31").json()["slots"] == []
    assert client.get(f"{api}/slots?from=soon").status_code == 422
    assert client.post(f"{api}/call-off", json={"why": "\0"}).status_code in {200, 422}


@pytest.mark.parametrize("chosen", ["", "soon", "2026-08-14", "2026-08-14T07:00:00", "<b>", "\U0001f600" * 10])
def test_what_is_no_time_books_nothing(
    world: World, session: Session, client: TestClient, ticket: Accepted, chosen: str
) -> None:
    world.sign_in(client, "employee")
    answer = client.post(path(session, ticket), data={"starts_at": chosen})
    assert answer.status_code == 422
    assert "Nothing was booked" in answer.text


def test_the_desk_sees_the_time_moves_it_and_says_how_it_went(
    world: World, session: Session, runtime: Runtime, client: TestClient, ticket: Accepted
) -> None:
    world.sign_in(client, "agent.it")
    assert "Time is being chosen" in client.get("/desk/it").text
    assert "Jonas Weber chooses a time by" in client.get(f"/tickets/{ticket.reference}").text
    choose(session, world.actor("agent.it"), ticket, FRIDAY, world.now)
    assert "Meets 09:00" in client.get("/desk/it").text
    page = client.get(f"/tickets/{ticket.reference}").text
    assert "Choose another time" in page
    assert "Did it take place?" not in page

    wrong = client.post(f"{path(session, ticket)}/outcome", data={"outcome": "took_place"})

    assert wrong.status_code == 409
    assert client.post(f"{path(session, ticket)}/outcome", data={"outcome": "perhaps"}).status_code == 422


def test_the_calendar_file_keeps_its_name_when_the_time_moves(
    world: World, session: Session, client: TestClient, ticket: Accepted
) -> None:
    world.sign_in(client, "employee")
    assert client.get(f"{path(session, ticket)}.ics").status_code == 409
    choose(session, world.actor("employee"), ticket, FRIDAY, world.now)
    first = Calendar.from_ical(client.get(f"{path(session, ticket)}.ics").text).events[0]
    choose(session, world.actor("employee"), ticket, FRIDAY + HOUR, world.now)
    second = Calendar.from_ical(client.get(f"{path(session, ticket)}.ics").text).events[0]
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert second.start == FRIDAY + HOUR
    assert second["location"] == "IT counter"


def test_programs_list_book_and_call_off(world: World, session: Session, client: TestClient, ticket: Accepted) -> None:
    api = f"/api/tasks/{task_of(session, ticket).public_id}"
    world.sign_in(client, "employee")
    listed = client.get(f"{api}/slots").json()
    assert [slot["starts_at"] for slot in listed["slots"]] == [iso(at) for at in times(session, ticket, world.now)]
    assert (listed["with"], listed["place"], listed["minutes"], listed["next"]) == ("IT", "IT counter", 60, None)

    booked = client.post(f"{api}/book", json={"starts_at": "2026-08-14T09:00:00+02:00"}).json()

    assert (booked["appointment"]["starts_at"], booked["due_at"]) == (iso(FRIDAY), iso(FRIDAY + HOUR))
    refused = client.post(f"{api}/book", json={"starts_at": iso(FRIDAY + timedelta(minutes=1))})
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert client.post(f"{api}/book", json={"starts_at": "2026-08-14T09:00:00"}).status_code == 422
    off = client.post(f"{api}/call-off", json={"why": "Ill."}).json()
    assert (off["appointment"]["starts_at"], off["appointment"]["choose_by"] is None) == (None, False)
    assert client.post(f"{api}/outcome", json={"outcome": "took_place"}).status_code == 403
    world.sign_in(client, "agent.it")
    assert client.post(f"{api}/outcome", json={"outcome": "took_place"}).json()["code"] == "appointment_ahead"
    assert client.post(f"{api}/finish").json()["code"] == "appointment_first"
    assert client.post(f"{api}/hold", json={"reason": "other"}).json()["code"] == "appointment_first"
    assert client.post(f"{api}/by-phone").json()["kind"] == "task"
    assert client.get(f"{api}/slots").status_code == 404


def test_others_find_nothing(world: World, session: Session, client: TestClient, ticket: Accepted) -> None:
    for who, status in (("colleague", 404), ("agent.hr", 404), ("manager", 404), ("agent.desk", 200)):
        world.sign_in(client, who)
        assert client.get(path(session, ticket)).status_code == status
        assert client.get(f"/api/tasks/{task_of(session, ticket).public_id}/slots").status_code == status
    world.sign_in(client, "employee")
    assert client.get(path(session, ticket).replace(ticket.reference, "T-999999")).status_code == 404


def test_the_page_says_when_nothing_is_free(
    world: World, session: Session, client: TestClient, ticket: Accepted
) -> None:
    for key in ("agent.it", "lead"):
        away = {"from_on": world.now.date(), "until_on": world.now.date() + 30 * 24 * HOUR}
        session.add(AbsenceRow(person_id=world.ids[key], **away))
    session.commit()
    world.sign_in(client, "employee")
    assert "No time is free at the moment" in client.get(f"/tickets/{ticket.reference}").text
    assert "No other time is free" in client.get(path(session, ticket)).text


def test_the_catalogue_says_how_long_it_takes_and_where(world: World, client: TestClient) -> None:
    world.sign_in(client, "owner")
    page = client.get("/catalogue/ergonomic-equipment").text
    assert "Appointment: 30 minutes, to be chosen within 5 working days · at the desk" in page
