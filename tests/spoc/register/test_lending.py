"""Finishing a step gives its subject what was asked for, or takes back what they have."""

from collections.abc import Collection
from uuid import UUID

import pytest
from sqlalchemy import select

from catalog.document import shipped
from catalog.item import ItemKind
from routing.errors import NotPossible
from routing.visibility import Actor
from spoc.db.register import ItemRow, ItemState
from spoc.db.tickets import EventRow, TaskRow, TicketRow
from spoc.desk.actions.proving import Proof
from spoc.people.directory import actor_of
from spoc.register.errors import AlreadyTaken, InvalidRegister
from spoc.register.importing import apply
from spoc.register.reading import Wanted, history, list_items
from spoc.web.ticket.lending import Lent, finish_and_lend
from tests.world import World, mail_of

KINDS: dict[str, ItemKind] = {kind.key: kind for kind in shipped().items}
STOCK = (
    "kind,tag,location,quantity\nlaptop-windows,HO-1,berlin,\nlaptop-windows,HO-2,berlin,\nlaptop-mac,HO-9,berlin,\n"
    "screen,,berlin,1\nheadset,,lyon,1\nbadge,B-1,berlin,\n"
)
HELD = "kind,tag,location,holder\n" + "".join(
    f"{kind},{tag},berlin,{mail_of('colleague')}\n" for kind, tag in (("laptop-windows", "HO-5"), ("badge", "B-5"))
)


def stocked(world: World, sheet: str = STOCK) -> None:
    apply(world.session, None, KINDS, sheet, world.now)


def agent(world: World, queue: str = "it") -> Actor:
    return actor_of(world.session, world.ids[f"agent.{queue}"])


def ready(world: World, key: str) -> UUID:
    task = world.session.scalars(select(TaskRow).where(TaskRow.key == key).order_by(TaskRow.id.desc())).first()
    assert task is not None
    task.state, task.needs = "ready", []  # type: ignore[assignment]
    world.session.flush()
    return task.public_id


def finish(
    world: World,
    task: UUID,
    given: Collection[str] | None = None,
    back: Collection[str] = (),
    queue: str = "it",
) -> None:
    lent = Lent(None if given is None else tuple(given), tuple(back))
    finish_and_lend(world.session, agent(world, queue), task, world.now, "", proven(world, task), lent)


def proven(world: World, task: UUID) -> Proof:
    """All of the task's checklist ticked, and a receipt where it asks for one."""
    row = world.session.scalars(select(TaskRow).where(TaskRow.public_id == task)).one()
    return Proof([item["label"] for item in row.checklist], "R-1234" if row.evidence_asked else None)


def tag(world: World, name: str) -> str:
    return str(world.session.scalar(select(ItemRow.public_id).where(ItemRow.tag == name)))


def held(world: World, queue: str = "it") -> list[tuple[str, str, str]]:
    found = list_items(world.session, agent(world, queue), Wanted(state="held")).items
    return [(one.kind, one.tag, one.holder.name if one.holder else "") for one in found]


