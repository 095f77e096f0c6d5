"""What an approver sees: of the request only what the catalogue shows them, and what the others said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from catalog.answers import visible_fields
from catalog.service import Field
from routing.approval import Voice
from routing.phrase import marked
from routing.visibility import Actor
from routing.work import TaskKind
from spoc.approvals.matter import Matter, names_of, read_matter
from spoc.db.approvals import ApproverRow
from spoc.db.people import PersonRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.desk.asks import Services, answers_to
from spoc.desk.reader import reader_of
from spoc.desk.ticket_page import Answer
from spoc.errors import NotFound

MOST: Final = 50


@dataclass(frozen=True)
class Line:
    """One approval in a list; `at` is when the reader's voice was given, else by when it is asked for."""

    id: UUID
    title: str
    reference: str
    asker: str
    voice: Voice
    at: datetime | None


@dataclass(frozen=True)
class Said:
    """One voice: `name` is who is asked or has decided, `instead_of` whose voice it is, if not their own."""

    name: str
    voice: Voice
    instead_of: str
    at: datetime | None
    comment: str
    own: bool


@dataclass(frozen=True)
class ApprovalPage:
    """`about` and `summary` are empty where the step names what is shown, and where the request is confidential."""

    id: UUID
    reference: str
    title: str
    detail: str
    asker: str
    about: str
    summary: str
    answers: tuple[Answer, ...]
    voices: tuple[Said, ...]
    needed: int
    seats: int
    in_place_of: str
    ends_at: datetime | None
    voice: Voice
    may_decide: bool


def list_approvals(session: Session, actor: Actor) -> tuple[Line, ...]:
    """What the actor is asked to approve, the most urgent first, and then what they were asked, the newest first."""
    mine = or_(ApproverRow.asked_id == actor.person_id, ApproverRow.decided_by_id == actor.person_id)
    columns = (TaskRow.public_id, TaskRow.title, TicketRow.reference, PersonRow.name)
    joined = select(*columns, ApproverRow).join(TaskRow, TaskRow.id == ApproverRow.task_id)
    rows = session.execute(
        joined.join(TicketRow, TicketRow.id == TaskRow.ticket_id)
        .join(PersonRow, PersonRow.id == TicketRow.requester_id)
        .where(mine, TaskRow.kind == TaskKind.APPROVAL)
        .order_by((ApproverRow.voice != Voice.ASKED), ApproverRow.id.desc())
        .limit(MOST)
    ).all()
    newest: dict[UUID, Line] = {}
    for id_, title, reference, asker, row in rows:
        newest.setdefault(id_, Line(id_, title, reference, asker, row.voice, row.decided_at or row.ends_at))
    asked = [line for line in newest.values() if line.voice is Voice.ASKED]
    over = [line for line in newest.values() if line.voice is not Voice.ASKED]
    return (*sorted(asked, key=lambda line: (line.at is None, line.at)), *over)


def read_approval(session: Session, actor: Actor, task_id: UUID, now: datetime, service_at: Services) -> ApprovalPage:
    """The approval as the actor may see it.

    Raises:
        NotFound: there is none, or the actor never was asked for it.
    """
    row = session.execute(
        select(TaskRow.id, TaskRow.ticket_id).where(TaskRow.public_id == task_id, TaskRow.kind == TaskKind.APPROVAL)
    ).one_or_none()
    matter = read_matter(session, row.id, row.ticket_id, service_at) if row else None
    mine = [one for one in matter.rows if actor.person_id in (one.asked_id, one.decided_by_id)] if matter else []
    if matter is None or not mine:
        raise NotFound(marked("There is no such approval."))
    return _page(session, matter, actor, mine, now)


def _page(session: Session, matter: Matter, actor: Actor, mine: Sequence[ApproverRow], now: datetime) -> ApprovalPage:
    asked = [row for row in mine if row.voice is Voice.ASKED]
    own = (asked or list(mine))[-1]
    ids = {id_ for row in matter.rows for id_ in (row.person_id, row.asked_id, row.decided_by_id)}
    names = names_of(session, [*ids, matter.ticket.requester_id])
    # A title may say what is confidential, and with named answers it is not needed.
    tells = not (matter.approval.shows or matter.ticket.confidential_to or matter.task.confidential_to)
    return ApprovalPage(
        id=matter.task.public_id,
        reference=matter.ticket.reference,
        title=matter.task.title,
        detail=matter.task.detail,
        asker=names[matter.ticket.requester_id],
        about=matter.ticket.title if tells else "",
        summary=matter.service.summary if tells else "",
        answers=_answers(session, matter, actor),
        voices=tuple(_said(row, names, actor) for row in matter.rows if row.voice is not Voice.NEXT),
        needed=own.needed,
        seats=len(matter.seats),
        in_place_of=names[own.person_id] if own.person_id != actor.person_id else "",
        ends_at=own.ends_at,
        voice=own.voice,
        may_decide=bool(asked) and own.ends_at is not None and own.ends_at > now,
    )


def _answers(session: Session, matter: Matter, actor: Actor) -> tuple[Answer, ...]:
    return answers_to(reader_of(session, actor, matter.ticket), fields_shown(matter), matter.ask.answers, session)


def fields_shown(matter: Matter) -> list[Field]:
    """The questions that the step shows, unless confidential: lint refuses that, and nothing here relies on it."""
    return [
        field
        for field in visible_fields(matter.service, matter.ask.answers, matter.ask.filled)
        if field.key in matter.approval.shows and not (field.secret or field.confidential_to)
    ]


def _said(row: ApproverRow, names: dict[int, str], actor: Actor) -> Said:
    who = row.decided_by_id or row.asked_id or row.person_id
    return Said(
        name=names[who],
        voice=row.voice,
        instead_of=names[row.person_id] if row.person_id != who else "",
        at=row.decided_at,
        comment=row.comment,
        own=who == actor.person_id,
    )
