"""The one entrance: a submission becomes a ticket with its ask, tasks, contact, events and job, or nothing at all."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.answers import check, given_files, named_files
from routing.visibility import Actor
from spoc.db.jobs import RememberedAnswerRow
from spoc.db.tickets import AskRow
from spoc.files.keeping import attach_answers, known_files
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.errors import KeyReused, NotYetOver
from spoc.intake.people import read_people, requester_mail
from spoc.intake.plan import Placing, place_all
from spoc.intake.submission import Repeatable, Submission
from spoc.intake.understand import Understood, understand
from spoc.intake.write import Accepted, PreparedAsk, write


@dataclass(frozen=True)
class Outcome:
    """What was accepted; `replayed` if an earlier request with the same key had already done it."""

    accepted: Accepted
    replayed: bool


def accept(session: Session, submission: Submission, actor: Actor, desk: DeskFacts, now: datetime) -> Outcome:
    """Open a ticket for what was asked, in one statement; files that were given are attached in the same transaction.

    Raises:
        UnknownService, NothingAsked, InvalidAnswers: there is nothing that could be opened.
        UnknownRequester, MayNotRaiseForOthers: it may not be opened for this person.
        KeyReused: the Idempotency-Key came before with another body.
        NotYetOver: the contact it was made in ends after now.
        NoSuchFile: a file was given to something else at the same moment.
    """
    earlier = _earlier(session, actor, submission.repeatable)
    if earlier is not None:
        return earlier
    opening = prepare(session, submission, actor, desk, now)
    accepted = write(session, opening)
    if accepted is not None:
        _attach(session, opening, accepted)
        return Outcome(accepted, replayed=False)
    # The same key came in twice at once and the other was first: its answer is committed by now.
    raced = _earlier(session, actor, submission.repeatable)
    assert raced is not None
    return raced


def prepare(session: Session, submission: Submission, actor: Actor, desk: DeskFacts, now: datetime) -> PreparedAsk:
    """All that will be written, checked and placed; reads people and writes nothing. Errors as `accept`."""
    began_at = _began_at(submission, now)
    today = began_at.astimezone(desk.zone).date()
    understood = understand(submission, desk, today)
    mail = requester_mail(submission, actor)
    people = read_people(session, understood.service, understood.submission, mail)
    raw = understood.submission.answers
    files = known_files(session, actor, named_files(understood.service, raw))
    answers = check(understood.service, raw, desk.known(people, files), complete=submission.complete)
    text = understood.submission.text
    placing = place_all(understood.service, answers, people, people[mail], desk, began_at, text)
    return PreparedAsk(
        service=understood.service,
        submission=understood.submission,
        answers=answers,
        placing=_with_reasons(placing, understood),
        requester=people[mail],
        actor=actor,
        catalogue_version=desk.version,
        queue_ids=desk.queue_ids,
        opened_at=began_at,
        now=now,
    )


def _attach(session: Session, opening: PreparedAsk, accepted: Accepted) -> None:
    files = given_files(opening.service, opening.answers)
    if files:
        ask_id = session.scalars(select(AskRow.id).where(AskRow.ticket_id == accepted.ticket_id)).one()
        attach_answers(session, opening.actor, ticket_id=accepted.ticket_id, ask_id=ask_id, files=files)


def _began_at(submission: Submission, now: datetime) -> datetime:
    """When the ask was made: a call that is logged later keeps its own time, and so does its opening."""
    if submission.ended_at is not None and submission.ended_at > now:
        raise NotYetOver
    return submission.started_at or now


def _with_reasons(placing: Placing, understood: Understood) -> Placing:
    if not understood.why:
        return placing
    title = placing.title
    if placing.title == understood.service.title and understood.submission.text.strip():
        title = first_line(understood.submission.text)
    steps = tuple(replace(step, why=(*understood.why, *step.why)) for step in placing.steps)
    return replace(placing, title=title, steps=steps)


def first_line(text: str, longest: int = 90) -> str:
    """The beginning of what somebody wrote, fit for a title."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _earlier(session: Session, actor: Actor, repeatable: Repeatable | None) -> Outcome | None:
    if repeatable is None:
        return None
    stored = session.execute(
        select(RememberedAnswerRow.fingerprint, RememberedAnswerRow.body).where(
            RememberedAnswerRow.person_id == actor.person_id,
            RememberedAnswerRow.route == repeatable.route,
            RememberedAnswerRow.key == repeatable.key,
        )
    ).one_or_none()
    if stored is None:
        return None
    if bytes(stored.fingerprint) != repeatable.fingerprint:
        raise KeyReused
    return Outcome(Accepted.from_json(json.dumps(stored.body)), replayed=True)
