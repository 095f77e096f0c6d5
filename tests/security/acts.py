"""Every act there is: each route that changes something, with a valid body, on each ticket and task of the world."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.dump import COMMON, as_sources
from routing.approval import Voice
from routing.escalation import Rung, Whom
from routing.targets import Promise, Target
from spoc.approvals.links import token_for
from spoc.db.approvals import ApproverRow
from spoc.db.calls import EndpointRow
from spoc.db.catalog import BounceRow, CatalogueVersionRow, RoutingRuleRow, TextLabelRow
from spoc.db.contacts import ContactRow
from spoc.db.jobs import JobRow, JobState, MailRow
from spoc.db.people import AbsenceRow, QueueRow
from spoc.db.register import ItemRow, ItemState
from spoc.db.settings import LADDER, TARGETS, ladder_document
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.intake.catalogue import current, publish
from spoc.intake.drafts import discard, read_draft, save
from spoc.intake.ruling.settings import store
from spoc.intake.ruling.stored import version_of
from spoc.people.links import make_link
from spoc.people.passwords import hash_password
from spoc.people.tokens import create_token, tokens_of
from tests.security.bodies import BODIES, SECRET_WORD, Body
from tests.security.routes import PLACEHOLDER, routes
from tests.world import World

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OF = "of"
"""A second ticket that an act names beside the one that it is done on."""
NO_ID = "00000000-0000-7000-8000-000000000000"
ON_TICKET = frozenset({"reference", "task_id", "contact_id", "ask_id"})
KEYS = {
    "/ask": "payslip-question",
    "/catalogue/schedules": "access-review",
    "/api/schedules": "access-review",
    "/catalogue": "laptop-fault",
    "/desk": "it",
    "/organisation/calendars": "office",
    "/organisation/locations": "lyon",
    "/organisation/systems": "doors",
}


@dataclass(frozen=True)
class Act:
    """`about` are the ticket, task, ask and contact that it names, by the names in its address or body."""

    template: str
    body: Body
    about: Mapping[str, str]

    def filled(self, value: Any) -> Any:
        """A text, or what is in a list, with what the act is about in its places."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if isinstance(value, str) and value.startswith("@"):
            return self.about[value[1:]]
        return value

    @property
    def path(self) -> str:
        return PLACEHOLDER.sub(lambda place: self.about[place[1]], self.template)


@dataclass(frozen=True)
class Ground:
    """What acts may be about: `places` by name, each with the values it takes."""

    tickets: tuple[Mapping[str, tuple[str, ...]], ...]
    others: Mapping[str, tuple[str, ...]]


def unsafe_routes(app: FastAPI) -> set[tuple[str, str]]:
    return {(method, template) for method, template in routes(app) if method not in SAFE}


def ground_of(world: World, who: str) -> Ground:
    """Every ticket there is, with tasks of each kind on it; a link, a token, a mail and a lost job."""
    session = world.session
    person = world.person(who)
    person.password_hash = hash_password(SECRET_WORD)
    create_token(session, person.id, "My script", world.now)
    away = AbsenceRow(person_id=person.id, from_on=world.now.date(), until_on=world.now.date())
    session.add(away)
    _know_a_system(session)
    session.flush()
    item = ItemRow(kind_key="laptop-windows", tag=f"HO-{uuid4().hex}", location_key="berlin", state=ItemState.FREE)
    session.add(item)
    session.flush()
    mail = session.scalars(select(MailRow.public_id).order_by(MailRow.id.desc())).first()
    _bounce(session, world)
    _promise(session)
    others = {
        "link": (make_link(session, world.ids["employee"], world.now),),
        "asked": (_link_to_approve(session, person.id),),
        "token_id": (str(tokens_of(session, person.id)[0].public_id),),
        "absence_id": (str(away.public_id),),
        "member_id": (str(world.person("agent.it").public_id),),
        "public_id": (str(world.person("colleague").public_id),),
        "item_id": (str(item.public_id),),
        "mail_id": (str(mail or NO_ID),),
        "job_id": (str(_parked(session)),),
        "rule_id": (str(_rule(session)),),
        "label_key": (_label(session),),
        "version": (str(version_of(session)),),
        **_drafted(session, person.id, world.now),
        "call_id": (NO_ID,),
        "schedule": ("quarterly",),
    }
    mine = world.actor(who).memberships | world.actor(who).leads
    queue_ids = frozenset(session.scalars(select(QueueRow.id).where(QueueRow.key.in_(mine))))
    found = [_parts(session, row, queue_ids) for row in session.scalars(select(TicketRow).order_by(TicketRow.id))]
    session.commit()
    return Ground(tuple(found), others)


def _drafted(session: Session, person_id: int, now: datetime) -> dict[str, tuple[str, ...]]:
    """A draft of one pack, on a version that is not the first."""
    first = session.scalars(select(CatalogueVersionRow.id).order_by(CatalogueVersionRow.id)).first()
    _, catalogue = current(session)
    texts = {**as_sources(catalogue), "more.yaml": "needs: []\n"}
    version = publish(session, catalogue, None, "With one more file", now, texts)
    draft = "# Mine.\n" + texts[COMMON]
    discard(session, person_id)
    save(session, person_id, COMMON, draft, version, 0, now)
    mark = read_draft(session, person_id).mark
    found = {"file": COMMON, "draft": draft, "in_force": str(version), "mark": mark, "number": str(first)}
    return {name: (value,) for name, value in found.items()}


