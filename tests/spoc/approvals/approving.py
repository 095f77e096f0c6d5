"""A service whose laptop is ordered only after approval, and what tests do with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.approval import Approval
from catalog.document import shipped
from catalog.service import Service
from routing.approval import Verdict, Voice
from routing.visibility import Actor
from spoc.approvals import waiting
from spoc.approvals.asking import ask_ready
from spoc.approvals.deciding import Decision, decide
from spoc.db.approvals import ApproverRow
from spoc.db.jobs import JobRow
from spoc.db.people import PersonRow
from spoc.db.tickets import EventRow, TaskRow
from spoc.desk.asks import Services
from spoc.intake.accept import accept
from spoc.intake.catalogue import publish, service_at
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.submission import Submission
from spoc.intake.write import Accepted
from tests.world import World

KEY = "buy-laptop"
DAY = timedelta(days=1)


def buying(approval: Mapping[str, Any], **parts: Any) -> Service:
    """A service with an approval `agree`, an order that needs it, what needs the order, and what needs neither."""
    return Service.model_validate(
        {
            "key": KEY,
            "title": "Buy a laptop",
            "summary": "A laptop of your own.",
            "need": shipped().needs[0].key,
            "form": [
                {"key": "price", "label": "Price", "kind": "number", "required": True},
                {"key": "colour", "label": "Colour", "kind": "text", "help": "For the sleeve."},
                {"key": "salary", "label": "Salary band", "kind": "text", "confidential_to": ["hr"]},
            ],
            "steps": [
                {"key": "agree", "title": "Agree to the price", "approval": approval},
                {"key": "order", "title": "Order the laptop", "queue": "it", "needs": ["agree"]},
                {"key": "hand-out", "title": "Hand it out", "queue": "it", "needs": ["order"]},
                {"key": "desk-space", "title": "Clear a desk", "queue": "facilities"},
            ],
            **parts,
        }
    )


@dataclass(frozen=True)
class Buying:
    """The world with that service published, and one ticket for it."""

    world: World
    ticket: Accepted

    @property
    def session(self) -> Session:
        return self.world.session

    def task(self, key: str = "agree") -> TaskRow:
        wanted = select(TaskRow).where(TaskRow.ticket_id == self.ticket.ticket_id, TaskRow.key == key)
        return self.session.scalars(wanted.execution_options(populate_existing=True)).one()

    def states(self) -> dict[str, str]:
        wanted = select(TaskRow.key, TaskRow.state).where(TaskRow.ticket_id == self.ticket.ticket_id)
        return {key: state.value for key, state in self.session.execute(wanted)}

    def voices(self, key: str = "agree") -> list[tuple[str, str]]:
        """Who has a voice, by key, and where it stands; in the order of asking."""
        names = {id_: person for person, id_ in self.world.ids.items()}
        rows = self.session.scalars(
            select(ApproverRow)
            .where(ApproverRow.task_id == self.task(key).id)
            .order_by(ApproverRow.seat, ApproverRow.id)
            .execution_options(populate_existing=True)
        )
        return [(names[row.asked_id or row.person_id], row.voice.value) for row in rows]

    def asked(self) -> list[str]:
        return [name for name, voice in self.voices() if voice == Voice.ASKED]

    def decide(
        self, by: str, verdict: Verdict, *, at: datetime | None = None, comment: str = "Too dear.", key: str = "agree"
    ) -> str:
        decision, task_id = Decision(verdict, comment), self.task(key).public_id
        return decide(self.session, self.actor(by), task_id, decision, at or self.world.now, self.services)

    def approve(self, by: str, **how: Any) -> str:
        return self.decide(by, Verdict.APPROVED, **how)

    def reject(self, by: str, **how: Any) -> str:
        return self.decide(by, Verdict.REJECTED, **how)

    def follow(self, at: datetime | None = None) -> None:
        """What the job does by the minute."""
        follow(self.session, at or self.world.now)

    def kinds(self) -> list[str]:
        wanted = select(EventRow.kind).where(EventRow.ticket_id == self.ticket.ticket_id).order_by(EventRow.number)
        return list(self.session.scalars(wanted))

    def jobs(self, kind: str) -> list[dict[str, Any]]:
        return [dict(one) for one in self.session.scalars(select(JobRow.payload).where(JobRow.kind == kind))]

    def actor(self, key: str) -> Actor:
        return self.world.actor(key)

    @property
    def services(self) -> Services:
        return partial(service_at, self.session)


def follow(session: Session, now: datetime) -> None:
    services = partial(service_at, session)
    ask_ready(session, services, now)
    for sweep in (waiting.follow_absences, waiting.expire, waiting.remind):
        sweep(session, services, now)
    session.flush()


def buy(world: World, approval: Mapping[str, Any] | None = None, *, by: str = "employee", **parts: Any) -> Buying:
    """A ticket for it, with its approvers asked."""
    service = buying(approval or {"approvers": ["requester.manager"], "shows": ["price"]}, **parts)
    assert Approval.model_validate(approval or {}) is not None
    catalogue = shipped().model_copy(update={"services": (*shipped().services, service)})
    publish(world.session, catalogue, None, "with an approval", world.now)
    desk = read_desk_facts(world.session)
    answers = {"price": 900, "colour": "red", "salary": "E5"}
    outcome = accept(world.session, Submission(KEY, answers), world.actor(by), desk, world.now)
    bought = Buying(world, outcome.accepted)
    bought.follow()
    return bought


def reports_to(world: World, person: str, manager: str | None) -> None:
    manager_id = world.ids[manager] if manager else None
    row = update(PersonRow).where(PersonRow.id == world.ids[person])
    world.session.execute(row.values(manager_id=manager_id))
    world.session.flush()
