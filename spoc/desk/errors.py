"""What can be the case when the desk says no to a move; each error carries its values and a stable code."""

from spoc.errors import Conflict, Fault, Invalid


class AlreadyClaimed(Conflict):
    """Somebody was faster. `by` is the name of whoever holds the task now."""

    code = "already_claimed"

    def __init__(self, reference: str, by: str) -> None:
        super().__init__(f"{by} was faster: this task of {reference} is theirs.")
        self.reference = reference
        self.by = by


class AlreadyThere(Conflict):
    """A task was to be handed over to where it is."""

    code = "already_there"

    def __init__(self, queue: str) -> None:
        super().__init__(f"The task is already with {queue}.")
        self.queue = queue


class UnknownQueue(Invalid):
    """A task was to be handed over to a queue that does not exist."""

    code = "unknown_queue"

    def __init__(self, queue: str) -> None:
        super().__init__(f"There is no queue {queue!r}.")
        self.queue = queue


class NotAMember(Invalid):
    """A task was to be handed over to somebody who does not serve the queue."""

    code = "not_a_member"

    def __init__(self, mail: str, queue: str) -> None:
        super().__init__(f"{mail} does not work for {queue}.")
        self.mail = mail
        self.queue = queue


class NotLater(Invalid):
    """A hold was to end, or a contact to begin, on the wrong side of now or of its own beginning."""

    code = "wrong_time"

    def __init__(self, what: str) -> None:
        super().__init__(what)


class NotAFirst(Invalid):
    """A contact was to count as a first one although the request was there already."""

    code = "not_a_first"

    def __init__(self) -> None:
        super().__init__("The first contact is the one that opened the request. Say what kind this one was.")
        self.faults = (Fault("kind", self.code, str(self)),)


class NotResolved(Conflict):
    """A ticket was to be reopened that is not resolved."""

    code = "not_resolved"

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} is still being worked on, so there is nothing to reopen.")
        self.reference = reference


class NothingSaid(Invalid):
    """A message, reason or result without a word in it; `field` names where it is missing, if the door has one."""

    code = "nothing_said"

    def __init__(self, what: str, field: str = "") -> None:
        super().__init__(f"Write {what} first.")
        if field:
            self.faults = (Fault(field, self.code, str(self)),)
