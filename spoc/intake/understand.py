"""From a submission to a service with checked answers: named, matched from the text, or left to the desk's triage."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from catalog.answers import check
from catalog.errors import InvalidAnswers
from catalog.match import find_answers, match
from catalog.service import FieldKind, Service
from routing.why import Kind, Why
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.errors import NothingAsked
from spoc.intake.submission import Submission

TRIAGE = "something-else"
"""The service that takes what nothing else does; the shipped catalogue has it and lint demands it."""


@dataclass(frozen=True)
class Understood:
    """The service taken, the submission as it is now read, and why if the desk has to sort it."""

    service: Service
    submission: Submission
    why: tuple[Why, ...] = ()


def understand(submission: Submission, desk: DeskFacts, today: date) -> Understood:
    """Which service is meant. Nothing is refused for being unclear: in doubt the desk's triage takes it.

    Raises:
        UnknownService: the service named is not in the catalogue.
        NothingAsked: there is neither a service nor a text.
    """
    if submission.service is not None:
        return _named(desk.catalogue.service(submission.service), submission)
    if not submission.text.strip():
        raise NothingAsked
    return _matched(submission, desk, today) or _triage(submission, desk, today)


def _named(service: Service, submission: Submission) -> Understood:
    """The text beside a form answers the form's own story, where that was left empty."""
    told = _story(service, submission)
    return Understood(service, replace(submission, answers={**told, **submission.answers}))


def _matched(submission: Submission, desk: DeskFacts, today: date) -> Understood | None:
    best = next(iter(match(submission.text, desk.catalogue, today)), None)
    if best is None or not best.certain:
        return None
    service = desk.catalogue.service(best.service_key)
    answers = {**_found(service, submission, desk, today), **submission.answers}
    if submission.complete and not _is_complete(service, answers, desk):
        return None
    read = replace(submission, service=service.key, answers=answers)
    return Understood(service, read, (Why(Kind.READ_AS, {"service": service.title, "words": tuple(best.words)}),))


def _triage(submission: Submission, desk: DeskFacts, today: date) -> Understood:
    service = desk.catalogue.service(TRIAGE)
    found = match(submission.text, desk.catalogue, today)[:3]
    likely = tuple(desk.catalogue.service(one.service_key).title for one in found)
    why = Why(Kind.NO_SERVICE_FITS_LIKELY, {"services": likely}) if likely else Why(Kind.NO_SERVICE_FITS)
    read = replace(submission, service=TRIAGE, answers=_found(service, submission, desk, today))
    return Understood(service, read, (why,))


def _found(service: Service, submission: Submission, desk: DeskFacts, today: date) -> dict[str, object]:
    """What the text answers. People are left to the requester: a name in a text is no proof of who is meant."""
    found = find_answers(service, submission.text, today, desk.locations)
    people = {field.key for field in service.form if field.kind is FieldKind.PERSON}
    return {**_story(service, submission), **{key: answer for key, answer in found.items() if key not in people}}


def _story(service: Service, submission: Submission) -> dict[str, object]:
    """The text as the answer to the form's first required long question, if it has one and there is a text."""
    asked = (one for one in service.form if one.kind is FieldKind.LONG_TEXT and one.required and not one.visible_when)
    story = next(asked, None)
    return {story.key: submission.text[: story.max_length]} if story and submission.text.strip() else {}


def _is_complete(service: Service, answers: Mapping[str, object], desk: DeskFacts) -> bool:
    try:
        check(service, answers, desk.known())
    except InvalidAnswers:
        return False
    return True
