"""The embedded database: found again, shared, stopped by its last user, and started after every kind of death."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from spoc.db import embedded
from spoc.errors import Unavailable

HOLD = """
import sys
from pathlib import Path
from spoc.db import embedded
server = embedded.start(Path(sys.argv[1]))
print("up", flush=True)
sys.stdin.read()
"""

Start = Callable[[Path], embedded.Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers that are stopped when the test ends."""
    servers: list[embedded.Server] = []

    def started(folder: Path) -> embedded.Server:
        servers.append(embedded.start(folder))
        return servers[-1]

    yield started
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose cluster is made already, its server down."""
    folder = tmp_path_factory.mktemp("made")
    embedded.start(folder).stop()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def ask(server: embedded.Server, sql: str = "SELECT 1") -> object:
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute(sql).fetchone()
    return row[0] if row else None


def runs(folder: Path) -> bool:
    return (folder / "pg" / "postmaster.pid").exists()


def postmaster(folder: Path) -> int:
    return int((folder / "pg" / "postmaster.pid").read_text().splitlines()[0])


def another_process(folder: Path) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdin=pipe, stdout=pipe, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "up\n"
    return holder


def end(holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.communicate()


def test_a_second_start_finds_what_the_first_left(made: Path, start: Start) -> None:
    first = start(made)
    with psycopg.connect(first.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    first.stop()

    assert ask(start(made), "SELECT number FROM kept") == 42


def test_the_last_user_stops_it(made: Path, start: Start) -> None:
    start(made).stop()

    assert not runs(made)


def test_stopping_twice_does_no_harm(made: Path, start: Start) -> None:
    server = start(made)
    server.stop()
    server.stop()

    assert not runs(made)


def test_it_is_not_stopped_while_another_process_uses_it(made: Path, start: Start) -> None:
    holder = another_process(made)
    start(made).stop()

    still_runs = runs(made)
    end(holder)

    assert still_runs
    start(made).stop()
    assert not runs(made)


def test_a_killed_user_does_not_keep_it_running_for_ever(made: Path, start: Start) -> None:
    end(another_process(made))
    assert runs(made)

    start(made).stop()

    assert not runs(made)


def test_it_starts_after_the_server_itself_was_killed(made: Path, start: Start) -> None:
    server = start(made)
    os.kill(postmaster(made), signal.SIGKILL)
    server.in_use.close()

    assert ask(start(made)) == 1


def test_a_number_that_belongs_to_another_program_now_does_not_count_as_running(made: Path, start: Start) -> None:
    stale = made / "pg" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{made / 'pg'}\n1700000000\n5432\n.\n\n  123 456\nready\n")
    owner = (made / "pg").stat()
    os.chown(stale, owner.st_uid, owner.st_gid)

    assert ask(start(made)) == 1


def test_a_first_start_that_was_killed_half_way_is_made_anew(tmp_path: Path, start: Start) -> None:
    half_made = tmp_path / "pg.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")

    assert ask(start(tmp_path)) == 1


def test_a_path_too_long_for_a_socket_works(tmp_path: Path, start: Start) -> None:
    assert ask(start(tmp_path / ("deep" * 30))) == 1


def test_a_path_with_spaces_and_commas_works(tmp_path: Path, start: Start) -> None:
    assert ask(start(tmp_path / "my data, and yours")) == 1


def test_nobody_else_can_reach_the_socket(made: Path, start: Start) -> None:
    start(made)

    assert stat.S_IMODE((made / "pg").stat().st_mode) == 0o700


def test_a_socket_folder_open_to_others_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ("deep" * 30)
    with TemporaryDirectory() as short:  # a socket's path has at most 107 bytes, and `tmp_path` grows with its number
        Path(short).chmod(0o711)  # where the server is another user's, that user comes through it
        monkeypatch.setattr("tempfile.tempdir", short)
        embedded.start(folder).stop()
        private = next(Path(short).glob("spoc-*"))
        private.chmod(0o777)

        with pytest.raises(Unavailable, match="not private"):
            embedded.start(folder)


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence() -> None:
    with pytest.raises(Unavailable, match=r"^The data folder /dev/null/data cannot be used: Not a directory\.$"):
        embedded.start(Path("/dev/null/data"))


def test_data_of_another_postgresql_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("16\n")

    with pytest.raises(Unavailable, match="PostgreSQL 16; this program brings 18"):
        embedded.start(tmp_path)


def test_a_server_that_cannot_start_says_why(tmp_path: Path, start: Start) -> None:
    start(tmp_path).stop()
    (tmp_path / "pg" / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(Unavailable, match="pg_ctl ends with 1 and says"):
        embedded.start(tmp_path)
