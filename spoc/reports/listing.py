"""The cases behind a figure: openings with verdict and reason, or contacts, so that whoever reads it can check it.

A case that the figure counts is listed; which ticket it is, only to those who may open it. What a reader may not know
of at all (confidential services) is in neither.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.visibility import Actor
from routing.work import Channel, ContactKind, RepeatCause
from spoc.db.tickets import AskRow, EventRow, TicketRow
from spoc.db.visible import visible_tickets, works_on
from spoc.reports.costs import cause_of
from spoc.reports.fcr import FcrReport
from spoc.reports.groups import cut_by
from spoc.reports.measures import Judged, LeftOut
from spoc.reports.opening import COUNTING, Opening, Reason, VerdictKind, is_past_window
from spoc.reports.scope import any_of
from spoc.reports.touches import Touch

PAGE: Final = 50


class Of(StrEnum):
    """Which measure's cases: its denominator, narrowed to the numerator by the verdict or the kind."""

    NET = "net"
    GROSS = "gross"
    FIRST_LEVEL = "first_level"
    ONE_CONTACT = "one_contact"
    EXCLUDED = "excluded"
    CONTACTS = "contacts"


@dataclass(frozen=True)
class Behind:
    """What the list is behind: a measure, one group of the question's `by`, a verdict, a reason, a kind, a cause."""

    of: Of = Of.NET
    key: str | None = None
    verdict: VerdictKind | None = None
    reason: Reason | None = None
    kind: ContactKind | None = None
    cause: RepeatCause | None = None
    decided: bool = False


@dataclass(frozen=True)
class Listed:
    """One line; `verdict` for openings, `kind` for contacts. With an empty reference the ticket is not the reader's.

    `same_as` and `words` are what an agent said as they left it out, for those who work on the ticket.
    """

    reference: str
    title: str
    service_title: str
    channel: Channel
    at: datetime
    resolved_at: datetime | None = None
    verdict: VerdictKind | None = None
    reason: Reason | None = None
    excluded: str | None = None
    same_as: str = ""
    words: str = ""
    kind: ContactKind | None = None
    cause: RepeatCause | None = None
    late_logged: bool = False


def lines_behind(session: Session, report: FcrReport, actor: Actor, behind: Behind) -> tuple[Listed, ...]:
    """Newest first. Nothing where the report itself may not be shown."""
    if report.hidden:
        return ()
    if behind.of is Of.CONTACTS:
        touches = _touches(report, behind)
        titles = _titles(session, actor, (touch.ticket_id for touch in touches))
        listed = [_contact(touch, titles.get(touch.ticket_id)) for touch in touches]
    elif behind.of is Of.EXCLUDED:
        left_out = [one for one in report.left_out if _in_group(report, behind)(one.opening)]
        titles = _titles(session, actor, (one.opening.ticket_id for one in left_out))
        said = _said(session, actor, (one.opening.id for one in left_out))
        listed = [_left_out(one, report, titles.get(one.opening.ticket_id), said) for one in left_out]
    else:
        judged = list(_judged(report, behind))
        titles = _titles(session, actor, (one.opening.ticket_id for one in judged))
        listed = [_opening(one, report, titles.get(one.opening.ticket_id)) for one in judged]
    return tuple(sorted(listed, key=lambda line: (line.at, line.reference), reverse=True))


def _titles(session: Session, actor: Actor, ticket_ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(
        select(TicketRow.id, TicketRow.title).where(TicketRow.id == any_of(ticket_ids), visible_tickets(actor))
    )
    return {row.id: row.title for row in rows}


def _said(session: Session, actor: Actor, ask_ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """With what each was left out the last time, where the actor works on the ticket: agents wrote it for agents."""
    rows = session.execute(
        select(EventRow.ask_id, EventRow.what)
        .join(AskRow, (AskRow.id == EventRow.ask_id) & (AskRow.ticket_id == EventRow.ticket_id))
        .join(TicketRow, TicketRow.id == EventRow.ticket_id)
        .where(AskRow.id == any_of(ask_ids), EventRow.kind == "left_out", works_on(actor))
        .order_by(EventRow.number)
    )
    return {row.ask_id: row.what for row in rows if row.ask_id is not None}


def _in_group(report: FcrReport, behind: Behind) -> Callable[[Opening], bool]:
    cut = cut_by(report.question.by, report.question)
    return lambda one: behind.key is None or cut.opening(one) == behind.key


def _judged(report: FcrReport, behind: Behind) -> Iterator[Judged]:
    inside = _in_group(report, behind)
    for one in report.judged:
        verdict = one.verdict
        if (
            inside(one.opening)
            and _counts(one, report, behind.of)
            and behind.verdict in (None, verdict.kind)
            and behind.reason in (None, verdict.reason)
            and not (behind.decided and verdict.kind not in (VerdictKind.RESOLVED, VerdictKind.NOT_RESOLVED))
        ):
            yield one


def _counts(one: Judged, report: FcrReport, of: Of) -> bool:
    match of:
        case Of.NET:
            return one.opening.eligible
        case Of.FIRST_LEVEL:
            return one.opening.resolution(report.as_of) is not None
        case Of.ONE_CONTACT:
            return is_past_window(one.opening, report.as_of)
        case _:
            return True


def _touches(report: FcrReport, behind: Behind) -> Sequence[Touch]:
    cut = cut_by(report.question.by, report.question)
    return [
        touch
        for touch in report.touches
        if touch.contact.kind in COUNTING
        and behind.key in (None, cut.touch(touch))
        and behind.kind in (None, touch.contact.kind)
        and behind.cause in (None, cause_of(touch.contact))
    ]


def _opening(one: Judged, report: FcrReport, title: str | None) -> Listed:
    opening = one.opening
    return Listed(
        reference="" if title is None else opening.reference,
        title=title or "",
        service_title=opening.service_title,
        channel=opening.first.channel,
        at=opening.opened_at,
        resolved_at=opening.resolution(report.as_of),
        verdict=one.verdict.kind,
        reason=one.verdict.reason,
        late_logged=opening.first.late_logged,
    )


def _left_out(one: LeftOut, report: FcrReport, title: str | None, said: Mapping[int, Mapping[str, Any]]) -> Listed:
    opening = one.opening
    by_person = said.get(opening.id, {}) if opening.excluded == one.why else {}
    return Listed(
        reference="" if title is None else opening.reference,
        title=title or "",
        service_title=opening.service_title,
        channel=opening.first.channel,
        at=opening.opened_at,
        resolved_at=opening.resolution(report.as_of),
        excluded=one.why,
        same_as=by_person.get("of") or "",
        words=by_person.get("words", ""),
    )


def _contact(touch: Touch, title: str | None) -> Listed:
    return Listed(
        reference="" if title is None else touch.reference,
        title=title or "",
        service_title=touch.service_title,
        channel=touch.contact.channel,
        at=touch.contact.at,
        kind=touch.contact.kind,
        cause=touch.contact.cause,
        late_logged=touch.contact.late_logged,
    )
