"""Accounts: added to the directory, given a password, signed in with, switched off and on."""

import re
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.people import PersonRow
from spoc.errors import Fault, NotFound
from spoc.people.changes import What, note
from spoc.people.directory import find_person
from spoc.people.errors import InvalidAccount, OwnRights, WrongPassword, name_fault
from spoc.people.grants import keep_an_administrator
from spoc.people.links import spend_links, use_link
from spoc.people.passwords import check_password, hash_password, matches
from spoc.people.sessions import end_all_sessions
from spoc.people.throttle import count_failure, forgive, hold_back
from spoc.people.tokens import revoke_all_tokens

log = structlog.get_logger()

MAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII
)
LONGEST_NAME: Final = 120


def add_person(
    session: Session, mail: str, name: str, now: datetime, *, by: Actor | None = None, **more: str
) -> PersonRow:
    """Put somebody into the directory, without a password; `more` are columns such as department and job_title.

    Raises:
        InvalidAccount: no such mail address or name can be, or somebody has the address already.
    """
    mail, name = mail.strip(), " ".join(name.split())
    _check_person(mail, name)
    statement = insert(PersonRow).values(mail=mail, name=name, sort_name=sort_name(name), created_at=now, **more)
    unless_known = statement.on_conflict_do_nothing(index_elements=[text("lower(mail)")])
    person: PersonRow | None = session.scalar(unless_known.returning(PersonRow))
    if person is None:
        raise InvalidAccount(Fault("mail", "taken", Phrase("Somebody in the directory has this address already.")))
    note(session, What.ADDED, by, now, whom=person.id)
    log.info("people.added", person_id=person.id)
    return person


def _check_person(mail: str, name: str) -> None:
    faults = []
    if MAIL.fullmatch(mail) is None or ".." in mail:
        faults.append(Fault("mail", "mail", Phrase("This is not a mail address.")))
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        faults.append(name_fault("name", LONGEST_NAME))
    if faults:
        raise InvalidAccount(*faults)


def sort_name(name: str) -> str:
    """Family name first, in lower case: "Ada King Lovelace" sorts as "lovelace, ada king"."""
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}".strip(", ").casefold()


def prove(session: Session, mail: str, password: str, address: str) -> int | None:
    """Whose mail address and password this is; None if the pair is wrong, for whatever reason, and then it is counted.

    Raises:
        TooManyAttempts: not even looked at.
    """
    hold_back(session, mail, address)
    person = find_person(session, mail)
    known = person is not None and person.active
    if not matches(password, person.password_hash if person is not None and known else None) or person is None:
        count_failure(session, mail, address)
        log.info("people.sign_in_refused", address=address)
        return None
    forgive(session, mail)
    log.info("people.signed_in", person_id=person.id, address=address)
    return person.id


def set_password_by_link(session: Session, secret: str, password: str, now: datetime) -> int:
    """Spend a link for a new password, and give back whose it is. All sessions of the person end.

    Raises:
        LinkSpent: the link does not work (any more).
        InvalidAccount: the password is too short or too long; the link keeps working, as nothing is committed.
    """
    person_id = use_link(session, secret, now)
    person = _active(session, person_id)
    _set(session, person, password, now)
    note(session, What.PASSWORD_SET, None, now, whom=person.id, after={"by_link": True})
    return person_id


def change_password(session: Session, person_id: int, current: str, password: str, address: str, now: datetime) -> None:
    """Replace the password by one's own hand. All sessions of the person end, this one too: start a new one.

    Raises:
        WrongPassword: the current one is not right; the caller keeps the count by committing.
        TooManyAttempts: it was wrong too often.
        InvalidAccount: the new one cannot be accepted.
    """
    person = _active(session, person_id)
    hold_back(session, person.mail, address)
    if not matches(current, person.password_hash):
        count_failure(session, person.mail, address)
        raise WrongPassword
    _set(session, person, password, now)
    note(session, What.PASSWORD_SET, Actor(person.id, person.mail), now, whom=person.id)


def give_password(session: Session, person_id: int, password: str, now: datetime) -> None:
    """Set a password for somebody, as the command line and the demo do.

    Raises:
        InvalidAccount: it cannot be accepted.
    """
    _set(session, _active(session, person_id), password, now)
    note(session, What.PASSWORD_SET, None, now, whom=person_id)


def _active(session: Session, person_id: int) -> PersonRow:
    person = session.get(PersonRow, person_id)
    if person is None or not person.active:
        raise NotFound
    return person


def _set(session: Session, person: PersonRow, password: str, now: datetime) -> None:
    check_password(password, person.mail)
    person.password_hash = hash_password(password)
    session.flush()
    end_all_sessions(session, person.id)
    spend_links(session, person.id, now)
    forgive(session, person.mail)
    log.info("people.password_set", person_id=person.id)


def deactivate(session: Session, by: Actor, person_id: int, now: datetime) -> None:
    """Switch an account off: its sessions, tokens and links die with it. History keeps the person.

    Raises:
        OwnRights: the administrator's own.
        LastAdministrator: nobody would be left.
        NotFound: no such active person.
    """
    if by.person_id == person_id:
        raise OwnRights
    _switch(session, person_id, active=False)
    keep_an_administrator(session)
    end_all_sessions(session, person_id)
    revoke_all_tokens(session, person_id, now)
    spend_links(session, person_id, now)
    note(session, What.SWITCHED_OFF, by, now, whom=person_id)
    log.info("people.deactivated", person_id=person_id, by=by.person_id)


def reactivate(session: Session, by: Actor, person_id: int, now: datetime) -> None:
    """Switch an account on again; tokens and sessions that died stay dead.

    Raises:
        NotFound: no such person, or active already.
    """
    _switch(session, person_id, active=True)
    note(session, What.SWITCHED_ON, by, now, whom=person_id)
    log.info("people.reactivated", person_id=person_id, by=by.person_id)


def _switch(session: Session, person_id: int, *, active: bool) -> None:
    other = update(PersonRow).where(PersonRow.id == person_id, PersonRow.active.is_not(active))
    if session.scalar(other.values(active=active).returning(PersonRow.id)) is None:
        raise NotFound


def person_id_of(session: Session, public_id: object) -> int:
    """The row behind the id that addresses carry.

    Raises:
        NotFound: nobody has it.
    """
    person_id = session.scalar(select(PersonRow.id).where(PersonRow.public_id == public_id))
    if person_id is None:
        raise NotFound
    return person_id
