"""A ticket as one reader may see it: what every page, answer and list about a ticket is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.service import FieldKind
from routing.lifecycle import OPEN, WORKABLE, Department
from routing.proof import Asked
from routing.why import Why
from routing.work import Channel, ContactKind, HoldReason, RepeatCause, TaskKind, TaskState, TicketState
from spoc.desk.clocks.values import Clock
from spoc.files.keeping import FileFacts


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    mail: str
    job_title: str = ""
    department: str = ""
    location: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer. `shown` is it in words where catalogue or directory have them: labels, names, titles."""

    key: str
    label: str
    kind: FieldKind
    section: str
    value: Any
    shown: Any


@dataclass(frozen=True)
class LeftOut:
    """That the ask counts in no figure: `of` is the ticket it is the same as. `by_rule`: nobody takes it back."""

    reason: str
    of: str
    words: str
    by_rule: bool


@dataclass(frozen=True)
class Twin:
    """A request of the same person that may be the same ask."""

    reference: str
    title: str


@dataclass(frozen=True)
class AskPart:
    """`left_out` is for agents; `may_leave_out`: the reader may say that it is no real ask, or is one after all.

    `cancelled_at`: it was taken back then. `may_amend`: the reader may change its answers, or take it back.
    """

    public_id: UUID
    service_key: str
    service_title: str
    text: str
    answers: tuple[Answer, ...]
    opened_at: datetime
    promised_at: datetime | None
    resolved_at: datetime | None
    cancelled_at: datetime | None
    may_amend: bool
    left_out: LeftOut | None
    may_leave_out: bool


@dataclass(frozen=True)
class Ticked:
    """An item of a checklist; `by` and `at` if it is ticked."""

    label: str
    by: str
    at: datetime | None


@dataclass(frozen=True)
class MeetingPart:
    """An appointment whose turn has come: a time is booked, or to be chosen until `choose_by`.

    `host` is a person's or a team's name. `may_choose`: the reader is who chooses. `may_arrange`: they work on it, or
    are whom the other meets. `is_mine`: they are one of the two.
    """

    chooser: str
    host: str
    place: str
    choose_by: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    has_begun: bool
    may_choose: bool
    may_arrange: bool
    is_mine: bool


@dataclass(frozen=True)
class TaskPart:
    """A task the reader sees in full. `waits_for` are the titles of open needs that they see too.

    `may_decide`: the reader is asked to approve it. `refused`: it was not approved, or needs what was not.
    """

    id: UUID
    ask_id: UUID
    key: str
    kind: TaskKind
    title: str
    detail: str
    phase: str
    queue: str | None
    queue_title: str | None
    state: TaskState
    opens_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    needs: tuple[str, ...]
    waits_for: tuple[str, ...]
    why: tuple[Why, ...]
    person: str | None
    assignee: str | None
    is_mine: bool
    is_own_step: bool
    may_act: bool
    may_decide: bool
    refused: bool
    confidential: bool
    secret: bool
    hold_reason: HoldReason | None
    hold_note: str
    hold_until: datetime | None
    paused: bool
    result: str
    checklist: tuple[Ticked, ...]
    evidence_asked: Asked | None
    evidence: str
    evidence_file: FileFacts | None
    meeting: MeetingPart | None


@dataclass(frozen=True)
class Mask:
    """That one party keeps something here; `blocks` if it holds up an open task of the reader's queues."""

    party: str
    blocks: bool


@dataclass(frozen=True)
class MessagePart:
    """`automatic`: a step of the plan sent it, and it has no author."""

    id: UUID
    at: datetime
    author: str
    own: bool
    automatic: bool
    from_requester: bool
    internal: bool
    only: tuple[str, ...]
    queue_title: str | None
    body: str
    files: tuple[FileFacts, ...]


@dataclass(frozen=True)
class ContactPart:
    """`linked`: it opened this request, which was taken for an earlier one asked again."""

    id: UUID
    at: datetime
    person: str
    own: bool
    agent: str | None
    channel: Channel
    kind: ContactKind
    cause: RepeatCause | None
    minutes: float | None
    late_logged: bool
    linked: bool
    note: str


@dataclass(frozen=True)
class EventPart:
    """One event of the log, with of its `what` only that which is for the reader.

    `why` is a text where a person gave it, and reasons (`Why`) where a task was placed.
    """

    number: int
    at: datetime
    kind: str
    actor: str | None
    own: bool
    what: Mapping[str, Any]


@dataclass(frozen=True)
class TicketPage:
    """All of it. `as_agent` is how the reader sees it; `departments` counts only tasks they see in full.

    `priority` is empty for whoever may not know it. `twins` are for those who may say that an ask is another's.
    """

    reference: str
    title: str
    state: TicketState
    channel: Channel
    opened_at: datetime
    promised_at: datetime | None
    resolved_at: datetime | None
    as_agent: bool
    is_requester: bool
    confidential: bool
    text: str
    requester: Person
    priority: str
    clocks: tuple[Clock, ...]
    asks: tuple[AskPart, ...]
    twins: tuple[Twin, ...]
    tasks: tuple[TaskPart, ...]
    masks: tuple[Mask, ...]
    departments: tuple[Department, ...]
    messages: tuple[MessagePart, ...]
    contacts: tuple[ContactPart, ...]
    events: tuple[EventPart, ...]
    queue_titles: Mapping[str, str]

    @property
    def your_turn(self) -> tuple[TaskPart, ...]:
        """The reader's own steps that they can do now."""
        return tuple(task for task in self.tasks if task.is_own_step and task.state in WORKABLE)

    @property
    def ends_at(self) -> datetime | None:
        """When everything is to be done; nobody knows as long as the date of any open task is still to come."""
        dues = [task.due_at for task in self.tasks if task.state in OPEN]
        if None in dues:
            return None
        promised = None if self.state is TicketState.CANCELLED else self.promised_at
        return max((due_at for due_at in dues if due_at), default=promised)
