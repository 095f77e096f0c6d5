"""The one projection of a ticket: from its rows to what one reader may see. Nothing else turns a ticket into words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.lifecycle import FULFILLED, departments
from routing.visibility import Actor
from spoc.db.tickets import AskRow
from spoc.desk.asks import Services, ask_parts
from spoc.desk.found import find_ticket, may_act
from spoc.desk.history import contacts_of, events_of, files_of, messages_of
from spoc.desk.masks import masks
from spoc.desk.reader import Reader, reader_of, title_for
from spoc.desk.ticket_page import TaskPart, TicketPage
from spoc.desk.ticket_rows import Task


def read_ticket(session: Session, actor: Actor, reference: str, now: datetime, services: Services) -> TicketPage:
    """The ticket as the actor may see it.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    ticket = find_ticket(session, actor, reference)
    reader = reader_of(session, actor, ticket)
    asks = session.scalars(select(AskRow).where(AskRow.ticket_id == ticket.id).order_by(AskRow.position)).all()
    tasks = [task for task in ticket.tasks if reader.sees(task.part)]
    return TicketPage(
        reference=ticket.reference,
        title=title_for(actor, ticket),
        state=ticket.state,
        channel=ticket.channel,
        opened_at=ticket.opened_at,
        promised_at=ticket.promised_at,
        resolved_at=ticket.resolved_at,
        as_agent=reader.as_agent,
        is_requester=reader.is_requester,
        confidential=bool(ticket.confidential_to),
        text=ticket.text if reader.sees_whole_text else "",
        requester=reader.people[ticket.requester_id],
        asks=ask_parts(reader, asks, services, session),
        tasks=tuple(task_part(reader, task, tasks, {ask.id: ask.public_id for ask in asks}) for task in tasks),
        masks=masks(session, reader),
        departments=departments([task.share(actor.person_id) for task in tasks], now),
        messages=messages_of(session, reader),
        contacts=contacts_of(session, reader),
        events=events_of(session, reader),
        files=files_of(session, reader),
        queue_titles=reader.queue_titles,
    )


def task_part(reader: Reader, task: Task, seen: list[Task], ask_ids: dict[int, UUID]) -> TaskPart:
    """The task, with its needs as far as they are among the `seen`; how it is worked on is for agents."""
    siblings = {one.key: one for one in seen if one.ask_id == task.ask_id}
    needs = tuple(key for key in task.needs if key in siblings)
    own = task.person_id == reader.actor.person_id
    return TaskPart(
        id=task.public_id,
        ask_id=ask_ids[task.ask_id],
        key=task.key,
        title=task.title,
        detail=task.detail if reader.as_agent or own else "",
        phase=task.phase,
        queue=task.queue,
        queue_title=task.queue_title,
        state=task.state,
        opens_at=task.opens_at,
        due_at=task.due_at,
        done_at=task.done_at,
        needs=needs,
        waits_for=tuple(siblings[key].title for key in needs if siblings[key].state not in FULFILLED),
        why=task.why_told(seen, reader.ticket.tasks),
        person=task.person_name,
        assignee=task.assignee_name,
        is_mine=task.assignee_id == reader.actor.person_id,
        is_own_step=own,
        may_act=may_act(reader.actor, task),
        confidential=bool(task.confidential_to),
        hold_reason=task.hold_reason,
        hold_note=task.hold_note if reader.as_agent else "",
        hold_until=task.hold_until,
        paused=task.waits_for_requester,
        result=task.result,
    )
