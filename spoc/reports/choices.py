"""What can be chosen in the filters of a report: only what its reader's figures may count."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from spoc.db.people import LocationRow, QueueRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.reports.question import Question
from spoc.reports.scope import counted_for

Choice = tuple[str, str]
"""Value and title."""


@dataclass(frozen=True)
class Choices:
    services: tuple[Choice, ...]
    queues: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    locations: tuple[Choice, ...]


def read_choices(session: Session, question: Question) -> Choices:
    """By title. Services and departments are those of the period's openings, whatever else is filtered."""
    asked = (
        select(AskRow.service_key, func.max(AskRow.service_title), AskRow.department)
        .join(TicketRow, TicketRow.id == AskRow.ticket_id)
        .where(AskRow.opened_at >= question.start_at, AskRow.opened_at < question.end_at, counted_for(question.actor))
        .group_by(AskRow.service_key, AskRow.department)
    )
    rows = session.execute(asked).all()
    queues = session.execute(select(QueueRow.key, QueueRow.title).order_by(QueueRow.position, QueueRow.title))
    locations = session.execute(select(LocationRow.key, LocationRow.title).order_by(LocationRow.title))
    return Choices(
        services=tuple(sorted({key: title for key, title, _ in rows}.items(), key=lambda choice: choice[1])),
        queues=tuple((key, title) for key, title in queues),
        departments=tuple((name, name) for name in sorted({department for _, _, department in rows if department})),
        locations=tuple((key, title) for key, title in locations),
    )
