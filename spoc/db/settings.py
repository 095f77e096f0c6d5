"""Settings of routing as its values, for whoever places work and whoever keeps the clock."""

from dataclasses import asdict
from datetime import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.escalation import Quiet, Rung, Whom
from routing.priority import USUAL, Level, Matrix
from routing.targets import Promise, Target
from spoc.db.catalog import RoutingSettingRow

PRIORITIES = "priorities"
TARGETS = "targets"
LADDER = "ladder"


def read_setting(session: Session, key: str) -> Any:
    """As stored; None where nobody has changed it."""
    return session.scalar(select(RoutingSettingRow.value).where(RoutingSettingRow.key == key))


def read_matrix(session: Session) -> Matrix:
    """Stored as an object of `impact.urgency` and priority."""
    stored = read_setting(session, PRIORITIES) or {}
    return {pair: stored.get(cell_of(*pair), usual) for pair, usual in USUAL.items()}


def cell_of(impact: Level, urgency: Level) -> str:
    return f"{impact}.{urgency}"


def read_targets(session: Session) -> tuple[Target, ...]:
    """Empty where nobody has set any: nothing is promised then."""
    return tuple(Target(**one) for one in read_setting(session, TARGETS) or ())


def read_ladder(session: Session) -> tuple[tuple[Rung, ...], Quiet | None]:
    """The rungs, and the hours in which nobody is told; nothing where nobody has set any."""
    stored = read_setting(session, LADDER) or {}
    quiet = stored.get("quiet")
    rungs = (
        Rung(**{**one, "promise": Promise(one["promise"]), "whom": Whom(one["whom"])})
        for one in stored.get("rungs", ())
    )
    return tuple(rungs), Quiet(*map(time.fromisoformat, quiet)) if quiet else None


def ladder_document(rungs: tuple[Rung, ...], quiet: Quiet | None) -> dict[str, Any]:
    """As `read_ladder` reads it."""
    hours = [f"{quiet.since:%H:%M}", f"{quiet.until:%H:%M}"] if quiet else None
    return {"rungs": [asdict(one) for one in rungs], "quiet": hours}
