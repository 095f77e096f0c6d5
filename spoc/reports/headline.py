"""What may be said of a tally: one figure for a closed period, a range for an open one. Pure.

Every door (page, file, API, command line) says it through `headline`, so that none gives a verdict too early.
"""

from dataclasses import dataclass
from fractions import Fraction

from spoc.reports.measures import Figure, Tally


@dataclass(frozen=True)
class Headline:
    """`low` and `high` count what is provisional as failed and as resolved; of a closed period both are the figure."""

    closed: bool
    low: Figure
    high: Figure

    @property
    def figure(self) -> Figure | None:
        """The one figure of a closed period; None while it is open."""
        return self.low if self.closed else None

    @property
    def rate(self) -> Fraction | None:
        """The one percentage, as a share: of a closed period with enough cases."""
        return None if self.figure is None else percentage(self.figure)

    @property
    def span(self) -> tuple[Fraction, Fraction] | None:
        """Both ends as shares, open or closed, where there are enough cases for percentages."""
        low, high = percentage(self.low), percentage(self.high)
        return None if low is None or high is None else (low, high)


def headline(tally: Tally, *, closed: bool) -> Headline:
    """What may be said of it. `closed`: its period is past its windows and grace, and everything in it is decided."""
    return Headline(closed, tally.figure, tally.figure) if closed else Headline(closed, tally.low, tally.high)


def percentage(figure: Figure) -> Fraction | None:
    """The rate, as a share, where there are enough cases for a percentage."""
    return None if figure.too_few else figure.rate
