"""What happened on a ticket, in the order in which its pages tell it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from routing.work import TaskKind
from spoc.desk.ticket_page import ContactPart, EventPart, MessagePart, TicketPage
from spoc.web.formats import View
from spoc.web.ticket.sentences import sentence
from spoc.words import gettext

FEW = 3
REFUSED = frozenset({"approval_refused", "approval_refused_by_silence"})
CHANGES = frozenset({"amended", "filled_in", "placed", "redated", "task_cancelled", "task_restored", "handed_off"})


@dataclass(frozen=True)
class Entry:
    """One thing that happened: a message, a contact or a line of the log; or a day's changes `folded` into one."""

    at: datetime
    message: MessagePart | None = None
    contact: ContactPart | None = None
    handoff: EventPart | None = None
    line: str = ""
    folded: tuple["Entry", ...] = ()


def entries(page: TicketPage, view: View) -> list[Entry]:
    """Everything that happened, oldest first; what is told by a message or a contact is not told twice."""
    found = [Entry(message.at, message=message) for message in page.messages]
    found += [Entry(contact.at, contact=contact) for contact in page.contacts]
    for event in page.events:
        if event.kind == "handed_off":
            found.append(Entry(event.at, handoff=event))
        elif event.kind not in {"message", "contact_logged"}:
            found.append(_change(page, event, view))
    return folded(sorted(found, key=lambda entry: entry.at), view)


def changes(page: TicketPage, view: View) -> list[Entry]:
    """What changes of mind have done, oldest first: a line that says whose it was, and folded what followed."""
    at = {event.at for event in page.events if event.kind in {"amended", "filled_in"}}
    told = [event for event in page.events if event.at in at and event.kind in CHANGES]
    by_time = [[_change(page, event, view) for event in group] for _, group in groupby(told, key=lambda one: one.at)]
    return [replace(first, folded=tuple(rest)) for first, *rest in by_time]


def refusals(page: TicketPage, view: View) -> list[str]:
    """What was not approved and stays so, in sentences, with what is not done for it."""
    ended = [task.title for task in page.tasks if task.refused and task.kind is not TaskKind.APPROVAL]
    refused = {task.title for task in page.tasks if task.refused and task.kind is TaskKind.APPROVAL}
    told = [one for one in page.events if one.kind in REFUSED and one.what.get("title") in refused]
    said = [sentence(event, page.queue_titles, view, as_agent=False) for event in told]
    if said and ended:
        said.append(gettext("So this is not done: %(tasks)s.") % {"tasks": ", ".join(ended)})
    return said


def _change(page: TicketPage, event: EventPart, view: View) -> Entry:
    return Entry(event.at, line=sentence(event, page.queue_titles, view, as_agent=page.as_agent))


def folded(found: Sequence[Entry], view: View) -> list[Entry]:
    """Runs of a day's changes as one entry, if there are more than a few: what people said stands out."""
    runs: list[Entry] = []
    for (is_change, _), run in groupby(found, key=lambda entry: (bool(entry.line), view.day(entry.at))):
        of_day = tuple(run)
        runs += [Entry(of_day[0].at, folded=of_day)] if is_change and len(of_day) > FEW else of_day
    return runs
