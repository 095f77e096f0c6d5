"""Who changed what about people and their rights: written with the change, once, and never altered."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from routing.visibility import Actor, Role
from spoc.errors import NotFound
from spoc.people.accounts import (
    add_person,
    change_password,
    deactivate,
    give_password,
    reactivate,
    set_password_by_link,
)
from spoc.people.changes import Change, What, changes_of
from spoc.people.details import Details, details_of, set_details
from spoc.people.errors import InvalidAccount
from spoc.people.grants import set_queues, set_roles
from spoc.people.links import make_link
from tests.world import World, mail_of

PASSWORD = "four unrelated words"


def last(session: Session, person_id: int | None) -> Change:
    return changes_of(session, person_id)[0]


def test_roles_given_and_taken_are_written_down(world: World) -> None:
    admin, person_id = world.actor("admin"), world.ids["employee"]
    set_roles(world.session, admin, person_id, frozenset({Role.OWNER}), world.now)
    set_roles(world.session, admin, person_id, frozenset(), world.now)
    taken, given, *_ = changes_of(world.session, person_id)
    assert (given.what, given.by, given.at) == (What.ROLES, "Bartholomew Fitzgerald", world.now)
    assert (given.before, given.after) == ({"roles": []}, {"roles": ["owner"]})
    assert (taken.before, taken.after) == ({"roles": ["owner"]}, {"roles": []})


def test_only_what_differs_is_written_down(world: World) -> None:
    admin, person_id = world.actor("admin"), world.ids["agent.it"]
    set_queues(world.session, admin, person_id, {"it": False}, world.now)
    assert changes_of(world.session, person_id) == ()
    set_queues(world.session, admin, person_id, {"it": True}, world.now)
    assert (last(world.session, person_id).before, last(world.session, person_id).after) == (
        {"leads": []},
        {"leads": ["it"]},
    )


def test_what_happens_to_an_account_is_written_down(session: Session, world: World) -> None:
    admin, now = world.actor("admin"), world.now
    person_id = add_person(session, "ada@demo.example", "Ada Lovelace", now, by=admin).id
    set_password_by_link(session, make_link(session, person_id, now, by=admin), PASSWORD, now)
    change_password(session, person_id, PASSWORD, "another long one", "192.0.2.1", now)
    deactivate(session, admin, person_id, now)
    reactivate(session, admin, person_id, now)
    give_password(session, person_id, PASSWORD, now)
    name = "Bartholomew Fitzgerald"
    assert [(change.what, change.by) for change in reversed(changes_of(session, person_id))] == [
        (What.ADDED, name),
        (What.LINK_MADE, name),
        (What.PASSWORD_SET, None),
        (What.PASSWORD_SET, "Ada Lovelace"),
        (What.SWITCHED_OFF, name),
        (What.SWITCHED_ON, name),
        (What.PASSWORD_SET, None),
    ]


def test_what_is_written_down_cannot_be_altered(world: World) -> None:
    set_roles(world.session, world.actor("admin"), world.ids["employee"], frozenset({Role.OWNER}), world.now)
    for statement in ("UPDATE rights_change SET what = 'added'", "DELETE FROM rights_change"):
        with pytest.raises(IntegrityError, match="never changed"), world.session.begin_nested():
            world.session.execute(text(statement))


def test_details_are_set_and_written_down(world: World) -> None:
    person_id = world.ids["employee"]
    wanted = Details("Labs", "Kiosk", "lyon", mail_of("lead").upper(), shared=True, employment=" Contractor")
    set_details(world.session, world.actor("admin"), person_id, wanted, world.now)
    assert details_of(world.session, person_id) == Details(
        "Labs", "Kiosk", "lyon", mail_of("lead"), shared=True, employment="contractor"
    )
    change = last(world.session, person_id)
    assert change.what is What.DETAILS
    assert change.before == {
        "department": "Data Platform",
        "job_title": "",
        "location": "berlin",
        "manager": mail_of("manager"),
        "shared": False,
        "employment": "employee",
    }


def test_details_can_be_emptied(world: World) -> None:
    set_details(world.session, world.actor("admin"), world.ids["employee"], Details(), world.now)
    assert details_of(world.session, world.ids["employee"]) == Details()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Details(department="x" * 121), "department"),
        (Details(job_title="a\u202eb"), "job_title"),
        (Details(employment="x" * 121), "employment"),
        (Details(location="atlantis"), "location"),
        (Details(manager="nobody@demo.example"), "manager"),
        (Details(manager=mail_of("manager")), "manager"),
        (Details(manager=mail_of("employee")), "manager"),
    ],
)
def test_details_that_cannot_be_are_told_by_field(world: World, wrong: Details, field: str) -> None:
    """The manager leads everybody, so nobody of those leads the manager."""
    before = details_of(world.session, world.ids["manager"])
    with pytest.raises(InvalidAccount) as refused:
        set_details(world.session, world.actor("admin"), world.ids["manager"], wrong, world.now)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert details_of(world.session, world.ids["manager"]) == before


def test_somebody_who_is_switched_off_leads_nobody(world: World) -> None:
    world.person("lead").active = False
    world.session.flush()
    with pytest.raises(InvalidAccount, match="Nobody in the directory"):
        set_details(
            world.session, world.actor("admin"), world.ids["employee"], Details(manager=mail_of("lead")), world.now
        )


def test_nobody_who_is_not_there_has_details(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        details_of(session, -1)
    with pytest.raises(NotFound):
        set_details(session, Actor(0, "x@demo.example"), -1, Details(), now)
