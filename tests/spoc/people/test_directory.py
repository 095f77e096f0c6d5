"""The directory, the roster, and the first start."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.visibility import Role
from spoc.db.people import CalendarRow, LocationRow, OrganisationRow, PersonRow, QueueRow
from spoc.errors import NotFound
from spoc.people.accounts import set_password_by_link
from spoc.people.directory import (
    Organisation,
    actor_of,
    find_person,
    initials_of,
    organisation_of,
    person_by_mail,
    suggest,
    visit_of,
)
from spoc.people.errors import InvalidAccount, LinkSpent
from spoc.people.first_start import first_key, prepare
from spoc.people.links import mail_behind
from spoc.people.roster import list_people, one_person
from spoc.people.tokens import create_token, revoke_token, visit_by_token
from tests.world import AGENTS, LEADS, World, mail_of

QUEUES = [("desk", "Service desk"), ("it", "IT")]


@pytest.mark.parametrize("key", ["employee", "lead", "manager", "owner", "admin", *AGENTS])
def test_an_actor_has_the_rights_of_the_rows(world: World, key: str) -> None:
    loaded, expected = actor_of(world.session, world.ids[key]), world.actor(key)
    assert (loaded.person_id, loaded.mail, loaded.roles) == (expected.person_id, expected.mail, expected.roles)
    assert loaded.leads == expected.leads
    assert loaded.memberships == expected.memberships


def test_a_visit_knows_the_queues_in_their_order(world: World) -> None:
    visit = visit_of(world.session, world.ids["lead"])
    assert {queue.key for queue in visit.queues} == set(LEADS["lead"])
    assert all(queue.is_lead for queue in visit.queues)
    assert (visit.initials, visit.zone, str(visit.organisation)) == ("PZ", "Europe/Berlin", "Halden Optics")


def test_a_persons_own_zone_stands_above_the_organisations(world: World) -> None:
    world.person("employee").time_zone = "Asia/Tokyo"
    world.session.flush()
    assert visit_of(world.session, world.ids["employee"]).zone == "Asia/Tokyo"


def test_somebody_who_is_gone_has_no_rights(world: World) -> None:
    world.person("agent.hr").active = False
    world.session.flush()
    with pytest.raises(NotFound):
        actor_of(world.session, world.ids["agent.hr"])


def test_people_are_found_by_mail_in_any_case(world: World) -> None:
    found = find_person(world.session, f" {mail_of('lead').upper()} ")
    assert found is not None
    assert person_by_mail(world.session, mail_of("lead")).id == found.id
    with pytest.raises(NotFound):
        person_by_mail(world.session, "nobody@demo.example")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("so", ["Sophie Lindqvist"]),
        ("lindq", ["Sophie Lindqvist"]),
        ("LEA", ["Lea Brandt"]),
        ("l", []),
        ("", []),
        ("%", []),
        ("__", []),
    ],
)
def test_people_are_suggested_by_the_beginning_of_a_name(world: World, text: str, names: list[str]) -> None:
    found = [one.name for one in suggest(world.session, text)]
    assert [name for name in names if name not in found] == []
    assert names or found == []


def test_shared_callers_and_people_gone_are_not_suggested(world: World) -> None:
    world.person("agent.hr").shared = True
    world.person("agent.it").active = False
    world.session.flush()
    assert suggest(world.session, "sophie") == ()
    assert suggest(world.session, "lea b") == ()


@pytest.mark.parametrize(("name", "initials"), [("Ada King Lovelace", "AL"), ("Cher", "C"), ("", ""), ("  ", "")])
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_the_roster_shows_everybody_once_over_its_pages(world: World) -> None:
    roster = list_people(world.session)
    assert roster.next_after is None
    assert [one.sort_name for one in roster.people] == sorted(one.sort_name for one in roster.people)
    with pytest.raises(NotFound):
        one_person(world.session, uuid4())


def test_the_rosters_next_page_begins_behind_the_last_one_without_a_row_id(session: Session, now: datetime) -> None:
    session.add_all(PersonRow(mail=f"{n}@x.example", name="Bo Li", sort_name="li", created_at=now) for n in range(60))
    session.flush()
    first = list_people(session)
    second = list_people(session, after=first.next_after or "")

    assert first.next_after == str(first.people[-1].public_id)
    assert len({one.public_id for one in first.people + second.people}) == 60


@pytest.mark.parametrize("after", ["x", "1", "9" * 32, "00000000-0000-7000-8000-000000000000"])
def test_an_odd_place_in_the_roster_is_its_beginning(world: World, after: str) -> None:
    assert len(list_people(world.session, after=after).people) == len(world.ids)


def test_a_token_has_its_owners_rights_until_it_ends(world: World) -> None:
    ends_at = world.now + timedelta(days=1)
    secret = create_token(world.session, world.ids["lead"], "x", world.now, ends_at=ends_at, may_raise_for_others=True)
    visit = visit_by_token(world.session, secret, world.now)
    assert visit is not None
    assert visit.actor.may_raise_for_others
    assert visit.actor.roles == world.actor("lead").roles
    assert visit_by_token(world.session, secret, ends_at) is None
    with pytest.raises(NotFound):
        revoke_token(world.session, world.ids["lead"], uuid4(), world.now)


def test_the_first_start_writes_what_is_missing_once(session: Session) -> None:
    for name in ("Halden Optics", "Another name"):
        prepare(session, name, "Europe/Berlin", QUEUES)
    assert organisation_of(session) == Organisation("Halden Optics", "Europe/Berlin")
    assert len(session.scalars(select(CalendarRow)).all()) == 1
    assert len(session.scalars(select(LocationRow)).all()) == 1
    queues = session.scalars(select(QueueRow).order_by(QueueRow.position)).all()
    assert [(row.key, row.title) for row in queues] == QUEUES
    assert all(row.calendar_id for row in queues)


def test_the_first_start_leaves_what_is_there(world: World) -> None:
    prepare(world.session, "Another name", "UTC", QUEUES)
    assert organisation_of(world.session).name == "Halden Optics"
    assert {row.key for row in world.session.scalars(select(LocationRow))} == {"berlin", "lyon"}


def test_before_the_first_start_there_are_defaults(session: Session) -> None:
    assert session.get(OrganisationRow, 1) is None
    assert organisation_of(session) == Organisation()


def test_the_first_administrator_gets_links_until_one_is_used(session: Session, now: datetime) -> None:
    first = first_key(session, "admin@example.org", now)
    second = first_key(session, "admin@example.org", now)
    assert first is not None
    assert second is not None
    with pytest.raises(LinkSpent):
        mail_behind(session, first, now)
    person_id = set_password_by_link(session, second, "four unrelated words", now + timedelta(hours=23))
    assert Role.ADMINISTRATOR in actor_of(session, person_id).roles
    assert first_key(session, "admin@example.org", now) is None


def test_the_first_administrator_needs_a_mail_address(session: Session, now: datetime) -> None:
    with pytest.raises(InvalidAccount):
        first_key(session, "nonsense", now)
