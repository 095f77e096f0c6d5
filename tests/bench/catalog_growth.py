"""How linting, comparing and planning grow with the catalogue: `python -m tests.bench.catalog_growth`.

Processor time: what else the machine does must not count.
"""

import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count
from time import process_time
from zoneinfo import ZoneInfo

from catalog.answers import Known, check, named_people
from catalog.compare import compare
from catalog.document import in_folder, shipped
from catalog.expand import Facts, Plan, expand
from catalog.expand import Moment as CatalogueMoment
from catalog.looked_at import as_packs, look
from catalog.overlaps import overlaps
from catalog.service import Catalogue, Service
from routing.calendars import usual_hours
from routing.fanout import fan_out
from routing.work import Facts as Ask
from routing.work import Moment, Unit, Work

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
FACTS: Facts = {"requester": {"mail": "mara@example.com", "location": "berlin"}, "subject": None}
HOURS = {"": usual_hours(ZoneInfo("Europe/Berlin"))}


def many(size: int) -> Catalogue:
    """The shipped services again and again under other keys, with the tests of the first."""
    numbers = count()
    again = -(-size // len(shipped().services))
    services = tuple(
        one if at == 0 else one.model_copy(update={"key": f"{one.key[:40]}-{next(numbers)}"})
        for at in range(again)
        for one in shipped().services
    )
    return shipped().model_copy(update={"services": services[:size]})


def long_service(steps: int) -> Service:
    """A chain of steps in five queues, each with a condition and dates, as a long checklist has them."""
    queues = [queue.key for queue in shipped().queues]
    form = [{"key": "start_on", "label": "Start", "kind": "date"}, {"key": "big", "label": "Big", "kind": "yes_no"}]
    made = [
        {
            "key": f"s{at}",
            "title": f"Step {at}",
            "queue": queues[at % len(queues)],
            "needs": [f"s{at - 1}", f"s{at // 2}"][: min(at, 2)],
            "condition": "big != true || start_on != null",
            "opens": "start_on 08:00",
            "due": f"{1 + at // 10} working days after start_on",
        }
        for at in range(steps)
    ]
    return Service.model_validate(
        {"key": "long", "title": "Long", "summary": "", "need": "anything-else", "form": form, "steps": made}
    )


def plan_and_place(service: Service, answers: dict[str, object]) -> Callable[[], object]:
    def run() -> object:
        plan = expand(service, answers, FACTS)  # type: ignore[arg-type] # JSON values, as checked
        return fan_out(works(plan), Ask(service.key, "berlin"), (), HOURS, NOW)

    return run


def works(plan: Plan) -> tuple[Work, ...]:
    return tuple(
        Work(
            step.key,
            step.title,
            step.queue,
            step.person.value if step.person else None,
            step.needs,
            opens=_moment(step.opens),
            due=_moment(step.due),
        )
        for step in plan.steps
    )


def _moment(moment: CatalogueMoment | None) -> Moment | None:
    return Moment(moment.anchor_on, moment.amount, Unit(moment.unit.value), moment.at) if moment else None


def cases() -> dict[str, Callable[[], object]]:
    starter = shipped().service("new-starter")
    known = Known(named_people(starter, starter.example), frozenset({"berlin"}))
    found: dict[str, Callable[[], object]] = {
        "expand + fan_out, new starter": plan_and_place(starter, {**check(starter, starter.example, known)})
    }
    for size in (50, 100, 200, 400):
        answers = {"start_on": "2026-09-01"}
        found[f"expand + fan_out, {size} steps"] = plan_and_place(long_service(size), {**answers})
    for size in (125, 250, 500, 1000):
        catalogue = many(size)
        packs = as_packs(catalogue)
        found[f"lint, {size} services"] = lambda packs=packs: look(packs)  # type: ignore[misc]
        found[f"overlaps, {size} services"] = lambda catalogue=catalogue: overlaps(catalogue)  # type: ignore[misc]
        found[f"compare, {size} services"] = lambda catalogue=catalogue: compare(shipped(), catalogue)  # type: ignore[misc]
    found["read and lint the shipped packs"] = lambda: look(in_folder(files("catalog") / "packs"))
    return found


def main() -> None:
    for name, case in cases().items():
        case()
        timer = timeit.Timer(case, timer=process_time)
        rounds, _ = timer.autorange()
        best = min(timer.repeat(3, rounds)) / rounds
        print(f"{name:34} {best * 1e3:10.3f} ms")


if __name__ == "__main__":
    main()
