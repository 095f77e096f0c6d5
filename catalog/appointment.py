"""The body of an appointment step: how long, where and with whom people meet, and within which times one may choose."""

from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import StringConstraints

from catalog.approval import Expression, Span, SpanText
from catalog.dates import Unit
from catalog.part import FieldKey, OneLine, Part, Rule


class ChosenBy(StrEnum):
    REQUESTER = "requester"
    SUBJECT = "subject"


class AppointmentPart(Part):
    """Somebody chooses one of the free times, which last `minutes` and begin `every` so many minutes of a segment.

    It is with any member of the step's queue, unless `person` names somebody: an expression as of approvers, or a
    field of kind person; or `topic`, of which somebody is the queue's point of contact. `at_once` may meet at the same
    time: of a queue no more than its people who are there. It lies not before `earliest` and not after the step is
    due, and no sooner than `notice` from now. Who has not chosen `within` that time is asked by telephone.
    """

    minutes: Annotated[int, Ge(5), Le(480)]
    every: Annotated[int, Ge(5), Le(480)] | None = None
    place: Annotated[str, OneLine, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    location: FieldKey | None = None
    person: Expression | None = None
    topic: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    at_once: Annotated[int, Ge(1), Le(100)] = 1
    earliest: Rule | None = None
    notice: SpanText = Span(4, Unit.WORKING_HOURS)
    within: SpanText = Span(3, Unit.WORKING_DAYS)
    chosen_by: ChosenBy = ChosenBy.REQUESTER
