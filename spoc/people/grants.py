"""Rights given and taken: roles, and memberships of queues. Nobody changes their own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.visibility import Actor, Role
from spoc.db.people import PersonRow, QueueMemberRow, QueueRow, RoleGrantRow
from spoc.errors import Fault, NotFound
from spoc.people.changes import Values, What, note_difference
from spoc.people.errors import InvalidAccount, LastAdministrator, OwnRights

log = structlog.get_logger()

GRANTABLE: Final = (Role.MANAGER, Role.OWNER, Role.ADMINISTRATOR)
"""What is granted by hand. Everybody is an employee; agent and lead follow from queues."""

_ADMINISTRATORS_LOCK: Final = 7_301


def set_roles(session: Session, by: Actor, person_id: int, roles: frozenset[Role], now: datetime) -> None:
    """Make these the person's granted roles, no more and no fewer.

    Raises:
        OwnRights: the administrator's own.
        InvalidAccount: a role that is not granted by hand.
        LastAdministrator: nobody would be left.
        NotFound: no such person.
    """
    if by.person_id == person_id:
        raise OwnRights
    _grant(session, by, person_id, roles, now)
    keep_an_administrator(session)
    log.info("people.roles_set", person_id=person_id, by=by.person_id, roles=",".join(sorted(roles)))


def grant_roles(session: Session, person_id: int, roles: frozenset[Role], now: datetime) -> None:
    """The same without an actor, for the first start, the command line and the demo."""
    _grant(session, None, person_id, roles, now)


def _grant(session: Session, by: Actor | None, person_id: int, roles: frozenset[Role], now: datetime) -> None:
    if not roles <= set(GRANTABLE):
        raise InvalidAccount(
            Fault(
                "roles",
                "not_grantable",
                Phrase("Agents and leads follow from their queues: give a queue to serve or to lead instead."),
            )
        )
    _must_be(session, person_id)
    before: Values = {"roles": _roles_of(session, person_id)}
    _write_roles(session, person_id, roles, now)
    after: Values = {"roles": sorted(roles)}
    note_difference(session, What.ROLES, by, now, whom=person_id, before=before, after=after)


def _roles_of(session: Session, person_id: int) -> list[str]:
    return sorted(session.scalars(select(RoleGrantRow.role).where(RoleGrantRow.person_id == person_id)))


def _write_roles(session: Session, person_id: int, roles: frozenset[Role], now: datetime) -> None:
    session.execute(delete(RoleGrantRow).where(RoleGrantRow.person_id == person_id, RoleGrantRow.role.not_in(roles)))
    rows = [{"person_id": person_id, "role": role, "granted_at": now} for role in sorted(roles)]
    if rows:
        session.execute(insert(RoleGrantRow).on_conflict_do_nothing(), rows)


def set_queues(session: Session, by: Actor, person_id: int, queues: Mapping[str, bool], now: datetime) -> None:
    """Make these the person's queues: by key, whether they lead it.

    Raises:
        OwnRights: the administrator's own; so nobody lets themselves into a confidential queue.
        InvalidAccount: a queue that does not exist.
        NotFound: no such person.
    """
    if by.person_id == person_id:
        raise OwnRights
    _join(session, by, person_id, queues, now)
    leads = ",".join(sorted(key for key, is_lead in queues.items() if is_lead))
    log.info("people.queues_set", person_id=person_id, by=by.person_id, queues=",".join(sorted(queues)), leads=leads)


def join_queues(session: Session, person_id: int, queues: Mapping[str, bool], now: datetime) -> None:
    """The same without an actor, for the first start, the command line and the demo."""
    _join(session, None, person_id, queues, now)


def _join(session: Session, by: Actor | None, person_id: int, queues: Mapping[str, bool], now: datetime) -> None:
    _must_be(session, person_id)
    known = {row.key: row.id for row in session.execute(select(QueueRow.key, QueueRow.id))}
    if unknown := sorted(queues.keys() - known.keys()):
        said = Phrase("There is no queue “%(queue)s”.", {"queue": unknown[0]})
        raise InvalidAccount(Fault("queues", "unknown", said))
    before = _queues_of(session, person_id)
    _write_queues(session, person_id, {known[key]: is_lead for key, is_lead in queues.items()})
    after = _queue_words(queues)
    note_difference(session, What.QUEUES, by, now, whom=person_id, before=before, after=after)


def _queues_of(session: Session, person_id: int) -> Values:
    mine = select(QueueRow.key, QueueMemberRow.is_lead).join(QueueMemberRow, QueueMemberRow.queue_id == QueueRow.id)
    rows = session.execute(mine.where(QueueMemberRow.person_id == person_id))
    return _queue_words({row.key: row.is_lead for row in rows})


def _queue_words(queues: Mapping[str, bool]) -> Values:
    return {"queues": sorted(queues), "leads": sorted(key for key, is_lead in queues.items() if is_lead)}


def _write_queues(session: Session, person_id: int, wanted: Mapping[int, bool]) -> None:
    mine = delete(QueueMemberRow).where(QueueMemberRow.person_id == person_id)
    session.execute(mine.where(QueueMemberRow.queue_id.not_in(wanted)))
    statement = insert(QueueMemberRow)
    changed = statement.on_conflict_do_update(
        index_elements=["queue_id", "person_id"], set_={"is_lead": statement.excluded.is_lead}
    )
    rows = [{"queue_id": queue_id, "person_id": person_id, "is_lead": lead} for queue_id, lead in wanted.items()]
    if rows:
        session.execute(changed, rows)


def keep_an_administrator(session: Session) -> None:
    """Hold that somebody active is an administrator after what was just done; two who remove each other take turns.

    Raises:
        LastAdministrator: nobody is.
    """
    session.execute(select(func.pg_advisory_xact_lock(_ADMINISTRATORS_LOCK)))
    if not administrators(session):
        raise LastAdministrator


def administrators(session: Session) -> list[int]:
    """Ids of the active administrators."""
    granted = select(PersonRow.id).join(RoleGrantRow, RoleGrantRow.person_id == PersonRow.id)
    active = granted.where(RoleGrantRow.role == Role.ADMINISTRATOR, PersonRow.active)
    return list(session.scalars(active.order_by(PersonRow.id)))


def _must_be(session: Session, person_id: int) -> None:
    if session.get(PersonRow, person_id) is None:
        raise NotFound
