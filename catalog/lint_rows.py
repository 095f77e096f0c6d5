"""Faults of steps that are done for each row: tables and columns that are not there, keys taken, secrets told."""

from collections.abc import Iterator

from catalog.errors import DocumentFault
from catalog.field import Field
from catalog.pack import Place
from catalog.remark import Remark
from catalog.rows import PLACE, step_of
from catalog.service import FieldKind, Service, Step


def row_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    texts = {".title": step.title, ".detail": step.detail, ".neutral_title": step.neutral_title}
    texts |= {".undo.title": step.undo.title, ".undo.detail": step.undo.detail} if step.undo else {}
    if step.for_each is None:
        yield from _without_rows(here, step, texts)
        yield from _key_faults(here, step, service)
        return
    table = service.fields.get(step.for_each)
    if table is None or table.kind is not FieldKind.TABLE:
        tables = [key for key, field in service.fields.items() if field.kind is FieldKind.TABLE]
        reason = Remark("there is no table %(table)r in the form", table=step.for_each)
        yield here.fault(".for_each", reason, here.nearest(step.for_each, tables))
        return
    for where, text in texts.items():
        yield from _text_faults(here, where, text, step, service, table)
    columns = {column.key for column in table.columns}
    for name in step.redo_when_changed:
        if name.startswith("row.") and name.removeprefix("row.") not in columns:
            reason = Remark("the table has no column %(column)r", column=name.removeprefix("row."))
            yield here.fault(".redo_when_changed", reason, here.nearest(name.removeprefix("row."), columns))


def _without_rows(here: Place, step: Step, texts: dict[str, str]) -> Iterator[DocumentFault]:
    advice = Remark("add for_each with the key of the table, or leave it out")
    for where, text in texts.items():
        if PLACE.search(text):
            yield here.fault(where, Remark("only a step of a table has a row"), advice)
    if any(name.startswith("row.") for name in step.redo_when_changed):
        yield here.fault(".redo_when_changed", Remark("only a step of a table has a row"), advice)


def _key_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    others = service.model_copy(update={"steps": tuple(one for one in service.steps if one.key != step.key)})
    if (taken := step_of(others, step.key)) is not None:
        reason = Remark("%(step)r is what a row of %(other)r is called", step=step.key, other=taken.key)
        yield here.fault(".key", reason, Remark("rename one of them"))


def _text_faults(
    here: Place, where: str, text: str, step: Step, service: Service, table: Field
) -> Iterator[DocumentFault]:
    columns = {column.key for column in table.columns}
    named = PLACE.findall(text)
    for key in named:
        if key not in columns:
            reason = Remark("the table has no column %(column)r", column=key)
            yield here.fault(where, reason, here.nearest(key, columns))
    told_to = set(service.circle(step))
    kept = table.secret or (table.confidential_to and not (told_to and told_to <= set(table.confidential_to)))
    if named and (kept or (where == ".neutral_title" and table.confidential_to)):
        reason = Remark("%(table)r is confidential and would stand in the text", table=table.key)
        yield here.fault(where, reason, Remark("leave it out, or make the step confidential to the same queues"))
