"""A ticket as JSON: the projection's parts under their public names."""

from collections.abc import Mapping
from typing import Any

from spoc.desk.ticket_page import AskPart, ContactPart, EventPart, MeetingPart, MessagePart, TaskPart, TicketPage
from spoc.web.formats import View
from spoc.web.shapes import instant, task_json
from spoc.web.ticket.sentences import sentence
from spoc.web.why import sentences
from spoc.web.words_of_clocks import clock_json


def ticket_json(page: TicketPage, view: View) -> dict[str, Any]:
    """What `GET /api/tickets/{reference}` answers, for the reader whom the page was made for."""
    titles = {ask.public_id: ask.service_key for ask in page.asks}
    return {
        "reference": page.reference,
        "url": f"/tickets/{page.reference}",
        "title": page.title,
        "state": page.state.value,
        "channel": page.channel.value,
        "priority": page.priority or None,
        "requester": {"name": page.requester.name, "mail": page.requester.mail},
        "opened_at": instant(page.opened_at),
        "promised_at": instant(page.promised_at),
        "resolved_at": instant(page.resolved_at),
        "targets": [clock_json(clock) for clock in page.clocks],
        "asks": [ask_json(ask) for ask in page.asks],
        "tasks": [{**part_json(task, view), "ask": titles.get(task.ask_id, "")} for task in page.tasks],
        "hidden": [{"party": mask.party, "blocks": mask.blocks} for mask in page.masks],
        "contacts": [_contact(contact) for contact in page.contacts],
        "messages": [_message(message) for message in page.messages],
        "timeline": [_event(page, event, view) for event in page.events],
    }


def part_json(task: TaskPart, view: View) -> dict[str, Any]:
    """The task as everywhere, with who has it and how it ended."""
    common = task_json(
        id_=task.id,
        key=task.key,
        kind=task.kind,
        title=task.title,
        queue=task.queue,
        state=task.state,
        opens_at=task.opens_at,
        due_at=task.due_at,
        needs=task.needs,
        why=task.why,
        view=view,
    )
    who = {"assignee": task.assignee or task.person, "result": task.result}
    return {**common, **who, **_proof(task), "appointment": _meeting(task.meeting)}


def _meeting(meeting: MeetingPart | None) -> dict[str, Any] | None:
    """Null for other kinds, and until its turn has come; without a time while it is being chosen."""
    if meeting is None:
        return None
    return {
        "chooser": meeting.chooser,
        "with": meeting.host,
        "place": meeting.place,
        "choose_by": instant(meeting.choose_by),
        "starts_at": instant(meeting.starts_at),
        "ends_at": instant(meeting.ends_at),
    }


def _proof(task: TaskPart) -> dict[str, Any]:
    """The checklist with who ticked what and when, and the evidence that is asked for, or null."""
    asked = task.evidence_asked
    return {
        "checklist": [{"label": one.label, "by": one.by or None, "at": instant(one.at)} for one in task.checklist],
        "evidence": {"required": asked.kind.value, "label": asked.label, "given": task.evidence} if asked else None,
    }


def ask_json(ask: AskPart) -> dict[str, Any]:
    """One ask; `left_out` is null where it counts, and for all who do not work on it."""
    out = ask.left_out
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
        "cancelled_at": instant(ask.cancelled_at),
        "left_out": {"reason": out.reason, "of": out.of or None, "words": out.words} if out else None,
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
        "author": message.author or None,
        "internal": message.internal,
        "body": message.body,
    }


def _event(page: TicketPage, event: EventPart, view: View) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": instant(event.at),
        "kind": event.kind,
        "actor": event.actor,
        "text": sentence(event, page.queue_titles, view, as_agent=page.as_agent),
        "what": _what(event.what, view),
    }


def _what(what: Mapping[str, Any], view: View) -> dict[str, Any]:
    why = what.get("why")
    return {**what, "why": sentences(why, view)} if isinstance(why, tuple) else dict(what)
