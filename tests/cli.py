"""Running commands: in this process where only what they say and write counts, else in one of their own."""

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from contextvars import copy_context
from dataclasses import dataclass
from unittest import mock

import structlog

from spoc.cli import main
from spoc.cli.say import out

WIDE = 200
SPOC = (sys.executable, "-c", "from spoc.cli import main; main()")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def bare(**environment: str) -> dict[str, str]:
    """The environment with no setting but the given ones, on a wide screen."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPOC_")}
    return kept | {"COLUMNS": str(WIDE), **environment}


def spoc(*arguments: str, given: str = "", **environment: str) -> Done:
    """Run a command in the root folder. It starts no process, which would take longer than all that it does."""
    with (
        _as_if_alone(environment),
        mock.patch.object(sys, "stdin", io.StringIO(given)),
        redirect_stdout(io.StringIO()) as said_out,
        redirect_stderr(io.StringIO()) as said_err,
    ):
        code = copy_context().run(_left_with, list(arguments))
    return Done(code, said_out.getvalue(), said_err.getvalue())


def spoc_process(*arguments: str, given: str = "", **environment: str) -> Done:
    """Run a command in a process of its own, which is ended after a minute: for what might not come back."""
    done = subprocess.run(
        [*SPOC, *arguments],
        env=bare(**environment),
        cwd="/",
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def said(done: Done) -> str:
    """The one sentence on standard error of a command that says no."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def _left_with(arguments: list[str]) -> int:
    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@contextmanager
def wide() -> Iterator[None]:
    """A screen on which nothing is cut; how wide it is was measured when the module of commands was loaded."""
    before, out.width = out.width, WIDE
    yield
    out.width = before


@contextmanager
def _as_if_alone(environment: dict[str, str]) -> Iterator[None]:
    """The environment, the folder, the log and the width are as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with mock.patch.dict(os.environ, bare(**environment), clear=True), chdir("/"), wide():
        yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
