"""A ticket as one reader may see it: what every page, answer and list about a ticket is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.service import FieldKind
from routing.lifecycle import WORKABLE, Department
from routing.work import Channel, ContactKind, HoldReason, RepeatCause, TaskState, TicketState


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
class AskPart:
    public_id: UUID
    service_key: str
    service_title: str
    text: str
    answers: tuple[Answer, ...]
    opened_at: datetime
    promised_at: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True)
class TaskPart:
    """A task the reader sees in full. `waits_for` are the titles of open needs that they see too."""

    id: UUID
    ask_id: UUID
    key: str
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
    why: tuple[str, ...]
    person: str | None
    assignee: str | None
    is_mine: bool
    is_own_step: bool
    may_act: bool
    confidential: bool
    hold_reason: HoldReason | None
    hold_note: str
    hold_until: datetime | None
    paused: bool
    result: str


@dataclass(frozen=True)
class Mask:
    """That one party keeps something here; `blocks` if it holds up an open task of the reader's queues."""

    party: str
    blocks: bool


@dataclass(frozen=True)
class MessagePart:
    id: UUID
    at: datetime
    author: str
    own: bool
    from_requester: bool
    internal: bool
    only: tuple[str, ...]
    queue_title: str | None
    body: str


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
    """One event of the log, with of its `what` only that which is for the reader."""

    number: int
    at: datetime
    kind: str
    actor: str | None
    own: bool
    what: Mapping[str, Any]


@dataclass(frozen=True)
class FilePart:
    id: UUID
    name: str
    size_bytes: int
    created_at: datetime


@dataclass(frozen=True)
class TicketPage:
    """All of it. `as_agent` is how the reader sees it; `departments` counts only tasks they see in full."""

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
    asks: tuple[AskPart, ...]
    tasks: tuple[TaskPart, ...]
    masks: tuple[Mask, ...]
    departments: tuple[Department, ...]
    messages: tuple[MessagePart, ...]
    contacts: tuple[ContactPart, ...]
    events: tuple[EventPart, ...]
    files: tuple[FilePart, ...]
    queue_titles: Mapping[str, str]

    @property
    def your_turn(self) -> tuple[TaskPart, ...]:
        """The reader's own steps that they can do now."""
        return tuple(task for task in self.tasks if task.is_own_step and task.state in WORKABLE)
