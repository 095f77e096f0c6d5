"""How pages speak of contacts: channels, kinds, causes, and why an ask counts nowhere; one wording everywhere.

Channels and causes read on inside a sentence; `capitalised` makes them begin a cell or a heading.
"""

from collections.abc import Mapping
from typing import Final

from routing.work import Channel, ContactKind, LeftOutAs, RepeatCause
from spoc.words import marked

CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.PHONE: marked("phone"),
    Channel.CHAT: marked("chat"),
    Channel.WALK_IN: marked("at the desk"),
    Channel.WEB: marked("web"),
    Channel.EMAIL: marked("mail"),
    Channel.API: marked("program"),
    Channel.SCHEDULE: marked("schedule"),
}
KINDS: Final[Mapping[ContactKind, str]] = {
    ContactKind.FIRST: marked("First contact"),
    ContactKind.RESPONSE: marked("Answer to a question of ours"),
    ContactKind.REPEAT: marked("Repeat contact"),
    ContactKind.THANKS: marked("Thanks, nothing to do"),
    ContactKind.AUTOMATIC: marked("Automatic"),
    ContactKind.OTHER: marked("Somebody else"),
}
CAUSES: Final[Mapping[RepeatCause, str]] = {
    RepeatCause.CHASED: marked("asked for news"),
    RepeatCause.CORRECTED: marked("corrected something"),
    RepeatCause.REOPENED: marked("it was not solved"),
    RepeatCause.ASKED_AGAIN: marked("asked the same again"),
    RepeatCause.LOST_IN_HANDOFF: marked("lost in a handoff"),
}
LEFT_OUT: Final[Mapping[str, str]] = {
    LeftOutAs.SPAM: marked("spam"),
    LeftOutAs.TEST: marked("a test"),
    LeftOutAs.DUPLICATE: marked("sent twice"),
    LeftOutAs.OWN: marked("asked by an agent for themselves"),
    LeftOutAs.CANCELLED: marked("taken back before a response was due"),
    LeftOutAs.SCHEDULED: marked("raised by a schedule"),
}


def capitalised(text: str) -> str:
    """The text as it begins a line; the rest stays as it is."""
    return text[:1].upper() + text[1:]
