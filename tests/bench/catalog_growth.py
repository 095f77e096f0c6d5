"""How linting, comparing and planning grow with the catalogue: `python -m tests.bench.catalog_growth`.

Processor time: what else the machine does must not count.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count
from statistics import median
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


SIZES = (50, 100, 200)
SERVICES = (125, 250, 500, 1000)
LIMITS = {"expand + fan_out, new starter": 1.0, "expand + fan_out, 200 steps": 10.0, "lint, 500 services": 2000.0}
"""In milliseconds of processor time."""
LINEAR = 1.25
"""Four times as much may take four times as long, and a quarter more for what the machine does in between."""


def cases() -> dict[str, Callable[[], object]]:
    starter = shipped().service("new-starter")
    known = Known(named_people(starter, starter.example), frozenset({"berlin"}))
    found: dict[str, Callable[[], object]] = {
        "expand + fan_out, new starter": plan_and_place(starter, {**check(starter, starter.example, known)})
    }
    for size in SIZES:
        answers = {"start_on": "2026-09-01"}
        found[f"expand + fan_out, {size} steps"] = plan_and_place(long_service(size), {**answers})
    for size in SERVICES:
        catalogue = many(size)
        packs = as_packs(catalogue)
        found[f"lint, {size} services"] = lambda packs=packs: look(packs)  # type: ignore[misc]
        found[f"overlaps, {size} services"] = lambda catalogue=catalogue: overlaps(catalogue)  # type: ignore[misc]
        found[f"compare, {size} services"] = lambda catalogue=catalogue: compare(shipped(), catalogue)  # type: ignore[misc]
    found["read and lint the shipped packs"] = lambda: look(in_folder(files("catalog") / "packs"))
    return found


def measured(found: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median of each in milliseconds. Each round asks all of them in turn, so what disturbs one disturbs all."""
    times: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, case in found.items():
            begun = process_time()
            case()
            times[name].append((process_time() - begun) * 1e3)
    return {name: median(values) for name, values in times.items()}


def growth(took: dict[str, float]) -> dict[str, float]:
    """How much longer four times as much takes, divided by four."""
    plans = {"expand + fan_out": took["expand + fan_out, 200 steps"] / took["expand + fan_out, 50 steps"] / 4}
    services = {
        name: took[f"{name}, 1000 services"] / took[f"{name}, 250 services"] / 4 for name in ("lint", "compare")
    }
    return plans | services


def main() -> int:
    plans = {name: case for name, case in cases().items() if name.startswith("expand")}
    took = measured(plans, 101) | measured({name: case for name, case in cases().items() if name not in plans}, 5)
    for name, value in took.items():
        limit = f"limit {LIMITS[name]:g} ms" if name in LIMITS else ""
        print(f"{name:34} {value:10.3f} ms  {limit}")
    grown = growth(took)
    for name, ratio in grown.items():
        print(f"{name:34} four times as much takes {4 * ratio:.2f} times as long")
    over = [name for name, limit in LIMITS.items() if took[name] > limit]
    over += [f"{name} grows faster than what it is given" for name, ratio in grown.items() if ratio > LINEAR]
    for name in over:
        print(f"Over its limit: {name}")
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
