"""Tickets full of words that stand nowhere else, each with the people who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from routing.proof import Asked, ProofKind, asked_document
from routing.work import Channel, ContactKind, TaskState
from spoc.db.contacts import ContactRow
from spoc.db.events import Happening, record
from spoc.db.ids import public_id
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, AttachmentRow, MessageRow, TaskRow, TicketRow
from spoc.intake.write import Accepted
from tests.spoc.approvals.approving import follow
from tests.world import World, mail_of

ASKER = "colleague"
"""Who asked for all of it."""
SUBJECT = "manager"
"""Whom the secret ticket is about."""
HR = frozenset({"agent.hr"})
NAMED = frozenset({"agent.hr", "agent.it", "agent.facilities", "agent.office", "lead"})
AGENTS = NAMED | {"agent.desk"}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seed:
    """`words`: who may read each. `tickets` and `tasks`: references and ids; `others`: ids of other rows.

    `files`: ids with names, as they stand in addresses.
    """

    words: Mapping[str, frozenset[str]]
    tickets: tuple[str, ...]
    tasks: tuple[str, ...]
    others: tuple[str, ...]
    files: tuple[str, ...]


class Planter:
    def __init__(self) -> None:
        self.words: dict[str, frozenset[str]] = {}

    def word(self, *readers: frozenset[str] | str) -> str:
        """A new word for these people."""
        made = f"zqcanary{len(self.words):03d}x"
        self.words[made] = frozenset().union(*(({one}) if isinstance(one, str) else one for one in readers))
        return made


def plant_confidential(world: World, planter: Planter) -> list[Accepted]:
    """A payslip question (confidential to HR) and a leaver (secret) with words in every place."""
    payslip = world.submit(
        "payslip-question",
        by=ASKER,
        text=planter.word(HR, ASKER),
        month="2026-07",
        topic="bank",
        account="DE44500105175407324931",
        description=planter.word(HR, ASKER),
    )
    planter.words["DE44500105175407324931"] = HR  # secret: write-only for whoever gave it
    leaver = world.submit(
        "leaver",
        by=ASKER,
        text=planter.word(NAMED, ASKER),
        person=mail_of(SUBJECT),
        location="berlin",
        notes=planter.word(HR, ASKER),
    )
    _fill(world, planter, payslip, public=HR | {ASKER}, own=HR)
    _leave_out(world, planter, payslip, own=HR)
    _fill(world, planter, leaver, public=NAMED | {ASKER}, own=NAMED)
    return [payslip, leaver]


def plant_shared(world: World, planter: Planter) -> Accepted:
    """A new starter on which all departments work, with parts that only HR may read."""
    starter = world.submit(
        "new-starter",
        by=ASKER,
        text=planter.word(AGENTS, ASKER),
        personal_mail=f"{planter.word(HR, ASKER)}@example.org",
        salary=7_351_924,
    )
    planter.words["7351924"] = HR
    planter.words["7,351,924"] = HR
    _plant_secret(world, planter, starter)
    _fill(world, planter, starter, public=AGENTS | {ASKER}, own=AGENTS)
    return starter


def plant_approval(world: World, planter: Planter) -> Accepted:
    """A licence that the manager is asked to approve: they read what it is for, and nothing else of it."""
    works = frozenset({"agent.it", "agent.desk", "lead", ASKER})
    licence = world.submit(
        "software-licence",
        by=ASKER,
        text=planter.word(works),
        wish="licence",
        price=400,
        why=planter.word(works, "manager"),
        description=planter.word(works),
    )
    follow(world.session, world.now)
    return licence


def _plant_secret(world: World, planter: Planter, starter: Accepted) -> None:
    """A task of HR's on that ticket that nobody else may know of, with its words and events."""
    session, open_one = world.session, starter.tasks[0].id
    other = session.scalars(select(TaskRow).where(TaskRow.public_id == open_one)).one()
    task = TaskRow(
        public_id=public_id(),
        ticket_id=starter.ticket_id,
        ask_id=other.ask_id,
        key=planter.word(HR),
        position=len(starter.tasks),
        title=planter.word(HR),
        queue_id=session.scalars(select(QueueRow.id).where(QueueRow.key == "hr")).one(),
        assignee_id=world.ids["agent.hr"],
        state=TaskState.CLAIMED,
        needs=[other.key],
        why=[planter.word(HR)],
        confidential_to=["hr"],
        secret=True,
    )
    session.add(task)
    session.flush()
    what = {"title": planter.word(HR), "queue": "hr", "reason": planter.word(HR), "note": planter.word(HR)}
    told: dict[str, Any] = {"ask_id": task.ask_id, "task_id": task.id, "confidential_to": ("hr",), "what": what}
    record(session, starter.ticket_id, [Happening(kind, **told) for kind in ("placed", "claimed", "held")], world.now)


