"""Faults of form steps: questions that are not there, asked twice, or needed before anybody can answer them."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from catalog.conditions import compiled
from catalog.errors import DocumentFault, InvalidCondition
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Field, Service, Step
from catalog.undecided import read_by, with_implied


def filled_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    first: dict[str, str] = {}
    for at, step in enumerate(service.steps):
        if step.asks:
            yield from _step_faults(place.part(f".steps[{at}]"), service, step, first)
    if service.subject in service.asked_later:
        reason = Remark("%(field)r is answered too late to say whom it is about", field=service.subject)
        yield place.fault(".subject", reason, Remark("ask it at once, or name another field"))
    yield from _early_questions(place, service)
    yield from _circles(place, service)


def _step_faults(here: Place, service: Service, step: Step, first: dict[str, str]) -> Iterator[DocumentFault]:
    where = ".form.fields" if step.form else ".call.takes"
    for key in step.asks:
        if key not in service.fields:
            reason = Remark("there is no field %(field)r", field=key)
            yield here.fault(where, reason, here.nearest(key, service.fields))
        elif first.setdefault(key, step.key) != step.key:
            reason = Remark("%(step)r asks for %(field)r already", step=first[key], field=key)
            yield here.fault(where, reason, Remark("let one step ask it"))
    if step.condition and (own := set(_names(step.condition)) & set(step.asks)):
        reason = Remark("it asks for %(fields)s itself", fields=", ".join(sorted(own)))
        yield here.fault(".condition", reason, Remark("read what is answered before it"))
    if service.secret and step.person is not None:
        reason = Remark("a single person cannot open a secret request")
        yield here.fault(".person", reason, Remark("give it to a queue"))


def _names(text: str) -> tuple[str, ...]:
    try:
        return compiled(text).names
    except InvalidCondition:
        return ()


def _early_questions(place: Place, service: Service) -> Iterator[DocumentFault]:
    """Whoever asks sees no question that hangs on what is answered later."""
    for at, field in enumerate(service.form):
        if field.key in service.asked_later:
            continue
        rules = {f".form[{at}].visible_when": field.visible_when}
        rules |= {f".form[{at}].options[{number}].when": option.when for number, option in enumerate(field.options)}
        for where, text in rules.items():
            for name in _names(text) if text else ():
                if name in service.asked_later:
                    reason = Remark("%(name)r is not answered yet when this is asked", name=name)
                    advice = Remark("let %(step)r ask this too", step=service.asked_later[name])
                    yield place.fault(where, reason, advice)


def _circles(place: Place, service: Service) -> Iterator[DocumentFault]:
    """Of needs that are written and those that follow from what a step reads; written ones alone are told elsewhere."""
    if not service.asked_later or _circle({step.key: step.needs for step in service.steps}):
        return
    if found := _circle(with_implied(service)):
        advice = Remark("a step waits for the form step whose answers it reads: read others, or remove a need")
        yield place.fault(".steps", Remark("steps wait for each other: %(circle)s", circle=" → ".join(found)), advice)


def _circle(needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def as_they_come(service: Service, step: Step) -> Mapping[str, Field]:
    """The form as a condition of the step meets it: unanswered where the form step that asks may be left out."""
    conditional = {one.key for one in service.steps if one.condition and one.asks}
    late = {key for key in read_by(service, step) if service.asked_later.get(key) in conditional}
    return {
        key: field.model_copy(update={"required": False, "default": None}) if key in late else field
        for key, field in service.fields.items()
    }
