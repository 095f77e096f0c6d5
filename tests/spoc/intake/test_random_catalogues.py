"""Services as anybody could write them, with any answers: their work comes about, in order, and a change of mind ends.

Steps wait for earlier ones, hang on answers, are dated by answers or by rows, and some are done for each row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from catalog.amend import Fate, Made, Wish, amend
from catalog.amend import Standing as Stands
from catalog.answers import check
from catalog.expand import expand
from catalog.service import Catalogue, Service
from routing.calendars import usual_hours
from routing.lifecycle import FULFILLED, Act, Standing, after, now_ready, ticket_state
from routing.priority import USUAL
from routing.work import TaskState, TicketState
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.people import Somebody
from spoc.intake.plan import Placing, place_all
from tests.catalog.factories import FACTS, KNOWN, choice, field, service, step

ZONE: Final = ZoneInfo("Europe/Berlin")
DESK = DeskFacts(1, Catalogue(), {"it": 1, "desk": 2}, {"": usual_hours(ZONE)}, (), (), USUAL, {}, ZONE, "EUR")
MARA = Somebody(1, "mara@example.com", "Mara Lindt", "Sales", "", "berlin", None, shared=False)
NOW = datetime(2026, 3, 27, 10, 0, tzinfo=UTC)
"""The Friday before clocks go forward."""
CONDITIONS = ("tick == true", "model == 'mac'", "start_on != null", "tick != true && model != null", "size(people) > 1")
RULES = ("2 working days before {}", "{} 08:00", "3 weeks after {}", "1 month after {}", "36 hours after {}", "{}")
FORM = [
    field("tick", "yes_no"),
    choice("model", "mac", "windows"),
    field("start_on", "date"),
    field("people", "table", columns=[field("name", required=True), field("first_on", "date")]),
]
DATES = st.dates(date(2026, 2, 1), date(2026, 11, 30)).map(date.isoformat)


@st.composite
def steps_of_services(draw: st.DrawFn, key: str, before: Sequence[str]) -> dict[str, Any]:
    of_rows = draw(st.booleans())
    anchors = ("submission", "start_on", *(("row.first_on",) if of_rows else ()))
    parts: dict[str, Any] = {"needs": draw(st.lists(st.sampled_from(before), unique=True))} if before else {}
    parts |= {"for_each": "people"} if of_rows else {}
    if draw(st.booleans()):
        parts["condition"] = draw(st.sampled_from((*CONDITIONS, *(("row.first_on != null",) if of_rows else ()))))
    for name in draw(st.sets(st.sampled_from(["opens", "due"]))):
        parts[name] = draw(st.sampled_from(RULES)).format(draw(st.sampled_from(anchors)))
    if draw(st.booleans()):
        parts["undo"] = {"title": f"Undo {key}"}
    if draw(st.booleans()):
        parts["redo_when_changed"] = ["row.name" if of_rows else "model"]
    return step(key, **parts)


@st.composite
def services(draw: st.DrawFn) -> Service:
    steps: list[dict[str, Any]] = []
    for at in range(draw(st.integers(1, 6))):
        steps.append(draw(steps_of_services(f"s{at}", [one["key"] for one in steps])))
    return service(form=FORM, steps=steps)


rows = st.fixed_dictionaries({"name": st.sampled_from(["Ann", "Bo"])}, optional={"first_on": DATES})
raws = st.fixed_dictionaries(
    {},
    optional={
        "tick": st.booleans(),
        "model": st.sampled_from(["mac", "windows"]),
        "start_on": DATES,
        "people": st.lists(rows, max_size=3),
    },
)


def place(asked: Service, raw: Mapping[str, object]) -> Placing:
    return place_all(asked, check(asked, raw, KNOWN), {}, MARA, DESK, NOW)


@given(services(), raws, st.data())
def test_every_task_opens_once_its_needs_are_done_and_its_time_has_come_and_no_earlier(
    asked: Service, raw: dict[str, object], data: st.DataObject
) -> None:
    placing = place(asked, raw)
    opens = {one.step.key: one.opens_at for one in placing.steps}
    tasks = {one.step.key: Standing(one.step.key, one.state, one.needs, one.opens_at, None) for one in placing.steps}
    assert not {one.key for one in placing.skipped} & tasks.keys()
    for key, task in tasks.items():
        assert set(task.needs) <= tasks.keys()
        assert (task.state is TaskState.READY) == (not task.needs and (opens[key] or NOW) <= NOW)

    now = NOW
    while waiting := [task for task in tasks.values() if task.state in {TaskState.WAITING, TaskState.READY}]:
        for key in now_ready(tasks.values(), now):
            assert all(tasks[need].state in FULFILLED for need in tasks[key].needs)
            assert (opens[key] or now) <= now
            tasks[key] = replace(tasks[key], state=TaskState.READY)
        ready = [task.key for task in tasks.values() if task.state is TaskState.READY]
        if ready:
            done = data.draw(st.sampled_from(ready))
            tasks[done] = replace(tasks[done], state=after(TaskState.READY, Act.FINISH))
        else:
            later = [task.opens_at for task in waiting if task.opens_at and task.opens_at > now]
            assert later, "nothing is ready, and nothing waits for a day to come"
            now = min(later)
    assert not tasks or ticket_state(list(tasks.values())) is TicketState.RESOLVED


@given(services(), raws)
def test_dates_are_those_of_the_calendar_on_both_sides_of_a_change_of_clocks(
    asked: Service, raw: dict[str, object]
) -> None:
    """What is said as a time of day is that time on the wall, in summer and in winter."""
    placing = place(asked, raw)
    timed = {one.key for one in asked.steps if one.opens and one.opens.at}
    for one in placing.steps:
        if one.step.of in timed and one.opens_at and one.step.opens and one.step.opens.anchor_on:
            assert one.opens_at.astimezone(ZONE).strftime("%H:%M") == "08:00"
        if one.opens_at and one.due_at and one.step.due is None:
            assert one.due_at >= one.opens_at


@given(services(), st.lists(st.tuples(raws, st.floats(0, 1)), min_size=1, max_size=4), raws)
def test_a_change_of_mind_and_back_leaves_what_stood(
    asked: Service, life: list[tuple[dict[str, object], float]], other: dict[str, object]
) -> None:
    """Whatever was done between earlier changes: open is open, done is done, and undone is what was undone."""
    made: list[Made] = []
    was = Wish({}, frozenset())
    for raw, share in life:
        now = wish(asked, raw)
        made = changed(asked, made, was, now)
        made = [finished(one, now) if at < share * len(made) else one for at, one in enumerate(made)]
        was = now
    then = wish(asked, other)
    back = changed(asked, changed(asked, made, was, then), then, was)
    assert standing(back) == standing(made)
    assert len({one.key for one in back}) == len(back)


def wish(asked: Service, raw: Mapping[str, object]) -> Wish:
    answers = check(asked, raw, KNOWN)
    return Wish(answers, frozenset(one.key for one in expand(asked, answers, FACTS).steps))


def changed(asked: Service, made: Sequence[Made], was: Wish, now: Wish) -> list[Made]:
    fates = {turn.key: turn.fate for turn in amend(asked, made, was, now)}
    stands = {Fate.ADDED: Stands.OPEN, Fate.RESTORED: Stands.OPEN, Fate.CANCELLED: Stands.GONE}
    kept = [replace(one, standing=stands.get(fates.get(one.key, Fate.STAYS), one.standing)) for one in made]
    new = [key for key, fate in fates.items() if key not in {one.key for one in made} and fate is Fate.ADDED]
    return kept + [Made(key, Stands.OPEN, {}) for key in new]


def finished(one: Made, now: Wish) -> Made:
    return replace(one, standing=Stands.DONE, answers=now.answers) if one.standing is Stands.OPEN else one


def standing(made: Sequence[Made]) -> dict[str, Stands]:
    return {one.key: one.standing for one in made if one.standing is not Stands.GONE}
