"""What can be the case when the desk says no to a move; each error carries its values and a stable code."""

from collections.abc import Sequence

from routing.phrase import Phrase, marked
from spoc.errors import Conflict, Fault, Invalid


class AlreadyClaimed(Conflict):
    """Somebody was faster. `by` is the name of whoever holds the task now."""

    code = "already_claimed"
    template = marked("%(by)s was faster: this task of %(reference)s is theirs.")

    def __init__(self, reference: str, by: str) -> None:
        super().__init__(reference=reference, by=by or Phrase("Somebody"))
        self.reference = reference
        self.by = by


class AlreadyThere(Conflict):
    """A task was to be handed over to where it is."""

    code = "already_there"
    template = marked("The task is already with %(queue)s.")

    def __init__(self, queue: str) -> None:
        super().__init__(queue=queue)
        self.queue = queue


class NotOfferedToYou(Conflict):
    """Somebody said no to a task that is not theirs to take, or not any more."""

    code = "not_offered_to_you"
    template = marked("This task is not offered to you, or not any more: there is nothing to say no to.")


class UnknownQueue(Invalid):
    """A task was to be handed over to a queue that does not exist."""

    code = "unknown_queue"
    template = marked("There is no queue “%(queue)s”.")

    def __init__(self, queue: str) -> None:
        super().__init__(queue=queue)
        self.queue = queue


class NotAMember(Invalid):
    """A task was to be handed over to somebody who does not serve the queue."""

    code = "not_a_member"
    template = marked("%(mail)s does not work for %(queue)s.")

    def __init__(self, mail: str, queue: str) -> None:
        super().__init__(mail=mail, queue=queue)
        self.mail = mail
        self.queue = queue


class NotLater(Invalid):
    """A hold was to end, or a contact to begin, on the wrong side of now or of its own beginning."""

    code = "wrong_time"


class NotAFirst(Invalid):
    """A contact was to count as a first one although the request was there already."""

    code = "not_a_first"
    template = marked("The first contact is the one that opened the request. Say what kind this one was.")

    def __init__(self) -> None:
        super().__init__(field="kind")


class NotTheSame(Invalid):
    """A request was to be the same as another that is not there, not this person's, or counts in no figure itself."""

    code = "not_the_same"
    template = marked("Name another request of the same person, as open to all as this one, that still counts.")

    def __init__(self) -> None:
        super().__init__(field="of")


class NotResolved(Conflict):
    """A ticket was to be reopened that is not resolved."""

    code = "not_resolved"
    template = marked("%(reference)s is still being worked on, so there is nothing to reopen.")

    def __init__(self, reference: str) -> None:
        super().__init__(reference=reference)
        self.reference = reference


class FormFirst(Conflict):
    """A form was to be ended without its answers."""

    code = "form_first"
    template = marked("“%(task)s” is a form: it is done when it is filled in.")

    def __init__(self, task: str) -> None:
        super().__init__(task=task)
        self.task = task


class CallOver(Conflict):
    """Another system answered a call that nobody waits for any more."""

    code = "call_over"
    template = marked("Nobody waits for this any more: it is over, or people do it.")


class DifferenceMoved(Conflict):
    """A change of mind would no longer do what was shown before it was applied."""

    code = "difference_moved"
    template = marked("%(reference)s has moved on since you looked. See once more what will change.")

    def __init__(self, reference: str) -> None:
        super().__init__(reference=reference)
        self.reference = reference


class NothingSaid(Invalid):
    """A message, reason or result without a word in it; the sentence says which."""

    code = "nothing_said"


class NoSuchItem(Invalid):
    """Something was to be ticked that does not stand on the task's checklist."""

    code = "no_such_item"
    template = marked("The checklist has no item “%(item)s”.")

    def __init__(self, item: str) -> None:
        super().__init__(field="ticked", item=item[:200])


class NotProven(Invalid):
    """A task was to be finished without all that shows that it is done; `faults` name what is missing."""

    code = "not_proven"
    template = marked("“%(task)s” cannot be finished yet. Nothing you have written is lost.")

    def __init__(self, reference: str, task: str, faults: Sequence[Fault]) -> None:
        super().__init__(faults=faults, task=task)
        self.reference = reference


class InvalidTeam(Invalid):
    """How a queue's tasks find their person, or what a member takes, cannot be as it was written."""

    code = "invalid_team"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)


class UnknownPriority(Invalid):
    """A ticket was to have a priority that does not exist."""

    code = "unknown_priority"
    template = marked("There is no such priority.")

    def __init__(self) -> None:
        super().__init__(field="priority")
