"""What a step asks for before it is done: the evidence of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from catalog.part import Line, Part


class EvidenceKind(StrEnum):
    TEXT = "text"
    REFERENCE = "reference"


class Evidence(Part):
    """A few words, or the number or name of something; a `pattern` is for the whole of it."""

    required: EvidenceKind
    label: Line
    pattern: Annotated[str, StringConstraints(max_length=200)] | None = None