def test_a_finished_step_books_the_chosen_piece_and_any_of_what_is_counted(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    finish(world, ready(world, "laptop-order"), [tag(world, "HO-2"), "any:screen", "any:headset"])
    assert held(world) == [
        ("headset", "", "Aylin Kaya"),
        ("laptop-windows", "HO-2", "Aylin Kaya"),
        ("screen", "", "Aylin Kaya"),
    ]
    laptop = list_items(world.session, agent(world), Wanted(search="HO-2")).items[0]
    reference = world.session.scalar(select(TicketRow.reference))
    assert history(world.session, agent(world), laptop.id)[0].reference == reference


def test_the_ticket_tells_those_who_work_on_it_what_was_given(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    finish(world, ready(world, "laptop-order"), [tag(world, "HO-2"), "any:screen"])
    event = world.session.scalars(select(EventRow).where(EventRow.kind == "lent")).one()
    assert (event.what["holder"], event.what["items"]) == ("Aylin Kaya", ["Windows laptop HO-2", "Screen"])
    assert not event.public


def test_a_program_that_says_nothing_books_what_is_counted_and_is_asked_for_the_rest(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    task = ready(world, "laptop-order")
    with pytest.raises(InvalidRegister):
        finish(world, task)
    world.session.rollback()


def test_without_a_register_steps_are_finished_as_ever(world: World) -> None:
    world.submit("new-starter")
    finish(world, ready(world, "laptop-order"))
    assert held(world) == []


def test_none_can_be_given_on_purpose(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    finish(world, ready(world, "laptop-order"), ["none:laptop-windows"])
    assert held(world) == []


def test_the_last_of_what_is_counted_goes_once(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    finish(world, ready(world, "laptop-order"), ["none:laptop-windows", "any:screen"])
    world.submit("new-starter")
    with pytest.raises(AlreadyTaken):
        finish(world, ready(world, "laptop-order"), ["none:laptop-windows", "any:screen"])


def test_a_piece_that_somebody_else_took_meanwhile_is_told(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    finish(world, ready(world, "laptop-order"), [tag(world, "HO-1")])
    world.submit("new-starter")
    with pytest.raises(AlreadyTaken):
        finish(world, ready(world, "laptop-order"), [tag(world, "HO-1")])


def test_only_what_was_asked_for_is_given(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    with pytest.raises(InvalidRegister):
        finish(world, ready(world, "laptop-order"), [tag(world, "HO-9")])


def test_what_undoes_a_booking_step_takes_its_gifts_back_and_no_others(world: World) -> None:
    stocked(world)
    accepted = world.submit("new-starter")
    done = ready(world, "laptop-order")
    finish(world, done, [tag(world, "HO-1")])
    row = world.session.scalars(select(TaskRow).where(TaskRow.public_id == done)).one()
    undo = TaskRow(
        ticket_id=accepted.ticket_id, ask_id=row.ask_id, key="laptop-order.undo", title="Undo", queue_id=row.queue_id,
        state="ready", why=[], needs=[], confidential_to=[],
    )  # fmt: skip
    world.session.add(undo)
    world.session.flush()
    finish(world, undo.public_id, None, [tag(world, "HO-1")])
    assert held(world) == []


def test_an_undo_takes_back_no_other_gifts(world: World) -> None:
    stocked(world, HELD)
    accepted = world.submit("new-starter")
    row = world.session.scalars(select(TaskRow).where(TaskRow.public_id == ready(world, "laptop-order"))).one()
    undo = TaskRow(
        ticket_id=accepted.ticket_id, ask_id=row.ask_id, key="laptop-order.undo", title="Undo", queue_id=row.queue_id,
        state="ready", why=[], needs=[], confidential_to=[],
    )  # fmt: skip
    world.session.add(undo)
    world.session.flush()
    with pytest.raises(InvalidRegister):
        finish(world, undo.public_id, None, [tag(world, "HO-5")])


def test_a_leavers_things_come_back_one_by_one(world: World) -> None:
    stocked(world, HELD)
    world.submit("leaver", person=mail_of("colleague"))
    task = ready(world, "equipment")
    finish(world, task, None, [tag(world, "HO-5")])
    assert held(world) == [("badge", "B-5", "Mara Lindholm")]
    told = world.session.scalars(select(EventRow).where(EventRow.kind == "brought_back")).one()
    assert (told.what["items"], told.public) == (["Windows laptop HO-5"], False)
    laptop = list_items(world.session, agent(world), Wanted(search="HO-5")).items[0]
    assert laptop.state is ItemState.FREE
    assert next(line.act.value for line in history(world.session, agent(world), laptop.id)) == "given_back"
    outside = [line.act.value for line in history(world.session, agent(world, "desk"), laptop.id)]
    assert outside == ["given", "added"], "a secret leaver is not told by the history of their laptop"


def test_only_what_the_leaver_has_comes_back(world: World) -> None:
    stocked(world, HELD + f"badge,B-6,berlin,{mail_of('employee')}\n")
    world.submit("leaver", person=mail_of("colleague"))
    with pytest.raises(InvalidRegister):
        finish(world, ready(world, "equipment"), None, [tag(world, "B-6")])


def test_a_finished_step_is_not_finished_again(world: World) -> None:
    stocked(world)
    world.submit("new-starter")
    task = ready(world, "laptop-order")
    finish(world, task, ["none:laptop-windows"])
    with pytest.raises(NotPossible):
        finish(world, task, [tag(world, "HO-1")])
