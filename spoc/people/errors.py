"""What can be the case when people's accounts and rights are changed."""

from routing.phrase import counted, marked
from spoc.errors import Conflict, Fault, Invalid, NotAllowed, SpocError


def name_fault(field: str, longest: int) -> Fault:
    said = counted("A name has 1 to %(number)s character.", "A name has 1 to %(number)s characters.", longest)
    return Fault(field, "name", said)


class InvalidAccount(Invalid):
    """At least one value of an account cannot be accepted."""

    code = "invalid_account"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)


class InvalidOrganisation(Invalid):
    """At least one value of the organisation, a location or its working time cannot be accepted."""

    code = "invalid_organisation"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)


class LocationInUse(Conflict):
    """People, requests or rules still name the location, or it is the last one."""

    code = "location_in_use"
    template = marked("This location is in use, or the last one, and stays.")


class WrongPassword(NotAllowed):
    """The current password, asked for once more, was not right."""

    code = "wrong_password"
    template = marked("The current password is not right.")


class LinkSpent(Conflict):
    """The one-time link was used, has run out, or never was: all look the same."""

    code = "link_spent"
    template = marked("This link does not work any more. Ask an administrator for a new one.")


class LastAdministrator(Conflict):
    """Without this person nobody could let anybody in any more."""

    code = "last_administrator"
    template = marked("This is the last administrator. Make somebody else one first.")


class OwnRights(NotAllowed):
    """Nobody changes their own rights: it takes a second administrator."""

    code = "own_rights"
    template = marked("Nobody changes their own rights. Ask another administrator.")


class TooManyAttempts(SpocError):
    """Too many wrong passwords for one address or from one place; whether this one was right is not told."""

    code = "too_many_attempts"
    template = marked("Too many wrong passwords. Wait a quarter of an hour, then try again.")

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class InvalidAbsence(Invalid):
    """An absence cannot be as it was written."""

    code = "invalid_absence"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)
