"""Faults of appointments: nobody to meet or to choose, no place, times that can never lie in their window."""

from collections.abc import Iterator

from catalog.appointment import AppointmentPart, ChosenBy
from catalog.approval import LEAD, ApproverExpression
from catalog.dates import DateRule, Unit
from catalog.errors import DocumentFault
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import FieldKind, Service, Step

_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}


def appointment_faults(place: Place, service: Service, queues: frozenset[str]) -> Iterator[DocumentFault]:
    for at, step in enumerate(service.steps):
        if step.appointment is not None:
            here = place.part(f".steps[{at}]")
            yield from _own_faults(here, service, step, step.appointment)
            yield from _person_faults(here, service, step.appointment, queues)
            yield from _place_faults(here, service, step.appointment)
            yield from _window_faults(here, step, step.appointment)


def _own_faults(here: Place, service: Service, step: Step, wanted: AppointmentPart) -> Iterator[DocumentFault]:
    if step.person is not None:
        reason = Remark("nobody arranges it if no time is chosen")
        yield here.fault(".person", reason, Remark("name the queue, and whom they meet in appointment.person"))
    if step.secret or step.confidential_to:
        reason = Remark("whoever is to choose a time could not see it")
        yield here.fault(".confidential_to", reason, Remark("leave it out: the appointment itself is no secret"))
    if service.secret and (wanted.person or wanted.topic or wanted.chosen_by is ChosenBy.SUBJECT):
        reason = Remark("a single person cannot open a secret request")
        yield here.fault(".appointment", reason, Remark("let the requester choose, and meet people of the queue"))
    if step.assign is not None:
        reason = Remark("an appointment is offered to nobody: who it is with is there at its time")
        yield here.fault(".assign", reason, Remark("leave it out"))
    if wanted.chosen_by is ChosenBy.SUBJECT and not _has_subject(service):
        reason = Remark("%(person)s needs a subject who is in the directory", person=wanted.chosen_by.value)
        advice = Remark("give the service a subject of kind person, or name the requester")
        yield here.fault(".appointment.chosen_by", reason, advice)


def _has_subject(service: Service) -> bool:
    subject = service.fields.get(service.subject or "")
    return subject is not None and subject.kind is FieldKind.PERSON


def _person_faults(
    here: Place, service: Service, wanted: AppointmentPart, queues: frozenset[str]
) -> Iterator[DocumentFault]:
    where, named = ".appointment.person", wanted.person
    if named is None:
        return
    people = {key: field for key, field in service.fields.items() if field.kind is FieldKind.PERSON}
    known = {*map(str, ApproverExpression), *(queue + LEAD for queue in queues), *people}
    if wanted.topic:
        reason = Remark("it is with %(person)s and with a point of contact", person=named)
        yield here.fault(".appointment.topic", reason, Remark("name one of them"))
    if named not in known:
        yield here.fault(where, Remark("nobody is called %(named)r", named=named), here.nearest(named, known))
    elif named in people and (people[named].secret or people[named].confidential_to):
        reason = Remark("%(key)r is confidential and would be told", key=named)
        yield here.fault(where, reason, Remark("name a field that everybody may read"))
    elif named == ApproverExpression.SUBJECT_MANAGER and not _has_subject(service):
        reason = Remark("%(person)s needs a subject who is in the directory", person=named)
        yield here.fault(where, reason, Remark("give the service a subject of kind person, or name the requester"))
    elif named == ApproverExpression.SERVICE_OWNER and not service.owner:
        reason = Remark("this service has no owner")
        yield here.fault(where, reason, Remark("write owner: and a mail address at the service"))


def _place_faults(here: Place, service: Service, wanted: AppointmentPart) -> Iterator[DocumentFault]:
    where = ".appointment.location"
    if wanted.location is None:
        if not wanted.place:
            advice = Remark("write place: and where, or location: and a field of kind location")
            yield here.fault(".appointment", Remark("nobody would know where to meet"), advice)
        return
    field = service.fields.get(wanted.location)
    places = [key for key, one in service.fields.items() if one.kind is FieldKind.LOCATION]
    if field is None:
        reason = Remark("there is no field %(field)r", field=wanted.location)
        yield here.fault(where, reason, here.nearest(wanted.location, places))
    elif field.kind is not FieldKind.LOCATION:
        reason = Remark("the field %(field)r is no location", field=wanted.location)
        yield here.fault(where, reason, Remark("name a field of kind location"))
    elif field.secret or field.confidential_to:
        reason = Remark("%(key)r is confidential and would be told", key=wanted.location)
        yield here.fault(where, reason, Remark("name a field that everybody may read"))


def _window_faults(here: Place, step: Step, wanted: AppointmentPart) -> Iterator[DocumentFault]:
    if step.due is None:
        reason = Remark("it may lie as late as the step is due, and the step has no date")
        yield here.fault(".due", reason, Remark("say by when it is to take place"))
    elif wanted.earliest is not None and _is_after(wanted.earliest, step.due):
        reason = Remark("no time can lie after %(earliest)s and until %(due)s", earliest=wanted.earliest, due=step.due)
        yield here.fault(".appointment.earliest", reason, Remark("let it begin earlier, or be due later"))


def _is_after(earliest: DateRule, due: DateRule) -> bool:
    """Whether it is certain, whatever is answered: both count from the same day in days of one kind."""
    if earliest.anchor != due.anchor:
        return False
    begins, ends = (rule.amount * _DAYS[rule.unit] if rule.unit in _DAYS else None for rule in (earliest, due))
    if begins is None or ends is None:
        begins, ends = (rule.amount if rule.unit is Unit.WORKING_DAYS else None for rule in (earliest, due))
    if begins is None or ends is None:
        return False
    same_day = begins == ends and earliest.at is not None and due.at is not None and earliest.at >= due.at
    return begins > ends or same_day
