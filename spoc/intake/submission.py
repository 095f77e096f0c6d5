"""What arrives at a door, before it is a ticket; every door makes the same value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.work import Channel


@dataclass(frozen=True)
class Repeatable:
    """An Idempotency-Key with the route it came to and a fingerprint of the body it came with."""

    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Submission:
    """One ask. With `service` None the text decides; `answers` are raw, as the door read them.

    `complete` false lets an agent open it without the form's required answers. `requester_mail` is set when
    somebody raises it for another person. `started_at`, `ended_at` and `handling_minutes` belong to a contact that an
    agent logs; other doors leave them out.
    """

    service: str | None
    answers: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    requester_mail: str | None = None
    channel: Channel = Channel.WEB
    started_at: datetime | None = None
    ended_at: datetime | None = None
    handling_minutes: float | None = None
    complete: bool = True
    repeatable: Repeatable | None = None
