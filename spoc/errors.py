"""What can be the case when a use case says no. `spoc.web.errors` maps each class to an HTTP status."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Fault:
    """One thing to mend in what was sent: where, a stable code, and a sentence that says what to do."""

    field: str
    code: str
    message: str


class SpocError(Exception):
    """Base of every error that the product raises on purpose.

    `code` is stable and public: programs may branch on it. The message is one sentence a person can act on.
    """

    code = "error"


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
    """One thing to mend: which field, a stable code, and a sentence."""

    @property
    def field(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


class Invalid(SpocError):
    """What was given cannot be accepted. `faults` names each thing to mend."""

    code = "invalid"
    faults: Sequence[Mendable] = ()


class NotSignedIn(SpocError):
    """Nobody is signed in, or what was shown as proof does not hold any more."""

    code = "not_signed_in"
