"""What is undecided until a form step is filled in: its answers, and the steps that hang on them."""

from collections.abc import Collection, Mapping

from catalog.conditions import compiled
from catalog.dates import DateRule
from catalog.errors import InvalidCondition
from catalog.field import Field
from catalog.message_text import placeholders
from catalog.service import Service, Step


def read_by(service: Service, step: Step) -> frozenset[str]:
    """The questions that the step hangs on: by its condition, its dates, what it says, or what its own form asks."""
    met = step.appointment
    dates: tuple[DateRule | None, ...] = (step.opens, step.due, met.earliest if met else None)
    shown = [text for key in step.asks if key in service.fields for text in conditions_of(service.fields[key])]
    names = {name for text in (step.condition, *shown) if text for name in _names(text)} | {*placeholders(step)}
    names |= {*(step.call.answers if step.call else ()), *(step.approval.shows if step.approval else ())}
    names |= {step.for_each} if step.for_each else set()
    names |= {one for one in (met.person, met.location) if one} if met else set()
    return frozenset((names | {rule.anchor for rule in dates if rule}) & service.fields.keys() - set(step.asks))


def conditions_of(field: Field) -> tuple[str, ...]:
    """What decides whether it is asked, and with which options."""
    return tuple(text for text in (field.visible_when, *(option.when for option in field.options)) if text)


def _names(text: str) -> tuple[str, ...]:
    try:
        return compiled(text).names
    except InvalidCondition:
        return ()


def with_implied(service: Service) -> Mapping[str, tuple[str, ...]]:
    """What each step needs: as it is written, and the form steps whose answers decide about it."""
    follows = implied(service)
    return {step.key: (*step.needs, *follows.get(step.key, ())) for step in service.steps}


def implied(service: Service) -> Mapping[str, tuple[str, ...]]:
    """The form steps that a step needs without saying so: their answers decide about it, or how often it is done.

    One that is needed through others already is not named again.
    """
    if not service.asked_later:
        return {}
    # A step of a table may be done for no row at all, and then nothing is needed through it.
    written = {step.key: () if step.for_each else step.needs for step in service.steps}
    return {step.key: _implied(service, step, written) for step in service.steps}


def _implied(service: Service, step: Step, written: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    tables = {one.for_each for one in service.steps if one.key in step.needs and one.for_each}
    asks = {service.asked_later[key] for key in read_by(service, step) | tables if key in service.asked_later}
    missing = asks - {step.key} - _reached(step.needs, written) if asks else asks
    return tuple(one.key for one in service.steps if one.key in missing)


def _reached(needs: Collection[str], written: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    waiting = [*needs]
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += written.get(need, ())
    return found


def unsettled(service: Service, filled: Collection[str], values: Mapping[str, object]) -> frozenset[str]:
    """The questions whose answers are still to come; those of a form step that is left out never come, and are null."""
    open_ = service.later(filled)
    coming = [step for step in service.steps if step.asks and step.key not in filled]
    while left_out := [step for step in coming if _is_left_out(step, open_, values)]:
        coming = [step for step in coming if step not in left_out]
        open_ -= {key for step in left_out for key in step.asks}
    return open_


def _is_left_out(step: Step, open_: frozenset[str], values: Mapping[str, object]) -> bool:
    if step.condition is None:
        return False
    condition = compiled(step.condition)
    return open_.isdisjoint(condition.names) and not condition.verdict(values).holds


def filled_by(service: Service, raw: Mapping[str, object]) -> tuple[str, ...]:
    """The form steps that raw answers have something for: a trial takes them as filled in."""
    return tuple(dict.fromkeys(service.asked_later[key] for key in raw if key in service.asked_later))
