"""Messages that the plan itself sends: written on the ticket, mailed, and their step done, all at once."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.amend import step_of_task
from catalog.message_text import message_text, placeholders
from catalog.service import FieldKind, Service, Step
from routing.lifecycle import Act
from routing.work import TaskKind, TaskState
from spoc.db.events import lock
from spoc.db.people import LocationRow, PersonRow, QueueMemberRow
from spoc.db.queueing import enqueue
from spoc.db.tickets import AskRow, MessageRow, TaskRow
from spoc.db.turns import MESSAGE_MAIL
from spoc.desk.asks import Services
from spoc.desk.follow import follow
from spoc.desk.found import ticket_by_id
from spoc.desk.moves import move, tell
from spoc.desk.ticket_rows import Task


def send_step_message(session: Session, task_id: int, services: Services, now: datetime) -> None:
    """Send what the step says to whom it is for. A task that is not ready (any more) is left as it is.

    To a queue it is a note among agents, mailed to each active member.
    """
    ticket_id = session.scalar(select(TaskRow.ticket_id).where(TaskRow.id == task_id))
    if ticket_id is None:
        return
    lock(session, ticket_id)
    task = next(one for one in ticket_by_id(session, ticket_id).tasks if one.id == task_id)
    if task.kind is TaskKind.MESSAGE and task.state is TaskState.READY:
        _send(session, task, _text(session, task, services), now)
        follow(session, ticket_id, None, now, by=task)


def _text(session: Session, task: Task, services: Services) -> str:
    ask = session.get_one(AskRow, task.ask_id, populate_existing=True)
    service = services(ask.catalogue_version_id, ask.service_key)
    step = step_of_task(service, task.key)
    if step is None:
        raise LookupError(task.key)  # lint has refused what is a message by no step
    return message_text(service, step, ask.answers, _names(session, service, step, ask.answers))


def _names(session: Session, service: Service, step: Step, answers: Mapping[str, object]) -> dict[str, str]:
    """Of the people and places that the text names."""
    kinds = {key: service.fields[key].kind for key in placeholders(step) if key in service.fields}
    mails = [str(answers.get(key)).lower() for key, kind in kinds.items() if kind is FieldKind.PERSON]
    places = [str(answers.get(key)) for key, kind in kinds.items() if kind is FieldKind.LOCATION]
    mail = func.lower(PersonRow.mail)
    people = select(mail, PersonRow.name).where(mail.in_(mails))
    titles = select(LocationRow.key, LocationRow.title).where(LocationRow.key.in_(places))
    found: dict[str, str] = dict(session.execute(people).all()) if mails else {}
    return found | (dict(session.execute(titles).all()) if places else {})


def _send(session: Session, task: Task, text: str, now: datetime) -> None:
    row = MessageRow(
        ticket_id=task.ticket_id,
        task_id=task.id,
        author_id=None,
        internal=task.person_id is None,
        confidential_to=list(task.confidential_to),
        body=text,
        created_at=now,
    )
    session.add(row)
    session.flush()
    move(session, task, Act.FINISH, done_at=now)
    tell(session, task, "message_sent", None, now, to=task.queue)
    for person_id in _readers(session, task):
        about = {"ticket_id": task.ticket_id, "message_id": row.id, "person_id": person_id}
        enqueue(session, MESSAGE_MAIL, {**about, "cause": f"step:{row.id}"})


def _readers(session: Session, task: Task) -> list[int]:
    if task.person_id is not None:
        return [task.person_id]
    members = select(PersonRow.id).join(QueueMemberRow, QueueMemberRow.person_id == PersonRow.id)
    return list(session.scalars(members.where(QueueMemberRow.queue_id == task.queue_id, PersonRow.active)))
