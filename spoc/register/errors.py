"""What can be the case when the register says no."""

from routing.phrase import marked
from spoc.errors import Conflict, Fault, Invalid, NotAllowed


class AlreadyTaken(Conflict):
    """Somebody was faster: the piece, or the last one of its kind, is not free any more."""

    code = "already_taken"
    template = marked("%(item)s is not free any more: somebody was faster. Choose another.")

    def __init__(self, item: str) -> None:
        super().__init__(item=item)
        self.item = item


class NotHeld(Conflict):
    """A piece was to be given back that this person does not hold, or not any more."""

    code = "not_held"
    template = marked("%(item)s was given back already, or is held by somebody else.")

    def __init__(self, item: str) -> None:
        super().__init__(item=item)
        self.item = item


class NotKept(NotAllowed):
    """The register was to be changed by somebody whose queues do not keep things of this kind."""

    code = "not_kept"
    template = marked("%(kind)s: only members of the queue that keeps such things change this.")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)
        self.kind = kind


class SheetMoved(Conflict):
    """The register has changed since it was shown what a file would do."""

    code = "sheet_moved"
    template = marked("The register has changed since you looked. See once more what the file would change.")


class InvalidRegister(Invalid):
    """A file or form that the register cannot take; each fault names its line and column."""

    code = "invalid_register"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)
        self.found = faults
