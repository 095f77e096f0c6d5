"""Whether any answers let a condition hold: every mix of the answers that its form and its words tell apart."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, combinations, product
from math import prod

from pydantic import JsonValue

from catalog.conditions import compiled
from catalog.patience import MIXES, Patience
from catalog.service import Field, FieldKind

# Beyond so many mixes nothing is claimed: lint must stay quick on any document. All sets of 8 options are 255.
MOST = 512
MOST_OPTIONS = 8
_LITERAL = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_NUMBER = re.compile(r"(?<![\w.])\d{1,15}(?:\.\d{1,6})?")
_CLOSED = {FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.YES_NO, FieldKind.NUMBER}
_OPENING = re.compile(r"\b(?:size|startsWith|endsWith|contains)\s*\(")


def can_hold(text: str, fields: Mapping[str, Field], patience: Patience | None = None) -> bool:
    """False only where it is certain: where all it reads has answers that can be counted through.

    `fields` are those of the form in its order; the condition is valid CEL. An answer to a question that the other
    answers hide is null.
    """
    names = _read(text, fields)
    if names is None:
        return True
    texts = [text, *(fields[name].visible_when or "" for name in names)]
    if any(_OPENING.search(one) for one in texts) or any(_has_many(fields[name], texts) for name in names):
        return True
    samples = [_samples(fields[name], texts) for name in names]
    number = prod(map(len, samples))
    if number > MOST or not (patience or Patience(MIXES)).has(number):
        return True
    condition = compiled(text)
    return any(condition.verdict(_shown(mix, fields)).holds for mix in _mixes(names, samples))


def _read(text: str, fields: Mapping[str, Field]) -> tuple[str, ...] | None:
    """What it reads, and what decides whether that is asked, in the order of the form; None if it cannot be counted."""
    names: set[str] = set()
    waiting = [text]
    while waiting:
        for name in compiled(waiting.pop()).names:
            if name not in fields or fields[name].kind not in _CLOSED:
                return None
            if name not in names:
                names.add(name)
                waiting += [fields[name].visible_when or "true"]
    return tuple(name for name in fields if name in names)


def _has_many(field: Field, texts: Sequence[str]) -> bool:
    return field.kind is FieldKind.CHOICES and len(_told_apart(field, texts)) > MOST_OPTIONS


def _mixes(names: Sequence[str], samples: Sequence[Sequence[JsonValue]]) -> Iterator[dict[str, JsonValue]]:
    return (dict(zip(names, values, strict=True)) for values in product(*samples))


def _shown(mix: Mapping[str, JsonValue], fields: Mapping[str, Field]) -> dict[str, JsonValue]:
    seen: dict[str, JsonValue] = {}
    for name, value in mix.items():
        shown = fields[name].visible_when
        seen[name] = value if shown is None or compiled(shown).verdict(seen).holds else None
    return seen


def _samples(field: Field, texts: Sequence[str]) -> list[JsonValue]:
    """One answer for each that the conditions could tell from others."""
    may_be_null = (not field.required and field.default is None) or any(option.when for option in field.options)
    return [*_answers(field, texts), *([None] if may_be_null else [])]


def _answers(field: Field, texts: Sequence[str]) -> list[JsonValue]:
    match field.kind:
        case FieldKind.YES_NO:
            return [True, False]
        case FieldKind.NUMBER:
            return _numbers(field, texts)
        case FieldKind.CHOICES:
            told = _told_apart(field, texts)
            sets = chain.from_iterable(combinations(told, size) for size in range(1, len(told) + 1))
            return [[*one] for one in sets]
    return [*_told_apart(field, texts)]


def _told_apart(field: Field, texts: Sequence[str]) -> list[str]:
    """The options that the conditions name, and one of the others."""
    return told_apart(field, frozenset().union(*map(words_in, texts)))


def told_apart(field: Field, said: Collection[str]) -> list[str]:
    """The options that are `said`, and one of the others."""
    named = [option.value for option in field.options if option.value in said]
    return named + [option.value for option in field.options if option.value not in said][:1]


def words_in(text: str) -> frozenset[str]:
    """The texts that a condition writes out."""
    return frozenset(one or other for one, other in _LITERAL.findall(text))


def _numbers(field: Field, texts: Sequence[str]) -> list[JsonValue]:
    said = [float(number) for text in texts for number in _NUMBER.findall(_LITERAL.sub("", text))]
    near = {one * sign + step for one in [*said, 0.0] for sign in (1, -1) for step in (-1, -0.5, 0, 0.5, 1)}
    bounds = {bound for bound in (field.minimum, field.maximum) if bound is not None}
    low, high = field.minimum, field.maximum
    fit = {one for one in near | bounds if (low is None or one >= low) and (high is None or one <= high)}
    return [int(one) if one == int(one) else one for one in sorted(fit)]
