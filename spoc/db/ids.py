"""Ids that the outside sees."""

import time
from secrets import randbits
from uuid import UUID


def public_id() -> UUID:
    """A version 7 UUID of now whose other 74 bits are chance.

    The usual generators count up within a millisecond: of the tasks of one ticket the ids would show how many there are
    between two that a reader sees, and so that some are kept secret.
    """
    milliseconds = time.time_ns() // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | randbits(12) << 64 | 0b10 << 62 | randbits(62))
