"""What the log of a ticket says about a promise: when its clock stood still, and when it ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from routing.targets import Pause
from routing.work import HoldReason


@dataclass(frozen=True)
class Happened:
    """One event, as far as clocks look at it. `answers`: a person of the desk told the requester something."""

    kind: str
    at: datetime
    ask_id: int | None = None
    task_id: int | None = None
    reason: str | None = None
    answers: bool = False


@dataclass(frozen=True)
class Course:
    """`ended_at` is None while it runs; `met` says that it ended with what was promised."""

    pauses: tuple[Pause, ...]
    ended_at: datetime | None = None
    met: bool = False


_GOES_ON: Final = frozenset({"in_work_again", "ticket_reopened", "resolved", "cancelled"})
_OF_ASK: Final = {"ask_resolved": True, "ask_cancelled": False}
_OF_TASK: Final = {"finished": True, "handed_off": False, "task_cancelled": False}


def course_of_response(events: Iterable[Happened], ask_id: int) -> Course:
    """A first answer ends it; so does the end of the ask. It never stands still: nobody was asked anything yet."""
    for event in events:
        if event.answers:
            return Course((), event.at, met=True)
        if event.ask_id == ask_id and event.kind in _OF_ASK:
            return Course((), event.at, met=_OF_ASK[event.kind])
    return Course(())


def course_of_ask(events: Sequence[Happened], ask_id: int) -> Course:
    """It stands still while all that is open waits for the requester; the first time that all is done ends it."""
    end = next((one for one in events if one.ask_id == ask_id and one.kind in _OF_ASK), None)
    pauses = _pauses(
        ((one.at, True) if one.kind == "waiting_for_requester" else (one.at, False))
        for one in events
        if one.kind == "waiting_for_requester" or one.kind in _GOES_ON
    )
    return _course(pauses, end, _OF_ASK)


def course_of_task(events: Sequence[Happened], task_id: int, started_at: datetime) -> Course:
    """The same for one task in one queue, from when it was ready there: another queue is another promise."""
    own = [one for one in events if one.task_id == task_id and one.at >= started_at]
    end = next((one for one in own if one.kind in _OF_TASK and one.at > started_at), None)
    pauses = _pauses(
        (one.at, one.kind == "held" and one.reason == HoldReason.REQUESTER)
        for one in own
        if one.kind in {"held", "resumed", *_OF_TASK}
    )
    return _course(pauses, end, _OF_TASK)


def _pauses(turns: Iterable[tuple[datetime, bool]]) -> list[Pause]:
    """From when it was stopped to when it went on; a second stop in a row is the same one."""
    found: list[Pause] = []
    since: datetime | None = None
    for at, stops in turns:
        if stops and since is None:
            since = at
        elif not stops and since is not None:
            found.append(Pause(since, at))
            since = None
    return [*found, Pause(since, None)] if since is not None else found


def _course(pauses: Sequence[Pause], end: Happened | None, kinds: dict[str, bool]) -> Course:
    """What comes after the end is nothing to it."""
    if end is None:
        return Course(tuple(pauses))
    before = (Pause(one.since, min(one.until or end.at, end.at)) for one in pauses if one.since < end.at)
    return Course(tuple(before), end.at, kinds[end.kind])
