"""Who is away on a day, and who stands in for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Absence:
    """Both days are part of it."""

    person_id: int
    from_on: date
    until_on: date
    deputy_id: int | None = None


def away_on(absences: Iterable[Absence], day: date) -> dict[int, int | None]:
    """Who is away on that day, each with their deputy.

    Of several absences at once the one that began last names the deputy, if it has one.
    """
    held = [one for one in absences if one.from_on <= day <= one.until_on]
    held.sort(key=lambda one: (one.deputy_id is not None, one.from_on, one.until_on, one.deputy_id or 0))
    return {one.person_id: one.deputy_id for one in held}


def stand_in(person_id: int, away: Mapping[int, int | None]) -> int | None:
    """Who does the work of somebody away: their deputy, or whoever stands in for that one.

    None where the chain ends with nobody or runs in a circle, and for a person who is there.
    """
    seen, one = {person_id}, away.get(person_id)
    while one is not None and one in away:
        if one in seen:
            return None
        seen.add(one)
        one = away[one]
    return one
