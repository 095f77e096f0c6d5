"""Faults of what nobody reaches or reads: steps and questions that no answers call for, and answers without a use."""

import re
from collections.abc import Iterator, Mapping

from catalog.checks import Known, Refused
from catalog.errors import DocumentFault
from catalog.files import taken_at_their_word
from catalog.message_text import placeholders
from catalog.pack import Place
from catalog.part import Part
from catalog.patience import Patience
from catalog.reach import can_hold
from catalog.remark import Remark
from catalog.service import Field, FieldKind, Service
from catalog.table import settle_answer

# What people read, and names of other things than fields: what they say is no use that a rule makes of an answer.
_NO_RULE = {
    *("key", "title", "summary", "detail", "neutral_title", "label", "help", "section", "example", "default", "value"),
    *("queue", "person", "needs", "phase", "need", "icon", "phrases", "confidential_to", "kind", "pattern"),
    *("checklist", "evidence", "fields", "message", "takes", "endpoint", "place", "topic", "chosen_by"),
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def reach_faults(place: Place, service: Service, patience: Patience) -> Iterator[DocumentFault]:
    """For a service without other faults: names and conditions are sound."""
    named = names_in_rules(service)
    for at, field in enumerate(service.form):
        here = place.part(f".form[{at}]")
        yield from _unseen(here, service, field, patience)
        yield from _unused(here, service, field, named)
        yield from _unanswerable(here, service, field)
    for at, step in enumerate(service.steps):
        if step.condition and not can_hold(step.condition, service.fields, patience):
            advice = Remark("check the condition, or remove the step")
            yield place.fault(f".steps[{at}].condition", Remark("no answers let this step begin"), advice)


def names_in_rules(service: Service) -> frozenset[str]:
    """All names that stand where rules do: conditions, dates, subject, placeholders of title and messages."""
    sent = {key for step in service.steps for key in placeholders(step)}
    met = {step.appointment.person for step in service.steps if step.appointment and step.appointment.person}
    return frozenset({*_names(service), *sent, *met})


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Part):
        value = {name: one for name, one in value.values() if name not in _NO_RULE}
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        for one in value:
            yield from _names(one)
    elif value is not None and not isinstance(value, bool):
        yield from _NAME.findall(_LITERAL.sub("", str(value)))


def _unseen(here: Place, service: Service, field: Field, patience: Patience) -> Iterator[DocumentFault]:
    advice = Remark("check the condition, or remove it")
    if field.visible_when and not can_hold(field.visible_when, service.fields, patience):
        yield here.fault(".visible_when", Remark("no answers let this question be asked"), advice)
    for at, option in enumerate(field.options):
        if option.when and not can_hold(option.when, service.fields, patience):
            yield here.fault(f".options[{at}].when", Remark("no answers let this option be offered"), advice)


def _unused(here: Place, service: Service, field: Field, named: frozenset[str]) -> Iterator[DocumentFault]:
    """An answer is used by a rule, or by people: a free text speaks for itself, of others `help` says what for."""
    in_rules = field.key in named or field.kind is FieldKind.LOCATION  # the place decides on routes and calendars
    if in_rules or not field.takes_answer:
        return
    if field.confidential_to and not _readers(service) & set(field.confidential_to):
        reason = Remark("only %(queues)s may read the answer, and no step is theirs", queues=_list(field))
        yield here.fault(".confidential_to", reason, Remark("give them a step, or ask who needs the answer"))
    elif not field.help and field.kind is not FieldKind.LONG_TEXT:
        reason = Remark("nobody uses %(field)r: no condition, date or title reads it", field=field.key)
        yield here.fault("", reason, Remark("say in its `help` what people need it for, or do not ask"))


def _readers(service: Service) -> set[str]:
    return {step.queue for step in service.steps if step.queue}


def _list(field: Field) -> str:
    return ", ".join(field.confidential_to)


def _unanswerable(here: Place, service: Service, field: Field) -> Iterator[DocumentFault]:
    """Whether a pattern can be met at all is proved by an example that meets it."""
    if field.example is not None and field.kind not in {FieldKind.PERSON, FieldKind.LOCATION}:
        try:
            settle_answer(field, field.example, _known(field))
        except Refused as refused:
            reason = Remark("the example is no valid answer: %(code)s", code=refused.code)
            yield here.fault(".example", reason, Remark("give an answer that a person could send"))
    elif field.required and field.pattern and field.default is None and field.key not in service.example:
        reason = Remark("nothing shows that the form can be completed: %(field)r has no example", field=field.key)
        yield here.fault(".pattern", reason, Remark("give it an `example` that has this form"))


def _known(field: Field) -> Known:
    """Whoever, wherever and whatever file the example names exists: none of them is the catalogue's."""
    if field.kind is FieldKind.FILE and isinstance(field.example, list | tuple):
        return Known(files=taken_at_their_word(str(one).lower() for one in field.example))
    rows = field.example if field.kind is FieldKind.TABLE and isinstance(field.example, list | tuple) else ()
    said = frozenset(
        str(value).lower() for row in rows if isinstance(row, Mapping) for value in row.values() if value is not None
    )
    return Known(said, said)
