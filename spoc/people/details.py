"""What the directory says of a person beside name and mail: where they work, who leads them, whether they are one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.phrase import Phrase, counted
from routing.visibility import Actor
from spoc.db.people import LocationRow, PersonRow
from spoc.errors import Fault, NotFound
from spoc.people.changes import What, note_difference
from spoc.people.directory import find_person
from spoc.people.errors import InvalidAccount

log = structlog.get_logger()

LONGEST: Final = 120
USUAL_EMPLOYMENT: Final = "employee"
"""What somebody is of whom nothing else is said."""


@dataclass(frozen=True)
class Details:
    """`location` is a key, `manager` a mail address; empty texts for none. `shared` marks kiosks and shared callers.

    `employment` is a word that conditions and rules compare, in lower case.
    """

    department: str = ""
    job_title: str = ""
    location: str = ""
    manager: str = ""
    shared: bool = False
    employment: str = USUAL_EMPLOYMENT


def details_of(session: Session, person_id: int) -> Details:
    """What is written down now.

    Raises:
        NotFound: no such person.
    """
    person = _must_be(session, person_id)
    manager = session.get(PersonRow, person.manager_id) if person.manager_id else None
    return Details(
        person.department,
        person.job_title,
        person.location_key or "",
        manager.mail if manager else "",
        person.shared,
        person.employment,
    )


def set_details(session: Session, by: Actor, person_id: int, wanted: Details, now: datetime) -> None:
    """Write these in place of what was there.

    Raises:
        InvalidAccount: a text too long, an unknown location, or somebody who cannot be their line manager.
        NotFound: no such person.
    """
    before = details_of(session, person_id)
    manager = find_person(session, wanted.manager) if wanted.manager.strip() else None
    _check(session, person_id, wanted, manager)
    person = _must_be(session, person_id)
    person.department, person.job_title = _tidy(wanted.department), _tidy(wanted.job_title)
    person.employment = _tidy(wanted.employment).lower() or USUAL_EMPLOYMENT
    person.location_key, person.shared = wanted.location or None, wanted.shared
    person.manager_id = manager.id if manager else None
    session.flush()
    after = details_of(session, person_id)
    note_difference(session, What.DETAILS, by, now, whom=person_id, before=vars(before), after=vars(after))
    log.info("people.details_set", person_id=person_id, by=by.person_id)


def _check(session: Session, person_id: int, wanted: Details, manager: PersonRow | None) -> None:
    printable = counted(
        "At most %(number)s character that can be printed.",
        "At most %(number)s characters that can be printed.",
        LONGEST,
    )
    texts = {"department": wanted.department, "job_title": wanted.job_title, "employment": wanted.employment}
    faults = [
        Fault(name, "text", printable)
        for name, text in texts.items()
        if len(_tidy(text)) > LONGEST or not _tidy(text).isprintable()
    ]
    if wanted.location and not _is_place(session, wanted.location):
        faults.append(Fault("location", "unknown", Phrase("There is no such location.")))
    if wanted.manager.strip():
        faults += _manager_faults(session, person_id, manager)
    if faults:
        raise InvalidAccount(*faults)


def _is_place(session: Session, key: str) -> bool:
    """Whether there is such a location; it is not removed before the person is written."""
    kept = select(LocationRow.id).where(LocationRow.key == key).with_for_update(read=True, key_share=True)
    return session.scalar(kept) is not None


def _manager_faults(session: Session, person_id: int, manager: PersonRow | None) -> list[Fault]:
    if manager is None or not manager.active or manager.shared:
        return [Fault("manager", "unknown", Phrase("Nobody in the directory who can sign in has this address."))]
    if person_id in _chain(session, manager):
        return [Fault("manager", "circle", Phrase("Nobody leads themselves, not even through others."))]
    return []


def _chain(session: Session, person: PersonRow) -> set[int]:
    """The person and everybody above them."""
    above: set[int] = set()
    one: PersonRow | None = person
    while one is not None and one.id not in above:
        above.add(one.id)
        one = session.get(PersonRow, one.manager_id) if one.manager_id else None
    return above


def _tidy(text: str) -> str:
    return " ".join(text.split(" ")).strip()


def _must_be(session: Session, person_id: int) -> PersonRow:
    person = session.get(PersonRow, person_id)
    if person is None:
        raise NotFound
    return person
