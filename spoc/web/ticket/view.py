"""What a ticket's two pages show: the parts of the projection with their words, in the order of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from catalog.service import FieldKind
from routing.lifecycle import OPEN, WORKABLE, Act, Department, acts_from
from routing.visibility import Actor
from routing.work import ContactKind, HoldReason, TaskState, TicketState
from spoc.desk.requests import Next, Request
from spoc.desk.ticket_page import Answer, AskPart, ContactPart, EventPart, MessagePart, TaskPart, TicketPage
from spoc.web.desk.words import Due, choices, due_mark, spoken, stands_because
from spoc.web.formats import View
from spoc.web.ticket.sentences import sentence
from spoc.web.words import gettext, marked
from spoc.web.words_of_contacts import CAUSES, CHANNELS, KINDS

HOLD_CHOICES = {
    HoldReason.REQUESTER: marked("The requester has to answer"),
    HoldReason.VENDOR: marked("A supplier has to deliver"),
    HoldReason.OTHER: marked("Something else"),
}
_CORRECT = (ContactKind.THANKS, ContactKind.RESPONSE, ContactKind.REPEAT, ContactKind.OTHER)
CORRECTIONS = {kind: KINDS[kind] for kind in _CORRECT}
UNLINKED = {ContactKind.FIRST: marked("Something new"), **CORRECTIONS}
FEW = 3
_SHOWN = frozenset(Act) - {Act.SKIP, Act.CANCEL}
_URGENCY = (TaskState.CLAIMED, TaskState.READY, TaskState.ON_HOLD, TaskState.WAITING)


@dataclass(frozen=True)
class TaskLine:
    """A task with its words. `acts` are the names of the acts its state allows the reader."""

    task: TaskPart
    state: str
    due: Due | None
    reason: str | None
    party: str
    acts: frozenset[str]


@dataclass(frozen=True)
class AskCard:
    title: str
    text: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Entry:
    """One thing that happened: a message, a contact or a line of the log."""

    at: datetime
    message: MessagePart | None = None
    contact: ContactPart | None = None
    handoff: EventPart | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequestLine:
    """One request in a list; `next` is a sentence, empty once it is over."""

    reference: str
    title: str
    next: str
    departments: tuple[Department, ...]
    is_over: bool
    resolved_at: datetime | None


def agent_values(page: TicketPage, actor: Actor, view: View) -> dict[str, Any]:
    lines = task_lines(page, view)
    mine = [line for line in lines if line.task.may_act and line.task.state in WORKABLE]
    return {
        "page": page,
        "asks": ask_cards(page, view),
        "mine": sorted(mine, key=lambda line: (not line.task.is_mine, *_urgency(line))),
        "others": [line for line in lines if line not in mine],
        "departments": spoken(page.departments),
        "entries": entries(page),
        "holds": choices({key.value: text for key, text in HOLD_CHOICES.items()}),
        "queues": [{"value": key, "label": title} for key, title in page.queue_titles.items()],
        "corrections_of": corrections_of,
        "reader_queues": ", ".join(page.queue_titles.get(key, key) for key in sorted(actor.memberships)),
        "channel": gettext(CHANNELS[page.channel]),
        "about_contact": about_contact,
        "about_handoff": lambda event: about_handoff(event, page),
        "readers_of": readers_of,
        "repeats": sum(contact.kind is ContactKind.REPEAT for contact in page.contacts),
    }


def status_values(page: TicketPage, view: View) -> dict[str, Any]:
    lines = task_lines(page, view)
    open_lines = [line for line in lines if line.task.state in OPEN]
    done = [line for line in lines if line.task.state is TaskState.DONE]
    shown = sorted((line for line in open_lines if line not in _turn(lines)), key=_urgency)
    return {
        "page": page,
        "asks": ask_cards(page, view),
        "sentence": progress(page, len(done), len(done) + len(open_lines)),
        "departments": spoken(page.departments),
        "turn": _turn(lines),
        "next_lines": shown,
        "done": done,
        "people": people(page),
        "asked_back": [line.task for line in lines if line.task.paused],
    }


def _turn(lines: Sequence[TaskLine]) -> list[TaskLine]:
    return [line for line in lines if line.task.is_own_step and line.task.state in WORKABLE]


def _urgency(line: TaskLine) -> tuple[int, bool, str]:
    due_at = line.task.due_at
    return _URGENCY.index(line.task.state), due_at is None, due_at.isoformat() if due_at else ""


def progress(page: TicketPage, done: int, total: int) -> tuple[str, str]:
    """The page's first sentence, as its strong part and the rest."""
    count = gettext("%(done)s of %(total)s things are done.") % {"done": done, "total": total} if total > 1 else ""
    if page.state in {TicketState.RESOLVED, TicketState.CLOSED}:
        return gettext("Everything is done."), ""
    if page.state is TicketState.CANCELLED:
        return gettext("This request was cancelled."), ""
    if page.state is TicketState.WAITING_FOR_REQUESTER and page.is_requester:
        return gettext("We need your answer."), count
    return gettext("In work."), count


def task_lines(page: TicketPage, view: View) -> list[TaskLine]:
    return [_line(task, view) for task in page.tasks]


def _line(task: TaskPart, view: View) -> TaskLine:
    turn = task.is_own_step and task.state in WORKABLE
    return TaskLine(
        task=task,
        state="your_turn" if turn else task.state.value,
        due=due_mark(task.due_at, task.state, view, paused=task.paused),
        reason=stands_because(task.state, task.waits_for, task.opens_at, task.hold_reason, view),
        party=task.queue_title or task.person or "",
        acts=acts_on(task) if task.may_act else frozenset(),
    )


