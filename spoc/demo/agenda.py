"""The simulated clock: what will happen, in the order in which it does."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

from sqlalchemy.orm import Session

Act: TypeAlias = Callable[[Session, datetime], object]


class Agenda:
    """Acts by instant; of two at the same one, first the one that was noted first. Nothing after the end is kept."""

    def __init__(self, ends_at: datetime) -> None:
        self.ends_at = ends_at
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = count()

    def add(self, at: datetime, act: Act) -> None:
        if at <= self.ends_at:
            heappush(self._acts, (at, next(self._numbers), act))

    def run(self, session: Session, until: datetime) -> None:
        """Let everything happen that is due by then, and what follows from it."""
        while self._acts and self._acts[0][0] <= until:
            at, _, act = heappop(self._acts)
            act(session, at)
