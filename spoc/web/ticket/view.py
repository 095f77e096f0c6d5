"""What a ticket's two pages show: the parts of the projection with their words, in the order of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.lifecycle import OPEN, WORKABLE, Act, Department, acts_from
from routing.visibility import Actor
from routing.why import Kind
from routing.work import ContactKind, HoldReason, TaskKind, TaskState, TicketState
from spoc.desk.requests import Next, Request
from spoc.desk.ticket_page import AskPart, ContactPart, EventPart, MessagePart, TaskPart, TicketPage
from spoc.desk.ticket_rows import APPROVERS
from spoc.files.keeping import FileFacts
from spoc.web.desk.words import Due, choices, due_mark, offered, spoken, stands_because
from spoc.web.formats import View
from spoc.web.ticket.answers import in_list
from spoc.web.ticket.happened import changes, entries, refusals
from spoc.web.ticket.meetings import is_booked, is_to_choose, stands_met
from spoc.web.ticket.proof import Sent
from spoc.web.ticket.sentences import left_out, reasons_to_leave_out
from spoc.web.why import sentences
from spoc.web.words_of_clocks import clock_lines
from spoc.web.words_of_contacts import CAUSES, CHANNELS, KINDS
from spoc.web.words_of_priority import priority_options, priority_word
from spoc.words import gettext, marked

HOLD_CHOICES = {
    HoldReason.REQUESTER: marked("The requester has to answer"),
    HoldReason.VENDOR: marked("A supplier has to deliver"),
    HoldReason.OTHER: marked("Something else"),
}
_CORRECT = (ContactKind.THANKS, ContactKind.RESPONSE, ContactKind.REPEAT, ContactKind.OTHER)
CORRECTIONS = {kind: KINDS[kind] for kind in _CORRECT}
UNLINKED = {ContactKind.FIRST: marked("Something new"), **CORRECTIONS}
_SHOWN = frozenset(Act) - {Act.SKIP, Act.CANCEL}
_NOT_DECIDING = frozenset({Act.FINISH, Act.REOPEN})
_SAID_OTHERWISE = {
    TaskKind.FORM: frozenset({Act.FINISH}),
    TaskKind.APPOINTMENT: frozenset({Act.FINISH, Act.HOLD}),
}
_URGENCY = (TaskState.CLAIMED, TaskState.READY, TaskState.ON_HOLD, TaskState.WAITING)


@dataclass(frozen=True)
class TaskLine:
    """A task with its words.

    `acts` are the names of the acts its state allows the reader, `holds` why it may stop, `why` sentences. `form_path`
    is where a form is filled in that is theirs to fill in now, `meeting_path` where an appointment is changed. `sent`
    is the form that was to finish it, if that was refused. `is_doubtful`: answers to come may leave it out.
    """

    task: TaskPart
    state: str
    due: Due | None
    reason: str | None
    party: str
    acts: frozenset[str]
    holds: list[dict[str, str]]
    why: tuple[str, ...]
    sent: Sent | None = None
    form_path: str | None = None
    meeting_path: str = ""
    is_doubtful: bool = False


@dataclass(frozen=True)
class AskCard:
    """`path` is where it is left out or counted again, None for those who may not; `left_out` why it counts nowhere.

    `change_path` is where its answers are changed, None for those who may not.
    """

    title: str
    text: str
    pairs: tuple[tuple[str, str | tuple[FileFacts, ...]], ...]
    left_out: str = ""
    path: str | None = None
    change_path: str | None = None
    is_cancelled: bool = False


@dataclass(frozen=True)
class RequestLine:
    """One request in a list; `next` is a sentence, empty once it is over."""

    reference: str
    title: str
    next: str
    departments: tuple[Department, ...]
    is_over: bool
    resolved_at: datetime | None


def agent_values(page: TicketPage, actor: Actor, view: View, sent: Sent | None = None) -> dict[str, Any]:
    lines = task_lines(page, view, sent)
    mine = [line for line in lines if line.task.may_act and line.task.state in WORKABLE]
    return {
        "page": page,
        "asks": ask_cards(page, view),
        "mine": sorted(mine, key=lambda line: (not line.task.is_mine, *_urgency(line))),
        "others": [line for line in lines if line not in mine],
        "departments": spoken(page.departments),
        "entries": entries(page, view),
        "queues": [{"value": key, "label": title} for key, title in page.queue_titles.items()],
        "corrections_of": corrections_of,
        "reader_queues": ", ".join(page.queue_titles.get(key, key) for key in sorted(actor.memberships)),
        "channel": gettext(CHANNELS[page.channel]),
        "about_contact": about_contact,
        "about_handoff": lambda event: about_handoff(event, page),
        "readers_of": readers_of,
        "reasons": reasons_to_leave_out(page.twins),
        "twins": page.twins,
        "clocks": clock_lines(page.clocks, view),
        "priority": priority_word(page.priority),
        "priorities": [{"value": value, "label": text} for value, text in priority_options()],
        "repeats": sum(contact.kind is ContactKind.REPEAT for contact in page.contacts),
    }


def status_values(page: TicketPage, view: View, sent: Sent | None = None) -> dict[str, Any]:
    lines = task_lines(page, view, sent)
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
        "choosing": [line for line in lines if is_to_choose(line.task)],
        "meetings": [line for line in lines if is_booked(line.task)],
        "deciding": [line.task for line in lines if line.task.may_decide],
        "refusals": refusals(page, view),
        "people": people(page),
        "asked_back": [line.task for line in lines if line.task.paused],
        "changes": changes(page, view),
        "everything_by": page.ends_at,
    }


def _turn(lines: Sequence[TaskLine]) -> list[TaskLine]:
    """What waits for the reader, the nearest first."""
    return sorted((line for line in lines if line.task.is_own_step and line.task.state in WORKABLE), key=_urgency)


def _urgency(line: TaskLine) -> tuple[int, bool, str]:
    due_at = line.task.due_at
    return _URGENCY.index(line.task.state), due_at is None, due_at.isoformat() if due_at else ""


def progress(page: TicketPage, done: int, total: int) -> tuple[str, str]:
    """The page's first sentence, as its strong part and the rest."""
    count = gettext("%(done)s of %(total)s things are done.") % {"done": done, "total": total} if total > 1 else ""
    refused = any(task.refused for task in page.tasks)
    if page.state in {TicketState.RESOLVED, TicketState.CLOSED}:
        return (gettext("What was approved is done.") if refused else gettext("Everything is done.")), ""
    if page.state is TicketState.CANCELLED:
        return gettext("This was not approved.") if refused else gettext("This request was cancelled."), ""
    if page.asks and all(ask.cancelled_at for ask in page.asks):
        return gettext("This request was cancelled."), gettext("What was done before is being undone.")
    if page.state is TicketState.WAITING_FOR_REQUESTER and page.is_requester:
        return gettext("We need your answer."), count
    return gettext("In work."), count


