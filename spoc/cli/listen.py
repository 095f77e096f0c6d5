"""Serving HTTP: the port, taken before anything else is started, and uvicorn on it."""

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from routing.phrase import marked
from spoc.errors import Unavailable

DRAIN_SECONDS = 8
BACKLOG = 2048


class Server(uvicorn.Server):
    """Says when it takes requests."""

    def __init__(self, app: FastAPI, on_start: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()


@contextmanager
def taken_port(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there already: two programs may bind a port, only one may listen.

    Who connects before the server runs, waits.

    Raises:
        Unavailable: the port is in use or not ours to use, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise Unavailable(marked("There is no address %(host)s to listen on."), host=host) from None
    with socket.socket(family, kind, protocol) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(address)
            taken.listen(BACKLOG)
        except OSError as error:
            raise _unusable(host, port, error) from error
        yield taken


def _unusable(host: str, port: int, error: OSError) -> Unavailable:
    if error.errno == errno.EADDRINUSE:
        in_use = marked(
            "Port %(port)s on %(host)s is in use: stop the other program, or choose another port with --port."
        )
        return Unavailable(in_use, port=port, host=host)
    return Unavailable(
        marked("Port %(port)s on %(host)s cannot be used: %(why)s."), port=port, host=host, why=error.strerror
    )


@contextmanager
def stopped_by_signal() -> Iterator[None]:
    """End the block quietly on Ctrl-C and on SIGTERM, wherever it is, with all cleaning up inside it.

    uvicorn sends itself again the signal that stopped it once it has drained; by default SIGTERM would then kill
    the process before worker and database are stopped.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def in_url(host: str) -> str:
    """An address as a browser takes it: brackets around IPv6, and this machine's own where it listens on all."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
