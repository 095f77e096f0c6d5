"""The register: files into it, things given and taken back, and who may know by whom they are held."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from catalog.item import ItemKind
from routing.visibility import Actor
from spoc.db.people import LocationRow
from spoc.db.register import ItemEventRow, ItemRow, ItemState
from spoc.errors import NotFound
from spoc.people.directory import actor_of
from spoc.people.errors import LocationInUse
from spoc.people.places import remove_place
from spoc.register.errors import AlreadyTaken, InvalidRegister, NotHeld, NotKept, SheetMoved
from spoc.register.importing import apply, preview
from spoc.register.keeping import give_item, take_item_back
from spoc.register.moves import Cause, Holder, give, give_any
from spoc.register.reading import Wanted, history, holdings, list_items, one_item, stock, totals
from spoc.register.sheet import Known, read_sheet
from tests.world import World, mail_of

KINDS: Mapping[str, ItemKind] = {kind.key: kind for kind in shipped().items}
HEAD = "kind,tag,model,location,holder,until,state,quantity\n"
ONE = HEAD + "laptop-windows,HO-1,ThinkPad,berlin,,,,\n"


def agent(world: World, queue: str = "it") -> Actor:
    return actor_of(world.session, world.ids[f"agent.{queue}"])


def items(world: World, **wanted: str) -> list[tuple[str, str, str]]:
    found = list_items(world.session, agent(world), Wanted(**wanted)).items
    return [(one.tag, one.state.value, one.holder.name if one.holder else "") for one in found]


def faults(world: World, sheet: str, actor: Actor | None = None) -> list[tuple[str, str]]:
    found = preview(world.session, actor, KINDS, sheet, world.now)
    return [(fault.field, fault.code) for fault in found.faults]


def test_a_file_fills_it_and_says_before_what_would_change(world: World) -> None:
    sheet = (
        HEAD + f"laptop-windows,HO-1,ThinkPad,berlin,{mail_of('employee').upper()},2026-09-14,,\nscreen,,,lyon,,,,3\n"
    )
    shown = preview(world.session, None, KINDS, sheet, world.now)
    assert items(world) == []
    assert apply(world.session, None, KINDS, sheet, world.now) == shown
    assert items(world) == [("HO-1", "held", "Jonas Weber")]
    assert [(one.kind, one.free, one.held) for one in totals(world.session)] == [
        ("laptop-windows", 0, 1),
        ("screen", 3, 0),
    ]


def test_the_same_file_again_changes_nothing(world: World) -> None:
    sheet = HEAD + f"laptop-windows,HO-1,ThinkPad,berlin,Nia Okeke,2026-09-14,,\nscreen,,,lyon,{mail_of('lead')},,,2\n"
    apply(world.session, None, KINDS, sheet, world.now)
    events = world.session.scalar(select(func.count()).select_from(ItemEventRow))
    assert apply(world.session, None, KINDS, sheet, world.now).changes == ()
    assert world.session.scalar(select(func.count()).select_from(ItemEventRow)) == events


def test_a_column_that_the_file_lacks_is_left_as_it_is(world: World) -> None:
    apply(world.session, None, KINDS, HEAD + "laptop-windows,HO-1,ThinkPad,berlin,Nia,2026-09-14,,\n", world.now)
    apply(world.session, None, KINDS, "kind,tag,location\nlaptop-windows,ho-1,lyon\n", world.now)
    one = list_items(world.session, agent(world), Wanted()).items[0]
    assert (one.tag, one.model, one.location, one.held_until) == ("HO-1", "ThinkPad", "lyon", date(2026, 9, 14))


def test_an_empty_holder_gives_back_and_out_of_use_frees_from_whoever_held_it(world: World) -> None:
    apply(world.session, None, KINDS, HEAD + "badge,B-1,,berlin,Nia,,,\nbadge,B-2,,berlin,Nia,,,\n", world.now)
    apply(world.session, None, KINDS, HEAD + "badge,B-1,,berlin,,,,\nbadge,B-2,,berlin,,,out of use,\n", world.now)
    assert items(world) == [("B-1", "free", ""), ("B-2", "out_of_use", "")]
    apply(world.session, None, KINDS, HEAD + "badge,B-2,,berlin,,,in use,\n", world.now)
    assert items(world, search="b-2") == [("B-2", "free", "")]
    acts = [one.act.value for one in history(world.session, agent(world), 2 + _first(world) - 1)]
    assert acts == ["in_use_again", "out_of_use", "given_back", "given", "added"]


def _first(world: World) -> int:
    return world.session.scalar(select(func.min(ItemRow.id))) or 0


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("sofa,HO-1,,berlin,,,,", "lines.2.kind", "unknown"),
        ("laptop-windows,,,berlin,,,,", "lines.2.tag", "missing"),
        ("laptop-windows,HO-1,,oslo,,,,", "lines.2.location", "unknown"),
        ("laptop-windows,HO-1,,berlin,nobody@x.example,,,", "lines.2.holder", "unknown"),
        ("laptop-windows,HO-1,,berlin,Nia,14.9.,,", "lines.2.until", "no_date"),
        ("laptop-windows,HO-1,,berlin,,2026-09-14,,", "lines.2.until", "nobody"),
        ("laptop-windows,HO-1,,berlin,,,lost,", "lines.2.state", "unknown"),
        ("laptop-windows,HO-1,,berlin,Nia,,out of use,", "lines.2.state", "held"),
        ("laptop-windows,HO-1,,berlin,,,,2", "lines.2.quantity", "tagged"),
        ("screen,,,berlin,,,,", "lines.2.quantity", "no_number"),
        ("screen,,,berlin,,,,99999999", "lines.2.quantity", "no_number"),
        ("screen,S-1,,berlin,,,,1", "lines.2.tag", "counted"),
        ("screen,,,berlin,,,out of use,1", "lines.2.state", "counted"),
        ("screen,,,berlin", "lines.2", "cells"),
        ("laptop-windows,HO\u0007-1,,berlin,,,,", "lines.2", "unprintable"),
        ('laptop-windows,"HO-1,,berlin,,,,', "lines.2", "unreadable"),
    ],
)
def test_every_fault_is_told_with_its_line_and_column(world: World, line: str, field: str, code: str) -> None:
    assert (field, code) in faults(world, f"{HEAD}{line}\n")
    with pytest.raises(InvalidRegister):
        apply(world.session, None, KINDS, f"{HEAD}{line}\n", world.now)


@pytest.mark.parametrize(
    ("head", "code"),
    [("kind,tag", "missing"), ("kind,location,colour", "unknown"), ("kind,location,kind", "twice"), ("", "missing")],
)
def test_the_first_line_names_the_columns(world: World, head: str, code: str) -> None:
    assert code in [found for _, found in faults(world, f"{head}\n")]


def test_a_thing_stands_in_a_file_once(world: World) -> None:
    assert faults(world, ONE + "laptop-windows,ho-1,,lyon,,,,\n") == [("lines.3", "twice")]


def test_a_file_has_an_end(world: World) -> None:
    assert faults(world, HEAD + "screen,,,berlin,,,,1\n" * 5_002) == [("lines.1", "too_long")]


def test_only_members_of_the_queue_that_keeps_a_kind_change_it(world: World) -> None:
    assert faults(world, ONE, agent(world, "hr")) == [("lines.2.kind", "not_kept")]
    apply(world.session, agent(world), KINDS, ONE, world.now)
    one = list_items(world.session, agent(world), Wanted()).items[0]
    with pytest.raises(NotKept):
        give_item(world.session, agent(world, "hr"), KINDS, one.public_id, world.now, holder="Nia")


def test_a_file_is_not_taken_if_the_register_moved_since_it_was_looked_at(world: World) -> None:
    shown = preview(world.session, None, KINDS, ONE, world.now)
    apply(world.session, None, KINDS, ONE, world.now)
    with pytest.raises(SheetMoved):
        apply(world.session, None, KINDS, ONE, world.now, digest=shown.digest)


def test_a_file_with_semicolons_is_read_as_one_with_commas() -> None:
    known = Known(KINDS, frozenset({"berlin"}), frozenset())
    with_commas = read_sheet(ONE, known)
    assert with_commas.lines
    assert read_sheet(ONE.replace(",", ";"), known) == with_commas


@given(some.text(max_size=200))
def test_no_text_breaks_the_reading_of_files(text: str) -> None:
    found = read_sheet(text, Known(KINDS, frozenset({"berlin"}), frozenset()))
    assert all(line.kind in KINDS and line.location == "berlin" for line in found.lines)


def test_giving_and_taking_back_is_written_down(world: World) -> None:
    apply(world.session, None, KINDS, ONE, world.now)
    it = agent(world)
    one = list_items(world.session, it, Wanted()).items[0]
    give_item(world.session, it, KINDS, one.public_id, world.now, holder=mail_of("employee"), until=date(2026, 9, 1))
    assert [held.tag for held in holdings(world.session, it, world.ids["employee"])] == ["HO-1"]
    with pytest.raises(AlreadyTaken):
        give_item(world.session, it, KINDS, one.public_id, world.now, holder="Nia")
    take_item_back(world.session, it, KINDS, one.public_id, world.now)
    with pytest.raises(NotHeld):
        take_item_back(world.session, it, KINDS, one.public_id, world.now)
    told = [(line.act.value, line.holder, line.by) for line in history(world.session, it, one.id)]
    assert told == [
        ("given_back", "Jonas Weber", "Lea Brandt"),
        ("given", "Jonas Weber", "Lea Brandt"),
        ("added", "", ""),
    ]


@pytest.mark.parametrize("holder", ["", "  ", "nobody@x.example", "x" * 121])
def test_a_thing_is_given_to_somebody(world: World, holder: str) -> None:
    apply(world.session, None, KINDS, ONE, world.now)
    one = list_items(world.session, agent(world), Wanted()).items[0]
    with pytest.raises(InvalidRegister):
        give_item(world.session, agent(world), KINDS, one.public_id, world.now, holder=holder)


def test_who_left_goes_on_holding_visibly(world: World) -> None:
    apply(world.session, None, KINDS, HEAD + f"badge,B-1,,berlin,{mail_of('employee')},,,\n", world.now)
    world.person("employee").active = False
    world.session.flush()
    held = holdings(world.session, agent(world), world.ids["employee"])
    assert [(one.tag, one.holder.active) for one in held if one.holder] == [("B-1", False)]


def test_by_whom_a_thing_is_held_in_secret_is_told_to_its_queues_alone(world: World) -> None:
    apply(world.session, None, KINDS, ONE, world.now)
    give(world.session, _first(world), Holder(name="Nia Okeke"), None, Cause(None, world.now, confidential_to=("hr",)))
    assert items(world) == [("HO-1", "held", "")]
    assert items(world, search="Nia") == []
    assert [line.act.value for line in history(world.session, agent(world), _first(world))] == ["added"]
    hr = list_items(world.session, agent(world, "hr"), Wanted(search="nia")).items
    assert [(one.tag, one.holder.name) for one in hr if one.holder] == [("HO-1", "Nia Okeke")]
    assert faults(world, ONE) == [("lines.2.holder", "confidential")]
    with pytest.raises(NotHeld):
        take_item_back(world.session, agent(world), KINDS, hr[0].public_id, world.now)


def test_pages_of_the_list_follow_each_other_without_a_gap(world: World) -> None:
    sheet = HEAD + "".join(f"badge,B-{n:03},,berlin,,,,\n" for n in range(7))
    apply(world.session, None, KINDS, sheet, world.now)
    seen, after = [], None
    while True:
        page = list_items(world.session, agent(world), Wanted(), after, most=3)
        seen += [one.tag for one in page.items]
        if (after := page.next_after) is None:
            break
    assert seen == [f"B-{n:03}" for n in range(7)]


def test_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        one_item(world.session, agent(world), world.person("employee").public_id)


def test_a_place_where_things_lie_stays(world: World) -> None:
    world.session.add(LocationRow(key="oslo", title="Oslo", country="NO", time_zone="Europe/Oslo"))
    world.session.flush()
    apply(world.session, None, KINDS, HEAD + "badge,B-1,,oslo,,,,\n", world.now)
    with pytest.raises(LocationInUse):
        remove_place(world.session, actor_of(world.session, world.ids["admin"]), "oslo", world.now)


def test_stock_tells_of_kinds_that_there_are(world: World) -> None:
    apply(world.session, None, KINDS, ONE + "screen,,,lyon,,,,2\n", world.now)
    found = stock(world.session, ("laptop-windows", "screen", "dock"), "berlin", world.now.date())
    assert {kind: (one.here, dict(one.elsewhere)) for kind, one in found.items()} == {
        "laptop-windows": (1, {}),
        "screen": (0, {"lyon": 2}),
    }


def test_of_many_who_take_the_last_ones_as_many_win_as_there_are(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed.begin() as session:
        session.add(LocationRow(key="berlin", title="Berlin", country="DE", time_zone="Europe/Berlin"))
        session.flush()
        apply(session, None, KINDS, HEAD + "screen,,,berlin,,,,3\n", now)

    def take(number: int) -> int:
        with committed.begin() as session:
            return len(give_any(session, "screen", "berlin", Holder(name=f"N{number}"), Cause(None, now)))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(12))) == 3
    with committed.begin() as session:
        holders = session.scalars(select(ItemRow.holder_name).where(ItemRow.state == ItemState.HELD)).all()
    assert len(set(holders)) == 3


def test_two_who_take_the_same_thing_are_one_winner_and_one_who_is_told(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed.begin() as session:
        session.add(LocationRow(key="berlin", title="Berlin", country="DE", time_zone="Europe/Berlin"))
        session.flush()
        apply(session, None, KINDS, ONE, now)
        item_id = session.scalar(select(ItemRow.id)) or 0

    def take(number: int) -> bool:
        try:
            with committed.begin() as session:
                give(session, item_id, Holder(name=f"N{number}"), None, Cause(None, now))
        except AlreadyTaken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == [False, False, False, True]
