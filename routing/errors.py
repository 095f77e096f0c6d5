"""What can be wrong about placing, timing and moving work; each error carries its values and a stable code."""

from typing import ClassVar


class RoutingError(Exception):
    code: ClassVar[str] = "routing"


class NotPossible(RoutingError):
    """The act does not fit the state the task is in."""

    code = "not_possible"

    def __init__(self, state: str, act: str) -> None:
        super().__init__(f"A task that is {state.replace('_', ' ')} does not allow: {act}.")
        self.state = state
        self.act = act


class BrokenPlan(RoutingError):
    """Works that could never all be done: a key twice, a need that is not there, or needs in a circle."""

    code = "broken_plan"

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"The plan cannot be carried out: {key} {reason}.")
        self.key = key
        self.reason = reason


class InvalidCalendar(RoutingError):
    code = "invalid_calendar"

    def __init__(self, calendar_key: str, reason: str) -> None:
        super().__init__(f"Calendar {calendar_key}: {reason}.")
        self.calendar_key = calendar_key
        self.reason = reason


class NoWorkingTime(RoutingError):
    """The calendar was searched as far as it makes sense and nobody works then."""

    code = "no_working_time"

    def __init__(self, calendar_key: str) -> None:
        super().__init__(f"Calendar {calendar_key} has no working time.")
        self.calendar_key = calendar_key


class DateOutOfRange(RoutingError):
    """The date lies outside the years that are planned with."""

    code = "date_out_of_range"

    def __init__(self, value: object) -> None:
        super().__init__(f"{value} is outside the years that can be planned.")
        self.value = value
