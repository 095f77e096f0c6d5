"""Rows come in no order unless asked for one: here those that nobody ordered come from the last to the first."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Join, Select, event
from sqlalchemy.sql import visitors
from sqlalchemy.sql.functions import FunctionElement

AGGREGATES: Final = frozenset(
    {
        "array_agg",
        "avg",
        "bool_and",
        "bool_or",
        "count",
        "jsonb_agg",
        "json_agg",
        "jsonb_object_agg",
        "max",
        "min",
        "sum",
    }
)


def reverse(connection: Connection) -> None:
    """Turn around what is selected in no order: a test that leans on the order of writing fails, and each time."""
    event.listen(connection, "before_execute", _reversed, retval=True)


def _reversed(connection: Connection, clause: Any, rows: Any, given: Any, options: Any) -> tuple[Any, Any, Any]:
    if isinstance(clause, Select) and not _has_order(clause) and not _is_gathered(clause):
        clause = clause.order_by(*(key.desc() for source in clause.get_final_froms() for key in _keys(source)))
    return clause, rows, given


def _has_order(clause: Select[Any]) -> bool:
    return bool(clause._order_by_clauses)


def _is_gathered(clause: Select[Any]) -> bool:
    """Whether its rows are groups, which have no key."""
    if clause._group_by_clauses or clause._distinct or clause._distinct_on or clause._having_criteria:
        return True
    parts = (part for column in clause.selected_columns for part in visitors.iterate(column))
    return any(isinstance(part, FunctionElement) and getattr(part, "name", "") in AGGREGATES for part in parts)


def _keys(source: FromClause) -> Iterator[ColumnElement[Any]]:
    if isinstance(source, Join):
        yield from _keys(source.left)
        yield from _keys(source.right)
    else:
        yield from source.primary_key
