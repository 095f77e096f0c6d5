"""How pages about tasks speak: due marks, why a task stands still, departments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from routing.lifecycle import OPEN, Department
from routing.work import HoldReason, TaskState
from spoc.desk.ticket_rows import APPROVERS, YOU
from spoc.web.formats import View
from spoc.words import gettext, marked

SOON: Final = timedelta(hours=2)
HOLDS: Final[Mapping[HoldReason, str]] = {
    HoldReason.REQUESTER: marked("Asked back"),
    HoldReason.VENDOR: marked("Vendor"),
    HoldReason.OTHER: marked("On hold"),
}


@dataclass(frozen=True)
class Due:
    """A due mark as the part `due` takes it."""

    kind: str
    text: str
    at: str | None


def due_mark(due_at: datetime | None, state: TaskState, view: View, *, paused: bool = False) -> Due | None:
    """The mark of a task; None once it is over."""
    if state not in OPEN:
        return None
    if paused:
        return Due("stopped", gettext("Clock stopped"), None)
    if due_at is None:
        return Due("none", gettext("No date"), None)
    left = due_at - view.now
    if left > SOON:
        is_today = view.day(due_at) == view.day(view.now)
        return Due(*(("today", view.clock(due_at)) if is_today else ("later", view.day(due_at))), view.iso(due_at))
    if left < timedelta():
        return Due("late", gettext("Late %(time)s") % {"time": length(-left)}, view.iso(due_at))
    return Due("soon", gettext("%(time)s left") % {"time": length(left)}, view.iso(due_at))


def length(span: timedelta) -> str:
    """48 min, 3 h 20, 2 days."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return gettext("%(minutes)s min") % {"minutes": minutes}
    if minutes < 24 * 60:
        return gettext("%(hours)s h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    days = minutes // (24 * 60)
    return gettext("1 day") if days == 1 else gettext("%(days)s days") % {"days": days}


def stands_because(
    state: TaskState, waits_for: tuple[str, ...], opens_at: datetime | None, hold: HoldReason | None, view: View
) -> str | None:
    """What stands in the state's place where it helps more: “Waits: contract”, “Opens Fri 21 Aug”, “Vendor”."""
    if state is TaskState.WAITING and waits_for:
        return gettext("Waits: %(what)s") % {"what": waits_for[0]}
    if state is TaskState.WAITING and opens_at is not None:
        return gettext("Opens %(day)s") % {"day": view.opening(opens_at)}
    return gettext(HOLDS[hold]) if state is TaskState.ON_HOLD and hold is not None else None


def meets(meets_at: datetime | None, view: View, *, is_to_choose: bool) -> str | None:
    """What stands in the state's place of an appointment: at what time of the day on which it is due, or that this is
    being chosen.
    """
    if meets_at is not None:
        return gettext("Meets %(clock)s") % {"clock": view.clock(meets_at)}
    return gettext("Time is being chosen") if is_to_choose else None


def offered(state: TaskState, assignee: str | None, *, is_mine: bool) -> str | None:
    """What stands in the place of “ready” where somebody is meant to take it."""
    if state is not TaskState.READY or assignee is None:
        return None
    return gettext("Offered to you") if is_mine else gettext("Offered")


def spoken(departments: Iterable[Department]) -> tuple[Department, ...]:
    """The departments with the reader's own part named in their language."""
    own = (YOU, APPROVERS)
    return tuple(Department(gettext(one.title), one.cells) if one.title in own else one for one in departments)


def choices(words: Mapping[str, str]) -> list[dict[str, str]]:
    """A table of words as options of a select."""
    return [{"value": str(value), "label": gettext(label)} for value, label in words.items()]
