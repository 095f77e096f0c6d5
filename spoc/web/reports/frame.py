"""What all pages of the reports share: links that ask on, the filters, when the figures were taken, what they mean."""

from dataclasses import dataclass
from urllib.parse import urlencode

from routing.work import CONTACT_CHANNELS
from spoc.reports import definitions
from spoc.reports.change import MAY_CHANGE
from spoc.reports.choices import Choice, Choices
from spoc.reports.fcr import FcrReport
from spoc.reports.opening import Limit
from spoc.reports.question import By, Question, address
from spoc.web.formats import View
from spoc.web.reports.words import BYS, Titles, channel_title
from spoc.words import gettext


@dataclass(frozen=True)
class Select:
    """One filter: (value, text) pairs and what is chosen."""

    name: str
    label: str
    options: tuple[Choice, ...]
    chosen: str


@dataclass(frozen=True)
class Frame:
    """`hidden`: parameters that stay as they are when a filter changes. `print_line`: the filters as a line of text."""

    action: str
    start: str
    end: str
    selects: tuple[Select, ...]
    hidden: tuple[tuple[str, str], ...]
    csv: str
    as_of: str
    as_of_iso: str
    print_line: str
    meaning: tuple[tuple[str, str], ...]
    is_usual_measure: bool
    measure_line: str
    may_change: bool


def link(path: str, question: Question, **more: str | None) -> str:
    """The path with the question in its address, `more` added or put in place."""
    return f"{path}?{urlencode(address(question, **more))}"


def behind(question: Question, by: By | None = None, **more: str | None) -> str:
    """Where the tickets behind a figure are. Openings have no cause: there it is a filter of its own."""
    chosen = by or question.by
    return link("/reports/openings", question, by=(By.WEEK if chosen is By.CAUSE else chosen).value, **more)


def titles_of(view: View, choices: Choices) -> Titles:
    return Titles(view, dict(choices.queues))


def frame(report: FcrReport, choices: Choices, view: View, path: str, csv: str, bys: tuple[By, ...]) -> Frame:
    question = report.question
    selects = _selects(question, choices, bys)
    kept = {"window": str(question.window_days or ""), "time_limit": str(question.time_limit or "")}
    return Frame(
        action=path,
        start=question.start_on.isoformat(),
        end=question.end_on.isoformat(),
        selects=selects,
        hidden=tuple((name, value) for name, value in kept.items() if value),
        csv=link(csv, question),
        as_of=view.moment(report.as_of),
        as_of_iso=view.iso(report.as_of),
        print_line=_line(question, selects, view),
        meaning=_meaning(report, view),
        is_usual_measure=not kept["window"] and not kept["time_limit"],
        measure_line=_measure(report),
        may_change=question.actor is not None and bool(question.actor.roles & MAY_CHANGE),
    )


def _selects(question: Question, choices: Choices, bys: tuple[By, ...]) -> tuple[Select, ...]:
    only = question.only
    anything = ("", gettext("all"))
    channels = tuple((channel.value, channel_title(channel)) for channel in CONTACT_CHANNELS)
    return (
        Select("by", gettext("By"), tuple((by.value, gettext(BYS[by]).lower()) for by in bys), question.by.value),
        Select("service", gettext("Service"), (anything, *choices.services), only.service or ""),
        Select("queue", gettext("Queue"), (anything, *choices.queues), only.queue or ""),
        Select("channel", gettext("Channel"), (anything, *channels), only.channel.value if only.channel else ""),
        Select("department", gettext("Department"), (anything, *choices.departments), only.department or ""),
        Select("location", gettext("Location"), (anything, *choices.locations), only.location or ""),
    )


def _line(question: Question, selects: tuple[Select, ...], view: View) -> str:
    period = gettext("%(start)s to %(end)s") % {"start": view.day(question.start_on), "end": view.day(question.end_on)}
    chosen = [
        f"{one.label}: {dict(one.options).get(one.chosen, one.chosen)}"
        for one in selects
        if one.chosen and one.name != "by"
    ]
    return " · ".join([period, *chosen])


def _meaning(report: FcrReport, view: View) -> tuple[tuple[str, str], ...]:
    limits = ", ".join(
        f"{channel_title(channel)} {_limit(limit)}" for channel, limit in report.limits.by_channel.items()
    )
    return (
        (gettext("First contact"), gettext(definitions.FCR)),
        (gettext("Repeat contacts"), gettext(definitions.REPEATS)),
        (gettext("Queue"), gettext(definitions.QUEUE)),
        (gettext("Window W"), _window(report)),
        (gettext("Limits"), limits or gettext("none")),
        (gettext("Definition"), str(definitions.VERSION)),
        (gettext("As of"), view.moment(report.as_of)),
        (gettext("Days"), gettext("whole days in %(zone)s") % {"zone": report.question.zone.key}),
    )


def _window(report: FcrReport) -> str:
    days = gettext("%(days)s days of 24 hours, inclusive") % {"days": report.window_days}
    return days if report.question.window_days else gettext("%(days)s; each service may set its own") % {"days": days}


def _measure(report: FcrReport) -> str:
    limit = (
        gettext("limits as set") if report.question.time_limit is None else _limit_instead(report.question.time_limit)
    )
    return gettext("Measured with W = %(days)s days and %(limit)s.") % {"days": report.window_days, "limit": limit}


def _limit_instead(limit: int | str) -> str:
    return gettext("no time limit") if limit == "none" else gettext("%(minutes)s business minutes") % {"minutes": limit}


def _limit(limit: Limit) -> str:
    if limit is None:
        return gettext("no limit")
    return gettext("before it ended") if limit == "contact" else gettext("%(minutes)s min") % {"minutes": limit}
