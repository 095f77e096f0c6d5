"""The demo fills an empty database with a history that hangs together, the same one every time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from routing.visibility import Role
from routing.work import TaskKind, TaskState
from spoc.db.approvals import ApproverRow
from spoc.db.contacts import ContactRow
from spoc.db.jobs import JobRow, JobState
from spoc.db.people import OrganisationRow, PersonRow, QueueMemberRow, QueueRow
from spoc.db.register import ItemEventRow, ItemRow
from spoc.db.session import make_engine, make_sessions
from spoc.db.tickets import AskRow, EventRow, TaskRow, TicketRow
from spoc.demo import PASSWORD, SIGN_INS, NotEmpty, Summary, fill, mail_of
from spoc.demo.simulate import Progress
from spoc.files.store import Store
from spoc.people.directory import actor_of, person_by_mail
from spoc.people.passwords import matches
from spoc.reports.restating.reading import read_restated
from spoc.reports.restating.statement import LateKind
from spoc.settings import Settings
from tests.conftest import fresh_database

pytestmark = pytest.mark.xdist_group("demo")  # they share one history, which takes seconds to play
NOW = datetime(2026, 8, 13, 9, 0, tzinfo=UTC)
DAYS = 4


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


@contextmanager
def empty_database(server: str, template: str) -> Iterator[sessionmaker[Session]]:
    with fresh_database(server, make_url(template).database) as url:
        engine = make_engine(url, Settings())
        try:
            yield make_sessions(engine)
        finally:
            engine.dispose()


@pytest.fixture(scope="module")
def filled(server_url: str, migrated: str, files_folder: Path) -> Iterator[tuple[sessionmaker[Session], Summary]]:
    """One short history for all tests that only read it: filling takes seconds."""
    with empty_database(server_url, migrated) as sessions:
        yield sessions, fill(sessions, NOW, quiet, Store(files_folder), days=DAYS)


@pytest.fixture
def summary(filled: tuple[sessionmaker[Session], Summary]) -> Summary:
    return filled[1]


@pytest.fixture
def session(filled: tuple[sessionmaker[Session], Summary]) -> Iterator[Session]:
    with filled[0]() as one:
        yield one


def test_a_short_history_hangs_together(summary: Summary, session: Session) -> None:
    assert summary.tickets > 60
    assert 0 < summary.open_tasks < summary.tasks
    assert _tickets_without_tasks(session) == 0
    assert list(_gaps(session)) == []
    assert _latest(session) <= NOW
    assert _out_of_order(session) == []
    assert session.scalar(select(func.count()).where(JobRow.state != JobState.DONE)) == 0


def _tickets_without_tasks(session: Session) -> int:
    with_task = select(TaskRow.id).where(TaskRow.ticket_id == TicketRow.id).exists()
    return session.scalar(select(func.count()).select_from(TicketRow).where(~with_task)) or 0


def _gaps(session: Session) -> Iterator[int]:
    """Tickets whose events are not numbered 1 to n, n being what the ticket counts."""
    rows = session.execute(
        select(EventRow.ticket_id, TicketRow.event_count, func.array_agg(EventRow.number))
        .join(TicketRow, TicketRow.id == EventRow.ticket_id)
        .group_by(EventRow.ticket_id, TicketRow.event_count)
    )
    yield from (ticket for ticket, count, numbers in rows if sorted(numbers) != list(range(1, count + 1)))


def _latest(session: Session) -> datetime:
    columns = EventRow.at, ContactRow.started_at, ContactRow.ended_at, TaskRow.done_at, TicketRow.resolved_at
    found = [session.scalar(select(func.max(column))) for column in columns]
    return max(at for at in found if isinstance(at, datetime))


def _out_of_order(session: Session) -> list[str]:
    """Finished tasks that were not opened, claimed and finished in this order."""
    rows = session.execute(
        select(TaskRow.key, TaskRow.ticket_id, TicketRow.opened_at, TaskRow.claimed_at, TaskRow.done_at)
        .join(TicketRow, TicketRow.id == TaskRow.ticket_id)
        .where(TaskRow.state == TaskState.DONE)
    ).all()
    return [
        f"{row.key} of {row.ticket_id}"
        for row in rows
        if not row.opened_at < (row.claimed_at or row.done_at) <= row.done_at
    ]


def test_it_is_marked_as_a_demo(summary: Summary, session: Session) -> None:
    organisation = session.get_one(OrganisationRow, 1)

    assert (organisation.name, organisation.is_demo, organisation.desk_phone) == ("Halden Optics", True, "4400")
    assert 140 <= summary.people <= 160


def test_each_sign_in_has_its_role_and_the_one_password(session: Session) -> None:
    expected = {
        "employee": (Role.EMPLOYEE, set()),
        "agent.desk": (Role.AGENT, {"desk"}),
        "agent.it": (Role.AGENT, {"it"}),
        "agent.facilities": (Role.AGENT, {"facilities"}),
        "agent.hr": (Role.AGENT, {"hr"}),
        "agent.office": (Role.AGENT, {"office"}),
        "lead": (Role.LEAD, {"desk", "it"}),
        "manager": (Role.MANAGER, set()),
        "owner": (Role.OWNER, set()),
        "admin": (Role.ADMINISTRATOR, set()),
    }
    assert set(SIGN_INS) == set(expected)
    for account, (role, queues) in expected.items():
        actor = actor_of(session, person_by_mail(session, mail_of(account)).id)
        assert role in actor.roles, account
        assert actor.queues == queues, account
    kept = set(session.scalars(select(PersonRow.password_hash).where(PersonRow.password_hash.is_not(None))))
    assert len(kept) == 1
    assert matches(PASSWORD, kept.pop())


def test_each_queue_has_members_and_work(session: Session) -> None:
    joined = select(QueueRow.key, func.count()).join(QueueMemberRow, QueueMemberRow.queue_id == QueueRow.id)
    members = {queue: count for queue, count in session.execute(joined.group_by(QueueRow.key))}  # noqa: C416
    worked = select(QueueRow.key).join(TaskRow, TaskRow.queue_id == QueueRow.id).distinct()

    assert set(members) == set(session.scalars(worked)) == {"desk", "it", "facilities", "hr", "office"}
    assert all(3 <= count <= 6 for count in members.values())


def test_each_agent_one_can_sign_in_as_has_work_at_hand(session: Session) -> None:
    held = select(PersonRow.mail).join(TaskRow, TaskRow.assignee_id == PersonRow.id)
    at_hand = set(session.scalars(held.where(TaskRow.state == TaskState.CLAIMED)))

    assert at_hand >= {mail_of(account) for account in SIGN_INS if account.startswith("agent.")}


def test_the_employee_has_requests_in_several_states_and_a_step_of_their_own(session: Session) -> None:
    jonas = person_by_mail(session, mail_of("employee")).id
    states = set(session.scalars(select(TicketRow.state).where(TicketRow.requester_id == jonas)))
    own = session.scalars(select(TaskRow.state).where(TaskRow.person_id == jonas)).all()

    assert {state.value for state in states} == {"open", "resolved", "waiting_for_requester"}
    assert TaskState.READY in own


def test_something_waits_for_the_managers_decision_and_for_their_answers(session: Session) -> None:
    manager = person_by_mail(session, mail_of("manager")).id
    open_ = (TaskRow.state == TaskState.READY, TaskRow.kind.in_([TaskKind.APPROVAL, TaskKind.FORM]))
    asked = select(ApproverRow.id).where(ApproverRow.task_id == TaskRow.id, ApproverRow.asked_id == manager).exists()
    kinds = set(session.scalars(select(TaskRow.kind).where(*open_, asked | (TaskRow.person_id == manager))))

    assert kinds == {TaskKind.APPROVAL, TaskKind.FORM}


def test_the_same_seed_gives_the_same_history_and_progress_is_told_for_every_day(
    server_url: str, migrated: str, files_folder: Path
) -> None:
    told: list[tuple[int, int]] = []

    first = _history(server_url, migrated, lambda done, total: told.append((done, total)), files_folder)

    assert first == _history(server_url, migrated, quiet, files_folder)
    assert told == [(1, 2), (2, 2)]


def _history(server: str, template: str, progress: Progress, files: Path) -> list[tuple[object, ...]]:
    asks = select(AskRow.service_key, AskRow.opened_at, AskRow.resolved_at, AskRow.text, AskRow.answers)
    with empty_database(server, template) as sessions:
        fill(sessions, NOW, progress, Store(files), days=1)
        with sessions() as session:
            return [tuple(row) for row in session.execute(asks.order_by(AskRow.id))]


def test_it_refuses_a_database_with_people_in_it(sessions: sessionmaker[Session], files_folder: Path) -> None:
    with sessions() as session:
        session.add(PersonRow(mail="ada@example.org", name="Ada", sort_name="ada", created_at=NOW))
        session.commit()

    with pytest.raises(NotEmpty):
        fill(sessions, NOW, quiet, Store(files_folder), days=DAYS)


AFTER = {
    "became_ready": TaskState.READY,
    "claimed": TaskState.CLAIMED,
    "released": TaskState.READY,
    "held": TaskState.ON_HOLD,
    "finished": TaskState.DONE,
    "handed_off": TaskState.READY,
    "offered": TaskState.READY,
    "offered_to_nobody": TaskState.READY,
    "cancelled": TaskState.CANCELLED,
    "approval_given": TaskState.DONE,
    "approval_refused": TaskState.CANCELLED,
    "approval_refused_by_silence": TaskState.CANCELLED,
    "task_refused": TaskState.CANCELLED,
}


def test_states_stored_beside_the_events_can_be_rebuilt_from_them(session: Session) -> None:
    rebuilt: dict[int, TaskState] = {}
    assignee: dict[int, int | None] = {}
    resolved: dict[int, datetime | None] = {}
    for event in session.scalars(select(EventRow).order_by(EventRow.ticket_id, EventRow.number)):
        if event.kind in {"resolved", "ticket_reopened"}:
            resolved[event.ticket_id] = event.at if event.kind == "resolved" else None
        if event.task_id is None:
            continue
        if event.kind == "placed":
            rebuilt[event.task_id] = TaskState(event.what["state"])
        elif event.kind in {"resumed", "reopened"}:
            held = assignee.get(event.task_id) is not None
            rebuilt[event.task_id] = TaskState.CLAIMED if held else TaskState.READY
        elif event.kind in AFTER:
            rebuilt[event.task_id] = AFTER[event.kind]
        if event.kind in {"claimed", "offered", "released", "handed_off", "offered_to_nobody"}:
            named = {"claimed": event.actor_id, "offered": event.what.get("person_id")}
            assignee[event.task_id] = named.get(event.kind)
    assert rebuilt == {task.id: task.state for task in session.scalars(select(TaskRow))}
    stored = session.execute(select(TicketRow.id, TicketRow.resolved_at).where(TicketRow.resolved_at.is_not(None)))
    assert {id_: at for id_, at in resolved.items() if at} == {row.id: row.resolved_at for row in stored}


def test_weeks_later_a_call_and_a_correction_turn_out(server_url: str, migrated: str, files_folder: Path) -> None:
    with empty_database(server_url, migrated) as sessions:
        fill(sessions, NOW, quiet, Store(files_folder), days=38)
        with sessions() as session:
            lead = actor_of(session, person_by_mail(session, mail_of("lead")).id)
            found = read_restated(session, lead, date(2026, 7, 1), NOW.date())
    kinds = {reason.kind for one in found for reason in one.reasons}
    assert kinds == {LateKind.CONTACT_LOGGED, LateKind.KIND_CORRECTED}
    assert all(one.reasons for one in found)


def test_everybody_has_a_laptop_and_a_badge_and_something_was_given_since(session: Session) -> None:
    def holders(kind: str) -> int:
        held = select(func.count(ItemRow.holder_id.distinct())).where(ItemRow.kind_key.startswith(kind))
        return session.scalar(held) or 0

    people = session.scalar(select(func.count()).select_from(PersonRow)) or 0
    assert people - 10 < holders("laptop") <= people
    assert people - 10 < holders("badge") <= people
    assert session.scalar(select(func.count()).where(ItemEventRow.task_id.is_not(None)))
