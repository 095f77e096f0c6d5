"""Why a submission is not taken."""

from spoc.errors import SpocError


class NothingAsked(SpocError):
    """Neither a service nor a word was sent."""

    code = "nothing_asked"

    def __init__(self) -> None:
        super().__init__("Name a service, or say in `text` what is needed.")


class UnknownRequester(SpocError):
    """Nobody in the directory has the requester's mail address."""

    code = "unknown_requester"

    def __init__(self, mail: str) -> None:
        super().__init__(f"Nobody in the directory has the mail address {mail[:200]}.")
        self.mail = mail


class MayNotRaiseForOthers(SpocError):
    """Only agents, and tokens made for it, ask on behalf of somebody else."""

    code = "may_not_raise_for_others"

    def __init__(self) -> None:
        super().__init__("This sign-in or token may ask for its owner only. Leave `requester` out.")


class KeyReused(SpocError):
    """The Idempotency-Key came before, with another body."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request. Send a new key with a new request.")
