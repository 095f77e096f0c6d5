"""Rules in words: what each looks at, what stands in its way, what was changed, and what it would move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from catalog.errors import UnknownService
from routing.escalation import Whom
from routing.priority import Level
from routing.rules import Condition, Rule, Shadow, shadows
from routing.targets import Promise
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.plan import queue_titles
from spoc.intake.ruling.effect import Effect
from spoc.intake.ruling.proposals import Proposal
from spoc.intake.ruling.stored import Change, Entry
from spoc.intake.ruling.trying import Tried
from spoc.web.formats import View
from spoc.web.why import sentences
from spoc.web.words_of_clocks import rung_sentence
from spoc.web.words_of_priority import LEVEL_WORDS, priority_word
from spoc.words import gettext, marked

NAMES: Final[Mapping[Condition, str]] = {
    Condition.SERVICE: marked("Service"),
    Condition.STEP: marked("Step"),
    Condition.LOCATION: marked("Location"),
    Condition.PRIORITY: marked("Priority"),
    Condition.DEPARTMENT: marked("Department of the requester"),
    Condition.JOB_TITLE: marked("Job title of the requester"),
    Condition.EMPLOYMENT: marked("Employment of the requester"),
    Condition.MANAGER: marked("Line manager of the requester"),
    Condition.LABEL: marked("Label of the text"),
}
CHANGES: Final[Mapping[str, str]] = {
    "rule_added": marked("Rule added"),
    "rule_changed": marked("Rule changed"),
    "rule_moved": marked("Rule moved"),
    "rule_removed": marked("Rule removed"),
    "label_added": marked("Label added"),
    "label_changed": marked("Label changed"),
    "label_removed": marked("Label removed"),
    "proposal_dismissed": marked("Proposal dismissed"),
    "priorities_changed": marked("Priorities changed"),
    "target_set": marked("Target set"),
    "target_removed": marked("Target removed"),
    "rung_added": marked("Rung added"),
    "rung_removed": marked("Rung removed"),
    "quiet_changed": marked("Quiet hours changed"),
}
VALUES: Final[Mapping[str, str]] = {
    "queue": marked("Goes to"),
    "why": marked("Reason"),
    "place": marked("Place"),
    "label": marked("Label"),
    "phrases": marked("Phrases"),
    "calendar": marked("Calendar"),
    "from": marked("From"),
    "times": marked("Times"),
    "rung": marked("Rung"),
    "quiet": marked("Quiet hours"),
    "response": marked("First answer, in working hours"),
    "minutes": marked("Done, in working hours"),
}


@dataclass(frozen=True)
class RuleRow:
    """One rule as a page lists it: `when` are names and values; `never` if it places nothing."""

    id: str
    place: int
    when: tuple[tuple[str, str], ...]
    queue: str
    why: str
    notes: tuple[str, ...]
    never: bool


@dataclass(frozen=True)
class Told:
    what: str
    by: str
    at: datetime
    lines: tuple[tuple[str, str | None, str], ...]


def rule_rows(entries: Sequence[Entry], desk: DeskFacts) -> tuple[RuleRow, ...]:
    rules = [entry.rule for entry in entries]
    found = shadows(rules)
    return tuple(_row(entry, desk, [one for one in found if one.place == entry.place - 1]) for entry in entries)


def _row(entry: Entry, desk: DeskFacts, behind: Sequence[Shadow]) -> RuleRow:
    rule = entry.rule
    lost = _lost(rule, desk)
    return RuleRow(
        str(entry.id),
        entry.place,
        tuple((gettext(NAMES[one]), value_of(one, getattr(rule, one.value), rule, desk)) for one in rule.wanted),
        queue_titles(desk).get(rule.queue, rule.queue),
        rule.why,
        (*lost, *(_note(one) for one in behind), *_yields(rule)),
        never=bool(lost) or any(one.never for one in behind),
    )


def value_of(condition: Condition, value: str, rule: Rule, desk: DeskFacts) -> str:
    """A value as people know it: the title of a service, step, place or label."""
    match condition:
        case Condition.SERVICE:
            return next((one.title for one in desk.catalogue.services if one.key == value), value)
        case Condition.STEP:
            return step_title(desk, rule.service, value)
        case Condition.LOCATION:
            return desk.locations.get(value, value)
        case Condition.PRIORITY:
            return priority_word(value)
        case Condition.LABEL:
            return next((one.title for one in desk.labels if one.key == value), value)
        case _:
            return value


def step_title(desk: DeskFacts, service: str | None, key: str) -> str:
    """Of the first service that has such a step, or of the one named; the key where none has, or it is secret."""
    services = (one for one in desk.catalogue.services if service in (None, one.key))
    return next((step.title for one in services for step in one.steps if step.key == key and not step.secret), key)


def _lost(rule: Rule, desk: DeskFacts) -> tuple[str, ...]:
    """What the catalogue in force does not have."""
    try:
        services = desk.catalogue.services if rule.service is None else (desk.catalogue.service(rule.service),)
    except UnknownService:
        return (gettext("The catalogue has no such service, so this never places anything."),)
    if rule.step is not None and all(step.key != rule.step for one in services for step in one.steps):
        return (gettext("There is no such step, so this never places anything."),)
    return ()


def _note(one: Shadow) -> str:
    given = {"place": one.behind + 1}
    if one.never:
        return gettext("Rule %(place)s is wider and comes first, so this never places anything.") % given
    return gettext("Rule %(place)s may fit the same work and comes first.") % given


def _yields(rule: Rule) -> tuple[str, ...]:
    if rule.overrules:
        return ()
    return (gettext("It names neither service nor step, so it takes only what no service fits."),)


def proposal_rows(found: Sequence[Proposal], desk: DeskFacts, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """With the place of the rule that would change, None where a rule would be added."""
    titles, places = queue_titles(desk), {str(entry.id): entry.place for entry in entries}
    return [
        {
            "way": one.way,
            "service": value_of(Condition.SERVICE, one.way.service, Rule(""), desk),
            "step": step_title(desk, one.way.service, one.way.step),
            "before": titles.get(one.way.before, one.way.before),
            "after": titles.get(one.way.after, one.way.after),
            "count": one.count,
            "latest_at": one.latest_at,
            "examples": one.examples,
            "place": places.get(one.way.rule),
        }
        for one in found
    ]


def effect_rows(found: Effect, desk: DeskFacts) -> list[dict[str, Any]]:
    titles = queue_titles(desk)
    return [
        {
            "service": one.service,
            "step": one.step,
            "before": titles.get(one.before, one.before),
            "after": titles.get(one.after, one.after),
            "count": one.count,
            "examples": one.examples,
        }
        for one in found.moved
    ]


def tried_rows(tried: Sequence[Tried], entries: Sequence[Entry], desk: DeskFacts, view: View) -> list[dict[str, Any]]:
    places = {entry.rule.key: entry.place for entry in entries}
    return [
        {
            "title": one.title,
            "queue": queue_titles(desk).get(one.queue, one.queue),
            "place": places.get(str(one.why.given.get("rule", ""))),
            "why": " ".join(sentences([one.why], view)),
        }
        for one in tried
    ]


def told(changes: Sequence[Change], desk: DeskFacts) -> list[Told]:
    """What was changed, each with what differs; of what was added, moved or removed the whole rule."""
    return [Told(gettext(CHANGES[one.what]), one.by, one.at, tuple(_lines(one, desk))) for one in changes]


def _lines(change: Change, desk: DeskFacts) -> list[tuple[str, str | None, str]]:
    names = dict.fromkeys((*change.before, *change.after))
    kept = [name for name in names if change.before.get(name) != change.after.get(name)]
    lines = [(_name(name), _shown(name, change.before, desk), _shown(name, change.after, desk)) for name in kept]
    told_lines = [(name, before if change.before else None, after) for name, before, after in lines]
    return [*told_lines, *([(gettext("Because"), None, change.why)] if change.why else [])]


def _name(name: str) -> str:
    if "." in name:  # a cell of the matrix
        impact, urgency = (gettext(LEVEL_WORDS[Level(part)]) for part in name.split("."))
        return gettext("Impact %(impact)s, urgency %(urgency)s") % {"impact": impact, "urgency": urgency}
    return gettext(NAMES[Condition(name)] if name in set(Condition) else VALUES[name])


def _shown(name: str, values: Mapping[str, Any], desk: DeskFacts) -> str:
    value = values.get(name)
    if value is None or value == "":
        return gettext("none")
    if name in ("queue", "from"):
        return queue_titles(desk).get(value, str(value))
    if name == "rung":
        return rung_sentence(Promise(value[0]), int(value[1]), Whom(value[2]))
    if "." in name:
        return priority_word(value)
    if name in set(Condition):
        return value_of(Condition(name), value, Rule("", service=values.get("service")), desk)
    return ", ".join(value) if isinstance(value, list) else str(value)
