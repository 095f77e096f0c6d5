"""What can be the case when a use case says no. `spoc.web.errors` maps each class to an HTTP status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from routing.phrase import Phrase


@dataclass(frozen=True)
class Fault:
    """One thing to mend in what was sent: where, a stable code, and a sentence that says what to do."""

    field: str
    code: str
    phrase: Phrase

    @property
    def message(self) -> str:
        """The English of it."""
        return str(self.phrase)

    @property
    def template(self) -> str:
        return self.phrase.template

    @property
    def many(self) -> str:
        return self.phrase.many

    @property
    def given(self) -> Mapping[str, object]:
        return self.phrase.given


class SpocError(Exception):
    """Base of every error that the product raises on purpose.

    `code` is stable and public: programs may branch on it. The sentence, one a person can act on, is kept as
    `routing.phrase.Phrase` keeps it; `str()` is the English of it.
    """

    code = "error"
    template = ""
    many = ""

    def __init__(self, template: str = "", **given: object) -> None:
        self.template = template or self.template
        self.given: Mapping[str, object] = given
        super().__init__(str(Phrase(self.template, given)))


class NotFound(SpocError):
    """There is no such thing, or it is not the actor's to see: both look the same on purpose."""

    code = "not_found"


class NotAllowed(SpocError):
    """The actor may see the thing, yet not do this to it."""

    code = "not_allowed"


class Unavailable(SpocError):
    """Something the product needs does not answer: the database, the data folder, a port."""

    code = "unavailable"


class Misconfigured(SpocError):
    """A setting or an option cannot be used as given."""

    code = "misconfigured"


class Conflict(SpocError):
    """It was possible, but not as things are now: someone was faster, or the state has moved on."""

    code = "conflict"


class Mendable(Protocol):
    """One thing to mend: which field, a stable code, and a sentence as template and values; `message` in English."""

    @property
    def field(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def many(self) -> str: ...
    @property
    def given(self) -> Mapping[str, object]: ...


class Invalid(SpocError):
    """What was given cannot be accepted. `faults` names each thing to mend.

    Where there is no template, the faults are what is said.
    """

    code = "invalid"
    faults: Sequence[Mendable]

    def __init__(
        self, template: str = "", faults: Sequence[Mendable] = (), *, field: str = "", **given: object
    ) -> None:
        """With `field`, the sentence itself is the one fault, of that field."""
        super().__init__(template, **given)
        here = [Fault(field, self.code, Phrase(self.template, given))] if field else []
        self.faults = (*here, *faults)

    def __str__(self) -> str:
        return super().__str__() or " ".join(fault.message for fault in self.faults)


class NotSignedIn(SpocError):
    """Nobody is signed in, or what was shown as proof does not hold any more."""

    code = "not_signed_in"
