"""The organisation that tests stand in: one person a role, five queues, the shipped catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.dates import DateRule
from catalog.document import shipped
from catalog.service import Field, FieldKind, Service, Step
from catalog.sources import shipped_sources
from routing.visibility import Actor, Role
from routing.work import Channel
from spoc.db.access import LoginSessionRow
from spoc.db.people import (
    CalendarRow,
    LocationRow,
    OrganisationRow,
    PersonRow,
    QueueMemberRow,
    QueueRow,
    RoleGrantRow,
)
from spoc.intake.accept import accept
from spoc.intake.catalogue import publish
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.submission import Submission
from spoc.intake.write import Accepted

PEOPLE: Mapping[str, str] = {
    "employee": "Jonas Weber",
    "colleague": "Mara Lindholm",
    "agent.desk": "Amara Okafor",
    "agent.it": "Lea Brandt",
    "agent.facilities": "Katarzyna Wiśniewska",
    "agent.hr": "Sophie Lindqvist",
    "agent.office": "Oluwaseun Adebayo-Richardson",
    "lead": "Piotr Zieliński",
    "manager": "Ingeborg van den Heuvel",
    "owner": "Ngọc Anh Trần",
    "admin": "Bartholomew Fitzgerald",
}
AGENTS = {
    "agent.desk": "desk",
    "agent.it": "it",
    "agent.facilities": "facilities",
    "agent.hr": "hr",
    "agent.office": "office",
}
LEADS = {"lead": ("desk", "it")}
ROLES = {"manager": Role.MANAGER, "owner": Role.OWNER, "admin": Role.ADMINISTRATOR}
WEEK = [[["09:00", "17:30"]]] * 5 + [[], []]
COOKIE = "spoc_session"
SECRET_WORD = "zqhushx"
"""Title and detail of the step that `World.add_secret_step` adds."""


@dataclass(frozen=True)
class World:
    session: Session
    now: datetime
    ids: Mapping[str, int]

    @staticmethod
    def create(session: Session, now: datetime) -> "World":
        session.add(OrganisationRow(name="Halden Optics", time_zone="Europe/Berlin"))
        session.add(CalendarRow(key="office", time_zone="Europe/Berlin", country="DE", region="BE", week=WEEK))
        session.add(LocationRow(key="berlin", title="Berlin", country="DE", time_zone="Europe/Berlin"))
        session.add(LocationRow(key="lyon", title="Lyon", country="FR", time_zone="Europe/Paris"))
        session.flush()
        publish(session, shipped(), None, "as shipped", now, shipped_sources())
        ids = _people(session, now)
        _memberships(session, ids, now)
        session.commit()
        return World(session, now, ids)

    def person(self, key: str) -> PersonRow:
        row = self.session.get(PersonRow, self.ids[key])
        assert row is not None
        return row

    def actor(self, key: str) -> Actor:
        queues = {AGENTS[key]} if key in AGENTS else set()
        leads = set(LEADS.get(key, ()))
        roles = {Role.EMPLOYEE} | ({ROLES[key]} if key in ROLES else set())
        roles |= ({Role.AGENT} if queues or leads else set()) | ({Role.LEAD} if leads else set())
        return Actor(self.ids[key], mail_of(key), frozenset(roles), frozenset(queues), frozenset(leads))

    def sign_in(self, client: TestClient, key: str) -> None:
        """Give the browser a session of this person, as the sign-in page would."""
        secret = token_urlsafe(32)
        self.session.add(
            LoginSessionRow(
                secret_hash=sha256(secret.encode()).digest(),
                person_id=self.ids[key],
                created_at=self.now,
                seen_at=self.now,
                ends_at=self.now + timedelta(days=1),
            )
        )
        self.session.commit()
        client.cookies.clear()
        client.cookies.set(COOKIE, secret)

    def add_secret_step(self, *services: str, to: tuple[str, ...] = ("hr",)) -> None:
        """Publish the shipped catalogue with a step `check` of HR's, secret to all but `to`, in these services.

        It comes first and is due last, and is entailed where the form's secret field `mark` is answered.
        """
        changed = tuple(_with_secret_step(one, to) if one.key in services else one for one in shipped().services)
        publish(self.session, shipped().model_copy(update={"services": changed}), None, "with a secret", self.now)

    def submit(
        self, service: str, *, by: str = "employee", at: datetime | None = None, text: str = "", **answers: Any
    ) -> Accepted:
        """Open a ticket with the service's own example answers, changed where named."""
        example = dict(shipped().service(service).example)
        known = {value: mail_of("manager") for value in example.values() if isinstance(value, str) and "@" in value}
        given = {key: known.get(value, value) if isinstance(value, str) else value for key, value in example.items()}
        submission = Submission(service, {**given, **answers}, text, channel=Channel.WEB)
        outcome = accept(self.session, submission, self.actor(by), read_desk_facts(self.session), at or self.now)
        self.session.commit()
        return outcome.accepted


def _with_secret_step(service: Service, to: tuple[str, ...]) -> Service:
    mark = Field(key="mark", label="Mark", kind=FieldKind.TEXT, confidential_to=("hr",), secret=True)
    check = Step(
        key="check",
        title=SECRET_WORD,
        detail=SECRET_WORD,
        queue="hr",
        condition="mark != null",
        due=DateRule.parse("90 days after submission"),
        confidential_to=to,
        secret=True,
    )
    return service.model_copy(update={"form": (*service.form, mark), "steps": (check, *service.steps)})


def mail_of(key: str) -> str:
    return f"{key}@demo.example"


def _people(session: Session, now: datetime) -> dict[str, int]:
    rows = {
        key: PersonRow(
            mail=mail_of(key),
            name=name,
            sort_name=name.split()[-1].casefold(),
            department="Data Platform",
            location_key="berlin",
            created_at=now,
        )
        for key, name in PEOPLE.items()
    }
    session.add_all(rows.values())
    session.flush()
    for key, row in rows.items():
        row.manager_id = None if key == "manager" else rows["manager"].id
    return {key: row.id for key, row in rows.items()}


def _memberships(session: Session, ids: Mapping[str, int], now: datetime) -> None:
    queues = {key: id_ for id_, key in session.execute(select(QueueRow.id, QueueRow.key))}
    served = [(person, queue, False) for person, queue in AGENTS.items()]
    led = [(person, queue, True) for person, queues_led in LEADS.items() for queue in queues_led]
    session.add_all(
        QueueMemberRow(queue_id=queues[queue], person_id=ids[person], is_lead=is_lead)
        for person, queue, is_lead in served + led
    )
    session.add_all(RoleGrantRow(person_id=ids[person], role=role, granted_at=now) for person, role in ROLES.items())