def task_lines(page: TicketPage, view: View, sent: Sent | None = None) -> list[TaskLine]:
    return [_line(task, page, view, sent if sent and sent.task_id == task.id else None) for task in page.tasks]


def _line(task: TaskPart, page: TicketPage, view: View, sent: Sent | None) -> TaskLine:
    turn = task.is_own_step and task.state in WORKABLE
    return TaskLine(
        task=task,
        state="your_turn" if turn else task.state.value,
        due=due_mark(task.due_at, task.state, view, paused=task.paused),
        reason=stands_because(task.state, task.waits_for, task.opens_at, task.hold_reason, view)
        or stands_met(task, view)
        or offered(task.state, task.assignee, is_mine=task.is_mine),
        party=task.queue_title or task.person or (gettext(APPROVERS) if task.kind is TaskKind.APPROVAL else ""),
        acts=acts_on(task) if task.may_act else frozenset(),
        holds=choices(holds_of(task)),
        why=tuple(sentences(task.why, view)),
        sent=sent,
        form_path=f"/tickets/{page.reference}/steps/{task.id}/form" if _may_fill(task) else None,
        meeting_path=f"/tickets/{page.reference}/steps/{task.id}/appointment" if task.meeting else "",
        is_doubtful=any(why.kind == Kind.UNDECIDED for why in task.why),
    )


def _may_fill(task: TaskPart) -> bool:
    return task.kind is TaskKind.FORM and task.may_act and task.state in WORKABLE


def holds_of(task: TaskPart) -> dict[str, str]:
    """Why it may stand still; nobody outside its queues can be asked about a secret one."""
    told = {key: text for key, text in HOLD_CHOICES.items() if key is not HoldReason.REQUESTER or not task.secret}
    return {key.value: text for key, text in told.items()}


def acts_on(task: TaskPart) -> frozenset[str]:
    """What its state allows (`routing.lifecycle`); a person's own step is only ever finished, and a form filled in.

    An appointment ends when it is said how it went.
    """
    shown = (_SHOWN - _NOT_DECIDING if task.kind is TaskKind.APPROVAL else _SHOWN) if task.queue else {Act.FINISH}
    shown = shown - _SAID_OTHERWISE.get(task.kind, frozenset())
    declines = {"decline"} if task.queue and task.state is TaskState.READY and task.is_mine else set()
    return frozenset(act.value for act in acts_from(task.state) & shown) | declines


def ask_cards(page: TicketPage, view: View) -> list[AskCard]:
    return [_card(ask, page, view) for ask in page.asks]


def _card(ask: AskPart, page: TicketPage, view: View) -> AskCard:
    path = f"/tickets/{page.reference}/asks/{ask.public_id}"
    pairs = tuple((answer.label, said) for answer in ask.answers if (said := in_list(answer, view)))
    out = ask.left_out
    return AskCard(
        ask.service_title or gettext("A confidential request"),
        ask.text,
        pairs,
        left_out=" · ".join(filter(None, (left_out(out.reason, out.of), out.words))) if out else "",
        path=path if ask.may_leave_out else None,
        change_path=f"{path}/change" if ask.may_amend and page.state is not TicketState.CLOSED else None,
        is_cancelled=ask.cancelled_at is not None,
    )


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
    party = gettext(step.party) if step.party == APPROVERS else step.party
    words = {"title": step.title, "party": party, "by": by}
    return gettext("Next: %(title)s, with %(party)s%(by)s.") % words
