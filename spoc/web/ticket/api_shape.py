"""A ticket as JSON: the projection's parts under their public names."""

from typing import Any

from spoc.desk.ticket_page import AskPart, ContactPart, EventPart, MessagePart, TaskPart, TicketPage
from spoc.web.shapes import instant, task_json
from spoc.web.ticket.sentences import sentence


def ticket_json(page: TicketPage) -> dict[str, Any]:
    """What `GET /api/tickets/{reference}` answers, for the reader whom the page was made for."""
    titles = {ask.public_id: ask.service_key for ask in page.asks}
    return {
        "reference": page.reference,
        "url": f"/tickets/{page.reference}",
        "title": page.title,
        "state": page.state.value,
        "channel": page.channel.value,
        "requester": {"name": page.requester.name, "mail": page.requester.mail},
        "opened_at": instant(page.opened_at),
        "promised_at": instant(page.promised_at),
        "resolved_at": instant(page.resolved_at),
        "asks": [_ask(ask) for ask in page.asks],
        "tasks": [{**part_json(task), "ask": titles.get(task.ask_id, "")} for task in page.tasks],
        "hidden": [{"party": mask.party, "blocks": mask.blocks} for mask in page.masks],
        "contacts": [_contact(contact) for contact in page.contacts],
        "messages": [_message(message) for message in page.messages],
        "timeline": [_event(page, event) for event in page.events],
    }


def part_json(task: TaskPart) -> dict[str, Any]:
    """The task as everywhere, with who has it and how it ended."""
    common = task_json(
        id_=task.id,
        key=task.key,
        title=task.title,
        queue=task.queue,
        state=task.state,
        opens_at=task.opens_at,
        due_at=task.due_at,
        needs=task.needs,
        why=task.why,
    )
    return {**common, "assignee": task.assignee or task.person, "result": task.result}


def _ask(ask: AskPart) -> dict[str, Any]:
    return {
        "id": str(ask.public_id),
        "service": ask.service_key,
        "title": ask.service_title,
        "text": ask.text,
        "answers": {answer.key: answer.value for answer in ask.answers},
        "labels": {answer.key: answer.label for answer in ask.answers},
        "opened_at": instant(ask.opened_at),
        "promised_at": instant(ask.promised_at),
        "resolved_at": instant(ask.resolved_at),
    }


def _contact(contact: ContactPart) -> dict[str, Any]:
    return {
        "id": str(contact.id),
        "at": instant(contact.at),
        "person": contact.person,
        "agent": contact.agent,
        "channel": contact.channel.value,
        "kind": contact.kind.value,
        "cause": contact.cause.value if contact.cause else None,
        "minutes": contact.minutes,
        "note": contact.note,
    }


def _message(message: MessagePart) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "at": instant(message.at),
        "author": message.author,
        "internal": message.internal,
        "body": message.body,
    }


def _event(page: TicketPage, event: EventPart) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": instant(event.at),
        "kind": event.kind,
        "actor": event.actor,
        "text": sentence(event, page.queue_titles, as_agent=page.as_agent),
        "what": dict(event.what),
    }
