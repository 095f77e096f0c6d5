"""The page and API of schedules: who reads and steers them, and what they say."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from catalog.compare import compare
from catalog.document import shipped
from catalog.schedule import Schedule
from catalog.sources import shipped_sources
from routing.work import Channel
from spoc.db.cycles import RAISE
from spoc.db.jobs import JobRow, JobState
from spoc.db.tickets import TicketRow
from spoc.intake.catalogue import newest_version, publish
from spoc.intake.cycles.finding import find_due
from spoc.intake.drafts import read_draft, save
from spoc.web.catalogue_changes import sentence
from spoc.web.schedules.words import rule_sentence
from tests.spoc.intake.cycling import DAILY, KEY, SERVICE, publish_schedules, run_raising, scheduled, tools_at
from tests.world import World

PAGE, API = "/catalogue/schedules", "/api/schedules"
OTHERS = ("employee", "agent.it", "lead", "manager", "admin")


@pytest.fixture
def owner(client: TestClient, world: World) -> TestClient:
    publish_schedules(world, world.now - timedelta(days=1), {})
    world.sign_in(client, "owner")
    return client


def test_the_shipped_schedules_stand_there_with_their_next_dates(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    page = client.get(PAGE).text
    assert "Quarterly access review" in page
    assert "Every 3 months on the first working day, at 09:00." in page
    assert "Lead of IT" in page
    # Thursday 1 October is the quarter's first working day; 1 January is a holiday and a Friday.
    coming = {one["service"]: one["coming"] for one in client.get(API).json()["schedules"]}
    assert coming["access-review"][:2] == ["2026-10-01T07:00:00Z", "2027-01-04T08:00:00Z"]
    assert len(coming["door-code"]) == 5


@pytest.mark.parametrize("who", OTHERS)
def test_to_others_there_are_none(owner: TestClient, world: World, who: str) -> None:
    world.sign_in(owner, who)
    assert [owner.get(path).status_code for path in (PAGE, API)] == [404, 404]
    assert owner.post(f"{PAGE}/{SERVICE}/{KEY}/raise").status_code == 404


def test_owners_pause_resume_and_raise(owner: TestClient, world: World) -> None:
    for act, paused in (("pause", True), ("raise", True), ("resume", False)):
        assert owner.post(f"{PAGE}/{SERVICE}/{KEY}/{act}").status_code == 303
        (one,) = owner.get(API).json()["schedules"]
        assert (one["paused"], one["coming"] == []) == (paused, paused)
    assert owner.post(f"{API}/{SERVICE}/{KEY}/raise").json()["code"] == "already_raised"
    ticket = world.session.scalars(select(TicketRow)).one()
    assert (ticket.channel, ticket.reference in owner.get(PAGE).text) == (Channel.SCHEDULE, True)


def test_the_page_says_when_it_was_raised_and_what_was_given_up(owner: TestClient, world: World) -> None:
    find_due(world.session, world.now)
    world.session.execute(update(JobRow).where(JobRow.kind == RAISE).values(state=JobState.PARKED))
    world.session.commit()
    assert "tried several times and given up. An administrator tries it again under Outbox." in owner.get(PAGE).text
    owner.post(f"{PAGE}/{SERVICE}/{KEY}/raise")
    (one,) = owner.get(API).json()["schedules"]
    assert [(run_["raised"], run_["raised_at"]) for run_ in one["runs"]] == [
        (True, f"{world.now:%Y-%m-%dT%H:%M:%SZ}"),
        (False, None),
    ]


def test_of_what_is_confidential_the_page_says_nothing(client: TestClient, world: World) -> None:
    publish_schedules(world, world.now - timedelta(days=1), {}, confidential_to=("hr",))
    world.sign_in(client, "owner")
    client.post(f"{PAGE}/{SERVICE}/{KEY}/raise")
    assert "Its requests are confidential" in client.get(PAGE).text
    assert client.get(API).json()["schedules"][0]["runs"] == []


def test_no_door_takes_the_channel_of_schedules(owner: TestClient, world: World) -> None:
    world.sign_in(owner, "agent.desk")
    said = {"service": SERVICE, "answers": {"description": "x"}, "channel": "schedule"}
    assert owner.post("/intake", json=said).status_code == 422
    ticket = world.submit("laptop-fault")
    logged = {"reference": ticket.reference, "channel": "schedule", "minutes": 0}
    assert owner.post("/api/contacts", json=logged).status_code == 422


@pytest.mark.parametrize(
    ("service", "schedule"), [(SERVICE, "weekly"), ("nothing", KEY), ("😀", "<b>"), ("x" * 300, KEY)]
)
def test_of_what_is_not_there_nothing_can_be_done(owner: TestClient, service: str, schedule: str) -> None:
    for act in ("pause", "resume", "raise"):
        assert owner.post(f"{API}/{service}/{schedule}/{act}", json={}).status_code == 404


def test_what_was_missed_is_told_on_the_ticket_and_on_the_page(
    owner: TestClient, world: World, sessions: sessionmaker[Session]
) -> None:
    publish_schedules(world, world.now - timedelta(days=3), {"every": "1 day"})
    owner.post(f"{PAGE}/{SERVICE}/{KEY}/pause")  # makes its row
    owner.post(f"{PAGE}/{SERVICE}/{KEY}/resume")
    later = world.now + timedelta(days=3)
    find_due(world.session, later)
    world.session.commit()
    run_raising(tools_at(sessions, lambda: later))
    world.session.expire_all()
    (one,) = owner.get(API).json()["schedules"]
    assert [run_["missed"] for run_ in one["runs"]] == [2]
    assert "It also stands for 2 dates that were missed, from Fri 14 Aug on." in owner.get(PAGE).text
    world.sign_in(owner, "lead")
    told = owner.get(f"/tickets/{one['runs'][0]['reference']}?view=desk").text
    assert "It was opened by a schedule." in told
    assert "It comes by the schedule “Daily round”, for Sun 16 Aug 10:00. It also stands for 2 dates" in told


def test_publishing_a_schedule_for_nobody_needs_a_reason(owner: TestClient, world: World) -> None:
    text = shipped_sources()["recurring.yaml"].replace("requester: it.lead", "requester: nobody@example.org")
    session, person_id = world.session, world.ids["owner"]
    publish(session, shipped(), None, "as shipped", world.now, shipped_sources())
    save(session, person_id, "recurring.yaml", text, newest_version(session), 0, world.now)
    session.commit()
    assert "nobody@example.org" in owner.get("/catalogue/edit/publish").text
    wanted = {"mark": read_draft(session, person_id).mark, "comment": "Somebody new."}
    assert owner.post("/catalogue/edit/publish", data=wanted).status_code == 422
    assert (
        owner.post("/catalogue/edit/publish", data={**wanted, "overruled": "They start on Monday."}).status_code == 303
    )


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "Every day, at 10:00."),
        ({"every": "10 days", "time_zone": "Europe/Paris"}, "Every 10 days, at 10:00 in Europe/Paris."),
        ({"every": "1 week"}, "Every week on Thursday, at 10:00."),
        ({"every": "2 weeks", "weekdays": ["friday", "monday"]}, "Every 2 weeks on Monday, Friday, at 10:00."),
        ({"every": "1 month", "day": 31}, "Every month on day 31, at 10:00."),
        ({"every": "3 months", "day": "last working day"}, "Every 3 months on the last working day, at 10:00."),
    ],
)
def test_a_rule_is_told_in_words(parts: dict[str, object], said: str) -> None:
    assert rule_sentence(Schedule.model_validate(DAILY | parts)) == said


def test_what_changes_in_a_schedule_is_told_in_words() -> None:
    changed = {"every": "2 days", "at": "11:00", "paused": True}
    for before, after, words in (
        (scheduled(), scheduled({}), ["New schedule “Daily round”: it comes by itself."]),
        (scheduled({}), scheduled(), ["The schedule “Daily round” is gone: it comes by itself no more."]),
        (
            scheduled({}),
            scheduled(changed),
            [
                "“Daily round” comes every 2 days instead of every 1 day.",
                "“Daily round” comes at 11:00 instead of 10:00.",
                "“Daily round” is paused: nothing comes by it.",
            ],
        ),
    ):
        assert [str(sentence(one)) for one in compare(before, after)] == words
