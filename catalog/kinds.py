"""What a step may be, and which of its values says so."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class StepKind(StrEnum):
    """What a step is, as its body says; without one it is a task."""

    TASK = "task"
    APPROVAL = "approval"
    FORM = "form"
    MESSAGE = "message"
    APPOINTMENT = "appointment"
    CALL = "call"


BODIES: Final[Mapping[StepKind, str]] = {
    StepKind.APPROVAL: "approval",
    StepKind.FORM: "form",
    StepKind.MESSAGE: "message",
    StepKind.APPOINTMENT: "appointment",
    StepKind.CALL: "call",
}
"""The value of a step that makes it of that kind; it has one of them at most."""

FINDS_ITS_PEOPLE: Final = frozenset({StepKind.APPROVAL})
"""Kinds whose body names who is asked, so that the step itself is for no queue and no person."""

BY_WORDS_ALONE: Final = frozenset({StepKind.FORM, StepKind.MESSAGE, StepKind.APPOINTMENT, StepKind.CALL})
"""Kinds done by what is answered, sent or said of them: nothing is ticked, proved or lent in them; they come once."""
