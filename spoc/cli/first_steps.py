"""What an empty database gets at its first start: catalogue, settings of the reports, somebody who may sign in."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from routing.visibility import Role
from spoc import clock
from spoc.db.people import OrganisationRow, PersonRow
from spoc.db.session import transaction
from spoc.errors import Misconfigured
from spoc.intake import catalogue
from spoc.people.accounts import add_person
from spoc.people.grants import administrators, grant_roles
from spoc.people.links import FIRST_LIVES, make_link
from spoc.reports import presets

FIRST_MAIL = "admin@localhost.localdomain"


def prepare(session: Session) -> None:
    """Publish the shipped catalogue and seed the reports' settings, where there are none."""
    now = clock.now()
    try:
        catalogue.newest_version(session)
    except catalogue.NothingPublished:
        catalogue.publish(session, shipped(), None, "As shipped", now)
    presets.seed(session, now)


def first_administrator(session: Session) -> tuple[str, str] | None:
    """Mail address and one-time secret of the administrator, made if there is none; None once a password is set."""
    now = clock.now()
    ids = administrators(session)
    if not ids:
        person = add_person(session, FIRST_MAIL, "First Administrator", now)
        grant_roles(session, person.id, frozenset({Role.ADMINISTRATOR}), now)
        ids = [person.id]
    people = session.scalars(select(PersonRow).where(PersonRow.id.in_(ids)).order_by(PersonRow.id)).all()
    if any(person.password_hash for person in people):
        return None
    return people[0].mail, make_link(session, people[0].id, now, FIRST_LIVES)


def fill_demo(sessions: sessionmaker[Session]) -> None:
    """Fill an empty database with the demo's organisation; nothing happens where that was done before.

    Raises:
        Misconfigured: there are real people in the database.
    """
    with transaction(sessions) as session:
        if is_demo(session):
            return
        somebody = session.scalar(select(PersonRow.id).limit(1))
    if somebody is not None:
        raise Misconfigured("--demo fills only an empty database, and this one has people: give another --data folder.")
    _demo().fill(sessions)


def is_demo(session: Session) -> bool:
    """Whether the database holds the demo's organisation."""
    return bool(session.scalar(select(OrganisationRow.is_demo)))


def demo_sign_ins() -> tuple[tuple[str, ...], str]:
    """Mail addresses of the demo's people, and their one password."""
    demo = _demo()
    return tuple(demo.SIGN_INS), str(demo.PASSWORD)


def _demo() -> Any:
    # Loaded only when asked for: its names and texts are no part of a desk that runs for real.
    if find_spec("spoc.demo") is None:
        raise Misconfigured("This installation carries no demo.")
    return import_module("spoc.demo")
