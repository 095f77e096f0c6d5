"""Faults of a form: names, visibility, patterns, limits and defaults that cannot work."""

import re
from collections.abc import Iterator, Mapping

from catalog.checks import Known, Refused, settle
from catalog.conditions import PEOPLE, compiled
from catalog.dates import SUBMISSION
from catalog.errors import DocumentFault, InvalidCondition
from catalog.lint_trial import type_faults
from catalog.pack import Place
from catalog.service import Field, FieldKind, Service

# CEL's own words, and the names that rules and conditions give a meaning.
_CEL_WORDS = (
    *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"),
    *("let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"),
)
RESERVED = frozenset({SUBMISSION, *PEOPLE, *_CEL_WORDS})
_OPAQUE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)")
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}")
_LOOKING = re.compile(r"\(\?(?!:)|\\[1-9]")


def form_faults(place: Place, service: Service, queues: frozenset[str]) -> Iterator[DocumentFault]:
    earlier: dict[str, Field] = {}
    for at, field in enumerate(service.form):
        here = place.part(f".form[{at}]")
        yield from _key_faults(here, field, earlier)
        yield from _visibility_faults(here, field, earlier)
        yield from _limit_faults(here, field)
        for queue in field.confidential_to:
            if queue not in queues:
                yield here.fault(".confidential_to", f"there is no queue {queue!r}", here.nearest(queue, queues))
        earlier[field.key] = field


def _key_faults(here: Place, field: Field, earlier: Mapping[str, Field]) -> Iterator[DocumentFault]:
    if field.key in RESERVED:
        yield here.fault(".key", f"{field.key!r} has a meaning of its own in conditions and rules", "rename the field")
    if field.key in earlier:
        yield here.fault(".key", f"the form has a field {field.key!r} already", "rename one of them")


def _visibility_faults(here: Place, field: Field, earlier: Mapping[str, Field]) -> Iterator[DocumentFault]:
    if field.visible_when is None:
        return
    try:
        condition = compiled(field.visible_when)
    except InvalidCondition as fault:
        yield here.fault(".visible_when", fault.reason, 'write it like: employment_type == "employee"')
        return
    strangers = [name for name in condition.names if name not in earlier]
    for name in strangers:
        yield here.fault(".visible_when", f"no field {name!r} stands before this one", here.nearest(name, earlier))
    if not strangers:
        yield from type_faults(here, ".visible_when", condition, earlier)


def _limit_faults(here: Place, field: Field) -> Iterator[DocumentFault]:
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield here.fault(".minimum", "larger than the maximum")
    if field.pattern is not None and (reason := unsafe(field.pattern)):
        yield here.fault(".pattern", reason, "keep patterns simple")
    elif field.default is not None and field.kind in {FieldKind.PERSON, FieldKind.LOCATION}:
        yield here.fault(".default", "people and locations have no default")
    elif field.default is not None:
        try:
            settle(field, field.default, Known())
        except Refused as refused:
            yield here.fault(".default", f"the default is no valid answer: {refused.code}")


def unsafe(pattern: str) -> str:
    """Why matching a pattern could fail or take long ("" if it could not): a repeat of what itself varies."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    if _LOOKING.search(pattern):
        return "it looks around or back"
    bare = _OPAQUE.sub("c", pattern)
    if len(_REPEAT.findall(bare)) > 2:  # noqa: PLR2004 - three neighbours are cubic in the answer's length
        return "more than two open repeats"
    while found := _GROUP.search(bare):
        varies = bool(set("*+?|{") & set(found[1]))
        if varies and bare[found.end() : found.end() + 1] in {"*", "+", "{"}:
            return "a repeat within a repeat"
        bare = bare[: found.start()] + ("c?" if varies else "c") + bare[found.end() :]
    return ""
