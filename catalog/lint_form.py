"""Faults of a form: names, visibility, patterns, limits and defaults that cannot work."""

import re
from collections.abc import Collection, Iterator, Mapping
from math import prod

from catalog.checks import Known, Refused
from catalog.conditions import PEOPLE, compiled
from catalog.dates import SUBMISSION
from catalog.errors import DocumentFault, InvalidCondition
from catalog.files import MOST_SENT
from catalog.lint_trial import type_faults
from catalog.pack import Place
from catalog.remark import Remark
from catalog.rows import ROW
from catalog.service import Field, FieldKind, Service
from catalog.table import settle_answer

# CEL's own words, and the names that rules and conditions give a meaning.
_CEL_WORDS = (
    *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"),
    *("let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"),
)
RESERVED = frozenset({SUBMISSION, ROW, *PEOPLE, *_CEL_WORDS})
_OPAQUE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)")
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}")
_LONG = re.compile(r"[*+]|\{\d*,(?:\d{2,})?\}|\{\d{3,}\}")
_SHORT = re.compile(r"\{(\d*),(\d)\}")
_MAYBE = re.compile(r"(?<![*+?}])\?")
_VARIES = "\0"  # stands for a group that does
_MOST_WAYS = 16_384  # such as an IBAN with blanks that may be there, or a list of codes
_MOST_LONG_WAYS = 64
_PATTERNED = {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.REFERENCE}
_LOOKING = re.compile(r"\(\?(?!:)|\\[1-9]")


def form_faults(place: Place, service: Service, queues: frozenset[str]) -> Iterator[DocumentFault]:
    earlier: dict[str, Field] = {}
    taken: set[str] = set()
    for at, field in enumerate(service.form):
        here = place.part(f".form[{at}]")
        yield from _key_faults(here, field, taken)
        yield from _condition_faults(here, ".visible_when", field.visible_when, earlier)
        for number, option in enumerate(field.options):
            yield from _condition_faults(here, f".options[{number}].when", option.when, earlier)
        yield from _limit_faults(here, field)
        yield from _default_faults(here, field)
        yield from _column_faults(here, field)
        for queue in field.confidential_to:
            if queue not in queues:
                yield here.fault(
                    ".confidential_to", Remark("there is no queue %(queue)r", queue=queue), here.nearest(queue, queues)
                )
        taken.add(field.key)
        if field.takes_answer:
            earlier[field.key] = field
    yield from _empty_sections(place, service)
    yield from _many_files(place, service)


def _empty_sections(place: Place, service: Service) -> Iterator[DocumentFault]:
    filled = {field.section for field in service.form if field.takes_answer}
    for at, field in enumerate(service.form):
        if field.kind is FieldKind.SECTION and field.label not in filled:
            yield place.fault(
                f".form[{at}]",
                Remark("no question stands under %(title)r", title=field.label),
                Remark("put the section before its questions, or remove it"),
            )


def _many_files(place: Place, service: Service) -> Iterator[DocumentFault]:
    """Who attaches all that the questions take sends more than one form may bring, and loses every answer."""
    together = sum(field.most_files for field in service.form if field.kind is FieldKind.FILE)
    if together > MOST_SENT:
        yield place.fault(
            ".form",
            Remark(
                "its questions take %(number)s files together, and a form brings at most %(most)s",
                number=together,
                most=MOST_SENT,
            ),
            Remark("give the questions a smaller max_files, or ask fewer of them"),
        )


def _key_faults(here: Place, field: Field, taken: Collection[str]) -> Iterator[DocumentFault]:
    if field.key in RESERVED:
        yield here.fault(
            ".key",
            Remark("%(field)r has a meaning of its own in conditions and rules", field=field.key),
            Remark("rename the field"),
        )
    if field.key in taken:
        yield here.fault(
            ".key", Remark("the form has a field %(field)r already", field=field.key), Remark("rename one of them")
        )


