"""`spoc web`, `spoc worker`, `spoc dispatcher`: the parts of the desk, each in a process of its own."""

import threading
from typing import TYPE_CHECKING, Annotated

import typer

from routing.phrase import Phrase, marked
from spoc.cli.options import Data, Host, Port, read_settings
from spoc.cli.say import tell
from spoc.errors import Misconfigured

if TYPE_CHECKING:
    from spoc.settings import Settings


def web(data: Data = None, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    from spoc.app import create_app
    from spoc.cli.database import opened
    from spoc.cli.listen import Server, in_url, stopped_by_signal, taken_port
    from spoc.web.runtime import Runtime

    settings = read_settings(data, quiet=False)
    if settings.base_url is None:
        settings = settings.model_copy(update={"base_url": f"http://{in_url(host)}:{port}"})
    with stopped_by_signal(), taken_port(host, port) as taken, opened(settings) as sessions:
        app = create_app(Runtime(settings, sessions))
        Server(app, on_start=lambda: tell(Phrase("Serving on %(host)s:%(port)s.", {"host": host, "port": port}))).run(
            sockets=[taken]
        )


def worker(
    concurrency: Annotated[int, typer.Option(min=1, help=marked("Jobs done at once."))] = 4,
    lane: Annotated[
        list[str] | None, typer.Option(help=marked("spoc.work or spoc.mail; both without it."), show_default=False)
    ] = None,
) -> None:
    settings = read_settings(quiet=False)
    if settings.embedded:
        raise Misconfigured(marked("A worker of its own needs SPOC_DATABASE_URL."))
    _needs_broker(settings)
    from spoc.jobs.external import app  # reads the environment when it is loaded

    lanes = ["--queues", ",".join(lane)] if lane else []
    app.worker_main(["worker", "--loglevel", settings.log_level, "--concurrency", str(concurrency), *lanes])


def dispatcher(data: Data = None) -> None:
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.cli.listen import stopped_by_signal
    from spoc.cli.working import dispatching
    from spoc.jobs.tools import Tools

    settings = read_settings(data, quiet=False)
    _needs_broker(settings)
    with stopped_by_signal(), opened(settings) as sessions, dispatching(Tools(settings, sessions, clock.now)):
        tell(Phrase("Dispatching."))
        threading.Event().wait()


def _needs_broker(settings: "Settings") -> None:
    from spoc.jobs.app import is_in_process

    if is_in_process(settings.broker_url):
        raise Misconfigured(marked("A process of its own needs SPOC_BROKER_URL, such as amqp://user:password@host."))
