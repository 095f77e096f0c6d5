"""Why a submission is not taken."""

from spoc.errors import Fault, Invalid, NotAllowed


class NothingAsked(Invalid):
    """Neither a service nor a word was sent."""

    code = "nothing_asked"

    def __init__(self) -> None:
        super().__init__("Name a service, or say in `text` what is needed.")
        self.faults = (Fault("text", self.code, str(self)),)


class UnknownRequester(Invalid):
    """Nobody active in the directory has the requester's mail address."""

    code = "unknown_requester"

    def __init__(self, mail: str) -> None:
        super().__init__(f"Nobody in the directory has the mail address {mail[:200]}.")
        self.faults = (Fault("requester", self.code, str(self)),)


class MayNotRaiseForOthers(NotAllowed):
    """Only agents, and tokens made for it, ask on behalf of somebody else."""

    code = "may_not_raise_for_others"

    def __init__(self) -> None:
        super().__init__("This sign-in or token may ask for its owner only. Leave `requester` out.")


class KeyReused(Invalid):
    """The Idempotency-Key came before, with another body."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request. Send a new key with a new request.")


class NotYetOver(Invalid):
    """A contact that is logged has already ended."""

    code = "not_yet_over"

    def __init__(self) -> None:
        super().__init__("A contact is logged when it is over: its end lies after now.")
        self.faults = (Fault("ended_at", self.code, str(self)),)


class NotByPerson(NotAllowed):
    """Contacts by phone, in chat or at the desk are logged by agents, and by tokens made to ask for others."""

    code = "channel_not_allowed"

    def __init__(self, channel: str) -> None:
        super().__init__(f"Contacts of the channel {channel} are logged by agents. Leave `channel` out.")
