"""The log: one tame line an entry, and of a database's errors nothing that a row may hold."""

import io
import logging

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from spoc import log
from spoc.db.people import OrganisationRow

PLANTED = "Kündigung-Meyer"


def refused(session: Session) -> DBAPIError:
    """An error whose text, as the driver has it, repeats the row."""
    session.add(OrganisationRow(id=2, name=PLANTED))
    with pytest.raises(DBAPIError) as caught:
        session.flush()
    session.rollback()
    assert PLANTED in str(caught.value.orig)
    return caught.value


def test_of_a_refused_row_only_class_state_and_constraint_are_told(session: Session) -> None:
    error = refused(session)

    assert log.told(error) == "IntegrityError: CheckViolation 23514 ck_organisation_only_one"
    assert error.orig is not None
    assert log.told(error.orig) == "CheckViolation 23514 ck_organisation_only_one"


def test_a_connection_that_cannot_be_made_is_told_in_the_drivers_words() -> None:
    with pytest.raises(OperationalError) as caught:
        create_engine("postgresql+psycopg://127.0.0.1:1/x?connect_timeout=2").connect()

    assert log.told(caught.value).startswith("OperationalError: connection failed: ")


def test_a_value_that_no_column_can_take_is_not_told(session: Session) -> None:
    with pytest.raises(DBAPIError, match=PLANTED) as caught:
        session.execute(text("SELECT CAST(:word AS integer)"), {"word": PLANTED})
    session.rollback()

    assert log.told(caught.value) == "DataError: InvalidTextRepresentation 22P02"


def test_what_is_ours_is_told_in_full() -> None:
    assert log.told(ValueError("too late")) == "ValueError: too late"


def test_parameters_are_hidden_by_the_engine(session: Session) -> None:
    with pytest.raises(DBAPIError) as caught:
        session.execute(text("SELECT 1 / 0 WHERE :word <> ''"), {"word": PLANTED})
    session.rollback()

    assert PLANTED not in str(caught.value)


def test_a_trace_says_where_and_what_led_to_it_without_the_row(session: Session, written: io.StringIO) -> None:
    error = RuntimeError("it broke")
    error.__cause__ = ExceptionGroup("several", [refused(session)])
    logging.getLogger("a.library").error("Exception", exc_info=error)
    structlog.get_logger().error("ours", exc_info=error)

    lines = written.getvalue()
    assert PLANTED not in lines
    assert lines.count("IntegrityError: CheckViolation 23514 ck_organisation_only_one") == 2
    assert lines.count("RuntimeError: it broke") == 2
    assert "session.flush()" in lines


def test_a_line_break_cannot_forge_a_line(written: io.StringIO) -> None:
    structlog.get_logger().warning("said", by="Eve\n2026-01-01 [info] all is well")

    assert written.getvalue().count("\n") == 1
