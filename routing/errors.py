"""What can be wrong about placing, timing and moving work; each error carries its values and a stable code."""

from collections.abc import Mapping
from typing import ClassVar, Final

from routing.phrase import Phrase, marked
from routing.work import TaskState

STATES: Final[Mapping[str, Phrase]] = {
    TaskState.WAITING: Phrase("waiting"),
    TaskState.READY: Phrase("ready"),
    TaskState.CLAIMED: Phrase("claimed"),
    TaskState.ON_HOLD: Phrase("on hold"),
    TaskState.DONE: Phrase("done"),
    TaskState.SKIPPED: Phrase("skipped"),
    TaskState.CANCELLED: Phrase("cancelled"),
}
ACTS: Final[Mapping[str, Phrase]] = {
    "claim": Phrase("claim"),
    "release": Phrase("put back"),
    "hold": Phrase("put on hold"),
    "resume": Phrase("resume"),
    "finish": Phrase("finish"),
    "handoff": Phrase("hand over"),
    "reopen": Phrase("reopen"),
    "skip": Phrase("skip"),
    "cancel": Phrase("cancel"),
}


class RoutingError(Exception):
    """The sentence is kept as `routing.phrase.Phrase` keeps it; `str()` is the English of it."""

    code: ClassVar[str] = "routing"
    template: ClassVar[str] = ""
    many: ClassVar[str] = ""

    def __init__(self, **given: object) -> None:
        self.given: Mapping[str, object] = given
        super().__init__(str(Phrase(self.template, given)))


class NotPossible(RoutingError):
    """The act does not fit the state the task is in."""

    code = "not_possible"
    template = marked("A task that is %(state)s does not allow: %(act)s.")

    def __init__(self, state: str, act: str) -> None:
        super().__init__(state=STATES.get(state, state), act=ACTS.get(act, act))
        self.state = state
        self.act = act


class BrokenPlan(RoutingError):
    """Works that could never all be done: a key twice, a need that is not there, or needs in a circle."""

    code = "broken_plan"
    template = marked("The plan cannot be carried out: %(key)s %(reason)s.")

    def __init__(self, key: str, reason: Phrase) -> None:
        super().__init__(key=key, reason=reason)
        self.key = key
        self.reason = reason


class InvalidCalendar(RoutingError):
    code = "invalid_calendar"
    template = marked("Calendar %(calendar)s: %(reason)s.")

    def __init__(self, calendar_key: str, reason: Phrase) -> None:
        super().__init__(calendar=calendar_key, reason=reason)
        self.calendar_key = calendar_key
        self.reason = reason


class NoWorkingTime(RoutingError):
    """The calendar was searched as far as it makes sense and nobody works then."""

    code = "no_working_time"
    template = "Calendar %(calendar)s has no working time."

    def __init__(self, calendar_key: str) -> None:
        super().__init__(calendar=calendar_key)
        self.calendar_key = calendar_key


class DateOutOfRange(RoutingError):
    """The date lies outside the years that are planned with."""

    code = "date_out_of_range"
    template = marked("%(date)s is outside the years that can be planned.")

    def __init__(self, value: object) -> None:
        super().__init__(date=value)
        self.value = value
