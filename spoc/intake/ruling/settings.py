"""Changing the settings of routing: each change whole, under the version of rules and settings together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.priority import Level, Matrix
from routing.visibility import Actor
from routing.work import PRIORITIES as KNOWN
from spoc.db.catalog import RoutingSettingRow
from spoc.db.settings import PRIORITIES, cell_of, read_matrix
from spoc.errors import Fault
from spoc.intake.errors import InvalidSetting
from spoc.intake.ruling.editing import note, take


def set_matrix(
    session: Session, actor: Actor, version: int, wanted: Mapping[str, str], now: datetime, *, why: str
) -> None:
    """Let these cells (`impact.urgency`) give these priorities; others stay. What is asked already keeps its own.

    Raises:
        RulesMovedOn: somebody changed rules or settings since `version`.
        InvalidSetting: a cell or a priority that does not exist, or no reason.
    """
    take(session, version)
    before = told(read_matrix(session))
    faults = no_reason(why)
    if not wanted.keys() <= before.keys() or not set(wanted.values()) <= set(KNOWN):
        faults.append(Fault("priority", "unknown", Phrase("There is no such priority.")))
    if faults:
        raise InvalidSetting(*faults)
    after = {**before, **wanted}
    if after != before:
        store(session, PRIORITIES, after)
        note(session, "priorities_changed", actor, now, before, after, why)


def store(session: Session, key: str, value: Any) -> None:
    row = upsert(RoutingSettingRow).values(key=key, value=value)
    session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def told(matrix: Matrix) -> dict[str, str]:
    return {cell_of(Level(impact), Level(urgency)): one for (impact, urgency), one in matrix.items()}


def no_reason(why: str) -> list[Fault]:
    """The fault of a change that does not say why."""
    return [] if why.strip() else [Fault("why", "missing", Phrase("Say why it is changed."))]
