"""First contact resolution and its neighbours, one pure function a measure. The formulas are those of metrics.md.

Every measure takes what it counts and gives a `Figure` or a `Tally` with numerator and denominator; an empty input
gives a denominator of 0 and no rate.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from routing.work import ContactKind
from spoc.reports.opening import (
    COUNTING,
    Contact,
    Limits,
    Opening,
    Verdict,
    VerdictKind,
    exclusion,
    further_contacts,
    is_past_window,
    moves,
    verdict,
)

FEWEST_FOR_A_PERCENTAGE: Final = 20


@dataclass(frozen=True)
class Figure:
    numerator: int
    denominator: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def too_few(self) -> bool:
        """Whether only the fraction may be shown, not a percentage."""
        return self.denominator < FEWEST_FOR_A_PERCENTAGE


@dataclass(frozen=True)
class Judged:
    opening: Opening
    verdict: Verdict


@dataclass(frozen=True)
class Tally:
    """How many openings have which verdict. Provisional and pending ones are in neither end of the fraction."""

    resolved: int = 0
    not_resolved: int = 0
    provisional: int = 0
    pending: int = 0

    @property
    def figure(self) -> Figure:
        """Resolved of decided: the headline, once the period is closed."""
        return Figure(self.resolved, self.resolved + self.not_resolved)

    @property
    def low(self) -> Figure:
        """The figure if every provisional opening still failed."""
        return Figure(self.resolved, self.decided)

    @property
    def high(self) -> Figure:
        """The figure if every provisional opening held."""
        return Figure(self.resolved + self.provisional, self.decided)

    @property
    def decided(self) -> int:
        return self.resolved + self.not_resolved + self.provisional

    @property
    def total(self) -> int:
        return self.decided + self.pending


@dataclass(frozen=True)
class LeftOut:
    """An opening that counts in no measure, and why."""

    opening: Opening
    why: str


def left_out(openings: Iterable[Opening], now: datetime, as_set: Limits) -> tuple[LeftOut, ...]:
    """The openings that count in no measure. `as_set` are the stored limits."""
    whys = ((one, exclusion(one, as_set, now)) for one in openings)
    return tuple(LeftOut(one, why) for one, why in whys if why is not None)


def judge(openings: Iterable[Opening], now: datetime, limits: Limits, as_set: Limits) -> tuple[Judged, ...]:
    """Each opening that counts with its verdict under `limits`; which ones count, the stored limits say."""
    counting = (one for one in openings if exclusion(one, as_set, now) is None)
    return tuple(Judged(one, verdict(one, now, limits)) for one in counting)


def excluded(openings: Iterable[LeftOut]) -> Mapping[str, int]:
    """How many openings are left out of every measure, by reason, most first."""
    return dict(Counter(one.why for one in openings).most_common())


def gross_fcr(judged: Iterable[Judged]) -> Tally:
    """Resolved at first contact / (resolved + not resolved), all openings."""
    counts = Counter(one.verdict.kind for one in judged)
    return Tally(
        *(
            counts[kind]
            for kind in (VerdictKind.RESOLVED, VerdictKind.NOT_RESOLVED, VerdictKind.PROVISIONAL, VerdictKind.PENDING)
        )
    )


def net_fcr(judged: Iterable[Judged]) -> Tally:
    """The same over eligible openings: those the desk could have resolved at first contact."""
    return gross_fcr(one for one in judged if one.opening.eligible)


def reasons(judged: Iterable[Judged]) -> Mapping[str, int]:
    """How many openings each rule failed first, most first."""
    return dict(Counter(one.verdict.reason.value for one in judged if one.verdict.reason is not None).most_common())


def first_level_resolution(judged: Iterable[Judged], now: datetime) -> Figure:
    """Resolved by the desk without handing over, not even warm, in however many contacts / resolved."""
    resolved = [one.opening for one in judged if one.opening.resolution(now) is not None]
    return Figure(sum(one.resolved_by_desk and not moves(one, now) for one in resolved), len(resolved))


def one_contact_resolution(judged: Iterable[Judged], now: datetime) -> Figure:
    """Openings with exactly one counting contact / openings resolved and past W. Of one contact, the channel is one."""
    over = [one.opening for one in judged if is_past_window(one.opening, now)]
    return Figure(sum(next(further_contacts(one, now), None) is None for one in over), len(over))


def handoffs(judged: Iterable[Judged], now: datetime) -> Figure:
    """Moves between queues before the first resolution, warm ones too / openings: a mean, not a share."""
    counts = [len(moves(one.opening, now)) for one in judged]
    return Figure(sum(counts), len(counts))


def bounces(judged: Iterable[Judged], now: datetime) -> int:
    """Moves back to a queue that had the task before."""
    return sum(move.back for one in judged for move in moves(one.opening, now))


def repeat_contact_rate(contacts: Sequence[Contact]) -> Figure:
    """`repeat` contacts / `first` + `response` + `repeat`, by when they took place."""
    counting = [one for one in contacts if one.kind in COUNTING]
    return Figure(sum(one.kind is ContactKind.REPEAT for one in counting), len(counting))
