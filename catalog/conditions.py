"""Conditions: short CEL expressions over answers and over who asks, compiled once and never able to run away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from catalog.condition_words import failure, mistake
from catalog.errors import InvalidCondition
from catalog.money import comparable
from catalog.remark import Remark

LONGEST = 500
DEEPEST = 20
PEOPLE = frozenset({"requester", "subject"})
# Comparison, logic and membership, and the few tests on texts and lists that a catalogue needs. Arithmetic and
# macros (exists, all, map …) stay out: nested macros over list literals cost 30^7 steps within 500 characters.
_FUNCTIONS = frozenset(
    {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "!_", "@in", "_?_:_", "_[_]", "-_"}
    | {"size", "startsWith", "endsWith", "contains"}
)
# What CEL raises on values it cannot work with; a missing key of a map is a LookupError.
FAILURES = (TypeError, ValueError, RuntimeError, LookupError, ArithmeticError)
_MACRO = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter)\s*\(")
_LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


@dataclass(frozen=True)
class Verdict:
    """`fault` says why the expression could not be evaluated; it is then taken as false."""

    holds: bool
    fault: str = ""


@dataclass(frozen=True)
class Condition:
    text: str
    names: tuple[str, ...]
    program: Any

    def value(self, values: Mapping[str, object]) -> object:
        """What the expression yields, of any type; a name missing in `values` is null, money has a number as `amount`.

        Raises:
            One of FAILURES: CEL could not evaluate it on these values.
        """
        return self.program.execute({name: comparable(values.get(name)) for name in self.names})

    def verdict(self, values: Mapping[str, object]) -> Verdict:
        try:
            outcome = self.value(values)
        except FAILURES as fault:
            return Verdict(holds=False, fault=failure(fault))
        if not isinstance(outcome, bool):
            return Verdict(holds=False, fault=Remark("it is neither true nor false"))
        return Verdict(outcome)


@lru_cache(maxsize=4096)
def compiled(text: str) -> Condition:
    """The condition that `text` spells; kept, so that asking again costs a look-up.

    Raises:
        InvalidCondition: too long, too deep, not CEL, or using something that conditions do not offer.
    """
    _within_limits(text)
    try:
        program = cel.compile(text)
    except ValueError as fault:
        raise InvalidCondition(text, mistake(str(fault))) from fault
    strangers = sorted(set(program.functions()) - _FUNCTIONS)
    if strangers:
        raise InvalidCondition(text, Remark("conditions do not offer %(names)s", names=", ".join(strangers)))
    return Condition(text, tuple(program.variables()), program)


def _within_limits(text: str) -> None:
    if len(text) > LONGEST:
        raise InvalidCondition(text, Remark("longer than %(most)s characters", most=LONGEST))
    bare = _LITERAL.sub("''", text)
    if _depth(bare) > DEEPEST:
        raise InvalidCondition(text, Remark("nested deeper than %(most)s", most=DEEPEST))
    if found := _MACRO.search(bare):
        raise InvalidCondition(text, Remark("conditions do not offer %(names)s", names=found[1]))


def _depth(bare: str) -> int:
    """Brackets open at once, and signs in a row: both cost the parser a level each."""
    depth = deepest = 0
    for sign in bare:
        depth += (sign in "([{!-?") - (sign in ")]}")
        deepest = max(deepest, depth)
    return deepest
