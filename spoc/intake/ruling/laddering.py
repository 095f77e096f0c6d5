"""Changing the escalation ladder: its rungs, and the hours in which nobody is told."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.escalation import Quiet, Rung
from routing.phrase import Phrase
from routing.visibility import Actor
from routing.work import PRIORITIES
from spoc.db.people import QueueRow
from spoc.db.settings import LADDER, ladder_document, read_ladder
from spoc.errors import Fault, NotFound
from spoc.intake.catalogue import current
from spoc.intake.errors import InvalidSetting
from spoc.intake.ruling.editing import note, take
from spoc.intake.ruling.settings import no_reason, store

MOST_RUNGS: Final = 30
MOST_MINUTES: Final = 60 * 24 * 60


def add_rung(session: Session, actor: Actor, version: int, wanted: Rung, now: datetime, *, why: str) -> None:
    """Tell somebody from now on, of promises that run already too; the same rung again changes nothing.

    Raises:
        RulesMovedOn: somebody changed rules or settings since `version`.
        InvalidSetting: it names what does not exist, is too far from the deadline, or has no reason.
    """
    take(session, version)
    rungs, quiet = read_ladder(session)
    faults = [*_faults(session, wanted, len(rungs)), *no_reason(why)]
    if faults:
        raise InvalidSetting(*faults)
    if wanted not in rungs:
        store(session, LADDER, ladder_document((*rungs, wanted), quiet))
        note(session, "rung_added", actor, now, after=_told(wanted), why=why)


def remove_rung(session: Session, actor: Actor, version: int, key: str, now: datetime) -> None:
    """Tell nobody by it any more.

    Raises:
        RulesMovedOn: somebody changed rules or settings since `version`.
        NotFound: there is no such rung.
    """
    take(session, version)
    rungs, quiet = read_ladder(session)
    gone = next((one for one in rungs if one.key == key), None)
    if gone is None:
        raise NotFound
    store(session, LADDER, ladder_document(tuple(one for one in rungs if one != gone), quiet))
    note(session, "rung_removed", actor, now, after=_told(gone))


def set_quiet(session: Session, actor: Actor, version: int, wanted: Quiet | None, now: datetime) -> None:
    """Tell nobody in these hours, or at any hour for None.

    Raises:
        RulesMovedOn: somebody changed rules or settings since `version`.
    """
    take(session, version)
    rungs, before = read_ladder(session)
    if before != wanted:
        store(session, LADDER, ladder_document(rungs, wanted))
        note(session, "quiet_changed", actor, now, {"quiet": _hours(before)}, {"quiet": _hours(wanted)})


def _faults(session: Session, wanted: Rung, count: int) -> Iterator[Fault]:
    if abs(wanted.minutes) > MOST_MINUTES:
        yield Fault("hours", "hours", Phrase("Give working hours of at most two months."))
    if wanted.priority is not None and wanted.priority not in PRIORITIES:
        yield Fault("priority", "unknown", Phrase("There is no such priority."))
    if wanted.queue is not None and session.scalar(select(QueueRow.id).where(QueueRow.key == wanted.queue)) is None:
        yield Fault("queue", "unknown", Phrase("There is no such queue."))
    if wanted.service is not None and wanted.service not in {one.key for one in current(session)[1].services}:
        yield Fault("service", "unknown", Phrase("There is no such service."))
    if count >= MOST_RUNGS:
        yield Fault("hours", "too_many", Phrase("The ladder has as many rungs as it can have."))


def _told(rung: Rung) -> dict[str, Any]:
    named = {"service": rung.service, "priority": rung.priority, "queue": rung.queue}
    return {"rung": [rung.promise.value, rung.minutes, rung.whom.value], **{k: v for k, v in named.items() if v}}


def _hours(quiet: Quiet | None) -> str:
    return f"{quiet.since:%H:%M}–{quiet.until:%H:%M}" if quiet else ""
