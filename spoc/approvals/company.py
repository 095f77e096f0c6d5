"""Who could approve: people with all above them, and who is away."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from routing.approval import Company
from spoc.db.absences import read_away
from spoc.db.people import PersonRow
from spoc.desk.ticket_rows import Ticket


def company_of(session: Session, people: Collection[int], ticket: Ticket, now: datetime) -> Company:
    """These people and all above them, with their deputies. Who asked and whom it is about may not speak."""
    away = read_away(session, now)
    deputies = {deputy for deputy in away.values() if deputy is not None}
    above = select(PersonRow.id, PersonRow.manager_id, PersonRow.active, PersonRow.shared)
    # A union without doubles ends also where managers stand in a circle.
    known = above.where(PersonRow.id.in_({*people, *deputies})).cte(recursive=True)
    boss = aliased(PersonRow)
    climbed = select(boss.id, boss.manager_id, boss.active, boss.shared).join(known, known.c.manager_id == boss.id)
    rows = session.execute(select(known.union(climbed))).all()
    barred = {ticket.requester_id, ticket.subject_id} - {None}
    return Company(
        managers={row.id: row.manager_id for row in rows},
        active=frozenset(row.id for row in rows if row.active and not row.shared),
        away=away,
        barred=frozenset(one for one in barred if one is not None),
    )
