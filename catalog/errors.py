"""What can be wrong with a catalogue, and with what is asked of it."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class AnswerFault:
    """One thing a person must mend in a form.

    `message` is `catalog.checks.MESSAGES[code] % given`, in English; a door that speaks another language
    translates the template and fills in `given` itself.
    """

    field: str
    code: str
    message: str
    given: Mapping[str, str | int | float] = dataclasses.field(default_factory=dict, compare=False)


@dataclass(frozen=True, order=True)
class DocumentFault:
    """One thing an author must mend in a pack.

    `line` counts from 1 (0: the file as a whole); `where` is a path such as `services[2].steps[5].due`.
    """

    file: str
    line: int
    where: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.where}: " if self.where else "")
        return place + self.reason + (f" ({self.advice})" if self.advice else "")


class CatalogueError(Exception):
    """The root of what this package raises; `code` is stable and may be shown to programs."""

    code: ClassVar[str] = "catalogue_error"


class UnknownService(CatalogueError):
    code = "unknown_service"

    def __init__(self, key: str) -> None:
        super().__init__(f"The catalogue has no service {key!r}.")
        self.key = key


class InvalidAnswers(CatalogueError):
    """At least one answer cannot be accepted; `faults` names all of them, in the order of the form."""

    code = "invalid_answers"

    def __init__(self, faults: Sequence[AnswerFault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = tuple(faults)


class InvalidCatalogue(CatalogueError):
    """The documents make no catalogue; `faults` names every reason, by file and line."""

    code = "invalid_catalogue"

    def __init__(self, faults: Sequence[DocumentFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class InvalidDateRule(CatalogueError, ValueError):
    code = "invalid_date_rule"

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text!r} is not a date rule: {reason}")
        self.text = text
        self.reason = reason


class InvalidCondition(CatalogueError, ValueError):
    code = "invalid_condition"

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text[:80]!r} is not a condition: {reason}")
        self.text = text
        self.reason = reason
