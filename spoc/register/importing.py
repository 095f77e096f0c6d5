"""A file into the register: what it would change, and the same done, all of it or nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from catalog.item import ItemKind
from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.people import LocationRow, PersonRow
from spoc.db.register import ItemAct, ItemRow, ItemState
from spoc.errors import Fault
from spoc.register.errors import InvalidRegister, SheetMoved
from spoc.register.moves import NOBODY, Cause, Holder, note
from spoc.register.sheet import Known, Line, Sheet, fault, named_mails, read_sheet

IMPORTING = 5_807_003  # the advisory lock: two who import at once take turns, and the second sees what the first did


@dataclass(frozen=True)
class Change:
    """One thing that a line changes. `attribute` is a column, "" for a new piece; `tag` is "" if it is counted."""

    line: int
    kind: str
    tag: str
    attribute: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """What a file would change, or why it cannot; `digest` tells one outcome from another."""

    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]
    lines: int

    @property
    def digest(self) -> str:
        return sha256(repr(self.changes).encode()).hexdigest()[:32]


@dataclass
class _Writing:
    """What is to be written: new rows, and per row the values and lines of history that change it."""

    new: list[tuple[dict[str, Any], Holder | None]] = field(default_factory=list)
    changed: list[tuple[int, dict[str, Any], list[tuple[ItemAct, Holder | None, dict[str, Any]]]]] = field(
        default_factory=list
    )


def preview(session: Session, actor: Actor | None, kinds: Mapping[str, ItemKind], text: str, now: datetime) -> Preview:
    """What the file would change; nothing is written. Without an actor, kinds of all queues may be changed."""
    return _plan(session, actor, kinds, text, now, hold=False)[0]


def apply(
    session: Session,
    actor: Actor | None,
    kinds: Mapping[str, ItemKind],
    text: str,
    now: datetime,
    *,
    digest: str | None = None,
) -> Preview:
    """Do what the file says; importing the same file again changes nothing.

    Raises:
        InvalidRegister: with every fault of every line; nothing is written then.
        SheetMoved: it would change something else than what the digest was shown for.
    """
    session.execute(select(func.pg_advisory_xact_lock(IMPORTING)))
    shown, writing = _plan(session, actor, kinds, text, now, hold=True)
    if shown.faults:
        raise InvalidRegister(*shown.faults)
    if digest is not None and digest != shown.digest:
        raise SheetMoved
    _write(session, writing, Cause(actor.person_id if actor else None, now))
    return shown


def _plan(
    session: Session, actor: Actor | None, kinds: Mapping[str, ItemKind], text: str, now: datetime, *, hold: bool
) -> tuple[Preview, _Writing]:
    mails = named_mails(text)
    people = {
        mail.lower(): id_
        for id_, mail in session.execute(
            select(PersonRow.id, PersonRow.mail).where(func.lower(PersonRow.mail).in_(mails))
        )
    }
    kept = None if actor is None else actor.memberships
    known = Known(kinds, frozenset(session.scalars(select(LocationRow.key))), people.keys(), kept)
    sheet = read_sheet(text, known)
    rows = _rows(session, sheet, hold=hold)
    changes: list[Change] = []
    faults = list(sheet.faults)
    writing = _Writing()
    for line in sheet.lines:
        holder = _holder(line, people)
        if kinds[line.kind].counted:
            changes += _count(line, holder, rows, writing, now)
        elif found := rows.tagged.get((line.kind, line.tag.lower())):
            if found.confidential_to and "holder" in line.given:
                faults.append(_confidential(line))
            else:
                changes += _differ(line, holder, found, rows, writing, now)
        else:
            changes.append(_new(line, holder, writing, now))
    return Preview(tuple(changes), tuple(faults), len(sheet.lines)), writing


@dataclass(frozen=True)
class _Rows:
    tagged: Mapping[tuple[str, str], ItemRow]
    counted: Mapping[tuple[str, str, str], Sequence[ItemRow]]
    mails: Mapping[int, str]


def _rows(session: Session, sheet: Sheet, *, hold: bool) -> _Rows:
    """The pieces of the kinds that the file names; with `hold`, whoever books one of them meanwhile waits."""
    kinds = {line.kind for line in sheet.lines}
    named = select(ItemRow).where(ItemRow.kind_key.in_(kinds)).order_by(ItemRow.id)
    rows = session.scalars(named.with_for_update() if hold else named).all()
    holders = {row.holder_id for row in rows if row.holder_id}
    mails = dict(session.execute(select(PersonRow.id, PersonRow.mail).where(PersonRow.id.in_(holders))).all())
    counted: dict[tuple[str, str, str], list[ItemRow]] = defaultdict(list)
    for row in rows:
        if row.tag is None and row.state is not ItemState.OUT_OF_USE:
            counted[row.kind_key, row.location_key, _holder_of(row, mails).lower()].append(row)
    tagged = {(row.kind_key, row.tag.lower()): row for row in rows if row.tag is not None}
    return _Rows(tagged, counted, mails)


def _holder_of(row: ItemRow, mails: Mapping[int, str]) -> str:
    return mails[row.holder_id] if row.holder_id else row.holder_name


def _holder(line: Line, people: Mapping[str, int]) -> Holder | None:
    if not line.holder:
        return None
    return Holder(people[line.holder.lower()]) if "@" in line.holder else Holder(name=line.holder)


def _confidential(line: Line) -> Fault:
    return fault(
        line.number, "holder", "confidential", Phrase("By whom it is held is confidential: take it back first.")
    )


def _values(line: Line, holder: Holder | None, now: datetime) -> dict[str, Any]:
    state = ItemState.HELD if holder else ItemState.OUT_OF_USE if line.out_of_use else ItemState.FREE
    held = {**holder.columns(), "held_since": now, "held_until": line.until} if holder else {}
    return {"kind_key": line.kind, "location_key": line.location, "state": state, **NOBODY, **held}


def _new(line: Line, holder: Holder | None, writing: _Writing, now: datetime) -> Change:
    values = {**_values(line, holder, now), "tag": line.tag, "model": line.given.get("model", "")}
    writing.new.append((values, holder))
    said = (line.given.get("model", ""), line.location, line.holder or line.given.get("state", ""))
    return Change(line.number, line.kind, line.tag, "", "", ", ".join(filter(None, said)))


def _differ(
    line: Line, holder: Holder | None, row: ItemRow, rows: _Rows, writing: _Writing, now: datetime
) -> Iterator[Change]:
    """What the line says otherwise than the row; a column that the file lacks says nothing."""
    now_holder = _holder_of(row, rows.mails)
    before = {
        "model": row.model,
        "location": row.location_key,
        "holder": now_holder,
        "until": row.held_until.isoformat() if row.held_until else "",
        "state": "out of use" if row.state is ItemState.OUT_OF_USE else "",
    }
    after = {name: line.given.get(name, said) for name, said in before.items()} | {"location": line.location}
    after["state"] = "" if after["state"] == "in use" else after["state"]
    if "holder" in line.given and after["holder"].lower() == now_holder.lower():
        after["holder"] = now_holder
    if not after["holder"]:
        after["until"] = ""
    if "state" not in line.given and after["holder"]:
        after["state"] = ""
    if after["state"]:
        after["holder"] = after["until"] = ""
    different = {name for name in before if before[name] != after[name]}
    for name, was in before.items():
        if name in different:
            yield Change(line.number, line.kind, line.tag, name, was, after[name])
    if different:
        new_holder = holder if "holder" in different else _same(row) if after["holder"] else None
        writing.changed.append((row.id, *_written(row, new_holder, before, after, different, now)))


def _same(row: ItemRow) -> Holder:
    return Holder(row.holder_id, row.holder_name)


def _written(
    row: ItemRow,
    holder: Holder | None,
    before: Mapping[str, str],
    after: Mapping[str, str],
    different: set[str],
    now: datetime,
) -> tuple[dict[str, Any], list[tuple[ItemAct, Holder | None, dict[str, Any]]]]:
    history: list[tuple[ItemAct, Holder | None, dict[str, Any]]] = []
    values: dict[str, Any] = {"model": after["model"], "location_key": after["location"]}
    values["held_until"] = date.fromisoformat(after["until"]) if after["until"] else None
    if plain := [name for name in ("model", "location", "until") if name in different]:
        what: dict[str, Any] = {name: [before[name], after[name]] for name in plain}
        history.append((ItemAct.CHANGED, None, what))
    if "holder" in different:
        if before["holder"]:
            history.append((ItemAct.GIVEN_BACK, _same(row), {}))
        if before["state"]:
            history.append((ItemAct.IN_USE_AGAIN, None, {}))
        if holder:
            history.append((ItemAct.GIVEN, holder, {}))
            values |= {**holder.columns(), "held_since": now, "state": ItemState.HELD}
        else:
            values |= {**NOBODY, "state": ItemState.FREE}
    if after["state"]:
        values |= {**NOBODY, "state": ItemState.OUT_OF_USE}
        history += [(ItemAct.OUT_OF_USE, None, {})] if "state" in different else []
    elif "state" in different and not holder:
        values["state"] = ItemState.FREE
        history.append((ItemAct.IN_USE_AGAIN, None, {}))
    return values, history


def _count(line: Line, holder: Holder | None, rows: _Rows, writing: _Writing, now: datetime) -> Iterator[Change]:
    """As many pieces as the line says, free or with its holder: more are added, the newest of too many are dropped."""
    there = rows.counted.get((line.kind, line.location, line.holder.lower()), ())
    if len(there) == line.quantity:
        return
    name = f"quantity, {line.holder}" if holder else "quantity"
    yield Change(line.number, line.kind, "", name, str(len(there)), str(line.quantity))
    values = {**_values(line, holder, now), "tag": None, "model": ""}
    writing.new += [(values, holder)] * (line.quantity - len(there))
    for row in there[line.quantity :]:
        back: list[tuple[ItemAct, Holder | None, dict[str, Any]]] = (
            [(ItemAct.GIVEN_BACK, _same(row), {})] if row.state is ItemState.HELD else []
        )
        gone = {**NOBODY, "state": ItemState.OUT_OF_USE}
        writing.changed.append((row.id, gone, [*back, (ItemAct.OUT_OF_USE, None, {})]))


def _write(session: Session, writing: _Writing, cause: Cause) -> None:
    if writing.new:
        added = insert(ItemRow).returning(ItemRow.id, sort_by_parameter_order=True)
        ids = session.scalars(added, [values for values, _ in writing.new]).all()
        note(session, ids, ItemAct.ADDED, cause)
        for id_, (_, holder) in zip(ids, writing.new, strict=True):
            if holder:
                note(session, [id_], ItemAct.GIVEN, cause, holder)
    for id_, values, history in writing.changed:
        session.execute(update(ItemRow).where(ItemRow.id == id_).values(values))
        for act, holder, what in history:
            note(session, [id_], act, cause, holder, what)