def acts_on(task: TaskPart) -> frozenset[str]:
    """What its state allows (`routing.lifecycle`); a person's own step is only ever finished."""
    shown = _SHOWN if task.queue else {Act.FINISH}
    return frozenset(act.value for act in acts_from(task.state) & shown)


def ask_cards(page: TicketPage, view: View) -> list[AskCard]:
    return [_card(ask, view) for ask in page.asks]


def _card(ask: AskPart, view: View) -> AskCard:
    pairs = tuple((answer.label, in_words(answer, view)) for answer in ask.answers if in_words(answer, view))
    return AskCard(ask.service_title or gettext("A confidential request"), ask.text, pairs)


def in_words(answer: Answer, view: View) -> str:
    """One answer as its reader writes it: dates in words, yes and no, labels."""
    match answer.kind:
        case FieldKind.DATE:
            return view.day_long(date.fromisoformat(answer.value))
        case FieldKind.DATETIME:
            given = datetime.fromisoformat(answer.value)
            return view.moment(given) if given.tzinfo else f"{view.day(given.date())} {given:%H:%M}"
        case FieldKind.YES_NO:
            return gettext("Yes") if answer.value else gettext("No")
        case FieldKind.NUMBER:
            return view.number(answer.value)
        case _:
            return str(answer.shown)


def entries(page: TicketPage) -> list[Entry]:
    """Everything that happened, oldest first; what is told by a message or a contact is not told twice."""
    found = [Entry(message.at, message=message) for message in page.messages]
    found += [Entry(contact.at, contact=contact) for contact in page.contacts]
    for event in page.events:
        if event.kind == "handed_off":
            found.append(Entry(event.at, handoff=event))
        elif event.kind not in {"message", "contact_logged"}:
            found.append(Entry(event.at, lines=(sentence(event, page.queue_titles, as_agent=page.as_agent),)))
    return folded(sorted(found, key=lambda entry: entry.at))


def folded(found: Sequence[Entry]) -> list[Entry]:
    """Runs of changes as one entry with many lines, if there are more than a few: what people said stands out."""
    runs: list[Entry] = []
    for is_change, run in groupby(found, key=lambda entry: bool(entry.lines)):
        entries_of_run = list(run)
        if is_change and len(entries_of_run) > FEW:
            lines = tuple(line for entry in entries_of_run for line in entry.lines)
            runs.append(Entry(entries_of_run[0].at, lines=lines))
        else:
            runs += entries_of_run
    return runs


def about_contact(contact: ContactPart) -> str:
    """“phone, 4 min · asked for news”."""
    channel = gettext(CHANNELS[contact.channel])
    if contact.minutes:
        channel = gettext("%(channel)s, %(minutes)s min") % {"channel": channel, "minutes": f"{contact.minutes:g}"}
    words = [channel, gettext(CAUSES[contact.cause]) if contact.cause else gettext(KINDS[contact.kind])]
    if contact.agent:
        words.append(gettext("written down by %(agent)s") % {"agent": contact.agent})
    return " · ".join(words)


def corrections_of(contact: ContactPart) -> list[dict[str, str]]:
    """What it may be corrected to: if it was taken for an earlier request again, also to something new."""
    return choices({key.value: text for key, text in (UNLINKED if contact.linked else CORRECTIONS).items()})


def about_handoff(event: EventPart, page: TicketPage) -> dict[str, str]:
    """The parts of a handoff's card."""
    what, titles = event.what, page.queue_titles
    return {
        "path": f"{titles.get(what.get('from') or '', event.actor or '')} → {titles.get(what['to'], what['to'])}",
        "title": str(what.get("title", "")),
        "why": str(what.get("why", "")),
        "know": str(what.get("know", "")),
    }


def readers_of(message: MessagePart) -> str:
    """Who can read an internal note, in words."""
    if message.only:
        return gettext("%(queues)s only") % {"queues": ", ".join(message.only)}
    return gettext("only those who work on it")


def people(page: TicketPage) -> list[tuple[str, str]]:
    """Who works on it, with their part; each once."""
    working = [(task.assignee, task.queue_title or "") for task in page.tasks if task.assignee and task.queue_title]
    return [(name, queue) for name, queue in dict.fromkeys(working)]


def request_lines(requests: Sequence[Request], view: View) -> list[RequestLine]:
    return [_request_line(one, view) for one in requests]


def _request_line(one: Request, view: View) -> RequestLine:
    words = "" if one.is_over else next_words(one.next, view)
    return RequestLine(one.reference, one.title, words, spoken(one.departments), one.is_over, one.resolved_at)


def next_words(step: Next | None, view: View) -> str:
    """“Next: badge, with Facilities, by Thursday 20 August.”"""
    if step is None:
        return gettext("We are working on it.")
    if step.waits_for_you:
        return gettext("We wait for your answer: %(title)s.") % {"title": step.title}
    by = gettext(", by %(day)s") % {"day": view.day_long(step.due_at)} if step.due_at else ""
    if not step.party and not step.is_turn:
        return gettext("Next, with you when the rest is ready: %(title)s%(by)s.") % {"title": step.title, "by": by}
    if not step.party:
        return gettext("Your turn: %(title)s%(by)s.") % {"title": step.title, "by": by}
    words = {"title": step.title, "party": step.party, "by": by}
    return gettext("Next: %(title)s, with %(party)s%(by)s.") % words
