"""What there is of a kind of thing, for whoever asks for one at a place."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Piece:
    """So many pieces of a kind that are alike; `until` is the day on which whoever holds them gives them back."""

    location: str
    free: bool
    until: date | None = None
    number: int = 1


@dataclass(frozen=True)
class Availability:
    """`here` are free at the place, `elsewhere` free at others, the most first.

    `until` is the first day on which one comes back, to the place if any does, and only if nothing is free anywhere.
    """

    here: int
    elsewhere: Mapping[str, int]
    until: date | None = None

    @property
    def free(self) -> int:
        return self.here + sum(self.elsewhere.values())


def availability(pieces: Iterable[Piece], location: str | None, today: date) -> Availability | None:
    """What can be had; None where there is nothing of the kind at all. Without a location everything is elsewhere.

    A piece that was to be back before today is late: it is promised to nobody.
    """
    known = tuple(pieces)
    if not known:
        return None
    free: Counter[str] = Counter()
    for piece in known:
        free[piece.location] += piece.number if piece.free else 0
    here = free.pop(location, 0) if location else 0
    most_first = {place: number for place, number in sorted(free.items(), key=lambda one: (-one[1], one[0])) if number}
    return Availability(here, most_first, None if here or most_first else _back_on(known, location, today))


def _back_on(pieces: Iterable[Piece], location: str | None, today: date) -> date | None:
    """The first day at the place, else at any."""
    coming = [(piece.location != location, piece.until) for piece in pieces if piece.until and piece.until >= today]
    return min(coming)[1] if coming else None
