"""The list behind a figure: reading what it is behind from the address, its chips, its pages, its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from routing.phrase import Phrase
from routing.work import ContactKind, RepeatCause
from spoc.errors import Fault
from spoc.reports.errors import InvalidQuestion
from spoc.reports.fcr import FcrReport
from spoc.reports.listing import PAGE, Behind, Listed, Of
from spoc.reports.opening import Reason, VerdictKind
from spoc.reports.question import Question
from spoc.web.formats import View
from spoc.web.reports.frame import link
from spoc.web.reports.words import BYS, REASONS, VERDICTS, Titles, cause_title, channel_title
from spoc.web.words_of_contacts import KINDS, LEFT_OUT
from spoc.words import gettext, marked

PARAMETERS: Final = ("of", "key", "verdict", "reason", "kind", "cause", "decided", "after")
HEADINGS: Final = {
    Of.NET: marked("Requests the desk can solve"),
    Of.GROSS: marked("All requests"),
    Of.FIRST_LEVEL: marked("Requests that are resolved"),
    Of.ONE_CONTACT: marked("Requests that are resolved and past their window"),
    Of.EXCLUDED: marked("Requests that count in no figure"),
    Of.CONTACTS: marked("Contacts"),
}
Place = tuple[datetime, str]
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Chip:
    """A filter in force; `without` is the same list without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True)
class Line:
    reference: str
    title: str
    service: str
    channel: str
    at: str
    at_iso: str
    verdict: str
    reason: str
    is_good: bool
    is_late_logged: bool


def read(given: Sequence[tuple[str, str]]) -> tuple[Behind, Place | None]:
    """What the list is behind, and after which line this page begins.

    Raises:
        InvalidQuestion: with every value that means nothing.
    """
    values = {name: value.strip() for name, value in given}
    faults: list[Fault] = []
    decided = values.get("decided", "")
    if decided not in ("", "yes"):
        faults.append(Fault("decided", "unknown_choice", Phrase("Leave it out, or give yes.")))
    behind = Behind(
        of=_one_of(values, "of", Of, faults) or Of.NET,
        key=values.get("key"),
        verdict=_one_of(values, "verdict", VerdictKind, faults),
        reason=_one_of(values, "reason", Reason, faults),
        kind=_one_of(values, "kind", ContactKind, faults),
        cause=_one_of(values, "cause", RepeatCause, faults),
        decided=bool(decided),
    )
    after = _after(values.get("after", ""), faults)
    if faults:
        raise InvalidQuestion(faults)
    return behind, after


def _one_of(values: dict[str, str], name: str, words: type[Word], faults: list[Fault]) -> Word | None:
    value = values.get(name, "")
    if value and value not in {word.value for word in words}:
        faults.append(
            Fault(name, "unknown_choice", Phrase("Choose one of %(choices)s.", {"choices": ", ".join(words)}))
        )
        return None
    return words(value) if value else None


def _after(value: str, faults: list[Fault]) -> Place | None:
    if not value:
        return None
    instant, _, reference = value.partition("/")
    at: datetime | None
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        faults.append(Fault("after", "invalid", Phrase("Follow the link to the next page.")))
        return None
    return at, reference


def page_of(lines: Sequence[Listed], after: Place | None) -> tuple[Sequence[Listed], str | None]:
    """The lines of this page, and where the next begins. Lines of the same place stay together on one page."""
    left = [line for line in lines if after is None or (line.at, line.reference) < after]
    if len(left) <= PAGE:
        return left, None
    last = (left[PAGE - 1].at, left[PAGE - 1].reference)
    page = [line for line in left if (line.at, line.reference) >= last]
    return page, f"{last[0].isoformat()}/{last[1]}" if len(page) < len(left) else None


def address(question: Question, path: str = "/reports/openings", /, **more: str | None) -> str:
    return link(path, question, **more)


