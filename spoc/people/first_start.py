"""What an empty database needs before anybody can use it: an organisation, a calendar, a place, queues, a first key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.visibility import Role
from spoc.db.people import CalendarRow, LocationRow, OrganisationRow, PersonRow, QueueRow
from spoc.people.accounts import add_person
from spoc.people.directory import find_person
from spoc.people.grants import administrators, grant_roles
from spoc.people.links import FIRST_LIVES, make_link

log = structlog.get_logger()

OFFICE_CALENDAR: Final = "office"
OFFICE_WEEK: Final = [[["09:00", "17:30"]]] * 5 + [[], []]
FIRST_PLACE: Final = ("main-office", "Main office")


def prepare(session: Session, organisation: str, time_zone: str, queues: Sequence[tuple[str, str]]) -> None:
    """Write what is missing and change nothing that is there. `queues`: key and title, in the order of the rail."""
    session.execute(
        insert(OrganisationRow).values(id=1, name=organisation, time_zone=time_zone).on_conflict_do_nothing()
    )
    calendar = {"key": OFFICE_CALENDAR, "time_zone": time_zone, "week": OFFICE_WEEK}
    session.execute(insert(CalendarRow).values(**calendar).on_conflict_do_nothing())
    if session.scalar(select(LocationRow.id).limit(1)) is None:  # forms ask for a place, so there has to be one
        place = {"key": FIRST_PLACE[0], "title": FIRST_PLACE[1], "time_zone": time_zone}
        session.execute(insert(LocationRow).values(**place).on_conflict_do_nothing())
    _add_queues(session, queues)


def _add_queues(session: Session, queues: Sequence[tuple[str, str]]) -> None:
    for position, (key, title) in enumerate(queues):
        session.execute(insert(QueueRow).values(key=key, title=title, position=position).on_conflict_do_nothing())
    calendar_id = select(CalendarRow.id).where(CalendarRow.key == OFFICE_CALENDAR).scalar_subquery()
    session.execute(update(QueueRow).where(QueueRow.calendar_id.is_(None)).values(calendar_id=calendar_id))


def first_key(session: Session, mail: str, now: datetime) -> str | None:
    """The secret of a one-time link for the first administrator; None once an administrator has a password.

    Asked again before the link was used, it gives a new one and the one before stops working.

    Raises:
        InvalidAccount: no such mail address can be.
    """
    ids = administrators(session)
    with_password = select(PersonRow.id).where(PersonRow.id.in_(ids), PersonRow.password_hash.is_not(None))
    if session.scalar(with_password.limit(1)) is not None:
        return None
    person_id = ids[0] if ids else _new_administrator(session, mail, now)
    log.info("people.first_key_made", person_id=person_id)
    return make_link(session, person_id, now, FIRST_LIVES)


def _new_administrator(session: Session, mail: str, now: datetime) -> int:
    person = find_person(session, mail) or add_person(session, mail, "Administrator", now)
    grant_roles(session, person.id, frozenset({Role.ADMINISTRATOR}), now)
    return person.id
