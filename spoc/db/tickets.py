"""The ticket and all it holds: asks, tasks, messages, files, and the append-only event log."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from routing.work import Channel, HoldReason, TaskKind, TaskState, TicketState
from spoc.db.base import Base, Instant, Json, Key, PublicId, Words, one_of

TO_CONSIDER = "state = 'ready' AND assignee_id IS NULL AND considered_at IS NULL AND queue_id IS NOT NULL"
OFFERED = "state = 'ready' AND assignee_id IS NOT NULL AND considered_at IS NOT NULL"
QUEUE_OR_PERSON = "(queue_id IS NULL) <> (person_id IS NULL) OR (kind = 'approval' AND person_id IS NULL)"
TO_TIME = "queue_id IS NOT NULL AND ready_at IS NOT NULL AND (timed_at IS NULL OR timed_at < ready_at)"
ONE_PARENT = (
    "num_nonnulls(ask_id, message_id, task_id) = num_nonnulls(ticket_id) AND (ask_id IS NULL) = (field_key IS NULL)"
)
OPEN_TASK = "state IN ('waiting', 'ready', 'claimed', 'on_hold')"


class TicketRow(Base):
    """One employee's ask and everything that happened to it.

    `secret` and `confidential_to` are the strictest of its asks' services. `event_count` numbers the events:
    whoever raises it holds the ticket's lock, so events have no gap and two last tasks cannot both resolve it.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_requester_id_opened_at", "requester_id", sql("opened_at DESC")),
        Index("ix_ticket_subject_id", "subject_id"),
        Index("ix_ticket_opened_at", "opened_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    reference: Mapped[str] = mapped_column(
        Computed("'T-' || CASE WHEN id < 1000000 THEN lpad(id::text, 6, '0') ELSE id::text END", persisted=True),
        unique=True,
    )
    title: Mapped[str]
    text: Mapped[str] = mapped_column(server_default="", default="")
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    state: Mapped[TicketState] = mapped_column(one_of(TicketState, "state"))
    priority: Mapped[str] = mapped_column(server_default="normal", default="normal")
    secret: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    confidential_to: Mapped[Words]
    opened_at: Mapped[Instant]
    promised_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    event_count: Mapped[int] = mapped_column(server_default="0", default=0)


