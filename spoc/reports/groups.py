"""Figures by week, month, service, queue or channel: cutting openings and contacts into groups. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from routing.closing import closes_at
from spoc.reports.costs import cause_of
from spoc.reports.measures import Figure, Judged, Tally, gross_fcr, net_fcr, repeat_contact_rate
from spoc.reports.opening import Opening
from spoc.reports.question import By, Question
from spoc.reports.suppress import of_judged, of_touches, suppressed
from spoc.reports.touches import Touch

NOTHING: Final = Figure(0, 0)
NO_OPENINGS: Final = Tally()
NO_QUEUE: Final = ""

T = TypeVar("T")


@dataclass(frozen=True)
class Group:
    """One row of a table. `starts_on` is set for weeks and months only. A hidden one has no figures: too few cases."""

    key: str
    title: str
    gross: Tally = NO_OPENINGS
    net: Tally = NO_OPENINGS
    repeats: Figure = NOTHING
    closed: bool = False
    hidden: bool = False
    starts_on: date | None = None


@dataclass(frozen=True)
class Cut:
    """How to cut: where an opening and where a contact belongs, and the keys that are there even if empty."""

    opening: Callable[[Opening], str]
    touch: Callable[[Touch], str]
    always: tuple[str, ...] = ()


def cut_by(by: By, question: Question) -> Cut:
    """The cut for what the question asks; a contact's cause belongs to contacts alone."""
    zone = question.zone
    match by:
        case By.WEEK | By.MONTH:
            key = week_of if by is By.WEEK else month_of
            return Cut(
                lambda one: key(one.opened_at, zone), lambda one: key(one.contact.at, zone), _spans(question, key)
            )
        case By.SERVICE:
            return Cut(lambda one: one.service_key, lambda one: one.service_key)
        case By.QUEUE:
            return Cut(lambda one: one.queue_key or NO_QUEUE, lambda one: one.queue_key or NO_QUEUE)
        case By.CHANNEL:
            return Cut(lambda one: one.first.channel.value, lambda one: one.contact.channel.value)
        case By.CAUSE:
            return Cut(lambda _: "", lambda one: cause_of(one.contact).value)


def week_of(at: datetime, zone: ZoneInfo) -> str:
    """The ISO week in the organisation's zone, as 2026-W33."""
    year, week, _ = at.astimezone(zone).isocalendar()
    return f"{year:04d}-W{week:02d}"


def month_of(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m}"


def _spans(question: Question, key: Callable[[datetime, ZoneInfo], str]) -> tuple[str, ...]:
    days = (question.start_on + timedelta(days=n) for n in range(question.days))
    return tuple(dict.fromkeys(key(datetime.combine(day, time(12), question.zone), question.zone) for day in days))


def first_day(by: By, key: str) -> date | None:
    """The first day of a week or month; None for other groups."""
    if by is By.WEEK:
        return date.fromisocalendar(int(key[:4]), int(key[6:]), 1)
    return date(int(key[:4]), int(key[5:]), 1) if by is By.MONTH else None


def last_day(by: By, key: str) -> date | None:
    start = first_day(by, key)
    if start is None:
        return None
    return (
        start + timedelta(days=6) if by is By.WEEK else (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    )


def is_closed(end_at: datetime, judged: Sequence[Judged], window_days: int, as_of: datetime) -> bool:
    """Whether a headline may be given: period end + W + grace is past, and every opening is decided."""
    tally = gross_fcr(judged)
    return as_of >= closes_at(end_at, window_days) and not tally.provisional and not tally.pending


def longest_window(openings: Iterable[Opening], usual: int) -> int:
    return max((one.window_days for one in openings), default=usual)


def grouped(items: Iterable[T], key: Callable[[T], str]) -> Mapping[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def groups_of(
    by: By, question: Question, judged: Sequence[Judged], touches: Sequence[Touch], as_of: datetime, window_days: int
) -> tuple[Group, ...]:
    """The rows of a table: weeks and months in order of time, others by how many openings they have, most first."""
    cut = cut_by(by, question)
    openings = grouped(judged, lambda one: cut.opening(one.opening))
    contacts = grouped(touches, cut.touch)
    keys = dict.fromkeys((*cut.always, *openings, *contacts))
    hidden = _hidden(cut, judged, touches)
    titles = _titles(by, judged, touches)
    rows = [
        _group(
            by, question, key, titles.get(key, key), openings.get(key, []), contacts.get(key, []), as_of, window_days
        )
        for key in keys
    ]
    shown = (
        Group(row.key, row.title, hidden=True, starts_on=row.starts_on) if row.key in hidden else row for row in rows
    )
    return tuple(sorted(shown, key=lambda row: (row.starts_on or date.min, -row.gross.total, row.title, row.key)))


def _hidden(cut: Cut, judged: Sequence[Judged], touches: Sequence[Touch]) -> frozenset[str]:
    openings = grouped(judged, lambda one: cut.opening(one.opening))
    contacts = grouped(touches, cut.touch)
    by_opening = suppressed({key: of_judged(members) for key, members in openings.items()})
    return by_opening | suppressed({key: of_touches(members) for key, members in contacts.items()})


def _titles(by: By, judged: Sequence[Judged], touches: Sequence[Touch]) -> Mapping[str, str]:
    if by is not By.SERVICE:
        return {}
    named = [(one.service_key, one.service_title) for one in touches]
    return dict([*named, *((one.opening.service_key, one.opening.service_title) for one in judged)])


def _group(
    by: By,
    question: Question,
    key: str,
    title: str,
    judged: Sequence[Judged],
    touches: Sequence[Touch],
    as_of: datetime,
    window_days: int,
) -> Group:
    ends_on = min(last_day(by, key) or question.end_on, question.end_on)
    end_at = datetime.combine(ends_on + timedelta(days=1), time(), question.zone)
    return Group(
        key=key,
        title=title,
        gross=gross_fcr(judged),
        net=net_fcr(judged),
        repeats=repeat_contact_rate([touch.contact for touch in touches]),
        closed=is_closed(end_at, judged, longest_window((one.opening for one in judged), window_days), as_of),
        starts_on=first_day(by, key),
    )
