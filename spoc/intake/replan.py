"""Planning an ask anew, under the catalogue version it was opened with: what its former and its new answers entail."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from pydantic import JsonValue
from sqlalchemy import func, or_
from sqlalchemy.orm import Session

from catalog.amend import UNDO
from catalog.answers import Known, cells, check, fault_of, named_people
from catalog.errors import InvalidAnswers
from catalog.files import KnownFile
from catalog.service import FieldKind, Service
from routing.redraw import Plan, Redrawn, Wanted
from spoc.db.people import PersonRow
from spoc.db.tickets import AskRow
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.people import PEOPLE, Somebody
from spoc.intake.plan import Placed, Placing, asked, items, place_all, place_undoing

MOST_STRANGE = 20
"""Of keys that a form does not ask, as many are named."""


def replan(
    session: Session,
    desk: DeskFacts,
    now: datetime,
    service: Service,
    ask: AskRow,
    raw: Mapping[str, object] | None,
    *,
    complete: bool = False,
    fills: str | None = None,
    given: Mapping[str, object] = MappingProxyType({}),
    files: Mapping[str, KnownFile] = MappingProxyType({}),
) -> Redrawn:
    """The ask with the raw new answers; None takes it back. Reads people and writes nothing.

    People and places that the ask named before may be named still, though they are gone; `files` are those that may be
    given. With `fills`, the `given` ones
    among them are answers to that form step, all of which has to be answered.

    Raises:
        InvalidAnswers: the new answers cannot be accepted.
    """
    people, active = _people(session, service, ask, raw or {})
    requester = next(one for one in people.values() if one.id == ask.requester_id)
    known = _known(service, ask.answers, active, files, desk)
    filled = (*ask.filled, fills) if fills else tuple(ask.filled)
    answers = _answers(service, ask, raw, known, filled, given, fills, complete=complete)
    was = place_all(service, ask.answers, people, requester, desk, ask.opened_at, ask.text, ask.filled)
    now_wanted = place_all(service, answers, people, requester, desk, ask.opened_at, ask.text, filled)
    fresh = place_all(service, answers, people, requester, desk, now, ask.text, filled)
    undo = place_undoing(service, answers, ask.answers, people, requester, desk, now)
    return Redrawn(
        before=_plan(ask.answers, was, () if ask.cancelled_at else was.steps),
        after=_plan(answers, now_wanted, () if raw is None else now_wanted.steps),
        fresh=_by_step(fresh.steps),
        undo=_undo(service, undo),
    )


def _answers(
    service: Service,
    ask: AskRow,
    raw: Mapping[str, object] | None,
    known: Known,
    filled: Sequence[str],
    given: Mapping[str, object],
    fills: str | None,
    *,
    complete: bool,
) -> dict[str, JsonValue]:
    if raw is None:
        return ask.answers
    if fills is None:
        return check(service, raw, known, complete=complete, filled=filled)
    asked = [key for key, step in service.asked_later.items() if step == fills]
    if strange := [key for key in given if key not in asked]:
        raise InvalidAnswers([fault_of(key[:80], "unknown") for key in strange[:MOST_STRANGE]])
    return check(service, raw, known, filled=filled, only=asked)


def _undo(service: Service, placed: Sequence[Placed]) -> dict[str, Wanted]:
    undos = {step.key: step.undo for step in service.steps if step.undo is not None}
    named = {key for key, undo in undos.items() if undo.queue or undo.person}
    return {
        one.step.key.removesuffix(UNDO): _wanted(one)
        if one.step.of in named
        else replace(_wanted(one), queue=None, person_id=None, why=())
        for one in placed
    }


def _people(
    session: Session, service: Service, ask: AskRow, raw: Mapping[str, object]
) -> tuple[dict[str, Somebody], frozenset[str]]:
    """The requester and whoever is named now or was before, by mail in lower case; and who of them is active."""
    mails = named_people(service, ask.answers) | named_people(service, raw)
    wanted = or_(func.lower(PersonRow.mail).in_(mails), PersonRow.id == ask.requester_id)
    rows = session.execute(PEOPLE.add_columns(PersonRow.active).where(wanted)).all()
    people = {row.mail.lower(): Somebody(*row[:-1]) for row in rows}
    return people, frozenset(row.mail.lower() for row in rows if row.active)


def _known(
    service: Service,
    answers: Mapping[str, JsonValue],
    active: frozenset[str],
    files: Mapping[str, KnownFile],
    desk: DeskFacts,
) -> Known:
    places = {str(value) for one, value in cells(service, answers) if one.kind is FieldKind.LOCATION}
    known = desk.known(active | named_people(service, answers), files)
    return replace(known, locations=known.locations | places)


def _plan(answers: Mapping[str, JsonValue], placing: Placing, steps: Sequence[Placed]) -> Plan:
    return Plan(answers, placing.title, placing.subject.id if placing.subject else None, _by_step(steps))


def _by_step(steps: Sequence[Placed]) -> dict[str, Wanted]:
    return {one.step.key: _wanted(one) for one in steps}


def _wanted(placed: Placed) -> Wanted:
    step = placed.step
    return Wanted(
        key=step.key,
        title=step.title,
        neutral_title=step.neutral_title,
        detail=step.detail,
        phase=step.phase,
        queue=placed.queue,
        person_id=placed.person_id if placed.queue is None else None,
        needs=placed.needs,
        opens_at=placed.opens_at,
        due_at=placed.due_at,
        confidential_to=step.confidential_to,
        secret=placed.secret,
        why=placed.why,
        kind=placed.kind,
        checklist=items(step),
        evidence=asked(step),
    )
