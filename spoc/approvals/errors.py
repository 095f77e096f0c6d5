"""What can be the case when a decision cannot be taken; each says in a sentence what has happened instead."""

from routing.phrase import marked
from spoc.errors import Conflict


class AlreadyDecided(Conflict):
    """The approver decided before, or the approval was decided by others."""

    code = "already_decided"
    template = marked("This was decided already: “%(task)s” needs nothing more from you.")

    def __init__(self, task: str) -> None:
        super().__init__(task=task)
        self.task = task


class TooLate(Conflict):
    """The time to decide is over."""

    code = "too_late"
    template = marked("The time to decide about “%(task)s” is over, so your decision does not count any more.")

    def __init__(self, task: str) -> None:
        super().__init__(task=task)
        self.task = task


class NotYourTurn(Conflict):
    """Others are asked first."""

    code = "not_your_turn"
    template = marked("Others decide about “%(task)s” first. You are told when it is your turn.")

    def __init__(self, task: str) -> None:
        super().__init__(task=task)
        self.task = task


class NotNeeded(Conflict):
    """It was withdrawn, or somebody else is asked now."""

    code = "not_needed"
    template = marked("Your decision about “%(task)s” is not needed any more.")

    def __init__(self, task: str) -> None:
        super().__init__(task=task)
        self.task = task


class LinkOver(Conflict):
    """The link in a mail was used, has run out, is another's, or never was: all look the same."""

    code = "link_over"
    template = marked("This link does not work any more. Sign in to see what you are asked to approve.")

    def __init__(self) -> None:
        super().__init__()
