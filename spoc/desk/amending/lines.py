"""What a change of mind does to each task of an ask: added, taken up again, moved, cancelled, undone, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from catalog.amend import Fate, Made, Standing, Turn, Wish, amend
from catalog.service import Service
from routing.lifecycle import FULFILLED, OPEN
from routing.redraw import Plan, Redrawn, Wanted, redated
from routing.visibility import Part
from routing.work import TaskKind, TaskState
from spoc.db.tickets import AskRow
from spoc.desk.appointments.changing import is_offered_anew
from spoc.desk.ticket_rows import Task


class Change(StrEnum):
    ADDED = "added"
    RESTORED = "restored"
    MOVED = "moved"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    STAYS = "stays"


@dataclass(frozen=True)
class Line:
    """What becomes of one task. `task` is None for one that is added, `target` for one that is left or cancelled.

    `needs` of the target are keys of tasks. `offers_anew`: it is an appointment, of which another time is to be chosen.
    """

    change: Change
    key: str
    task: Task | None = None
    target: Wanted | None = None
    offers_anew: bool = False

    @property
    def frees_at(self) -> datetime | None:
        """The time that was booked for it and is given back."""
        lost = self.offers_anew or self.change is Change.CANCELLED
        return self.task.starts_at if self.task is not None and lost and self.task.state in OPEN else None

    @property
    def part(self) -> Part:
        if self.task is not None:
            return self.task.part
        assert self.target is not None, "what is not there is to be made"
        named = frozenset(self.target.confidential_to)
        return Part(self.target.queue, named, person_id=self.target.person_id, secret=self.target.secret)


@dataclass(frozen=True)
class Amended:
    """The ask with all that becomes of it; `cancels`: taken back. `fills`: this form was filled in, and is done."""

    ask: AskRow
    service: Service
    plan: Redrawn
    lines: Sequence[Line]
    cancels: bool
    fills: Task | None = None


def renamed(task: Task, target: Wanted) -> Task:
    """The task under the name and for the eyes that it is to have."""
    return replace(task, title=target.title, confidential_to=target.confidential_to)


def lines_of(service: Service, ask: AskRow, tasks: Sequence[Task], plan: Redrawn) -> tuple[Line, ...]:
    """One for each task of the ask, and for each that is to be there; in the order of the catalogue."""
    by_key = {task.key: task for task in tasks}
    turns = amend(service, [_made(ask, task) for task in tasks], _wish(plan.before), _wish(plan.after))
    current = _current(turns, tasks)
    fulfilled = {task.key for task in tasks if task.state in FULFILLED}
    lines = [_met_anew(_line(turn, by_key, plan, current), service, plan, fulfilled) for turn in turns]
    return (*lines, *_by_hand(tasks, {line.key for line in lines}, plan))


def _met_anew(line: Line, service: Service, plan: Redrawn, fulfilled: AbstractSet[str]) -> Line:
    if line.task is None or line.change not in {Change.MOVED, Change.STAYS}:
        return line
    if not is_offered_anew(service, line.task, plan) and not _is_freed(line.task, line.target, fulfilled):
        return line
    target = line.target or _as_is(line.task)
    if line.task.starts_at is not None:  # it is dated by its time, which is given back
        target = replace(target, due_at=plan.after.steps[line.task.key.partition(".")[0]].due_at)
    return replace(line, change=Change.MOVED, target=target, offers_anew=True)


def _is_freed(task: Task, target: Wanted | None, fulfilled: AbstractSet[str]) -> bool:
    """It is booked, and now needs what is not done: until then nobody meets."""
    is_booked = task.kind is TaskKind.APPOINTMENT and task.state is TaskState.READY and task.starts_at is not None
    return is_booked and target is not None and bool(set(target.needs) - fulfilled)


def _made(ask: AskRow, task: Task) -> Made:
    return Made(task.key, _standing(task), _answers_at(ask, task.done_at))


def _standing(task: Task) -> Standing:
    if task.refused and task.kind is TaskKind.APPROVAL:
        return Standing.REFUSED
    return {TaskState.DONE: Standing.DONE}.get(task.state, Standing.OPEN if task.state in OPEN else Standing.GONE)


def _answers_at(ask: AskRow, at: datetime | None) -> Mapping[str, object]:
    if at is None:
        return ask.answers
    held = (one["answers"] for one in ask.former_answers if at <= datetime.fromisoformat(one["until"]))
    return next(held, ask.answers)


def _wish(plan: Plan) -> Wish:
    return Wish(plan.answers, frozenset(plan.steps))


def _current(turns: Sequence[Turn], tasks: Sequence[Task]) -> dict[str, str]:
    """The key of the task that stands for each step, for what needs the step: one that serves, else the last."""
    last = {task.key.partition(".")[0]: task.key for task in tasks if not task.key.endswith(".undo")}
    serving = {turn.step_key: turn.key for turn in turns if turn.undoes is None and turn.fate is not Fate.CANCELLED}
    return {**last, **serving}


def _line(turn: Turn, by_key: Mapping[str, Task], plan: Redrawn, current: Mapping[str, str]) -> Line:
    task = by_key.get(turn.key)
    match turn.fate:
        case Fate.CANCELLED:
            return Line(Change.CANCELLED, turn.key, task)
        case Fate.ADDED if turn.undoes is not None:
            return Line(Change.UNDONE, turn.key, None, _undoing(turn, by_key[turn.undoes], plan))
        case Fate.ADDED:
            return Line(Change.ADDED, turn.key, None, _for_tasks(plan.fresh[turn.step_key], turn.key, current))
        case Fate.RESTORED:
            assert task is not None, "what is taken up again was there"
            return Line(Change.RESTORED, turn.key, task, _again(turn, task, plan, current))
        case _:
            assert task is not None, "what stays was there"
            return _staying(turn, task, plan, current)


def _for_tasks(wanted: Wanted, key: str, current: Mapping[str, str]) -> Wanted:
    return replace(wanted, key=key, needs=tuple(current[need] for need in wanted.needs if need in current))


def _undoing(turn: Turn, done: Task, plan: Redrawn) -> Wanted:
    """For whoever did the task, unless the catalogue names somebody; read by whoever reads the task."""
    undo = plan.undo[turn.step_key]
    own = undo.queue is None and undo.person_id is None
    queue, person_id = (done.queue, done.person_id) if own else (undo.queue, undo.person_id)
    return replace(
        undo, key=turn.key, queue=queue, person_id=person_id, confidential_to=done.confidential_to, secret=done.secret
    )


def _again(turn: Turn, task: Task, plan: Redrawn, current: Mapping[str, str]) -> Wanted:
    """As the plan has it now; where the task went by hand meanwhile, it stays."""
    if turn.undoes is not None:
        dated = plan.undo.get(turn.step_key) or _as_is(task)
    else:
        dated = _for_tasks(plan.after.steps[turn.step_key], turn.key, current)
    return replace(_as_is(task), opens_at=dated.opens_at, due_at=dated.due_at, needs=dated.needs, why=dated.why)


def _staying(turn: Turn, task: Task, plan: Redrawn, current: Mapping[str, str]) -> Line:
    after = plan.after.steps.get(turn.step_key)
    if task.state not in OPEN or turn.undoes is not None or after is None:
        return Line(Change.STAYS, turn.key, task)
    target = _kept(task, plan.before.steps.get(turn.step_key, after), after, current)
    if target == _as_is(task):
        return Line(Change.STAYS, turn.key, task)
    return Line(Change.MOVED if _is_seen(task, target) else Change.STAYS, turn.key, task, target)


def _kept(task: Task, before: Wanted, after: Wanted, current: Mapping[str, str]) -> Wanted:
    """The open task with what differs between the plans; what people did to it meanwhile stays."""
    planned = (task.queue, task.person_id) == (before.queue, before.person_id)
    goes = planned and (before.queue, before.person_id) != (after.queue, after.person_id)
    needs = _for_tasks(after, task.key, current).needs
    is_told = before.why == after.why and needs == task.needs
    own = tuple(why for why in task.why if why not in before.why)
    return replace(
        _as_is(task),
        title=task.title if before.title == after.title else after.title,
        detail=task.detail if before.detail == after.detail else after.detail,
        queue=after.queue if goes else task.queue,
        person_id=after.person_id if goes else task.person_id,
        confidential_to=after.confidential_to if goes else task.confidential_to,
        opens_at=redated(task.opens_at, before.opens_at, after.opens_at),
        due_at=redated(task.due_at, before.due_at, after.due_at),
        needs=needs,
        why=task.why if is_told else (*after.why, *own),
    )


def _as_is(task: Task) -> Wanted:
    return Wanted(
        key=task.key,
        title=task.title,
        neutral_title=task.neutral_title,
        detail=task.detail,
        phase=task.phase,
        queue=task.queue,
        person_id=task.person_id,
        needs=task.needs,
        opens_at=task.opens_at,
        due_at=task.due_at,
        confidential_to=task.confidential_to,
        secret=task.secret,
        why=task.why,
        kind=task.kind,
        checklist=task.checklist,
        evidence=task.evidence_asked,
    )


def _is_seen(task: Task, target: Wanted) -> bool:
    """Whether people would say that it has moved: by name, date or hands, and not only by what it waits for."""
    was = (task.title, task.queue, task.person_id, task.opens_at, task.due_at)
    return was != (target.title, target.queue, target.person_id, target.opens_at, target.due_at)


def _by_hand(tasks: Sequence[Task], known: set[str], plan: Redrawn) -> Iterator[Line]:
    """Tasks that no turn names: they stay, but what is open ends with the ask."""
    for task in tasks:
        if task.key not in known:
            ends = not plan.after.steps and task.state in OPEN
            yield Line(Change.CANCELLED if ends else Change.STAYS, task.key, task)
