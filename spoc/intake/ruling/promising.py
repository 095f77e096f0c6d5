"""Changing what is promised: targets by service and priority, and by queue."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.targets import Target
from routing.visibility import Actor
from routing.work import PRIORITIES
from spoc.db.people import CalendarRow, QueueRow
from spoc.db.settings import TARGETS, read_targets
from spoc.errors import Fault, NotFound
from spoc.intake.catalogue import current
from spoc.intake.errors import InvalidSetting
from spoc.intake.ruling.editing import note, take
from spoc.intake.ruling.settings import no_reason, store

MOST_MINUTES: Final = 60 * 24 * 365


def set_target(session: Session, actor: Actor, version: int, wanted: Target, now: datetime, *, why: str) -> None:
    """Promise this from now on, in place of what was promised about the same before; what runs keeps its own.

    Raises:
        RulesMovedOn: somebody changed rules or settings since `version`.
        InvalidSetting: it promises nothing, names what does not exist, or has no reason.
    """
    take(session, version)
    faults = [*_faults(session, wanted), *no_reason(why)]
    if faults:
        raise InvalidSetting(*faults)
    before = {one.about: one for one in read_targets(session)}
    after = {**before, wanted.about: wanted}
    if after != before:
        store(session, TARGETS, [asdict(one) for one in after.values()])
        old = before.get(wanted.about)
        note(session, "target_set", actor, now, _told(old) if old else {}, _told(wanted), why)


def remove_target(session: Session, actor: Actor, version: int, about: tuple[str, str, str], now: datetime) -> None:
    """Promise this no more; what runs goes on.

    Raises:
        RulesMovedOn: somebody changed rules or settings since `version`.
        NotFound: nothing is promised about this.
    """
    take(session, version)
    before = {one.about: one for one in read_targets(session)}
    if about not in before:
        raise NotFound
    store(session, TARGETS, [asdict(one) for key, one in before.items() if key != about])
    note(session, "target_removed", actor, now, after=_told(before[about]))


def _faults(session: Session, wanted: Target) -> Iterator[Fault]:
    given = [one for one in (wanted.minutes, wanted.response) if one is not None]
    if not given or not all(0 < one <= MOST_MINUTES for one in given):
        yield Fault("hours", "hours", Phrase("Give working hours, more than none and at most a year of them."))
    if wanted.priority is not None and wanted.priority not in PRIORITIES:
        yield Fault("priority", "unknown", Phrase("There is no such priority."))
    if wanted.queue is not None and (wanted.service is not None or wanted.response is not None):
        yield Fault("queue", "both", Phrase("A target is about a queue's tasks or about a service, and not both."))
    for field, row, key in (("queue", QueueRow.key, wanted.queue), ("calendar", CalendarRow.key, wanted.calendar)):
        if key is not None and session.scalar(select(row).where(row == key)) is None:
            yield Fault(field, "unknown", Phrase("There is no such queue or calendar."))
    if wanted.service is not None and wanted.service not in {one.key for one in current(session)[1].services}:
        yield Fault("service", "unknown", Phrase("There is no such service."))


def _told(target: Target) -> dict[str, Any]:
    hours = {"response": target.response, "minutes": target.minutes}
    named = {"queue": target.queue, "service": target.service, "priority": target.priority, "calendar": target.calendar}
    told_hours = {name: f"{minutes / 60:g}" for name, minutes in hours.items() if minutes is not None}
    return {**{name: value for name, value in named.items() if value}, **told_hours}
