"""What may happen to a task, and what follows from the tasks for the ticket and its bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from routing.errors import NotPossible
from routing.targets import is_late
from routing.work import HoldReason, TaskState, TicketState

WORKABLE: Final = frozenset({TaskState.READY, TaskState.CLAIMED, TaskState.ON_HOLD})
OPEN: Final = WORKABLE | {TaskState.WAITING}
FULFILLED: Final = frozenset({TaskState.DONE, TaskState.SKIPPED})
"""States of a need that let go what waited for it. A cancelled need does not: a person decides what follows."""


class Act(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    HOLD = "hold"
    RESUME = "resume"
    FINISH = "finish"
    HANDOFF = "handoff"
    REOPEN = "reopen"
    SKIP = "skip"
    CANCEL = "cancel"


_MOVES: Final[dict[Act, tuple[frozenset[TaskState], TaskState]]] = {
    Act.CLAIM: (frozenset({TaskState.READY}), TaskState.CLAIMED),
    Act.RELEASE: (frozenset({TaskState.CLAIMED}), TaskState.READY),
    Act.HOLD: (frozenset({TaskState.READY, TaskState.CLAIMED}), TaskState.ON_HOLD),
    Act.RESUME: (frozenset({TaskState.ON_HOLD}), TaskState.READY),
    Act.FINISH: (WORKABLE, TaskState.DONE),
    Act.HANDOFF: (WORKABLE, TaskState.READY),
    Act.REOPEN: (frozenset({TaskState.DONE}), TaskState.READY),
    Act.SKIP: (OPEN, TaskState.SKIPPED),
    Act.CANCEL: (OPEN, TaskState.CANCELLED),
}
_BACK_TO_ASSIGNEE: Final = frozenset({Act.RESUME, Act.REOPEN})


@dataclass(frozen=True)
class Standing:
    """Where one task of a ticket stands; `hold_reason` counts only while it is on hold.

    A `secret` one goes on by itself: neither ticket nor ask is open, waits or is resolved because of it. With
    `is_work` false it is an approval, which does nothing by itself: that it was given resolves no ticket.
    """

    key: str
    state: TaskState
    needs: tuple[str, ...] = ()
    opens_at: datetime | None = None
    hold_reason: HoldReason | None = None
    secret: bool = False
    is_work: bool = True


class MaybeSecret(Protocol):
    @property
    def secret(self) -> bool: ...


_Work = TypeVar("_Work", bound=MaybeSecret)


class Cell(StrEnum):
    DONE = "done"
    IN_WORK = "in_work"
    LATER = "later"
    LATE = "late"
    YOUR_TURN = "your_turn"


@dataclass(frozen=True)
class Share:
    """One task as its department's cell in the bar.

    `title` is the department, or "You". `person_id` is set when the task is a person's own step;
    `paused` when its clock is stopped, so that it cannot be late.
    """

    title: str
    state: TaskState
    due_at: datetime | None = None
    person_id: int | None = None
    paused: bool = False


@dataclass(frozen=True)
class Department:
    title: str
    cells: tuple[Cell, ...]

    @property
    def done(self) -> int:
        return self.cells.count(Cell.DONE)

    @property
    def total(self) -> int:
        return len(self.cells)


def acts_from(state: TaskState) -> frozenset[Act]:
    """What may happen to a task in this state."""
    return frozenset(act for act, (sources, _) in _MOVES.items() if state in sources)


def after(state: TaskState, act: Act, *, assigned: bool = False) -> TaskState:
    """The state that follows; resume and reopen give an `assigned` task back to its assignee.

    Raises:
        NotPossible: the act does not fit the state.
    """
    sources, target = _MOVES[act]
    if state not in sources:
        raise NotPossible(state, act)
    return TaskState.CLAIMED if assigned and act in _BACK_TO_ASSIGNEE else target


def counted(works: Iterable[_Work]) -> tuple[_Work, ...]:
    """The works that tell how a ticket stands and what it promises: those that are not secret, in the order given.

    All of them where there is nothing else, which only a secret service may ask for: somebody has to end it.
    """
    known = tuple(works)
    return tuple(work for work in known if not work.secret) or known


def now_ready(tasks: Iterable[Standing], now: datetime) -> tuple[str, ...]:
    """Keys of the waiting tasks that nothing holds up any more, in the order given.

    A need that is not among `tasks` holds up for ever.
    """
    known = tuple(tasks)
    fulfilled = {task.key for task in known if task.state in FULFILLED}
    return tuple(
        task.key
        for task in known
        if task.state is TaskState.WAITING
        and fulfilled.issuperset(task.needs)
        and (task.opens_at is None or task.opens_at <= now)
    )


def ticket_state(tasks: Sequence[Standing]) -> TicketState:
    """What the tasks make of their ticket; never `closed`, which follows from time and not from tasks.

    Without any task the ticket is open: nobody has done anything for it.
    """
    counting = counted(tasks)
    states = {task.state for task in counting}
    if not states or states & OPEN:
        return _open_state([task for task in counting if task.state in WORKABLE])
    done = {task.state for task in counting if task.is_work}
    if TaskState.CANCELLED in states and TaskState.DONE not in done:
        return TicketState.CANCELLED
    return TicketState.RESOLVED


def _open_state(workable: Sequence[Standing]) -> TicketState:
    if workable and all(_asks_requester(task) for task in workable):
        return TicketState.WAITING_FOR_REQUESTER
    return TicketState.OPEN


def _asks_requester(task: Standing) -> bool:
    return task.state is TaskState.ON_HOLD and task.hold_reason is HoldReason.REQUESTER


def departments(tasks: Iterable[Share], now: datetime) -> tuple[Department, ...]:
    """The one bar over all departments, in order of first appearance; skipped and cancelled tasks are left out."""
    cells: dict[str, list[Cell]] = {}
    for task in tasks:
        if task.state in OPEN or task.state is TaskState.DONE:
            cells.setdefault(task.title, []).append(_cell(task, now))
    return tuple(Department(title, tuple(signs)) for title, signs in cells.items())


def _cell(task: Share, now: datetime) -> Cell:
    if task.state is TaskState.DONE:
        return Cell.DONE
    if is_late(task.due_at, now) and not task.paused:
        return Cell.LATE
    if task.person_id is not None and task.state in WORKABLE:
        return Cell.YOUR_TURN
    return Cell.IN_WORK if task.state in {TaskState.CLAIMED, TaskState.ON_HOLD} else Cell.LATER
