"""Openings of the past, written as intake and desk write them, and the report that is asked about them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from routing.visibility import Actor
from routing.work import Channel, ContactKind, RepeatCause, TicketState
from spoc.db.catalog import CatalogueVersionRow
from spoc.db.contacts import ContactRow
from spoc.db.events import Happening, record
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.reports.fcr import FcrReport, report
from spoc.reports.question import Question
from tests.world import World

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 7, 6, 10, 0, tzinfo=BERLIN)
MINUTE = timedelta(minutes=1)


class Past:
    """Openings of the past, written as intake and desk write them, one changed fact at a time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.session = world.session
        self.version = self.session.scalar(select(func.max(CatalogueVersionRow.id)))
        self.queues = {key: id_ for id_, key in self.session.execute(select(QueueRow.id, QueueRow.key))}

    def opening(
        self,
        *,
        at: datetime = MONDAY,
        resolved_at: datetime | None = MONDAY + 20 * MINUTE,
        channel: Channel = Channel.WEB,
        queue: str = "desk",
        ended_at: datetime | None = None,
        confidential_to: tuple[str, ...] = (),
        secret: bool = False,
        subject: str | None = None,
        placed_for: tuple[str, ...] = (),
        **ask: Any,
    ) -> AskRow:
        requester = self.world.ids["employee"]
        ticket = TicketRow(
            title="Password forgotten",
            requester_id=requester,
            subject_id=self.world.ids[subject] if subject else None,
            opened_by_id=requester,
            channel=channel,
            state=TicketState.OPEN,
            secret=secret,
            confidential_to=list(confidential_to),
            opened_at=at,
        )
        self.session.add(ticket)
        self.session.flush()
        facts: dict[str, Any] = {
            "service_key": "password",
            "service_title": "Password or access",
            "eligible": True,
            "is_fan_out": False,
            "repeat_window_days": 7,
            "resolved_at": resolved_at,
            "first_resolved_at": resolved_at,
            "resolved_by_queue_id": self.queues["desk"] if resolved_at else None,
            "first_resolved_by_queue_id": self.queues["desk"] if resolved_at else None,
        }
        row = AskRow(
            ticket_id=ticket.id,
            requester_id=requester,
            catalogue_version_id=self.version,
            opened_at=at,
            **(facts | ask),
        )
        self.session.add(row)
        self.session.flush()
        linked = row.same_issue_of_id is not None
        kind = ContactKind.REPEAT if linked else ContactKind.FIRST
        self.contact(row, kind, at, ended_at=ended_at or at, channel=channel, about=row.same_issue_of_id)
        self.event(row, "placed", at, {"queue": queue}, confidential_to=placed_for)
        return row

    def contact(
        self,
        ask: AskRow,
        kind: ContactKind,
        at: datetime,
        *,
        ended_at: datetime | None = None,
        channel: Channel = Channel.PHONE,
        about: int | None = None,
        cause: RepeatCause | None = None,
        direction: str = "in",
    ) -> None:
        self.session.add(
            ContactRow(
                ticket_id=ask.ticket_id,
                ask_id=ask.id,
                about_ask_id=about,
                person_id=ask.requester_id,
                channel=channel,
                kind=kind,
                cause=cause,
                direction=direction,
                started_at=at,
                ended_at=ended_at or at,
                recorded_at=at,
            )
        )
        self.session.flush()

    def event(
        self,
        ask: AskRow,
        kind: str,
        at: datetime,
        what: Mapping[str, Any],
        *,
        actor: str | None = "agent.desk",
        whole: bool = False,
        confidential_to: tuple[str, ...] = (),
    ) -> None:
        happening = Happening(
            kind,
            actor_id=self.world.ids[actor] if actor else None,
            ask_id=None if whole else ask.id,
            what=dict(what),
            confidential_to=confidential_to,
        )
        record(self.session, ask.ticket_id, [happening], at)


def question(actor: Actor | None = None, **changed: Any) -> Question:
    return replace(Question(actor, date(2026, 7, 6), date(2026, 7, 12), BERLIN), **changed)


def ask(past: Past, actor: str | None = None, **changed: Any) -> FcrReport:
    return report(past.session, question(past.world.actor(actor or "manager"), **changed), past.world.now)
