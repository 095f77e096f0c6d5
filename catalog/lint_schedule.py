"""Faults of schedules: that never come, that nobody could ask for, or whose answers the form would refuse."""

from collections.abc import Iterator

from catalog.answers import Known, cells, check, named_people
from catalog.approval import LEAD, ApproverExpression
from catalog.errors import DocumentFault, InvalidAnswers
from catalog.pack import Place
from catalog.remark import Remark
from catalog.schedule import Schedule
from catalog.service import FieldKind, Service


def schedule_faults(place: Place, service: Service, queues: frozenset[str]) -> Iterator[DocumentFault]:
    keys = [schedule.key for schedule in service.schedules]
    for at, schedule in enumerate(service.schedules):
        here = place.part(f".schedules[{at}]")
        if schedule.key in keys[:at]:
            yield here.fault(".key", Remark("the key %(key)r is taken", key=schedule.key), Remark("write another"))
        if service.secret:
            reason = Remark("a secret request is not asked for by a schedule: others would see that it comes")
            yield here.fault("", reason, Remark("leave the schedule out"))
        if next(schedule.days(schedule.from_on), None) is None:
            reason = Remark("this never comes: no date lies between from_on and until_on")
            yield here.fault(".until_on" if schedule.until_on else ".from_on", reason, Remark("give it more time"))
        yield from _requester_faults(here, service, schedule, queues)


def _requester_faults(
    here: Place, service: Service, schedule: Schedule, queues: frozenset[str]
) -> Iterator[DocumentFault]:
    named = schedule.requester
    if "@" in named:
        return
    known = {ApproverExpression.SERVICE_OWNER.value, *(queue + LEAD for queue in queues)}
    if named not in known:
        yield here.fault(
            ".requester", Remark("there is no requester %(named)r", named=named), here.nearest(named, known)
        )
    elif named == ApproverExpression.SERVICE_OWNER and not service.owner:
        reason = Remark("this service has no owner")
        yield here.fault(".requester", reason, Remark("write owner: and a mail address at the service"))


def answer_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    """For a service without other faults: its conditions and patterns are sound."""
    for at, schedule in enumerate(service.schedules):
        yield from _answer_faults(place.part(f".schedules[{at}]"), service, schedule)


def _answer_faults(here: Place, service: Service, schedule: Schedule) -> Iterator[DocumentFault]:
    """People and places that are named are taken to exist: the directory is not the catalogue's."""
    places = (value for field, value in cells(service, schedule.answers) if field.kind is FieldKind.LOCATION)
    known = Known(named_people(service, schedule.answers), frozenset(one for one in places if isinstance(one, str)))
    try:
        check(service, schedule.answers, known)
    except InvalidAnswers as refused:
        for fault in refused.faults:
            said = Remark(fault.many or fault.template, **fault.given)
            yield here.fault(f".answers.{fault.field}", said, Remark("give answers that a person could send"))
