"""Why a submission is not taken."""

from routing.phrase import marked
from spoc.errors import Conflict, Fault, Invalid, NotAllowed


class NothingAsked(Invalid):
    """Neither a service nor a word was sent."""

    code = "nothing_asked"
    template = marked("Name a service, or say in `text` what is needed.")

    def __init__(self) -> None:
        super().__init__(field="text")


class UnknownRequester(Invalid):
    """Nobody active in the directory has the requester's mail address."""

    code = "unknown_requester"
    template = marked("Nobody in the directory has the mail address %(mail)s.")

    def __init__(self, mail: str) -> None:
        super().__init__(field="requester", mail=mail[:200])


class MayNotRaiseForOthers(NotAllowed):
    """Only agents, and tokens made for it, ask on behalf of somebody else."""

    code = "may_not_raise_for_others"
    template = marked("This sign-in or token may ask for its owner only. Leave `requester` out.")


class KeyReused(Invalid):
    """The Idempotency-Key came before, with another body."""

    code = "idempotency_key_reused"
    template = marked("This Idempotency-Key was used for another request. Send a new key with a new request.")


class NotYetOver(Invalid):
    """A contact that is logged has already ended."""

    code = "not_yet_over"
    template = marked("A contact is logged when it is over: its end lies after now.")

    def __init__(self) -> None:
        super().__init__(field="ended_at")


class NotByPerson(NotAllowed):
    """Contacts by phone, in chat or at the desk are logged by agents, and by tokens made to ask for others."""

    code = "channel_not_allowed"
    template = marked("Contacts of the channel %(channel)s are logged by agents. Leave `channel` out.")

    def __init__(self, channel: str) -> None:
        super().__init__(channel=channel)


class NoSuchDay(Invalid):
    """The day of a dry run is no date, or none that can be planned with."""

    code = "no_such_day"
    template = marked("%(text)s is no day to plan from. Write it like 2026-09-01.")

    def __init__(self, text: str) -> None:
        super().__init__(field="on", text=text[:40])


class InvalidRule(Invalid):
    """At least one value of a routing rule cannot be accepted."""

    code = "invalid_rule"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)


class InvalidLabel(Invalid):
    """At least one value of a label cannot be accepted."""

    code = "invalid_label"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)


class RulesMovedOn(Conflict):
    """Somebody changed rules or labels since the reader was shown them."""

    code = "rules_moved_on"
    template = marked("Somebody else has changed the rules meanwhile. Look at them as they are now, and try again.")


class LabelInUse(Conflict):
    """A rule looks at the label."""

    code = "label_in_use"
    template = marked("A rule looks at this label, so it stays. Change that rule first.")


class InvalidSetting(Invalid):
    """A setting of routing cannot be as it was written."""

    code = "invalid_routing_setting"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults=faults)
