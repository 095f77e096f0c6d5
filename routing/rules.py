"""Which queue takes a work: the operator's rules, the queue the catalogue names, or the desk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.why import Given, Kind, Why
from routing.work import DESK, Facts, Work


class Condition(StrEnum):
    """What a rule may look at; the last four are about whoever asked, and what they wrote."""

    SERVICE = "service"
    STEP = "step"
    LOCATION = "location"
    PRIORITY = "priority"
    DEPARTMENT = "department"
    JOB_TITLE = "job_title"
    EMPLOYMENT = "employment"
    MANAGER = "manager"
    LABEL = "label"


WRITTEN = frozenset({Condition.DEPARTMENT, Condition.JOB_TITLE, Condition.EMPLOYMENT, Condition.MANAGER})
"""Texts that people type, in the directory and in rules: their case does not matter."""


@dataclass(frozen=True)
class Rule:
    """Sends matching work to a queue; a condition that is None does not matter. `why` is a short sentence.

    `manager` is the mail address of the requester's line manager, `label` the key of a label of the text, `key` what
    the rule is known by.
    """

    queue: str
    service: str | None = None
    step: str | None = None
    location: str | None = None
    department: str | None = None
    priority: str | None = None
    why: str = ""
    job_title: str | None = None
    employment: str | None = None
    manager: str | None = None
    label: str | None = None
    key: str = ""

    @property
    def wanted(self) -> dict[Condition, str]:
        """The conditions that matter, in the order in which they are told."""
        each = ((one, getattr(self, one.value)) for one in Condition)
        return {one: _folded(one, value) for one, value in each if value is not None}

    @property
    def overrules(self) -> bool:
        """Whether it stands above the queue that the catalogue names."""
        return self.service is not None or self.step is not None


@dataclass(frozen=True)
class Shadow:
    """The rule at `place` is behind the earlier one at `behind`, both counted from 0.

    `never`: the earlier one takes all that it would. Otherwise both fit some work, and their order decides.
    """

    place: int
    behind: int
    never: bool


def place(work: Work, facts: Facts, rules: Sequence[Rule], known_queues: Mapping[str, str]) -> tuple[str, Why]:
    """The queue for a work and why; `known_queues` gives each queue's title.

    The first rule that fits wins, so an operator reads them from the top. A rule that names the service or
    the step stands above the catalogue's queue; any other places only what the catalogue leaves open. No rule takes
    secret work to a queue that may not know of it. What finds no place, or an unknown one, is for the desk.
    """
    rule = deciding(work, facts, rules)
    named = rule.queue if rule is not None else work.queue
    if named is None:
        return DESK, Why(Kind.UNPLACED, {"queue": known_queues.get(DESK, DESK)})
    if named not in known_queues:
        return DESK, Why(Kind.NO_SUCH_QUEUE, {"queue": known_queues.get(DESK, DESK), "named": named})
    return named, _because(rule, facts, known_queues[named])


def deciding(work: Work, facts: Facts, rules: Sequence[Rule]) -> Rule | None:
    """The rule that places the work; None where the catalogue or nobody does."""
    fitting = (rule for rule in rules if _fits(rule, work, facts) and _may_know(rule.queue, work))
    return next((rule for rule in fitting if work.queue is None or rule.overrules), None)


def shadows(rules: Sequence[Rule]) -> tuple[Shadow, ...]:
    """For each rule the first that takes all of its work before it; failing that, each that may take some of it.

    Only rules that name the same service or step are told for some of it: of others that is what order is for. Secret
    work is left aside: there a rule may be passed over because its queue may not know of it.
    """
    return tuple(shadow for at in range(len(rules)) for shadow in _shadows_of(rules, at))


def place_for(rules: Sequence[Rule], wanted: Rule) -> int:
    """Where a new rule takes effect without taking anything from narrower ones: counted from 1, before a wider one."""
    return next((at for at, rule in enumerate(rules, 1) if _takes_all(rule, wanted)), len(rules) + 1)


def _shadows_of(rules: Sequence[Rule], at: int) -> Iterator[Shadow]:
    wider = next((before for before in range(at) if _takes_all(rules[before], rules[at])), None)
    if wider is not None:
        yield Shadow(at, wider, never=True)
        return
    for before in range(at):
        if _may_meet(rules[before], rules[at]):
            yield Shadow(at, before, never=False)


def _takes_all(earlier: Rule, later: Rule) -> bool:
    wanted = later.wanted
    return (earlier.overrules or not later.overrules) and all(
        wanted.get(one) == value for one, value in earlier.wanted.items()
    )


def _may_meet(earlier: Rule, later: Rule) -> bool:
    one, other = earlier.wanted, later.wanted
    shared = one.keys() & other.keys()
    if earlier.queue == later.queue or not shared & {Condition.SERVICE, Condition.STEP}:
        return False
    return all(one[each] == other[each] for each in shared - {Condition.LABEL})


def _fits(rule: Rule, work: Work, facts: Facts) -> bool:
    given = {
        Condition.SERVICE: facts.service_key,
        Condition.STEP: work.step or work.key,
        Condition.LOCATION: facts.location_key,
        Condition.PRIORITY: facts.priority,
        Condition.DEPARTMENT: facts.department,
        Condition.JOB_TITLE: facts.job_title,
        Condition.EMPLOYMENT: facts.employment,
        Condition.MANAGER: facts.manager,
    }
    return all(
        want in facts.labels if one is Condition.LABEL else want == _folded(one, given[one] or "")
        for one, want in rule.wanted.items()
    )


def _folded(condition: Condition, value: str) -> str:
    return " ".join(value.split()).casefold() if condition in WRITTEN else value


def _may_know(queue: str, work: Work) -> bool:
    return not work.secret or queue in work.confidential_to


def _because(rule: Rule | None, facts: Facts, title: str) -> Why:
    if rule is None:
        return Why(Kind.CATALOGUE, {"queue": title})
    given: dict[str, Given] = {"queue": title, "by": tuple(one.value for one in rule.wanted)}
    if rule.key:
        given["rule"] = rule.key
    if rule.label is not None:
        given["phrase"] = facts.labels[rule.label]
    return Why(Kind.RULE_SAID, {**given, "said": rule.why}) if rule.why else Why(Kind.RULE, given)
