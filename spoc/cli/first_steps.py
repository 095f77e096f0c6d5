"""What an empty database gets at its first start: organisation, catalogue, settings of the reports, a first key."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from spoc import clock
from spoc.db.people import OrganisationRow, PersonRow
from spoc.db.session import transaction
from spoc.errors import Misconfigured
from spoc.intake import catalogue
from spoc.people import first_start
from spoc.reports import presets

FIRST_MAIL = "admin@localhost.localdomain"
FIRST_NAME = "Our service desk"
FIRST_ZONE = "UTC"


def prepare(session: Session) -> None:
    """Write what is missing and change nothing that is there."""
    now = clock.now()
    try:
        catalogue.newest_version(session)
    except catalogue.NothingPublished:
        catalogue.publish(session, shipped(), None, "As shipped", now)
    queues = [(queue.key, queue.title) for queue in catalogue.current(session)[1].queues]
    first_start.prepare(session, FIRST_NAME, FIRST_ZONE, queues)
    presets.seed(session, now)


def first_key(session: Session) -> str | None:
    """The first administrator's one-time secret; None once an administrator has a password."""
    return first_start.first_key(session, FIRST_MAIL, clock.now())


def is_demo(session: Session) -> bool:
    """Whether the database holds the demo's organisation."""
    return bool(session.scalar(select(OrganisationRow.is_demo)))


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


def demo_sign_ins() -> tuple[tuple[str, ...], str]:
    """Mail addresses of the demo's people, and their one password."""
    demo = _demo()
    return tuple(demo.SIGN_INS), str(demo.PASSWORD)


def _demo() -> Any:
    # Loaded only when asked for: its names and texts are no part of a desk that runs for real.
    if find_spec("spoc.demo") is None:
        raise Misconfigured("This installation carries no demo.")
    return import_module("spoc.demo")
