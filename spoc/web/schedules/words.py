"""Schedules in words: by which rule they come, who asks, and what became of each date."""

from collections.abc import Mapping
from typing import Final

from catalog.approval import LEAD
from catalog.schedule import FIRST_WORKING, LAST, LAST_WORKING, DayOff, Schedule, Unit, Weekday
from routing.phrase import Phrase, counted
from spoc.failure import read
from spoc.intake.cycles.reading import Run
from spoc.web.catalogue_words import party
from spoc.words import gettext, marked, said

WEEKDAYS: Final[Mapping[Weekday, str]] = {
    Weekday.MONDAY: marked("Monday"),
    Weekday.TUESDAY: marked("Tuesday"),
    Weekday.WEDNESDAY: marked("Wednesday"),
    Weekday.THURSDAY: marked("Thursday"),
    Weekday.FRIDAY: marked("Friday"),
    Weekday.SATURDAY: marked("Saturday"),
    Weekday.SUNDAY: marked("Sunday"),
}
DAYS: Final[Mapping[str, str]] = {
    LAST: marked("the last day"),
    FIRST_WORKING: marked("the first working day"),
    LAST_WORKING: marked("the last working day"),
}
DAYS_OFF: Final[Mapping[DayOff, str]] = {
    DayOff.NEXT: marked("A date on which nobody works moves to the next working day."),
    DayOff.PREVIOUS: marked("A date on which nobody works moves to the working day before."),
    DayOff.SKIP: marked("A date on which nobody works is left out."),
    DayOff.KEEP: marked("A date on which nobody works stays as it is."),
}


def rule_sentence(schedule: Schedule) -> str:
    """Every 3 months on the first working day, at 09:00 in Europe/Berlin."""
    at = {"rule": said(_rule(schedule)), "at": f"{schedule.at:%H:%M}", "zone": schedule.time_zone}
    if schedule.time_zone:
        return gettext("%(rule)s, at %(at)s in %(zone)s.") % at
    return gettext("%(rule)s, at %(at)s.") % at


def _rule(schedule: Schedule) -> Phrase:
    number = schedule.every.amount
    match schedule.every.unit:
        case Unit.DAYS:
            return counted("Every day", "Every %(number)s days", number)
        case Unit.WEEKS:
            days = schedule.weekdays or (list(Weekday)[schedule.from_on.weekday()],)
            named = ", ".join(gettext(WEEKDAYS[day]) for day in Weekday if day in days)
            return counted("Every week on %(days)s", "Every %(number)s weeks on %(days)s", number, days=named)
        case Unit.MONTHS:
            day = schedule.day or str(schedule.from_on.day)
            named_day = Phrase(DAYS[day]) if day in DAYS else Phrase("day %(number)s", {"number": day})
            return counted("Every month on %(day)s", "Every %(number)s months on %(day)s", number, day=named_day)


def day_off_sentence(schedule: Schedule) -> str:
    """What becomes of a date without work; empty where the rule looks for a working day by itself."""
    return "" if schedule.day in {FIRST_WORKING, LAST_WORKING} else gettext(DAYS_OFF[schedule.day_off])


def asked_by(schedule: Schedule, queues: Mapping[str, str]) -> str:
    """Who asks: a lead by the title of their queue, others as the catalogue's expressions are told."""
    queue = schedule.requester.removesuffix(LEAD)
    if queue in queues:
        return gettext("Lead of %(queue)s") % {"queue": queues[queue]}
    return party(schedule.requester)


def outcome(run: Run) -> str:
    """What became of a run."""
    if run.raised:
        return gettext("Raised by %(name)s") % {"name": run.by} if run.by else gettext("Raised")
    if run.problem:
        return gettext("Not raised. %(why)s") % {"why": said(read(run.problem))}
    if run.given_up:
        return gettext(
            "Not raised: it was tried several times and given up. An administrator tries it again under Outbox."
        )
    return gettext("Being raised")


def stands_for(missed: int, since: str) -> str:
    """How many dates before it the run stands for; empty for none."""
    if missed < 1:
        return ""
    one, many = (
        "It also stands for %(number)s date that was missed, on %(since)s.",
        "It also stands for %(number)s dates that were missed, from %(since)s on.",
    )
    return said(counted(one, many, missed, since=since))
