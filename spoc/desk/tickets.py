"""The one projection of a ticket: from its rows to what one reader may see. Nothing else turns a ticket into words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.lifecycle import FULFILLED, WORKABLE, departments
from routing.proof import is_file
from routing.visibility import Actor
from routing.why import Why, about_assignment
from routing.work import BY_ITSELF, TaskKind, TaskState
from spoc.db.people import PersonRow
from spoc.db.tickets import AskRow
from spoc.desk.appointments.meeting import may_arrange, may_choose
from spoc.desk.appointments.releasing import ENDED
from spoc.desk.asks import Services, ask_parts
from spoc.desk.clocks.reading import clocks_of
from spoc.desk.found import find_ticket, may_act
from spoc.desk.history import contacts_of, events_of, messages_of
from spoc.desk.leaving_out import twins_of
from spoc.desk.masks import masks
from spoc.desk.reader import Reader, reader_of, title_for
from spoc.desk.ticket_page import MeetingPart, TaskPart, Ticked, TicketPage
from spoc.desk.ticket_rows import Task
from spoc.files.keeping import FileFacts, facts_by_id


def read_ticket(session: Session, actor: Actor, reference: str, now: datetime, services: Services) -> TicketPage:
    """The ticket as the actor may see it.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    ticket = find_ticket(session, actor, reference)
    reader = reader_of(session, actor, ticket)
    asks = session.scalars(select(AskRow).where(AskRow.ticket_id == ticket.id).order_by(AskRow.position)).all()
    parts = ask_parts(reader, asks, services, session, now)
    tasks = [task for task in ticket.tasks if reader.sees(task.part)]
    names, ask_ids = _tickers(session, tasks), {ask.id: ask.public_id for ask in asks}
    proofs = facts_by_id(session, [task.evidence for task in tasks if is_file(task.evidence_asked)])
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
        priority=ticket.priority if reader.as_agent and reader.in_circle else "",
        clocks=clocks_of(session, reader),
        asks=parts,
        twins=twins_of(session, actor, ticket) if any(part.may_leave_out for part in parts) else (),
        tasks=tuple(task_part(reader, task, tasks, ask_ids, names, proofs, now) for task in tasks),
        masks=masks(session, reader),
        departments=departments([task.share(actor.person_id) for task in tasks if task.is_work], now),
        messages=messages_of(session, reader),
        contacts=contacts_of(session, reader),
        events=events_of(session, reader),
        queue_titles=reader.queue_titles,
    )


def task_part(
    reader: Reader,
    task: Task,
    seen: list[Task],
    ask_ids: dict[int, UUID],
    names: Mapping[int, str],
    proofs: Mapping[str, FileFacts],
    now: datetime,
) -> TaskPart:
    """The task, with its needs as far as they are among the `seen`; how it is worked on is for agents."""
    siblings = {one.key: one for one in seen if one.ask_id == task.ask_id}
    needs = tuple(key for key in task.needs if key in siblings)
    own = task.is_work and task.person_id == reader.actor.person_id
    is_offer = task.state is TaskState.READY and task.assignee_id is not None
    return TaskPart(
        id=task.public_id,
        ask_id=ask_ids[task.ask_id],
        key=task.key,
        kind=task.kind,
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
        why=task.told(_whys(reader, task), reader.ticket.tasks, reader.sight),
        person=task.person_name,
        assignee=task.assignee_name if reader.as_agent or not is_offer else None,
        is_mine=task.assignee_id == reader.actor.person_id,
        is_own_step=own,
        may_act=task.kind not in BY_ITSELF and may_act(reader.actor, task),
        may_decide=_may_decide(reader, task),
        refused=task.refused,
        confidential=bool(task.confidential_to),
        secret=task.secret,
        hold_reason=task.hold_reason,
        hold_note=task.hold_note if reader.as_agent else "",
        hold_until=task.hold_until,
        paused=task.waits_for_requester,
        result=task.result,
        checklist=tuple(Ticked(item.label, names.get(item.by_id or 0, ""), item.at) for item in task.checklist),
        evidence_asked=task.evidence_asked,
        evidence=task.evidence,
        evidence_file=proofs.get(task.evidence) if is_file(task.evidence_asked) else None,
        meeting=_meeting(reader, task, now),
    )


def _meeting(reader: Reader, task: Task, now: datetime) -> MeetingPart | None:
    """None before its turn has come, and where people arrange it."""
    if task.kind is not TaskKind.APPOINTMENT or task.chooser_id is None or task.state in ENDED:
        return None
    is_on = task.state in WORKABLE and (task.starts_at is not None or task.choose_by is not None)
    return MeetingPart(
        chooser=task.chooser_name or "",
        host=task.host_name or task.queue_title or "",
        place=task.place or "",
        choose_by=task.choose_by,
        starts_at=task.starts_at,
        ends_at=task.ends_at,
        has_begun=task.starts_at is not None and task.starts_at <= now,
        may_choose=is_on and may_choose(reader.actor, task),
        may_arrange=is_on and may_arrange(reader.actor, reader.ticket, task),
        is_mine=reader.actor.person_id in task.meets,
    )


def _may_decide(reader: Reader, task: Task) -> bool:
    """Whether the reader is asked to approve it, or may for the desk, as nobody else can."""
    if task.kind is not TaskKind.APPROVAL or task.state not in WORKABLE:
        return False
    who, ticket = reader.actor.person_id, reader.ticket
    for_queue = task.queue is not None and may_act(reader.actor, task)
    return who in task.asked or (for_queue and who not in (ticket.requester_id, ticket.subject_id))


def _tickers(session: Session, tasks: Sequence[Task]) -> dict[int, str]:
    """Names of those who ticked something, by id."""
    ids = {item.by_id for task in tasks for item in task.checklist if item.by_id}
    if not ids:
        return {}
    return dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))).all())


def _whys(reader: Reader, task: Task) -> tuple[Why, ...]:
    """Whom it was offered to and why is for those who work on it."""
    return tuple(why for why in task.why if reader.as_agent or not about_assignment(why))
