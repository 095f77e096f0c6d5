"""Which queue takes a work: the operator's rules, the queue the catalogue names, or the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.work import DESK, Facts, Work


@dataclass(frozen=True)
class Rule:
    """Sends matching work to a queue; a condition that is None does not matter. `why` is a short sentence."""

    queue: str
    service: str | None = None
    step: str | None = None
    location: str | None = None
    department: str | None = None
    priority: str | None = None
    why: str = ""


def place(work: Work, facts: Facts, rules: Sequence[Rule], known_queues: Mapping[str, str]) -> tuple[str, str]:
    """The queue for a work and why; `known_queues` gives each queue's title.

    The first rule that fits wins, so an operator reads them from the top. A rule that names the service or
    the step stands above the catalogue's queue; any other places only what the catalogue leaves open. What finds no
    place, or an unknown one, is for the desk.
    """
    rule = _first(work, facts, rules)
    if rule is not None:
        return _if_known(rule.queue, rule.why or "a routing rule sends this here", known_queues)
    if work.queue is not None:
        return _if_known(work.queue, "the catalogue names this queue", known_queues)
    return DESK, f"{known_queues.get(DESK, DESK)}: nothing else names a queue"


def _first(work: Work, facts: Facts, rules: Sequence[Rule]) -> Rule | None:
    fitting = (rule for rule in rules if _fits(rule, work, facts))
    return next((rule for rule in fitting if work.queue is None or rule.service or rule.step), None)


def _fits(rule: Rule, work: Work, facts: Facts) -> bool:
    wanted = (rule.service, rule.step, rule.location, rule.department, rule.priority)
    given = (facts.service_key, work.key, facts.location_key, facts.department, facts.priority)
    return all(want in (None, fact) for want, fact in zip(wanted, given, strict=True))


def _if_known(queue: str, why: str, known_queues: Mapping[str, str]) -> tuple[str, str]:
    if queue in known_queues:
        return queue, f"{known_queues[queue]}: {why}"
    return DESK, f"{known_queues.get(DESK, DESK)}: there is no queue {queue}"
