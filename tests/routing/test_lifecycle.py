from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from routing.errors import NotPossible
from routing.lifecycle import (
    FULFILLED,
    OPEN,
    WORKABLE,
    Act,
    Cell,
    Department,
    Share,
    Standing,
    acts_from,
    after,
    departments,
    now_ready,
    ticket_state,
)
from routing.work import HoldReason, TaskState, TicketState

NOW = datetime(2026, 8, 3, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOVES = {
    (Act.CLAIM, TaskState.READY): TaskState.CLAIMED,
    (Act.RELEASE, TaskState.CLAIMED): TaskState.READY,
    (Act.HOLD, TaskState.READY): TaskState.ON_HOLD,
    (Act.HOLD, TaskState.CLAIMED): TaskState.ON_HOLD,
    (Act.RESUME, TaskState.ON_HOLD): TaskState.READY,
    (Act.FINISH, TaskState.READY): TaskState.DONE,
    (Act.FINISH, TaskState.CLAIMED): TaskState.DONE,
    (Act.FINISH, TaskState.ON_HOLD): TaskState.DONE,
    (Act.HANDOFF, TaskState.READY): TaskState.READY,
    (Act.HANDOFF, TaskState.CLAIMED): TaskState.READY,
    (Act.HANDOFF, TaskState.ON_HOLD): TaskState.READY,
    (Act.REOPEN, TaskState.DONE): TaskState.READY,
    (Act.SKIP, TaskState.WAITING): TaskState.SKIPPED,
    (Act.SKIP, TaskState.READY): TaskState.SKIPPED,
    (Act.SKIP, TaskState.CLAIMED): TaskState.SKIPPED,
    (Act.SKIP, TaskState.ON_HOLD): TaskState.SKIPPED,
    (Act.CANCEL, TaskState.WAITING): TaskState.CANCELLED,
    (Act.CANCEL, TaskState.READY): TaskState.CANCELLED,
    (Act.CANCEL, TaskState.CLAIMED): TaskState.CANCELLED,
    (Act.CANCEL, TaskState.ON_HOLD): TaskState.CANCELLED,
}


def standing(state: TaskState, hold: HoldReason | None = None, key: str = "a") -> Standing:
    return Standing(key, state, hold_reason=hold)


@pytest.mark.parametrize(("act", "state"), list(product(Act, TaskState)))
def test_each_act_leads_where_the_table_says_or_is_refused(act: Act, state: TaskState) -> None:
    assert (act in acts_from(state)) == ((act, state) in MOVES)
    if (act, state) in MOVES:
        assert after(state, act) == MOVES[act, state]
    else:
        with pytest.raises(NotPossible) as refused:
            after(state, act)
        assert (refused.value.state, refused.value.act) == (state, act)


@pytest.mark.parametrize(("act", "state"), list(MOVES))
def test_only_resume_and_reopen_give_a_task_back_to_its_assignee(act: Act, state: TaskState) -> None:
    back = act in {Act.RESUME, Act.REOPEN}

    assert after(state, act, assigned=True) == (TaskState.CLAIMED if back else after(state, act))


def test_what_waits_is_ready_when_its_needs_are_met_and_its_time_has_come() -> None:
    tasks = [
        Standing("done", TaskState.DONE),
        Standing("skipped", TaskState.SKIPPED),
        Standing("cancelled", TaskState.CANCELLED),
        Standing("free", TaskState.WAITING),
        Standing("met", TaskState.WAITING, ("done", "skipped")),
        Standing("opens now", TaskState.WAITING, ("done",), NOW),
        Standing("opens later", TaskState.WAITING, ("done",), NOW + timedelta(microseconds=1)),
        Standing("unmet", TaskState.WAITING, ("done", "free")),
        Standing("needs a cancelled one", TaskState.WAITING, ("cancelled",)),
        Standing("needs one that is not there", TaskState.WAITING, ("gone",)),
        Standing("ready already", TaskState.READY),
    ]

    assert now_ready(tasks, NOW) == ("free", "met", "opens now")


@pytest.mark.parametrize(
    ("tasks", "state"),
    [
        ([], "open"),
        ([standing(TaskState.WAITING)], "open"),
        ([standing(TaskState.READY)], "open"),
        ([standing(TaskState.DONE), standing(TaskState.CLAIMED)], "open"),
        ([standing(TaskState.DONE), standing(TaskState.SKIPPED), standing(TaskState.CANCELLED)], "resolved"),
        ([standing(TaskState.SKIPPED)], "resolved"),
        ([standing(TaskState.CANCELLED)], "cancelled"),
        ([standing(TaskState.CANCELLED), standing(TaskState.SKIPPED)], "cancelled"),
        ([standing(TaskState.ON_HOLD, HoldReason.REQUESTER), standing(TaskState.WAITING)], "waiting_for_requester"),
        ([standing(TaskState.ON_HOLD, HoldReason.REQUESTER), standing(TaskState.READY)], "open"),
        ([standing(TaskState.ON_HOLD, HoldReason.REQUESTER), standing(TaskState.ON_HOLD, HoldReason.VENDOR)], "open"),
        ([standing(TaskState.READY, HoldReason.REQUESTER)], "open"),
    ],
)
def test_the_ticket_follows_from_its_tasks(tasks: list[Standing], state: str) -> None:
    assert ticket_state(tasks) == state


standings = st.builds(
    Standing,
    st.text("abc", min_size=1, max_size=2),
    st.sampled_from(TaskState),
    hold_reason=st.sampled_from([None, *HoldReason]),
)


@given(st.lists(standings))
def test_a_ticket_is_over_exactly_when_no_task_is_open(tasks: list[Standing]) -> None:
    over = {TicketState.RESOLVED, TicketState.CANCELLED}

    assert (ticket_state(tasks) in over) == (bool(tasks) and not any(task.state in OPEN for task in tasks))
    assert ticket_state(tasks) == ticket_state(tasks[::-1]) != TicketState.CLOSED


def test_the_bar_has_a_cell_a_task_by_department_in_order_of_appearance() -> None:
    late, later = NOW - HOUR, NOW + HOUR
    tasks = [
        Share("HR", TaskState.DONE, late),
        Share("You", TaskState.READY, later, person_id=7),
        Share("HR", TaskState.CLAIMED, later),
        Share("HR", TaskState.WAITING, late),
        Share("IT", TaskState.ON_HOLD, late, paused=True),
        Share("IT", TaskState.ON_HOLD, late),
        Share("IT", TaskState.READY, NOW),
        Share("IT", TaskState.SKIPPED),
        Share("IT", TaskState.CANCELLED),
        Share("You", TaskState.WAITING, later, person_id=7),
        Share("You", TaskState.CLAIMED, late, person_id=7),
        Share("You", TaskState.DONE, late, person_id=7),
    ]

    assert departments(tasks, NOW) == (
        Department("HR", (Cell.DONE, Cell.IN_WORK, Cell.LATE)),
        Department("You", (Cell.YOUR_TURN, Cell.LATER, Cell.LATE, Cell.DONE)),
        Department("IT", (Cell.IN_WORK, Cell.LATE, Cell.LATER)),
    )


def test_a_department_counts_what_is_done() -> None:
    department = Department("HR", (Cell.DONE, Cell.LATE, Cell.DONE))

    assert (department.done, department.total) == (2, 3)


def test_a_department_whose_tasks_are_all_cancelled_has_no_bar() -> None:
    assert departments([Share("IT", TaskState.CANCELLED)], NOW) == ()


shares = st.builds(
    Share,
    st.sampled_from(["HR", "IT", "You"]),
    st.sampled_from(TaskState),
    st.sampled_from([None, NOW - HOUR, NOW + HOUR]),
    st.sampled_from([None, 7]),
    st.booleans(),
)


@given(st.lists(shares))
def test_the_bar_loses_no_task_and_counts_done_ones_only(tasks: list[Share]) -> None:
    shown = departments(tasks, NOW)

    assert sum(part.total for part in shown) == sum(task.state in OPEN or task.state == "done" for task in tasks)
    assert sum(part.done for part in shown) == sum(task.state == "done" for task in tasks)
    assert len({part.title for part in shown}) == len(shown)


@st.composite
def acyclic_plans(draw: st.DrawFn) -> list[Standing]:
    """Each task needs only earlier ones; some open hours later."""
    size = draw(st.integers(1, 7))
    plan = []
    for n in range(size):
        needs = draw(st.sets(st.integers(0, n - 1))) if n else set()
        opens_at = draw(st.sampled_from([None, NOW + HOUR, NOW + 5 * HOUR]))
        plan.append(Standing(str(n), TaskState.WAITING, tuple(str(need) for need in sorted(needs)), opens_at))
    return draw(st.permutations(plan))


class TicketOverTime(RuleBasedStateMachine):
    """A ticket as the desk keeps it: acts in any order, what waited is released after each, time only moves on."""

    tasks: dict[str, Standing]

    @initialize(plan=acyclic_plans())
    def submitted(self, plan: list[Standing]) -> None:
        self.now = NOW
        self.tasks = {task.key: task for task in plan}
        self.release()

    def release(self) -> None:
        for key in now_ready(self.tasks.values(), self.now):
            self.put(key, TaskState.READY)

    def put(self, key: str, state: TaskState, hold: HoldReason | None = None) -> None:
        task = self.tasks[key]
        self.tasks[key] = Standing(key, state, task.needs, task.opens_at, hold)

    @rule(at=st.integers(0, 6), act=st.sampled_from(Act), hold=st.sampled_from(HoldReason), assigned=st.booleans())
    def act(self, at: int, act: Act, hold: HoldReason, *, assigned: bool) -> None:
        task = list(self.tasks.values())[at % len(self.tasks)]
        if act in acts_from(task.state):
            self.put(task.key, after(task.state, act, assigned=assigned), hold)
            self.release()

    @rule(hours=st.integers(0, 3))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        self.release()

    @precondition(lambda self: any(task.state is TaskState.DONE for task in self.tasks.values()))
    @rule()
    def everything_is_finished(self) -> None:
        """What is workable is finished, what waits in vain is cancelled: then the ticket is over."""
        self.now += 5 * HOUR
        self.release()
        for _ in self.tasks:
            for task in [task for task in self.tasks.values() if task.state in WORKABLE]:
                self.put(task.key, after(task.state, Act.FINISH))
            self.release()
        in_vain = [task for task in self.tasks.values() if task.state is TaskState.WAITING]
        for task in in_vain:
            self.put(task.key, after(task.state, Act.CANCEL))
        assert ticket_state(list(self.tasks.values())) is TicketState.RESOLVED
        assert not in_vain or any(task.state is TaskState.CANCELLED for task in self.tasks.values())

    @invariant()
    def the_ticket_always_has_a_state(self) -> None:
        assert ticket_state(list(self.tasks.values())) in set(TicketState) - {TicketState.CLOSED}

    @invariant()
    def nothing_that_could_begin_still_waits(self) -> None:
        assert now_ready(self.tasks.values(), self.now) == ()


TestTicketOverTime = TicketOverTime.TestCase


@given(acyclic_plans())
def test_no_task_is_ready_before_its_needs_and_every_plan_resolves(plan: list[Standing]) -> None:
    tasks = {task.key: task for task in plan}
    now = NOW + 5 * HOUR

    for _ in plan:
        for key in now_ready(tasks.values(), now):
            assert all(tasks[need].state in FULFILLED for need in tasks[key].needs)
            tasks[key] = Standing(key, after(TaskState.READY, Act.FINISH), tasks[key].needs)

    assert ticket_state(list(tasks.values())) is TicketState.RESOLVED
