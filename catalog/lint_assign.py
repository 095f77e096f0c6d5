"""Faults of how a step finds its person: a strategy without what it needs, or what no strategy asks for."""

from collections.abc import Iterator

from catalog.errors import DocumentFault
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Step, Strategy


def assignment_faults(here: Place, step: Step) -> Iterator[DocumentFault]:
    if step.assign is not None and step.person is not None:
        yield here.fault(
            ".assign", Remark("a person's step is theirs already"), Remark("name a queue, or leave assign out")
        )
    if step.assign is Strategy.SKILL and not step.skill:
        yield here.fault(".assign", Remark("it does not say which skill"), Remark("add a line such as skill: vpn"))
    if step.assign is Strategy.POINT_OF_CONTACT and not step.topic:
        reason = Remark("it does not say whose point of contact")
        yield here.fault(".assign", reason, Remark("add a line such as topic: laptops"))
    if step.skill and step.assign is not Strategy.SKILL:
        yield here.fault(".skill", Remark("nothing asks for the skill"), Remark("add assign: skill"))
    if step.topic and step.assign is not Strategy.POINT_OF_CONTACT:
        yield here.fault(".topic", Remark("nothing asks for the topic"), Remark("add assign: point_of_contact"))
