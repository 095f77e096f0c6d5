"""When people are away and who stands in for them: written by themselves, their leads and administrators."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from routing.phrase import Phrase, marked
from routing.visibility import Actor, Role
from spoc.db.people import AbsenceRow, PersonRow, QueueMemberRow, QueueRow
from spoc.errors import Fault, NotAllowed, NotFound
from spoc.people.directory import NobodyMeant, find_person, mail_meant, person_by_mail
from spoc.people.errors import InvalidAbsence

log = structlog.get_logger()

LONGEST: Final = timedelta(days=3 * 366)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Away:
    """An absence that is not over; both days are part of it. `deputy` is a name."""

    public_id: UUID
    person_id: int
    person: str
    from_on: date
    until_on: date
    deputy: str | None
    is_now: bool


@dataclass(frozen=True)
class Leave:
    """An absence as it is written. `deputy` is a name or mail address, empty for nobody."""

    from_on: date | None
    until_on: date | None
    deputy: str = ""


def absences_of(session: Session, person_ids: Iterable[int], today: date) -> tuple[Away, ...]:
    """What is not over, by its first day."""
    deputy = aliased(PersonRow)
    columns = select(AbsenceRow, PersonRow.name, deputy.name).join(PersonRow, PersonRow.id == AbsenceRow.person_id)
    rows = columns.outerjoin(deputy, deputy.id == AbsenceRow.deputy_id).where(
        AbsenceRow.person_id.in_(list(person_ids)), AbsenceRow.until_on >= today
    )
    return tuple(
        Away(row.public_id, row.person_id, name, row.from_on, row.until_on, stands_in, row.from_on <= today)
        for row, name, stands_in in session.execute(rows.order_by(AbsenceRow.from_on, AbsenceRow.id))
    )


def add_absence(session: Session, by: Actor, mail: str, wanted: Leave, today: date) -> UUID:
    """Write down that the person with this mail address is away.

    Raises:
        NotFound: nobody has this address.
        NotAllowed: it is neither the actor nor somebody whom they lead, and they are no administrator.
        InvalidAbsence: days that are missing, over or out of order, or nobody who could stand in.
    """
    person = person_by_mail(session, mail)
    _check_right(session, by, person.id)
    deputy_id = _check(session, person, wanted, today)
    row = AbsenceRow(person_id=person.id, from_on=wanted.from_on, until_on=wanted.until_on, deputy_id=deputy_id)
    session.add(row)
    session.flush()
    log.info("people.absence_added", person_id=person.id, by=by.person_id)
    return row.public_id


def end_absence(session: Session, by: Actor, public_id: UUID, today: date) -> None:
    """The person is there from today on; what has not begun before today never was.

    Raises:
        NotFound: there is no such absence, it is over, or not the actor's to end.
    """
    row = session.scalar(select(AbsenceRow).where(AbsenceRow.public_id == public_id, AbsenceRow.until_on >= today))
    if row is None or not _may_write(session, by, row.person_id):
        raise NotFound(marked("There is no such absence."))
    if row.from_on < today:
        session.execute(update(AbsenceRow).where(AbsenceRow.id == row.id).values(until_on=today - DAY))
    else:
        session.execute(delete(AbsenceRow).where(AbsenceRow.id == row.id))
    log.info("people.absence_ended", person_id=row.person_id, by=by.person_id)


def _check_right(session: Session, by: Actor, person_id: int) -> None:
    if not _may_write(session, by, person_id):
        raise NotAllowed(marked("Absences are written by the people themselves, their leads and administrators."))


def _may_write(session: Session, by: Actor, person_id: int) -> bool:
    if by.person_id == person_id or Role.ADMINISTRATOR in by.roles:
        return True
    led = select(QueueMemberRow.id).join(QueueRow, QueueRow.id == QueueMemberRow.queue_id)
    mine = led.where(QueueMemberRow.person_id == person_id, QueueRow.key.in_(sorted(by.leads)))
    return session.scalar(mine.limit(1)) is not None


def _check(session: Session, person: PersonRow, wanted: Leave, today: date) -> int | None:
    """The deputy's id."""
    faults = list(_day_faults(wanted, today))
    deputy = None
    if wanted.deputy.strip():
        deputy = _deputy(session, wanted.deputy)
        if deputy is None or not deputy.active or deputy.shared:
            said = Phrase("This names nobody in the directory who could stand in. Give a mail address.")
            faults.append(Fault("deputy", "unknown", said))
        elif deputy.id == person.id:
            faults.append(Fault("deputy", "oneself", Phrase("Nobody stands in for themselves.")))
    if faults:
        raise InvalidAbsence(*faults)
    return deputy.id if deputy else None


def _deputy(session: Session, said: str) -> PersonRow | None:
    try:
        return find_person(session, mail_meant(session, said))
    except NobodyMeant:
        return None


def _day_faults(wanted: Leave, today: date) -> Iterable[Fault]:
    if wanted.from_on is None:
        yield Fault("from_on", "missing", Phrase("Say which is the first day."))
    if wanted.until_on is None:
        yield Fault("until_on", "missing", Phrase("Say which is the last day."))
    elif wanted.until_on < today:
        yield Fault("until_on", "over", Phrase("This day is over."))
    elif wanted.from_on is not None and wanted.until_on < wanted.from_on:
        yield Fault("until_on", "order", Phrase("The last day is before the first."))
    elif wanted.from_on is not None and wanted.until_on - wanted.from_on > LONGEST:
        yield Fault("until_on", "long", Phrase("This is longer than three years."))
