"""The application that `celery -A spoc.jobs.external worker` loads: settings from the environment."""

from functools import cache

from routing.phrase import marked
from spoc import clock, log
from spoc.db.session import make_engine, make_sessions
from spoc.errors import Misconfigured
from spoc.jobs.app import make_app
from spoc.jobs.tools import Tools
from spoc.settings import Settings

settings = Settings()
log.configure(level=settings.log_level, as_json=settings.log_format == "json")


@cache
def tools() -> Tools:
    """The tools of this process, made at its first job and so after any fork."""
    if settings.database_url is None:
        raise Misconfigured(marked("A worker of its own needs SPOC_DATABASE_URL."))
    return Tools(settings, make_sessions(make_engine(settings.database_url, settings)), clock.now)


app = make_app(settings, tools)