def named(behind: Behind) -> dict[str, str | None]:
    """The list's own parameters, for its address."""
    values = {
        "key": behind.key,
        "verdict": behind.verdict,
        "reason": behind.reason,
        "kind": behind.kind,
        "cause": behind.cause,
    }
    decided = "yes" if behind.decided else None
    return {
        "of": behind.of.value,
        "decided": decided,
        **{name: str(value) if value else value for name, value in values.items()},
    }


def heading(behind: Behind) -> str:
    if behind.of is Of.CONTACTS and behind.kind in (ContactKind.REPEAT, ContactKind.RESPONSE):
        return (
            gettext("Repeat contacts") if behind.kind is ContactKind.REPEAT else gettext("Answers the desk asked for")
        )
    return gettext(HEADINGS[behind.of])


def is_contacts(behind: Behind) -> bool:
    return behind.of is Of.CONTACTS


def chips(question: Question, behind: Behind, titles: Titles, report: FcrReport) -> tuple[Chip, ...]:
    here = named(behind)
    shown: list[tuple[str, str, str | None]] = [
        ("key", gettext(BYS[question.by]), _key_title(question, behind, titles, report)),
        ("verdict", gettext("Verdict"), gettext(VERDICTS[behind.verdict]) if behind.verdict else None),
        ("reason", gettext("Reason"), gettext(REASONS[behind.reason]) if behind.reason else None),
        ("kind", gettext("Kind"), gettext(KINDS[behind.kind]) if behind.kind else None),
        ("cause", gettext("Cause"), cause_title(behind.cause) if behind.cause else None),
        ("decided", gettext("Verdict"), gettext("decided") if behind.decided else None),
    ]
    own = [Chip(label, text, address(question, **(here | {name: None}))) for name, label, text in shown if text]
    return (*own, *_filters(question, here, titles))


def _key_title(question: Question, behind: Behind, titles: Titles, report: FcrReport) -> str | None:
    if behind.key is None:
        return None
    services = {one.opening.service_key: one.opening.service_title for one in report.judged}
    try:
        return titles.of(question.by, behind.key, services.get(behind.key, behind.key))
    except ValueError:  # a week or month that somebody typed
        return behind.key


def _filters(question: Question, here: dict[str, str | None], titles: Titles) -> Iterable[Chip]:
    only = question.only
    shown = [
        ("service", gettext("Service"), only.service),
        ("queue", gettext("Queue"), titles.queues.get(only.queue, only.queue) if only.queue else None),
        ("channel", gettext("Channel"), channel_title(only.channel) if only.channel else None),
        ("department", gettext("Department"), only.department),
        ("location", gettext("Location"), only.location),
    ]
    return [Chip(label, text, address(question, **(here | {name: None}))) for name, label, text in shown if text]


def rows(lines: Iterable[Listed], view: View) -> list[Line]:
    return [_row(line, view) for line in lines]


def _row(line: Listed, view: View) -> Line:
    return Line(
        reference=line.reference,
        title=line.title,
        service=line.service_title,
        channel=channel_title(line.channel),
        at=view.moment(line.at),
        at_iso=view.iso(line.at),
        verdict=_what(line),
        reason=_why(line),
        is_good=line.verdict is VerdictKind.RESOLVED,
        is_late_logged=line.late_logged,
    )


def _what(line: Listed) -> str:
    if line.verdict:
        return gettext(VERDICTS[line.verdict])
    if line.kind:
        return gettext(KINDS[line.kind])
    return gettext("Counts in no figure") if line.excluded else ""


def _why(line: Listed) -> str:
    if line.reason:
        return gettext(REASONS[line.reason])
    if line.cause:
        return cause_title(line.cause)
    return _left_out(line.excluded, line) if line.excluded else ""


def _left_out(reason: str, line: Listed) -> str:
    """As `sent twice, the same as T-000041: pressed the button again`."""
    why = gettext(LEFT_OUT.get(reason, reason))
    if line.same_as:
        why = gettext("%(why)s, the same as %(of)s") % {"why": why, "of": line.same_as}
    return f"{why}: {line.words}" if line.words else why