def plant_files(world: World, planter: Planter, folder: Path, payslip: Accepted, starter: Accepted) -> None:
    """Files whose names and contents are words: of confidential answers, secret work, notes for HR, and of nothing."""
    session, hr = world.session, MessageRow.confidential_to == ["hr"]
    asked = {one.ticket_id: one.id for one in session.scalars(select(AskRow))}
    note = session.scalars(select(MessageRow.id).where(MessageRow.ticket_id == payslip.ticket_id, hr).limit(1)).one()
    secret = session.scalars(select(TaskRow).where(TaskRow.ticket_id == starter.ticket_id, TaskRow.secret)).one()
    of_payslip, of_starter = ({"ticket_id": id_} for id_ in (payslip.ticket_id, starter.ticket_id))
    answer = {**of_payslip, "ask_id": asked[payslip.ticket_id], "field_key": "description"}
    salary = {**of_starter, "ask_id": asked[starter.ticket_id], "field_key": "salary"}
    _plant_file(world, planter, folder, HR | {ASKER}, **answer)
    _plant_file(world, planter, folder, HR, **salary)
    _plant_file(world, planter, folder, HR, **of_payslip, message_id=note)
    proof = _plant_file(world, planter, folder, HR, **of_starter, task_id=secret.id)
    secret.evidence_asked = asked_document(Asked(ProofKind.FILE, planter.word(HR)))
    secret.evidence = str(proof.public_id)
    _plant_file(world, planter, folder, frozenset({ASKER}))
    session.flush()


def _plant_file(world: World, planter: Planter, folder: Path, readers: frozenset[str], **where: Any) -> AttachmentRow:
    name, word = planter.word(readers), planter.word(readers)
    stored_as = uuid4().hex
    (folder / stored_as).write_text(word, "utf-8")
    row = AttachmentRow(
        public_id=public_id(),
        uploader_id=world.ids[ASKER],
        name=f"{name}.txt",
        content_type="text/plain",
        size_bytes=len(word),
        sha256=sha256(word.encode()).digest(),
        stored_as=stored_as,
        created_at=world.now,
        **where,
    )
    world.session.add(row)
    return row


def plant_names(world: World, planter: Planter, accepted: Accepted, readers: frozenset[str]) -> None:
    """Words in what lists, mails, reports and exports are made of: titles, and the department of the time."""
    names = {"service_title": planter.word(readers), "department": planter.word(readers)}
    world.session.execute(update(AskRow).where(AskRow.ticket_id == accepted.ticket_id).values(**names))
    title = update(TicketRow).where(TicketRow.id == accepted.ticket_id).values(title=planter.word(readers))
    world.session.execute(title)


def _fill(world: World, planter: Planter, accepted: Accepted, *, public: frozenset[str], own: frozenset[str]) -> None:
    """Results, holds, notes, messages, contacts and events: some for all on the ticket, some for HR alone."""
    session, ticket_id = world.session, accepted.ticket_id
    ask_id = session.scalars(select(AskRow.id).where(AskRow.ticket_id == ticket_id)).one()
    for task in session.scalars(select(TaskRow).where(TaskRow.ticket_id == ticket_id)):
        task.result = planter.word(HR if task.confidential_to else public)
        task.hold_note = planter.word(HR if task.confidential_to else own)
        if task.confidential_to:
            task.title = planter.word(HR)
            session.execute(update(TaskRow).where(TaskRow.id == task.id).values(detail=planter.word(HR)))
    for internal, to, readers in ((False, [], public), (True, [], own), (True, ["hr"], HR), (False, ["hr"], HR)):
        session.add(
            MessageRow(
                ticket_id=ticket_id,
                author_id=world.ids["agent.hr"],
                internal=internal,
                confidential_to=to,
                body=planter.word(readers),
                created_at=world.now,
            )
        )
    session.add(
        ContactRow(
            ticket_id=ticket_id,
            ask_id=ask_id,
            person_id=world.ids[ASKER],
            channel=Channel.PHONE,
            kind=ContactKind.REPEAT,
            started_at=world.now,
            recorded_at=world.now,
            note=planter.word(own),
        )
    )
    what: dict[str, Any] = {"title": planter.word(HR), "result": planter.word(HR), "why": planter.word(HR)}
    record(session, ticket_id, [Happening("finished", confidential_to=("hr",), what=what)], world.now)
    session.flush()


def _leave_out(world: World, planter: Planter, accepted: Accepted, *, own: frozenset[str]) -> None:
    """What agents said as they left it out of the figures, and the ticket it is the same as."""
    ask = world.session.scalars(select(AskRow).where(AskRow.ticket_id == accepted.ticket_id)).one()
    ask.excluded = "duplicate"
    what = {"reason": "duplicate", "of": planter.word(own), "words": planter.word(own)}
    record(world.session, accepted.ticket_id, [Happening("left_out", ask_id=ask.id, what=what)], world.now)
    world.session.flush()


def seeded(world: World, tickets: list[Accepted], planter: Planter) -> Seed:
    world.session.commit()
    session = world.session
    others = [
        str(public_id)
        for row in (TicketRow, AskRow, ContactRow, MessageRow)
        for public_id in session.scalars(select(row.public_id))
    ]
    others += [str(public_id) for public_id in session.scalars(select(TaskRow.public_id).where(TaskRow.secret))]
    return Seed(
        words=dict(planter.words),
        tickets=tuple(one.reference for one in tickets),
        tasks=tuple(str(task.id) for one in tickets for task in one.tasks),
        others=tuple(others),
        files=tuple(f"{row.public_id}/{row.name}" for row in session.scalars(select(AttachmentRow))),
    )
