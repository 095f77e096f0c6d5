"""Faults of approvals: nobody to ask, a quorum that cannot be reached, and approvals that hold up nothing."""

from collections.abc import Iterator

from catalog.approval import LEAD, Approval, ApproverExpression
from catalog.errors import DocumentFault
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import FieldKind, Service, Step


def approval_faults(place: Place, service: Service, queues: frozenset[str]) -> Iterator[DocumentFault]:
    needed = {need for step in service.steps for need in step.needs}
    for at, step in enumerate(service.steps):
        if step.approval is None:
            continue
        here = place.part(f".steps[{at}]")
        yield from _own_faults(here, service, step)
        if step.key not in needed:
            reason = Remark("nothing waits for this approval")
            yield here.fault(".approval", reason, Remark("name it in the needs of the steps that it is to hold up"))
        yield from _approver_faults(here, service, step.approval, queues)
        yield from _quorum_faults(here, step.approval)
        yield from _shown_faults(here, service, step.approval)


def _own_faults(here: Place, service: Service, step: Step) -> Iterator[DocumentFault]:
    if service.secret or step.secret:
        reason = Remark("what is secret can be told to no approver")
        yield here.fault(".approval", reason, Remark("give it to a queue of confidential_to"))
    if step.assign is not None:
        reason = Remark("an approval is offered to nobody: its approvers are asked")
        yield here.fault(".assign", reason, Remark("leave it out"))


def _approver_faults(
    here: Place, service: Service, approval: Approval, queues: frozenset[str]
) -> Iterator[DocumentFault]:
    if not approval.approvers:
        reason = Remark("an approval without approvers is never given")
        yield here.fault(".approval.approvers", reason, Remark("name one, such as requester.manager"))
    known = {*map(str, ApproverExpression), *(queue + LEAD for queue in queues)}
    for at, named in enumerate(approval.approvers):
        where = f".approval.approvers[{at}]"
        if named not in known:
            yield here.fault(where, Remark("there is no approver %(named)r", named=named), here.nearest(named, known))
        elif named in approval.approvers[:at]:
            yield here.fault(where, Remark("%(named)r is asked twice", named=named), Remark("name each approver once"))
        else:
            yield from _source_faults(here, service, named, where)


def _source_faults(here: Place, service: Service, named: str, where: str) -> Iterator[DocumentFault]:
    """Approvers who are never found, whatever is answered."""
    subject = service.fields.get(service.subject or "")
    if named == ApproverExpression.SUBJECT_MANAGER and (subject is None or subject.kind is not FieldKind.PERSON):
        reason = Remark("%(person)s needs a subject who is in the directory", person=named)
        yield here.fault(where, reason, Remark("give the service a subject of kind person, or name the requester"))
    if named == ApproverExpression.SERVICE_OWNER and not service.owner:
        reason = Remark("this service has no owner")
        yield here.fault(where, reason, Remark("write owner: and a mail address at the service"))


def _quorum_faults(here: Place, approval: Approval) -> Iterator[DocumentFault]:
    quorum, voices = approval.quorum, len(approval.approvers)
    if not voices:
        return
    if quorum.count is not None and quorum.count > voices:
        reason = Remark("%(quorum)s can never agree: there are %(voices)s approvers", quorum=quorum, voices=voices)
        yield here.fault(".approval.quorum", reason, Remark("name more approvers, or ask for fewer"))
    elif quorum.of is not None and quorum.of != voices:
        reason = Remark("“%(quorum)s” is of another number than the %(voices)s approvers", quorum=quorum, voices=voices)
        yield here.fault(".approval.quorum", reason, Remark("write %(right)s", right=f"{quorum.count} of {voices}"))


def _shown_faults(here: Place, service: Service, approval: Approval) -> Iterator[DocumentFault]:
    for at, key in enumerate(approval.shows):
        where, field = f".approval.shows[{at}]", service.fields.get(key)
        if field is None:
            yield here.fault(where, Remark("there is no field %(key)r", key=key), here.nearest(key, service.fields))
        elif field.secret or field.confidential_to:
            reason = Remark("%(key)r is confidential and approvers would read it", key=key)
            yield here.fault(where, reason, Remark("leave it out"))
