"""What an empty database gets at its first start: organisation, catalogue, settings of the reports, a first key."""

import os

from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from catalog.sources import shipped_sources
from routing.phrase import Phrase
from spoc import clock
from spoc.cli.say import out
from spoc.cli.zone import machine_zone
from spoc.db.people import OrganisationRow
from spoc.db.session import transaction
from spoc.files.store import Store
from spoc.intake import catalogue
from spoc.people import first_start
from spoc.reports import presets
from spoc.words import gettext

FIRST_MAIL = "admin@localhost.localdomain"
FIRST_NAME = "Our service desk"


def prepare(session: Session) -> str | None:
    """Write what is missing and change nothing that is there; the time zone of a new organisation, else None."""
    now = clock.now()
    is_new = session.scalar(select(OrganisationRow.id)) is None
    zone = machine_zone(os.environ)
    try:
        catalogue.newest_version(session)
    except catalogue.NothingPublished:
        catalogue.publish(session, shipped(), None, "As shipped", now, shipped_sources())
    queues = [(queue.key, queue.title) for queue in catalogue.current(session)[1].queues]
    first_start.prepare(session, FIRST_NAME, zone, queues)
    presets.seed(session, now)
    return zone if is_new else None


def hint(zone: str) -> Phrase:
    """What to print once a new organisation was given a name and a time zone that nobody chose."""
    return Phrase(
        "The desk keeps the time of %(zone)s. An administrator sets that and your name on the page /organisation.",
        {"zone": zone},
    )


def first_key(session: Session) -> str | None:
    """The first administrator's one-time secret; None once an administrator has a password."""
    return first_start.first_key(session, FIRST_MAIL, clock.now())


def is_demo(session: Session) -> bool:
    """Whether the database holds the demo's organisation."""
    return bool(session.scalar(select(OrganisationRow.is_demo)))


def fill_demo(sessions: sessionmaker[Session], store: Store) -> None:
    """Fill an empty database with the demo's organisation, showing how far it is; nothing happens the second time.

    Raises:
        NotEmpty: there are real people in the database.
    """
    from spoc.demo import fill  # no part of a desk that runs for real

    with transaction(sessions) as session:
        if is_demo(session):
            return
    with Progress(*Progress.get_default_columns(), console=out, transient=True) as bar:
        history = bar.add_task(gettext("Eight weeks of history"), total=None)
        fill(sessions, clock.now(), lambda done, days: bar.update(history, completed=done, total=days), store)


def demo_sign_ins() -> tuple[tuple[str, ...], str]:
    """Mail addresses of the demo's people, and their one password."""
    from spoc.demo import PASSWORD, SIGN_INS, mail_of

    return tuple(mail_of(account) for account in SIGN_INS), PASSWORD