def _link_to_approve(session: Session, person_id: int) -> str:
    """Of this person, to whom alone it is sent, if they are asked."""
    mine = ApproverRow.voice == Voice.ASKED, ApproverRow.asked_id == person_id
    row = session.scalars(select(ApproverRow).where(*mine).order_by(ApproverRow.id.desc())).first()
    return token_for(row) if row else "none"


def _know_a_system(session: Session) -> None:
    if session.scalar(select(EndpointRow.id).where(EndpointRow.key == KEYS["/organisation/systems"])) is None:
        url = "https://doors.example.org/"
        session.add(EndpointRow(key="doors", title="Door system", url=url, secret="0" * 43))


def _promise(session: Session) -> None:
    """A target and a rung, for whoever takes them away."""
    store(session, TARGETS, [asdict(Target(240, service="laptop-fault"))])
    store(session, LADDER, ladder_document((Rung(Promise.RESOLUTION, -120, Whom.LEAD),), None))


def _parked(session: Session) -> object:
    job = JobRow(kind="canary", payload={}, state=JobState.PARKED, error="It did not come back.")
    session.add(job)
    session.flush()
    return job.public_id


def _rule(session: Session) -> object:
    """A rule that nobody has changed; places of others stay as they are."""
    last = session.scalar(select(func.coalesce(func.max(RoutingRuleRow.position), 0))) or 0
    queue_id = session.scalars(select(QueueRow.id).where(QueueRow.key == "it")).one()
    rule = RoutingRuleRow(position=last + 1, queue_id=queue_id, service_key="laptop-fault", department="Optics")
    session.add(rule)
    session.flush()
    return rule.public_id


def _bounce(session: Session, world: World) -> None:
    """Something that was handed on as placed wrongly, so that there is a proposal."""
    ticket_id = session.scalars(select(TicketRow.id).order_by(TicketRow.id).limit(1)).one_or_none()
    if ticket_id is None:
        return
    way = {"service_key": "laptop-fault", "step_key": "look", "from_queue": "desk", "to_queue": "it"}
    session.add(BounceRow(ticket_id=ticket_id, why="Theirs.", by_id=world.ids["agent.desk"], at=world.now, **way))
    session.flush()


def _label(session: Session) -> str:
    if session.scalar(select(TextLabelRow.id).where(TextLabelRow.key == "water")) is None:
        session.add(TextLabelRow(key="water", title="Water", phrases=["leak*"]))
        session.flush()
    return "water"


def _parts(session: Session, ticket: TicketRow, mine: frozenset[int]) -> dict[str, tuple[str, ...]]:
    """Of tasks one of each kind and secrecy for each queue of theirs, for all other queues together, and for people."""
    tasks = session.scalars(select(TaskRow).where(TaskRow.ticket_id == ticket.id).order_by(TaskRow.id)).all()
    whose = {
        one.id: "somebody" if one.queue_id is None else str(one.queue_id in mine and one.queue_id) for one in tasks
    }
    each = {(one.kind, whose[one.id], bool(one.confidential_to), one.secret): str(one.public_id) for one in tasks}
    contacts = session.scalars(select(ContactRow.public_id).where(ContactRow.ticket_id == ticket.id))
    asks = session.scalars(select(AskRow.public_id).where(AskRow.ticket_id == ticket.id))
    return {
        "reference": (ticket.reference,),
        "task_id": tuple(each.values()),
        "contact_id": tuple(str(one) for one in contacts),
        "ask_id": tuple(str(one) for one in asks),
    }


def acts(ground: Ground) -> Iterator[Act]:
    for template, bodies in BODIES.items():
        for body in bodies:
            names = {*PLACEHOLDER.findall(template), *_places(body)}
            for about in _abouts(template, names, ground):
                yield Act(template, body, about)


def _places(body: Body) -> set[str]:
    return {value[1:] for value in body.given.values() if isinstance(value, str) and value.startswith("@")}


def _abouts(template: str, names: set[str], ground: Ground) -> Iterator[dict[str, str]]:
    """Each combination; a task, ask or contact always with its own ticket."""
    on_ticket = names & ON_TICKET
    rest = {name: _keys(template) if name == "key" else ground.others[name] for name in names - on_ticket - {OF}}
    fixed = {name: values[0] for name, values in rest.items()}
    if not on_ticket:
        yield fixed
    for parts in ground.tickets if on_ticket else ():
        inner = next(iter(on_ticket - {"reference"}), "reference")
        for value in parts[inner]:
            about = {**fixed, "reference": parts["reference"][0], inner: value}
            yield from ({**about, OF: other["reference"][0]} for other in ground.tickets) if OF in names else (about,)


def _keys(template: str) -> tuple[str, ...]:
    """A service, a calendar or a location, by how the address begins."""
    return tuple(key for start, key in KEYS.items() if template.startswith(start))
