"""One line a log entry: for people by default, as JSON where a machine collects it.

Values are cut and control characters escaped, so that nothing a stranger sends can forge or flood a line.
What a database says of a failed statement repeats the row, and rows may be confidential: it is never written.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

LONGEST_VALUE = 2_000


def tame(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut long values and escape control characters, line separators included."""
    return {
        key: _tamed(value) if isinstance(value, str) and key != "exception" else value for key, value in event.items()
    }


def _tamed(value: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in value[:LONGEST_VALUE]
    )


def told(error: BaseException) -> str:
    """An error in one text. A database's error: only its class, the driver's, SQLSTATE and the constraint's name.

    The driver's own sentence is kept where no connection came about or it was lost: no row can stand in that.
    """
    cause = getattr(error, "orig", error)  # SQLAlchemy's wrapper has it; neither library is loaded here to ask for
    if cause is error and not hasattr(error, "sqlstate"):
        return f"{type(error).__name__}: {error}"
    kinds = [type(error).__name__] if cause is error else [type(error).__name__, type(cause).__name__]
    state = getattr(cause, "sqlstate", None)
    if state is None and type(cause).__name__ == "OperationalError":
        return f"{kinds[0]}: {cause}"
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return " ".join([": ".join(kinds), *(part for part in (state, constraint) if part)])


def traced(exc_info: ExcInfo) -> str:
    """Where an error was raised, and what led to it first, each with no more than may be told of it."""
    parts = ["".join(traceback.format_tb(one.__traceback__)) + told(one) for one in _with_causes(exc_info[1])]
    return "\nthen, because of it or while it was handled:\n".join(parts)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _with_causes(before)
    for part in getattr(error, "exceptions", ()):
        yield from _with_causes(part)
    yield error


def configure(*, level: str, as_json: bool) -> None:
    """Send the program's own log and the libraries' to standard error; `level` as in `logging`, such as "INFO"."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tame,
    ]
    last = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(traced),
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("alembic", "amqp", "celery", "kombu", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
