"""What can be the case when people's accounts and rights are changed."""

from dataclasses import dataclass

from spoc.errors import Conflict, Invalid, NotAllowed, SpocError


@dataclass(frozen=True)
class Fault:
    """One thing to mend in a form, as `spoc.errors.Invalid` names it."""

    field: str
    code: str
    message: str


class InvalidAccount(Invalid):
    """At least one value of an account cannot be accepted."""

    code = "invalid_account"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = faults


class InvalidOrganisation(Invalid):
    """At least one value of the organisation, a location or its working time cannot be accepted."""

    code = "invalid_organisation"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = faults


class LocationInUse(Conflict):
    """People, requests or rules still name the location, or it is the last one."""

    code = "location_in_use"

    def __init__(self) -> None:
        super().__init__("This location is in use, or the last one, and stays.")


class WrongPassword(NotAllowed):
    """The current password, asked for once more, was not right."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("The current password is not right.")


class LinkSpent(Conflict):
    """The one-time link was used, has run out, or never was: all look the same."""

    code = "link_spent"

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Ask an administrator for a new one.")


class LastAdministrator(Conflict):
    """Without this person nobody could let anybody in any more."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__("This is the last administrator. Make somebody else one first.")


class OwnRights(NotAllowed):
    """Nobody changes their own rights: it takes a second administrator."""

    code = "own_rights"

    def __init__(self) -> None:
        super().__init__("Nobody changes their own rights. Ask another administrator.")


class TooManyAttempts(SpocError):
    """Too many wrong passwords for one address or from one place; whether this one was right is not told."""

    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Too many wrong passwords. Wait a quarter of an hour, then try again.")
        self.retry_after_seconds = retry_after_seconds
