"""Form steps against a real database: who is told, who may answer, and what their answers decide."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.document import shipped
from catalog.errors import InvalidAnswers
from catalog.service import Service
from routing.errors import NotPossible
from routing.targets import Target
from routing.work import Channel, TaskKind, TaskState, TicketState
from spoc.db.clocks import ClockRow
from spoc.db.jobs import JobRow
from spoc.db.tickets import AskRow, EventRow, TaskRow, TicketRow
from spoc.desk.actions.finishing import finish, reopen_task
from spoc.desk.amending.amend import Planner, Wish, amend
from spoc.desk.errors import FormFirst
from spoc.desk.steps.filling import fill_in
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.accept import accept
from spoc.intake.catalogue import publish, service_at
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.replan import replan
from spoc.intake.simulate import simulate
from spoc.intake.submission import Submission
from spoc.intake.write import Accepted
from tests.catalog.factories import choice, field, service, step
from tests.spoc.desk.test_clocks import promise, tick
from tests.world import World, mail_of

HOUR = timedelta(hours=1)
PICK = step("pick", title="Pick the equipment", person="requester.manager", form={"fields": ["laptop", "size", "code"]})
FORM = [
    field("name", required=True),
    choice("laptop", "mac", "none", required=True),
    field("size", "number", visible_when='laptop == "mac"'),
    field("code", confidential_to=["hr"]),
]
ORDER = step("order", title="Order it", queue="it", condition='laptop == "mac"')
TELL = step("tell", title="Say that there is none", queue="desk", condition='laptop == "none"')
GREET = step("greet", title="Greet", queue="desk")


def put(world: World, *steps: dict[str, object], **parts: object) -> None:
    """Publish the shipped catalogue with a service `kit`."""
    parts = {"form": FORM, "example": {"name": "Kim"}, **parts}
    kit = service(key="kit", need="start-and-leave", steps=[*steps], **parts)
    publish(world.session, shipped().model_copy(update={"services": (*shipped().services, kit)}), None, "", world.now)
    world.session.commit()


def ask(world: World, **answers: Any) -> Accepted:
    submission = Submission("kit", {"name": "Kim", **answers}, channel=Channel.WEB)
    made = accept(world.session, submission, world.actor("employee"), read_desk_facts(world.session), world.now)
    return made.accepted


def rows(session: Session, ticket: Accepted) -> dict[str, TaskRow]:
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id).order_by(TaskRow.position)
    return {row.key: row for row in session.scalars(wanted.execution_options(populate_existing=True))}


def states(session: Session, ticket: Accepted) -> dict[str, TaskState]:
    return {key: row.state for key, row in rows(session, ticket).items()}


def answer(world: World, ticket: Accepted, at: datetime, *, by: str = "manager", **given: Any) -> str:
    session = world.session
    task_id = rows(session, ticket)["pick"].public_id
    return fill_in(session, world.actor(by), task_id, given, at, planner=planner(session, at))


def planner(session: Session, at: datetime) -> Planner:
    return Planner(partial(replan, session, read_desk_facts(session), at), partial(service_at, session))


def answers(session: Session, ticket: Accepted) -> dict[str, Any]:
    wanted = select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one().answers


def jobs(session: Session, kind: str) -> list[dict[str, Any]]:
    return [dict(row) for row in session.scalars(select(JobRow.payload).where(JobRow.kind == kind).order_by(JobRow.id))]


def test_what_hangs_on_the_answers_waits_and_whoever_gives_them_is_told(
    world: World, session: Session, now: datetime
) -> None:
    put(world, PICK, ORDER, TELL, GREET)
    ticket = ask(world)

    assert states(session, ticket) == {
        "pick": TaskState.READY,
        "order": TaskState.WAITING,
        "tell": TaskState.WAITING,
        "greet": TaskState.READY,
    }
    assert [task.kind for task in ticket.tasks][:2] == [TaskKind.FORM, TaskKind.TASK]
    assert [job["person_id"] for job in jobs(session, "mail.form_ready")] == [world.ids["manager"]]
    assert "undecided" in {why["kind"] for why in rows(session, ticket)["order"].why}


def test_a_date_that_is_still_to_be_answered_is_none_until_then(world: World, session: Session, now: datetime) -> None:
    pick = {**PICK, "form": {"fields": ["laptop", "size", "code", "until"]}}
    form = [*FORM, field("until", "date")]
    put(world, pick, {**ORDER, "due": "2 days after until"}, TELL, GREET, form=form)
    ticket = ask(world)
    order = rows(session, ticket)["order"]
    assert (order.due_at, [why["kind"] for why in order.why]) == (None, ["catalogue", "waits", "undecided"])

    answer(world, ticket, now + HOUR, laptop="mac", size=14, code="x9", until="2026-09-01")

    due_at = rows(session, ticket)["order"].due_at
    assert due_at is not None
    assert due_at.date().isoformat() == "2026-09-03"


LAST = [field("name", required=True), field("last_on", "date"), field("keep", "yes_no")]
DELETE = step("delete", title="Delete", queue="it", due="last_on")
CHAIN = (
    step("pick", title="Pick", person="requester.manager", form={"fields": ["last_on", "keep"]}),
    DELETE,
    step("after", title="After", queue="desk", needs=["delete"]),
    step("opener", title="Opener", queue="desk", opens="last_on"),
    GREET,
)


def put_chain(world: World) -> Accepted:
    put(world, *CHAIN, form=LAST)
    return ask(world)


def promised(session: Session, ticket: Accepted) -> dict[str, Any]:
    """The day that each task, the ask ("") and the ticket ("ticket") promise."""
    ask_at = session.scalar(select(AskRow.promised_at).where(AskRow.ticket_id == ticket.ticket_id))
    ticket_at = session.scalar(select(TicketRow.promised_at).where(TicketRow.id == ticket.ticket_id))
    every = {key: row.promised_at for key, row in rows(session, ticket).items()} | {"": ask_at, "ticket": ticket_at}
    return {key: at and at.date().isoformat() for key, at in every.items()}


def test_what_waits_for_a_date_to_come_has_none_either_and_the_answer_promises_all(
    world: World, session: Session, now: datetime
) -> None:
    ticket = put_chain(world)
    assert [key for key, row in rows(session, ticket).items() if row.due_at is None] == ["delete", "after", "opener"]
    before = promised(session, ticket)
    assert [key for key, day in before.items() if day is None] == ["delete", "after", "opener", "", "ticket"]

    answer(world, ticket, now + HOUR, last_on="2026-12-01", keep=True)

    days = {"delete": "2026-12-01", "after": "2026-12-03", "opener": "2026-12-03", "": "2026-12-03"}
    assert promised(session, ticket) == before | days | {"ticket": "2026-12-03"}


def test_the_end_is_promised_too_when_the_answer_leaves_out_what_had_no_date(
    world: World, session: Session, now: datetime
) -> None:
    put(world, CHAIN[0], {**DELETE, "condition": "keep == false"}, GREET, form=LAST)
    ticket = ask(world)
    assert promised(session, ticket)[""] is None

    answer(world, ticket, now + HOUR, keep=True)

    assert states(session, ticket)["delete"] is TaskState.CANCELLED
    assert promised(session, ticket)[""] == promised(session, ticket)["greet"]


def test_clocks_count_to_the_day_that_is_answered_and_none_runs_out_before(
    world: World, session: Session, now: datetime
) -> None:
    ticket = put_chain(world)
    promise(world, Target(60, queue="it"), Target(120, service="kit", response=60))
    tick(world)
    assert clocks(session, ticket) == {"response": None}

    answer(world, ticket, now + HOUR, last_on="2026-12-01", keep=True)
    tick(world, 1)

    assert clocks(session, ticket) == {"response": None, "queue": "2026-12-01", "resolution": "2026-12-03"}


def clocks(session: Session, ticket: Accepted) -> dict[str, str | None]:
    found = session.execute(select(ClockRow.kind, ClockRow.planned_at).where(ClockRow.ticket_id == ticket.ticket_id))
    return {kind: at.date().isoformat() if at else None for kind, at in found}


def test_a_form_that_waits_tells_nobody_before_its_turn(world: World, session: Session, now: datetime) -> None:
    put(world, GREET, {**PICK, "needs": ["greet"]}, ORDER)
    ticket = ask(world)
    assert jobs(session, "mail.form_ready") == []

    finish(session, world.actor("agent.desk"), rows(session, ticket)["greet"].public_id, now)

    assert [job["person_id"] for job in jobs(session, "mail.form_ready")] == [world.ids["manager"]]


def test_the_answers_let_go_what_is_needed_and_end_what_is_not(world: World, session: Session, now: datetime) -> None:
    put(world, PICK, ORDER, TELL, GREET)
    ticket = ask(world)

    assert answer(world, ticket, now + HOUR, laptop="mac", size=14, code="x9") == ticket.reference

    assert answers(session, ticket) == {"name": "Kim", "laptop": "mac", "size": 14, "code": "x9"}
    assert states(session, ticket) == {
        "pick": TaskState.DONE,
        "order": TaskState.READY,
        "tell": TaskState.CANCELLED,
        "greet": TaskState.READY,
    }
    assert "undecided" not in {why["kind"] for why in rows(session, ticket)["order"].why}
    done = rows(session, ticket)["pick"]
    assert (done.done_at, done.assignee_id) == (now + HOUR, world.ids["manager"])


def test_the_log_tells_the_answers_to_whoever_may_read_them(world: World, session: Session, now: datetime) -> None:
    put(world, PICK, ORDER, GREET)
    ticket = ask(world)
    answer(world, ticket, now + HOUR, laptop="none", code="x9")

    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind == "filled_in")
    told = {tuple(row.confidential_to): row.what["changes"] for row in session.scalars(wanted)}
    assert {circle: [one["label"] for one in changes] for circle, changes in told.items()} == {
        (): ["Laptop"],
        ("hr",): ["Code"],
    }
    page = read_ticket(session, world.actor("employee"), ticket.reference, now, partial(service_at, session))
    assert "filled_in" in {event.kind for event in page.events}
    assert jobs(session, "mail.ticket_amended") == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, {"laptop": "required"}),
        ({"laptop": "none", "size": 13}, {"size": "hidden"}),
        ({"laptop": "pc"}, {"laptop": "option"}),
        ({"laptop": "mac", "name": "Mara"}, {"name": "unknown"}),
        ({"laptop": "mac", "nonsense": 1}, {"nonsense": "unknown"}),
    ],
)
def test_the_rules_of_any_form_hold(
    world: World, session: Session, now: datetime, given: dict[str, Any], code: dict[str, str]
) -> None:
    put(world, PICK, ORDER, GREET)
    ticket = ask(world)
    with pytest.raises(InvalidAnswers) as refused:
        answer(world, ticket, now, **given)
    assert {fault.field: fault.code for fault in refused.value.faults} == code
    assert states(session, ticket)["pick"] is TaskState.READY


def test_only_its_person_fills_it_in_and_only_so_it_is_done(world: World, session: Session, now: datetime) -> None:
    put(world, PICK, ORDER, GREET)
    ticket = ask(world)
    pick = rows(session, ticket)["pick"].public_id

    with pytest.raises(NotAllowed):
        answer(world, ticket, now, by="employee", laptop="mac")
    with pytest.raises(NotFound):
        answer(world, ticket, now, by="colleague", laptop="mac")
    with pytest.raises(FormFirst):
        finish(session, world.actor("manager"), pick, now)
    answer(world, ticket, now, laptop="mac")
    with pytest.raises(NotPossible):
        answer(world, ticket, now, laptop="none")


def test_a_task_that_is_no_form_has_no_answers(world: World, session: Session, now: datetime) -> None:
    put(world, PICK, ORDER, GREET)
    ticket = ask(world)
    greet = rows(session, ticket)["greet"].public_id
    with pytest.raises(NotFound):
        fill_in(session, world.actor("agent.desk"), greet, {}, now, planner=planner(session, now))


def test_a_queue_fills_a_form_in_as_a_person_does(world: World, session: Session, now: datetime) -> None:
    queues = {key: value for key, value in PICK.items() if key != "person"}
    put(world, {**queues, "queue": "it"}, ORDER, GREET)
    ticket = ask(world)
    assert jobs(session, "mail.form_ready") == []

    answer(world, ticket, now, by="agent.it", laptop="mac")

    assert states(session, ticket)["order"] is TaskState.READY


def test_whoever_asked_can_change_the_answers_once_they_are_there_and_not_before(
    world: World, session: Session, now: datetime
) -> None:
    put(world, PICK, ORDER, TELL, GREET)
    ticket = ask(world)
    with pytest.raises(InvalidAnswers):
        change(world, ticket, now, laptop="mac")
    change(world, ticket, now, name="Mara")
    assert states(session, ticket)["order"] is TaskState.WAITING

    answer(world, ticket, now + HOUR, laptop="mac")
    change(world, ticket, now + 2 * HOUR, laptop="none")

    assert states(session, ticket) | {"greet": TaskState.READY} == {
        "pick": TaskState.DONE,
        "order": TaskState.CANCELLED,
        "tell": TaskState.READY,
        "greet": TaskState.READY,
    }


def change(world: World, ticket: Accepted, at: datetime, **given: Any) -> None:
    session = world.session
    means = planner(session, at)
    ask_id = session.scalars(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id)).one()
    actor = world.actor("employee")
    amend(session, actor, ticket.reference, ask_id, Wish(given), at, planner=means, channel=Channel.WEB)


def test_filled_in_again_it_decides_anew(world: World, session: Session, now: datetime) -> None:
    put(world, PICK, ORDER, TELL, GREET)
    ticket = ask(world)
    answer(world, ticket, now, laptop="none")
    manager = world.actor("manager")
    reopen_task(session, manager, rows(session, ticket)["pick"].public_id, now + HOUR, why="They need one after all.")
    assert len(jobs(session, "mail.form_ready")) == 2

    answer(world, ticket, now + 2 * HOUR, laptop="mac")

    assert states(session, ticket)["order"] is TaskState.READY
    assert states(session, ticket)["tell"] is TaskState.CANCELLED


def test_answered_last_it_resolves_the_request(world: World, session: Session, now: datetime) -> None:
    put(world, PICK, ORDER)
    ticket = ask(world)
    answer(world, ticket, now, laptop="none")
    page = read_ticket(session, world.actor("employee"), ticket.reference, now, partial(service_at, session))
    assert page.state is TicketState.RESOLVED


def test_a_dry_run_plans_both_ways(world: World, session: Session, now: datetime) -> None:
    put(world, PICK, ORDER, TELL, GREET)
    desk = read_desk_facts(session)

    def tried(**given: Any) -> set[str]:
        kit: Service = desk.catalogue.service("kit")
        found = simulate(session, kit, {"name": "Kim", **given}, mail_of("employee"), desk, now)
        return {one.key for one in found.steps}

    assert tried() == {"pick", "order", "tell", "greet"}
    assert tried(laptop="mac") == {"pick", "order", "greet"}