class AskRow(Base):
    """One service on a ticket: an *opening*, the unit of first contact resolution.

    What counts for its verdict (service, eligibility, window, department, location) is frozen as at opening.
    `same_issue_of_id` names the earlier opening it repeats; `linked_by_id` is null where the rule linked it. `filled`
    are the keys of the form steps that were filled in. `former_answers` are those that it had before each change of
    mind, oldest first, with `until` when they held; they are read only where somebody asks for them.
    `timed_at` is when its promises were made, null while they still have to be.
    """

    __tablename__ = "ask"
    __table_args__ = (
        Index("ix_ask_requester_id_service_key", "requester_id", "service_key", "resolved_at"),
        Index("ix_ask_opened_at", "opened_at"),
        Index("ix_ask_to_time", "id", postgresql_where=sql("timed_at IS NULL")),
        UniqueConstraint("ticket_id", "position"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    position: Mapped[int] = mapped_column(server_default="0", default=0)
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    service_key: Mapped[str]
    service_title: Mapped[str]
    catalogue_version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    answers: Mapped[Json]
    former_answers: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default="[]", default=list, deferred=True
    )
    filled: Mapped[Words]
    text: Mapped[str] = mapped_column(server_default="", default="")
    department: Mapped[str] = mapped_column(server_default="", default="")
    location_key: Mapped[str | None]
    eligible: Mapped[bool]
    is_fan_out: Mapped[bool]
    repeat_window_days: Mapped[int]
    opened_at: Mapped[Instant]
    promised_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    first_resolved_at: Mapped[datetime | None]
    first_resolved_by_queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"))
    cancelled_at: Mapped[datetime | None]
    refused: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    resolved_by_queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"))
    excluded: Mapped[str | None]
    timed_at: Mapped[datetime | None]
    same_issue_of_id: Mapped[int | None] = mapped_column(ForeignKey("ask.id"), index=True)
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    def past_answers(self) -> list[dict[str, Any]]:
        """Those before each change of mind, oldest first; read from the database when asked for."""
        return [one["answers"] for one in self.former_answers]


class TaskRow(Base):
    """One queue's share of a ticket, or one person's "your turn"; an approval is for its approvers.

    A `secret` one exists only for the queues of its `confidential_to`, and counts in nothing that others read.
    `timed_at` is when its queue's promise was made; one before `ready_at` was about another time in a queue.
    `considered_at` is when assignment last decided about it, null while it still has to: with it, the assignee of a
    ready task is an offer of a rule, until `offer_ends_at` if it ends, instead of `offered_for_id` who is away.
    `refused`: it is an approval that was not given, or was cancelled because it needs one.
    `checklist` holds each item with who ticked it and when; all of it and the `evidence` are there when it is done.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("ask_id", "key"),
        CheckConstraint(QUEUE_OR_PERSON, name="queue_or_person"),
        CheckConstraint(
            "NOT secret OR (queue_id IS NOT NULL AND cardinality(confidential_to) > 0)", name="secret_is_for_queues"
        ),
        Index("ix_task_ticket_id", "ticket_id"),
        Index("ix_task_open_queue", "queue_id", "due_at", "id", postgresql_where=sql(OPEN_TASK)),
        Index("ix_task_open_person", "person_id", "due_at", "id", postgresql_where=sql(OPEN_TASK)),
        Index("ix_task_opening", "opens_at", postgresql_where=sql("state = 'waiting'")),
        Index("ix_task_held", "hold_until", postgresql_where=sql("state = 'on_hold'")),
        Index("ix_task_to_consider", "id", postgresql_where=sql(TO_CONSIDER)),
        Index("ix_task_offered", "ticket_id", postgresql_where=sql(OFFERED)),
        Index("ix_task_to_time", "id", postgresql_where=sql(TO_TIME)),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    ask_id: Mapped[int] = mapped_column(ForeignKey("ask.id"))
    key: Mapped[str]
    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind, "kind"), server_default="task", default=TaskKind.TASK)
    position: Mapped[int] = mapped_column(server_default="0", default=0)
    title: Mapped[str]
    neutral_title: Mapped[str] = mapped_column(server_default="", default="")
    detail: Mapped[str] = mapped_column(server_default="", default="")
    phase: Mapped[str] = mapped_column(server_default="", default="")
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[TaskState] = mapped_column(one_of(TaskState, "state"))
    needs: Mapped[Words]
    why: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", default=list)
    confidential_to: Mapped[Words]
    secret: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    timed_at: Mapped[datetime | None]
    considered_at: Mapped[datetime | None]
    offer_ends_at: Mapped[datetime | None]
    offered_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    hold_reason: Mapped[HoldReason | None] = mapped_column(one_of(HoldReason, "hold_reason"))
    hold_note: Mapped[str] = mapped_column(server_default="", default="")
    hold_until: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(server_default="", default="")
    refused: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", default=list)
    evidence_asked: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    evidence: Mapped[str] = mapped_column(server_default="", default="")


class MessageRow(Base):
    """What somebody wrote on the ticket. Internal ones are for agents; `queue_id` says whose note it is.

    One without an author was sent by a step of the plan, `task_id`.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("author_id IS NOT NULL OR task_id IS NOT NULL", name="author_or_step"),
        Index("ix_message_ticket_id", "ticket_id", "created_at"),
        Index("ix_message_step", "task_id", unique=True, postgresql_where=sql("author_id IS NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"))
    internal: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    confidential_to: Mapped[Words]
    body: Mapped[str]
    created_at: Mapped[Instant]


class AttachmentRow(Base):
    """A stored file. `stored_as` is its random name in the store, never the sender's.

    It is its uploader's until it is attached: to an answer (`ask_id` and `field_key`), to a task as evidence, or to a
    message. Whoever may read that may read the file.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint(ONE_PARENT, name="one_parent"),
        Index("ix_attachment_ask_id", "ask_id", postgresql_where=sql("ask_id IS NOT NULL")),
        Index("ix_attachment_message_id", "message_id", postgresql_where=sql("message_id IS NOT NULL")),
        Index("ix_attachment_task_id", "task_id", postgresql_where=sql("task_id IS NOT NULL")),
        Index("ix_attachment_loose", "uploader_id", "created_at", postgresql_where=sql("ticket_id IS NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    uploader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    ask_id: Mapped[int | None] = mapped_column(ForeignKey("ask.id"))
    field_key: Mapped[str | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    name: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    stored_as: Mapped[str] = mapped_column(unique=True)
    confidential_to: Mapped[Words]  # read by the version before alone: it goes in the migration after the next release
    created_at: Mapped[Instant]


class EventRow(Base):
    """Something that happened, once and for good: timeline, audit and report source at once.

    A trigger refuses UPDATE and DELETE. `number` counts 1..n within the ticket without a gap. `public` events
    may be told to the requester; `confidential_to` narrows the others to named queues.
    """

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("ticket_id", "number"), Index("ix_event_kind_at", "kind", "at"))

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    number: Mapped[int]
    kind: Mapped[str]
    at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ask_id: Mapped[int | None] = mapped_column(ForeignKey("ask.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    public: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    confidential_to: Mapped[Words]
    what: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", default=dict)
