"""The whole desk in one process: what `spoc up` does."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from routing.phrase import Phrase, marked
from spoc import clock
from spoc.app import create_app
from spoc.cli import first_steps
from spoc.cli.database import opened
from spoc.cli.listen import Server, in_url, stopped_by_signal, taken_port
from spoc.cli.people import LOCK, set_password_link
from spoc.cli.say import out, tell
from spoc.cli.working import working
from spoc.db import embedded, migrate
from spoc.db.session import transaction
from spoc.errors import Unavailable
from spoc.jobs.tools import Tools
from spoc.settings import Settings
from spoc.web.runtime import Runtime
from spoc.words import gettext


def run(settings: Settings, host: str, port: int, *, demo: bool) -> None:
    """Database, jobs and pages, until a signal ends all of it; `demo` fills an empty database.

    Raises:
        Unavailable: the port, the data folder, the database or the worker cannot be had.
    """
    if settings.base_url is None:
        settings = settings.model_copy(update={"base_url": f"http://{in_url(host)}:{port}"})
    with stopped_by_signal(), ExitStack() as stack:
        taken = stack.enter_context(taken_port(host, port))
        if settings.embedded:
            stack.enter_context(_only_one(settings.data, settings.base_url or ""))
        with out.status(gettext("Starting the database …")):
            sessions = stack.enter_context(_migrated(settings))
        if demo:
            first_steps.fill_demo(sessions)
        with transaction(sessions) as session:
            zone = first_steps.prepare(session)
        with out.status(gettext("Starting the worker …")):
            poke = stack.enter_context(working(Tools(settings, sessions, clock.now)))
        how_to_sign_in = _how_to_sign_in(settings, sessions)
        app = create_app(Runtime(settings, sessions, poke))
        Server(app, on_start=lambda: _welcome(settings, how_to_sign_in, zone)).run(sockets=[taken])


@contextmanager
def _migrated(settings: Settings) -> Iterator[sessionmaker[Session]]:
    if settings.database_url is not None:
        migrate.upgrade(settings.database_url)
    with opened(settings, new=True) as sessions:
        yield sessions


@contextmanager
def _only_one(folder: Path, address: str) -> Iterator[None]:
    """Hold the data folder for this process, and leave there where it is served; the kernel lets the lock go."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a+")
    except OSError as error:
        raise Unavailable(embedded.FOLDER_UNUSABLE, folder=folder, why=error.strerror) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(
                marked("Another `spoc up` runs on the data folder %(folder)s: stop it, or give another."), folder=folder
            ) from None
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield


def _how_to_sign_in(settings: Settings, sessions: sessionmaker[Session]) -> Callable[[], None]:
    """What to print below the address; asked now, because it makes the link."""
    with transaction(sessions) as session:
        if first_steps.is_demo(session):
            return _tell_demo
        secret = first_steps.first_key(session)
    if secret is None:
        return lambda: tell(Phrase("Sign in with your mail address and password."))
    return lambda: _tell_first(set_password_link(settings, secret))


def _tell_demo() -> None:
    mails, password = first_steps.demo_sign_ins()
    tell(Phrase("Sign in with the password %(password)s as", {"password": password}), password)
    for mail in mails:
        tell(f"  {mail}")


def _tell_first(link: str) -> None:
    tell(
        Phrase("Set a password for the administrator %(mail)s, once, within a day:", {"mail": first_steps.FIRST_MAIL}),
        first_steps.FIRST_MAIL,
    )
    tell(f"  {link}")


def _welcome(settings: Settings, how_to_sign_in: Callable[[], None], zone: str | None) -> None:
    tell("")
    address = {"address": settings.base_url}
    tell(Phrase("The desk is open: %(address)s", address), settings.base_url or "", style="green")
    tell("")
    how_to_sign_in()
    tell("")
    if zone is not None:
        tell(first_steps.hint(zone))
    in_folder = Phrase("Your data stays in %(folder)s.", {"folder": settings.data.resolve()})
    where = in_folder if settings.embedded else Phrase("Your data stays in your database.")
    tell(Phrase("%(where)s Ctrl-C stops the desk.", {"where": where}), style="dim")
