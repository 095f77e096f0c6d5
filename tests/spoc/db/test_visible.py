"""The SQL scope says of rows what `routing.visibility` says of values."""

from collections.abc import Iterator, Sequence
from itertools import product

from sqlalchemy import select

from routing.visibility import Actor, Part, Role, Sight, TicketView, may_open, sight
from spoc.db.appointments import AppointmentRow
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import visible_tasks, visible_tickets
from tests.world import World

MEMBERSHIPS: tuple[frozenset[str], ...] = (
    frozenset(),
    *(frozenset({key}) for key in ("desk", "it", "hr", "facilities", "office")),
    frozenset({"desk", "it"}),
    frozenset({"hr", "it"}),
)
SECRET_FOR = ((), ("facilities",))


def every_ticket(world: World) -> None:
    """Plain, confidential and secret ones and tasks, with and without a known subject, and every kind of relation."""
    for service in ("new-starter", "password-access", "payslip-question", "leaver", "move", "long-leave"):
        world.submit(service, by="employee")
        world.submit(service, by="agent.it")
    tickets = world.session.scalars(select(TicketRow).order_by(TicketRow.id)).all()
    for number, (ticket, subject) in enumerate(product(tickets, ("colleague",))):
        ticket.subject_id = (None, world.ids[subject], ticket.requester_id, world.ids["agent.it"])[number // 2 % 4]
    keys = queue_keys(world)
    for number, task in enumerate(world.session.scalars(select(TaskRow).order_by(TaskRow.id))):
        if number % 7 == 0:
            task.queue_id, task.person_id = None, world.ids["colleague"]
        elif number % 5 == 0 and task.queue_id:
            task.secret, task.confidential_to = True, [*SECRET_FOR[number // 5 % 2], keys[task.queue_id]]
        elif number % 6 == 0 and task.queue_id:
            world.session.add(meeting(world, task, number))
    world.session.flush()


def meeting(world: World, task: TaskRow, number: int) -> AppointmentRow:
    """Which `colleague` chooses, or is whom the other meets."""
    two = [world.ids[key] for key in ("colleague", "manager")]
    chooser_id, host_id = two if number % 12 else reversed(two)
    return AppointmentRow(task_id=task.id, chooser_id=chooser_id, host_id=host_id, kind="", place="")


def meets(world: World) -> dict[int, frozenset[int]]:
    """Who meets in which task."""
    rows = world.session.scalars(select(AppointmentRow).order_by(AppointmentRow.id))
    return {row.task_id: frozenset({row.chooser_id, *([row.host_id] if row.host_id else [])}) for row in rows}


def queue_keys(world: World) -> dict[int, str]:
    return {row.id: row.key for row in world.session.execute(select(QueueRow.id, QueueRow.key))}


def actors(world: World) -> list[Actor]:
    return [
        Actor(world.ids[person], f"{person}@demo.example", frozenset(Role), queues)
        for person in ("employee", "colleague", "agent.it", "manager")
        for queues in MEMBERSHIPS
    ]


def views(world: World) -> dict[int, TicketView]:
    keys = queue_keys(world)
    tasks = world.session.scalars(select(TaskRow)).all()
    met = meets(world)
    return {
        ticket.id: TicketView(
            requester_id=ticket.requester_id,
            subject_id=ticket.subject_id,
            secret=ticket.secret,
            confidential_to=frozenset(ticket.confidential_to),
            queues=frozenset(queues_of(ticket, tasks, keys, secret=False)),
            secretly=frozenset(queues_of(ticket, tasks, keys, secret=True)),
            people=frozenset(
                one
                for task in tasks
                for one in (task.person_id, *met.get(task.id, ()))
                if task.ticket_id == ticket.id and one
            ),
        )
        for ticket in world.session.scalars(select(TicketRow))
    }


def queues_of(ticket: TicketRow, tasks: Sequence[TaskRow], keys: dict[int, str], *, secret: bool) -> Iterator[str]:
    for task in tasks:
        if task.ticket_id == ticket.id and task.queue_id and task.secret is secret:
            yield keys[task.queue_id]


def test_the_scope_opens_the_tickets_that_the_decision_opens(world: World) -> None:
    every_ticket(world)
    seen = views(world)
    for actor in actors(world):
        found = set(world.session.scalars(select(TicketRow.id).where(visible_tickets(actor))))
        assert found == {id_ for id_, view in seen.items() if may_open(actor, view)}, actor


def test_the_scope_lists_the_tasks_that_the_decision_shows_in_full(world: World) -> None:
    every_ticket(world)
    seen = views(world)
    keys, met = queue_keys(world), meets(world)
    tasks = world.session.scalars(select(TaskRow)).all()
    for actor in actors(world):
        found = set(
            world.session.scalars(
                select(TaskRow.id)
                .join(TicketRow, TicketRow.id == TaskRow.ticket_id)
                .where(visible_tickets(actor), visible_tasks(actor))
            )
        )
        parts = {task.id: (seen[task.ticket_id], part_of(task, keys, met.get(task.id, frozenset()))) for task in tasks}
        shown = {id_ for id_, (view, part) in parts.items() if sight(actor, view, part) is Sight.FULL}
        assert found == shown, actor


def part_of(task: TaskRow, keys: dict[int, str], met: frozenset[int]) -> Part:
    queue = keys[task.queue_id] if task.queue_id else None
    named = frozenset(task.confidential_to)
    return Part(queue=queue, confidential_to=named, person_id=task.person_id, secret=task.secret, meets=met)
