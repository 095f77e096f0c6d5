"""What a step asks for before it is done: the evidence of it."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from catalog.part import Line, Part
from catalog.remark import Remark


class EvidenceKind(StrEnum):
    TEXT = "text"
    REFERENCE = "reference"
    FILE = "file"


class Evidence(Part):
    """A few words, the number or name of something, or a file; a `pattern` is for the whole of the words."""

    required: EvidenceKind
    label: Line
    pattern: Annotated[str, StringConstraints(max_length=200)] | None = None

    @model_validator(mode="after")
    def _pattern_is_of_words(self) -> Self:
        if self.pattern is not None and self.required is EvidenceKind.FILE:
            raise ValueError(Remark("a file has no pattern"))
        return self
