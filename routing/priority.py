"""Priority from impact and urgency, by a matrix that an organisation may change."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias


class Level(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


Matrix: TypeAlias = Mapping[tuple[Level, Level], str]
"""By impact and urgency."""

USUAL: Final[Matrix] = {
    (Level.HIGH, Level.HIGH): "urgent",
    (Level.HIGH, Level.MEDIUM): "high",
    (Level.HIGH, Level.LOW): "normal",
    (Level.MEDIUM, Level.HIGH): "high",
    (Level.MEDIUM, Level.MEDIUM): "normal",
    (Level.MEDIUM, Level.LOW): "low",
    (Level.LOW, Level.HIGH): "normal",
    (Level.LOW, Level.MEDIUM): "low",
    (Level.LOW, Level.LOW): "low",
}
"""ITIL's, with its five priorities told in four: the two lowest are one."""


def priority_of(impact: Level, urgency: Level, matrix: Matrix = USUAL) -> str:
    """The priority; a pair that the matrix does not say is as usual."""
    return matrix.get((impact, urgency), USUAL[impact, urgency])
