"""The escalation ladder: rungs added and removed, and quiet hours, on the page of targets."""

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from routing.escalation import Quiet, Rung, Whom
from routing.phrase import Phrase
from routing.targets import Promise
from routing.visibility import Actor
from spoc.errors import Fault
from spoc.intake.errors import InvalidSetting
from spoc.intake.ruling.laddering import add_rung, remove_rung, set_quiet
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter(include_in_schema=False)
Editor = Annotated[Actor, require(Permission.OWNER_OR_ADMINISTRATOR)]
Name = Annotated[str, Field(max_length=60)]
Version = Annotated[int, Form()]
Clock = Annotated[str, Form(max_length=8)]
LADDER = "/routing/targets#ladder"

ADDED = notice("ladder.added", marked("The rung is added. It counts for what runs already, too."))
REMOVED = notice("ladder.removed", marked("The rung is gone."))
QUIET = notice("ladder.quiet", marked("The quiet hours are changed."))


class RungForm(BaseModel):
    """`hours` of working time, `side` before or after the deadline of the promise."""

    model_config = ConfigDict(extra="forbid")

    version: int
    promise: Promise
    hours: Annotated[float, Field(ge=0, le=2000)]
    side: Annotated[str, Field(pattern="^(before|after)$")]
    whom: Whom
    service: Name = ""
    priority: Name = ""
    queue: Name = ""
    why: Annotated[str, Field(max_length=2000)] = ""

    def rung(self) -> Rung:
        minutes = round(self.hours * 60) * (-1 if self.side == "before" else 1)
        conditions = (self.service or None, self.priority or None, self.queue or None)
        return Rung(self.promise, minutes, self.whom, *conditions)


@router.post("/routing/ladder")
def add(http: Request, session: Database, now: Now, actor: Editor, form: Annotated[RungForm, Form()]) -> Response:
    add_rung(session, actor, form.version, form.rung(), now, why=form.why)
    return redirect(http, LADDER, told=ADDED)


@router.post("/routing/ladder/remove")
def remove(
    http: Request,
    session: Database,
    now: Now,
    actor: Editor,
    version: Version,
    rung: Annotated[str, Form(max_length=300)],
) -> Response:
    remove_rung(session, actor, version, rung, now)
    return redirect(http, LADDER, told=REMOVED)


@router.post("/routing/ladder/quiet")
def write_quiet(
    http: Request,
    session: Database,
    now: Now,
    actor: Editor,
    version: Version,
    since: Clock = "",
    until: Clock = "",
) -> Response:
    """Both empty: there are none."""
    set_quiet(session, actor, version, _quiet(since, until), now)
    return redirect(http, LADDER, told=QUIET)


def _quiet(since: str, until: str) -> Quiet | None:
    """Raises:
    InvalidSetting: one without the other, or no times of the day.
    """
    if not since.strip() and not until.strip():
        return None
    try:
        begin, end = (time.fromisoformat(one.strip()).replace(second=0, microsecond=0) for one in (since, until))
        return Quiet(begin.replace(tzinfo=None), end.replace(tzinfo=None))
    except ValueError as fault:
        said = Phrase("Give both times as hours and minutes, such as 20:00 and 07:00, or none.")
        raise InvalidSetting(Fault("since", "time", said)) from fault
