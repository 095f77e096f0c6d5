"""What can be wrong with a catalogue, and with what is asked of it."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from catalog.remark import Remark, marked


@dataclass(frozen=True)
class AnswerFault:
    """One thing a person must mend in a form.

    `template` is marked for translation and names the values of `given`; with `many`, the value named `number`
    decides between the two. A door translates and fills in; `message` is the English of it.
    """

    field: str
    code: str
    template: str
    given: Mapping[str, str | int | float] = dataclasses.field(default_factory=dict, hash=False)
    many: str = ""

    @property
    def message(self) -> str:
        chosen = self.many if self.many and self.given["number"] != 1 else self.template
        return chosen % self.given if self.given else chosen


@dataclass(frozen=True, order=True)
class DocumentFault:
    """One thing an author must mend in a pack.

    `line` counts from 1 (0: the file as a whole); `where` is a path such as `services[2].steps[5].due`. Reason and
    advice are remarks, which a door can translate.
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
    """The root of what this package raises; `code` is stable and may be shown to programs.

    The sentence is kept as template and values, so that a door can say it in another language; `str()` is English.
    """

    code: ClassVar[str] = "catalogue_error"
    template: ClassVar[str] = ""
    many: ClassVar[str] = ""

    def __init__(self, **given: object) -> None:
        self.given: Mapping[str, object] = given
        super().__init__(Remark(self.template, **given))


class UnknownService(CatalogueError):
    code = "unknown_service"
    template = marked("The catalogue has no service “%(key)s”.")

    def __init__(self, key: str) -> None:
        super().__init__(key=key)
        self.key = key


class InvalidAnswers(CatalogueError):
    """At least one answer cannot be accepted; `faults` names all of them, in the order of the form."""

    code = "invalid_answers"

    def __init__(self, faults: Sequence[AnswerFault]) -> None:
        super().__init__()
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "; ".join(f"{fault.field}: {fault.message}" for fault in self.faults)


class InvalidCatalogue(CatalogueError):
    """The documents make no catalogue; `faults` names every reason, by file and line."""

    code = "invalid_catalogue"

    def __init__(self, faults: Sequence[DocumentFault]) -> None:
        super().__init__()
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class InvalidDateRule(CatalogueError, ValueError):
    code = "invalid_date_rule"
    template = marked("%(text)r is not a date rule: %(reason)s")

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text=text, reason=reason)
        self.text = text
        self.reason = reason


class InvalidCondition(CatalogueError, ValueError):
    code = "invalid_condition"
    template = marked("%(text)r is not a condition: %(reason)s")

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text=text[:80], reason=reason)
        self.text = text
        self.reason = reason
