"""What stands in the way of a form, for the list above it: each fault with its question, or by itself."""

import re
from collections.abc import Collection, Mapping, Sequence

from catalog.errors import AnswerFault
from catalog.service import Field, Service
from spoc.words import gettext, said

Line = tuple[str, str, str]
"""The name of the field to go to, its label, what is wrong; the first two are empty where there is nothing to go to."""

_CELL = re.compile(r"(?P<table>\w+)\[(?P<row>\d+)\](?:\.(?P<column>.+))?")


def fault_lines(service: Service | None, shown: Collection[Field], faults: Sequence[AnswerFault]) -> list[Line]:
    """`shown` are the questions that the form shows again: what it does not ask any more is left out, and said so."""
    fields = {field.key: field for field in service.form} if service else {}
    keys = {field.key for field in shown}
    return [_line(fault, fields, keys) for fault in faults]


def _line(fault: AnswerFault, fields: Mapping[str, Field], shown: set[str]) -> Line:
    if (found := _CELL.fullmatch(fault.field)) and found["table"] in shown:
        return _in_row(fault, fields[found["table"]], int(found["row"]), found["column"] or "")
    label = fields[fault.field].label if fault.field in fields else fault.field
    if fault.field in shown:
        return f"answers.{fault.field}", label, said(fault)
    if fault.code == "hidden":
        text = gettext(
            "“%(label)s” is not asked with your other answers, and what you gave is left out. Send it again."
        )
        return "", "", text % {"label": label}
    return "", "", f"{label}: {said(fault)}"


def _in_row(fault: AnswerFault, table: Field, row: int, key: str) -> Line:
    """Rows count from 1, as the form shows them."""
    column = next((one for one in table.columns if one.key == key), None)
    named = {"table": table.label, "row": row + 1, "column": column.label if column else key}
    if column is None:
        return f"answers.{table.key}", gettext("%(table)s, row %(row)s") % named, said(fault)
    return f"answers.{table.key}.{row}.{key}", gettext("%(table)s, row %(row)s, %(column)s") % named, said(fault)
