"""One line a log entry: for people by default, as JSON where a machine collects it.

Values are cut and control characters escaped, so that nothing a stranger sends can forge or flood a line.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

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
                structlog.processors.format_exc_info,
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
