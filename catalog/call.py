"""The body of a call step: which other system is asked, with which answers, and how long we wait for its own."""

from typing import Annotated

from annotated_types import Len

from catalog.approval import Span, SpanText
from catalog.dates import Unit
from catalog.part import FieldKey, Key, Part


class CallPart(Part):
    """`endpoint` is a name that an administrator gave an address; a pack never has the address itself.

    `answers` are sent along. `takes` are questions that the other system answers, which nobody else is asked. If it
    has not answered `within` that time, or cannot do it, the step is a task of its queue.
    """

    endpoint: Key
    answers: Annotated[tuple[FieldKey, ...], Len(0, 50)] = ()
    takes: Annotated[tuple[FieldKey, ...], Len(0, 50)] = ()
    within: SpanText = Span(2, Unit.WORKING_DAYS)