def _condition_faults(
    here: Place, where: str, text: str | None, earlier: Mapping[str, Field]
) -> Iterator[DocumentFault]:
    """Of what decides whether a question is asked, or an option on offer."""
    if text is None:
        return
    try:
        condition = compiled(text)
    except InvalidCondition as fault:
        yield here.fault(where, fault.reason, Remark('write it like: employment_type == "employee"'))
        return
    strangers = [name for name in condition.names if name not in earlier]
    for name in strangers:
        yield here.fault(
            where, Remark("no field %(name)r stands before this one", name=name), here.nearest(name, earlier)
        )
    if not strangers:
        yield from type_faults(here, where, condition, earlier)


def _limit_faults(here: Place, field: Field) -> Iterator[DocumentFault]:
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield here.fault(".minimum", Remark("larger than the maximum"))
    if field.pattern is not None and (reason := unsafe(field.pattern)):
        yield here.fault(".pattern", reason, Remark("keep patterns simple"))
    elif field.pattern is not None and field.kind not in _PATTERNED:
        yield here.fault(
            ".pattern", Remark("only texts and references have a pattern"), Remark("remove it, or ask for a text")
        )


def _column_faults(here: Place, field: Field) -> Iterator[DocumentFault]:
    taken: set[str] = set()
    for at, column in enumerate(field.columns):
        place = here.part(f".columns[{at}]")
        yield from _key_faults(place, column, taken)
        yield from _limit_faults(place, column)
        yield from _default_faults(place, column)
        taken.add(column.key)


def _default_faults(here: Place, field: Field) -> Iterator[DocumentFault]:
    if field.default is None or (field.pattern is not None and unsafe(field.pattern)):
        return
    if field.kind in {FieldKind.PERSON, FieldKind.LOCATION}:
        yield here.fault(".default", Remark("people and locations have no default"))
    else:
        try:
            settle_answer(field, field.default, Known())
        except Refused as refused:
            yield here.fault(".default", Remark("the default is no valid answer: %(code)s", code=refused.code))


def unsafe(pattern: str) -> str:
    """Why matching a pattern could fail or take long ("" if it could not): a repeat of what itself varies."""
    try:
        re.compile(pattern)
    except re.error as error:
        return Remark("not a regular expression: it is not understood at sign %(place)s", place=(error.pos or 0) + 1)
    except OverflowError:
        return Remark("it repeats something too often")
    if _LOOKING.search(pattern):
        return Remark("it looks around or back")
    bare = _OPAQUE.sub("c", pattern)
    if len(_REPEAT.findall(bare)) > 2:  # noqa: PLR2004 - three neighbours are cubic in the answer's length
        return Remark("more than two open repeats")
    # Each way may be tried for each of the places that two long repeats leave; without any, short ones are ways too.
    most, ways = (_MOST_LONG_WAYS, 1) if _LONG.search(bare) else (_MOST_WAYS, _short_ways(bare))
    while found := _GROUP.search(bare):
        varies = bool(set("*+?|{" + _VARIES) & set(found[1]))
        if varies and bare[found.end() : found.end() + 1] in {"*", "+", "{"}:
            return Remark("a repeat within a repeat")
        ways *= _ways(found[1])
        bare = bare[: found.start()] + (_VARIES if varies else "c") + bare[found.end() :]
    return Remark("too many parts of it may be there or not") if ways * _ways(bare) > most else ""


def _ways(bare: str) -> int:
    """In how many ways it can be met, its repeats and groups aside: `a?b|c` in four at most."""
    return (bare.count("|") + 1) * (1 << len(_MAYBE.findall(bare)))


def _short_ways(bare: str) -> int:
    """In how many ways repeats can be met that end before ten: `a{0,2}b{3,4}` in six."""
    return prod(max(int(most) - int(least or 0) + 1, 1) for least, most in _SHORT.findall(bare))
