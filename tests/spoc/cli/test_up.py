"""`spoc up` as a newcomer meets it: it opens, stops cleanly, opens again as it was, and says what is in its way."""

import re
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import SPOC, bare, said, spoc_process

Up = Callable[..., "Desk"]


class Desk:
    """A running `spoc up`."""

    def __init__(self, data: Path, *options: str) -> None:
        self.port = free_port()
        arguments = ["up", "--data", str(data), "--port", str(self.port), *options]
        pipe = subprocess.PIPE
        self.running = subprocess.Popen([*SPOC, *arguments], env=bare(), cwd="/", stdout=pipe, stderr=pipe, text=True)

    def until_open(self) -> str:
        """What it printed until it is open."""
        assert self.running.stdout is not None
        lines = []
        for line in self.running.stdout:
            lines.append(line)
            if "stops the desk" in line:
                return "".join(lines)
        raise AssertionError("".join(lines) + self.running.communicate()[1])

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                status: int = answer.status
        except urllib.error.HTTPError as error:
            return error.code
        return status

    def until_ready(self) -> int:
        for _ in range(100):
            if self.get("/health/ready") == 200:
                return 200
            threading.Event().wait(0.1)
        return self.get("/health/ready")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.running.poll() is None:
            self.running.send_signal(how)
        self.running.communicate(timeout=30)
        return self.running.returncode


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def up() -> Iterator[Up]:
    """Starts desks that are stopped when the test ends."""
    desks: list[Desk] = []

    def started(data: Path, *options: str) -> Desk:
        desks.append(Desk(data, *options))
        return desks[-1]

    yield started
    for desk in desks:
        desk.stop()


def test_it_opens_is_ready_and_says_how_to_sign_in(tmp_path: Path, up: Up) -> None:
    desk = up(tmp_path)
    printed = desk.until_open()
    link = re.search(rf"http://127\.0\.0\.1:{desk.port}(/set-password\?token=\S+)", printed)

    assert desk.until_ready() == 200
    assert "The desk keeps the time of " in printed
    assert link is not None
    assert desk.get(link[1]) == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_takes_its_database_with_it(tmp_path: Path, up: Up, how: signal.Signals) -> None:
    desk = up(tmp_path)
    desk.until_open()

    assert desk.stop(how) == 0
    assert not (tmp_path / "pg" / "postmaster.pid").exists()


def test_a_second_start_finds_everything_as_it_was(tmp_path: Path, up: Up) -> None:
    first = up(tmp_path)
    first.until_open()
    password = "correct horse battery staple\n"
    add = (
        "user",
        "add",
        "--mail",
        "ada@example.org",
        "--name",
        "Ada",
        "--role",
        "administrator",
        "--password-from-stdin",
    )
    spoc_process(*add, "--data", str(tmp_path), given=password)
    first.stop()

    printed = up(tmp_path).until_open()

    assert "Sign in with your mail address and password." in printed
    assert "set-password" not in printed
    assert "keeps the time" not in printed


def test_after_kill_9_it_opens_again(tmp_path: Path, up: Up) -> None:
    first = up(tmp_path)
    first.until_open()
    first.stop(signal.SIGKILL)

    again = up(tmp_path)
    again.until_open()

    assert again.until_ready() == 200
    assert again.stop() == 0
    assert not (tmp_path / "pg" / "postmaster.pid").exists()


def test_a_second_one_on_the_same_folder_is_refused(tmp_path: Path, up: Up) -> None:
    up(tmp_path).until_open()

    done = spoc_process("up", "--data", str(tmp_path), "--port", str(free_port()))

    assert said(done) == f"Another `spoc up` runs on the data folder {tmp_path}: stop it, or give another."


def test_a_port_in_use_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = spoc_process("up", "--data", str(tmp_path / "new"), "--port", str(port))

    assert said(done).startswith(f"Port {port} on 127.0.0.1 is in use")
    assert not (tmp_path / "new").exists()


def test_an_address_that_is_not_this_machines_is_told() -> None:
    assert (
        said(spoc_process("up", "--host", "no.such.host.invalid"))
        == "There is no address no.such.host.invalid to listen on."
    )
    assert said(spoc_process("up", "--host", "192.0.2.1")).startswith("Port 8000 on 192.0.2.1 cannot be used: ")


def test_a_folder_that_cannot_be_written_is_told() -> None:
    done = spoc_process("up", "--data", "/dev/null/data", "--port", str(free_port()))

    assert said(done) == "The data folder /dev/null/data cannot be used: Not a directory."


def test_a_database_that_cannot_be_reached_is_told() -> None:
    done = spoc_process("up", "--port", str(free_port()), SPOC_DATABASE_URL="postgresql://127.0.0.1:1/x")

    assert said(done).startswith("The database at postgresql://127.0.0.1:1/x does not answer: ")
