"""What CEL finds wrong with a condition, or with the values it is tried on, said to its author in words of ours."""

import re
from collections.abc import Callable
from typing import Final

from catalog.remark import Remark

_PLACE = re.compile(r"<input>:\d+:(?P<column>\d+): (?P<words>.*)")
_TOO_EARLY = re.compile(r"mismatched input '<EOF>'|Incomplete ")
_SIGNS: Final[tuple[tuple[re.Pattern[str], Callable[[str, str], Remark]], ...]] = (
    (
        re.compile(r"missing '(.+?)' at"),
        lambda signs, column: Remark("%(signs)s is missing at sign %(column)s", signs=signs, column=column),
    ),
    (
        re.compile(r"(?:extraneous|mismatched) input '(.+?)' expecting"),
        lambda signs, column: Remark("%(signs)s cannot stand at sign %(column)s", signs=signs, column=column),
    ),
    (
        re.compile(r"(?:token recognition error at: |no viable alternative at input )'(.+)'"),
        lambda signs, column: Remark("%(signs)s is not understood at sign %(column)s", signs=signs, column=column),
    ),
)
_LONGEST = 40


def mistake(message: str) -> Remark:
    """What is wrong with how a condition is written, from the first error of CEL's parser."""
    found = _PLACE.search(message)
    if found is None:
        return Remark("it is not understood")
    words, column = found["words"], found["column"]
    if _TOO_EARLY.search(words):
        return Remark("it ends too early: something is missing at the end")
    for pattern, said in _SIGNS:
        if signs := pattern.search(words):
            return said(signs[1].strip()[:_LONGEST], column)
    return Remark("it is not understood from sign %(column)s on", column=column)


def failure(fault: Exception) -> Remark:
    """Why a condition could not be evaluated on some values; `fault` is one of `conditions.FAILURES`."""
    match fault:
        case KeyError():
            return Remark("there is no %(name)s", name=str(fault)[:_LONGEST])
        case IndexError():
            return Remark("a list has no entry at that place")
        case TypeError():
            return Remark("it compares or joins values of different kinds")
        case RuntimeError():
            return Remark("a function in it does not fit the value it is used on")
    return Remark("it cannot be worked out")
