"""How much one look at a catalogue tries out, whatever stands in it: lint must stay quick on any document."""

from collections.abc import Mapping

from catalog.service import Service

MIXES = 60_000
"""Mixes of answers, to find what can never hold."""
ROWS = 10_000
"""Steps and needs that rows of examples make; those that are written are bounded by the size of their file."""
TESTED = 50_000
"""Steps and needs of the plans that tests make."""


class Patience:
    """So much of something may still be tried."""

    def __init__(self, most: int) -> None:
        self._left = most

    def has(self, number: int) -> bool:
        """Whether so many are left, which are then used up; where they are not, none is."""
        if number > self._left:
            return False
        self._left -= number
        return True


def made_by_rows(service: Service, answers: Mapping[str, object]) -> int:
    """How many steps the rows of raw answers make, and how many needs between steps."""
    rows = {key: len(value) for key, value in answers.items() if isinstance(value, list | tuple)}
    times = {step.key: rows.get(step.for_each, 0) for step in service.steps if step.for_each}
    needs = ((step, need) for step in service.steps for need in step.needs if need in times)
    own = sum(times.get(step.key, 0) * (1 + len(step.needs)) for step in service.steps)
    return own + sum(times[need] for step, need in needs if step.key not in times)
