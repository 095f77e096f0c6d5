"""Where appointments stand on the pages of a ticket: to be chosen by the reader, booked with them, or with others."""

from routing.lifecycle import WORKABLE
from spoc.desk.ticket_page import TaskPart
from spoc.web.desk.words import meets
from spoc.web.formats import View


def is_to_choose(task: TaskPart) -> bool:
    """The reader is to choose its time."""
    return task.meeting is not None and task.meeting.may_choose and task.meeting.starts_at is None


def is_booked(task: TaskPart) -> bool:
    """A time is booked, at which the reader meets somebody."""
    meeting = task.meeting
    return meeting is not None and meeting.starts_at is not None and meeting.is_mine and task.state in WORKABLE


def stands_met(task: TaskPart, view: View) -> str | None:
    """What stands in its state's place; None for other tasks."""
    if task.meeting is None or task.state not in WORKABLE:
        return None
    return meets(task.meeting.starts_at, view, is_to_choose=task.meeting.choose_by is not None)
