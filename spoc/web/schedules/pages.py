"""The schedules of all services: what comes next, what came, and pausing, resuming and raising them by hand."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from starlette.background import BackgroundTask
from starlette.responses import Response

from routing.visibility import Actor
from spoc.intake.catalogue import current
from spoc.intake.cycles.raising import raise_now
from spoc.intake.cycles.reading import Line, Run, list_schedules
from spoc.intake.cycles.steering import pause, resume
from spoc.web.deps import Database, Now, Running, Seen, require
from spoc.web.formats import View
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.schedules.words import asked_by, day_off_sentence, outcome, rule_sentence, stands_for
from spoc.web.shapes import instant
from spoc.words import marked

router = APIRouter()
Owner = Annotated[Actor, require(Permission.OWNER)]
Key = Annotated[str, InPath(max_length=60)]

PAGE: Final = "/catalogue/schedules"
PAUSED = notice("schedules.paused", marked("It is paused: nothing comes by it until you resume it."), "info")
RESUMED = notice("schedules.resumed", marked("It goes on from now. What was left out is not made up for."))
RAISED = notice("schedules.raised", marked("It is raised, as {about}."))
RAISED_HIDDEN = notice("schedules.raised_hidden", marked("It is raised."))


@router.get(PAGE, include_in_schema=False)
def show(http: Request, session: Database, now: Now, actor: Owner, seen: Seen) -> Response:
    queues = {queue.key: queue.title for queue in current(session)[1].queues}
    lines = [_shown(line, queues, seen) for line in list_schedules(session, actor, now)]
    return render(http, "schedules/list.html", lines=lines)


@router.post(PAGE + "/{key}/{schedule}/pause", include_in_schema=False)
def pause_it(http: Request, session: Database, now: Now, actor: Owner, key: Key, schedule: Key) -> Response:
    pause(session, actor, key, schedule, now)
    return redirect(http, PAGE, told=PAUSED)


@router.post(PAGE + "/{key}/{schedule}/resume", include_in_schema=False)
def resume_it(http: Request, session: Database, now: Now, actor: Owner, key: Key, schedule: Key) -> Response:
    resume(session, actor, key, schedule, now)
    return redirect(http, PAGE, told=RESUMED)


@router.post(PAGE + "/{key}/{schedule}/raise", include_in_schema=False)
def raise_it(
    http: Request, session: Database, now: Now, runtime: Running, actor: Owner, key: Key, schedule: Key
) -> Response:
    """Open its ticket now, whenever it is due next."""
    accepted = raise_now(session, actor, key, schedule, now)
    is_hidden = bool(accepted.secret or accepted.confidential_to)
    answer = redirect(
        http, PAGE, told=RAISED_HIDDEN if is_hidden else RAISED, about="" if is_hidden else accepted.reference
    )
    answer.background = BackgroundTask(runtime.poke)
    return answer


def _shown(line: Line, queues: Mapping[str, str], view: View) -> dict[str, Any]:
    schedule = line.schedule
    return {
        "service": line.service,
        "schedule": schedule,
        "path": f"{PAGE}/{line.service.key}/{schedule.key}",
        "id": f"{line.service.key}-{schedule.key}",
        "rule": rule_sentence(schedule),
        "day_off": day_off_sentence(schedule),
        "asks": asked_by(schedule, queues),
        "coming": line.coming,
        "by_hand": line.paused_at,
        "paused_by": line.paused_by or "",
        "is_paused": line.is_paused,
        "runs": [_run(run, view) for run in line.runs],
        "is_confidential": bool(line.service.confidential_to),
    }


def _run(run: Run, view: View) -> dict[str, Any]:
    return {
        "slot_at": run.slot_at,
        "outcome": outcome(run),
        "raised_at": run.raised_at,
        "failed": run.failed,
        "missed": stands_for(run.missed, view.day(run.missed_since)),
        "reference": run.reference,
        "may_open": run.may_open,
    }


@router.get("/api/schedules")
def read(session: Database, now: Now, actor: Owner) -> dict[str, Any]:
    """Every schedule of the catalogue in force, with its next five dates and its latest runs."""
    return {"schedules": [_json(line) for line in list_schedules(session, actor, now)]}


@router.post("/api/schedules/{key}/{schedule}/pause")
def pause_by_program(session: Database, now: Now, actor: Owner, key: Key, schedule: Key) -> Mapping[str, Any]:
    """Let nothing come by it until it is resumed."""
    pause(session, actor, key, schedule, now)
    return _one(session, actor, now, key, schedule)


@router.post("/api/schedules/{key}/{schedule}/resume")
def resume_by_program(session: Database, now: Now, actor: Owner, key: Key, schedule: Key) -> Mapping[str, Any]:
    """Let it come again; what it left out is not made up for."""
    resume(session, actor, key, schedule, now)
    return _one(session, actor, now, key, schedule)


@router.post("/api/schedules/{key}/{schedule}/raise")
def raise_by_program(session: Database, now: Now, actor: Owner, key: Key, schedule: Key) -> Mapping[str, Any]:
    """Open its ticket now; 409 within a minute of the last time."""
    raise_now(session, actor, key, schedule, now)
    return _one(session, actor, now, key, schedule)


def _one(session: Database, actor: Actor, now: Now, key: str, schedule: str) -> Mapping[str, Any]:
    lines = list_schedules(session, actor, now)
    return next(_json(one) for one in lines if (one.service.key, one.schedule.key) == (key, schedule))


def _json(line: Line) -> dict[str, Any]:
    return {
        "service": line.service.key,
        "schedule": line.schedule.key,
        "title": line.schedule.title,
        "requester": line.schedule.requester,
        "rule": rule_sentence(line.schedule),
        "paused": line.is_paused,
        "paused_at": instant(line.paused_at),
        "coming": [instant(at) for at in line.coming],
        "runs": [
            {
                "slot_at": instant(run.slot_at),
                "missed": run.missed,
                "missed_since": instant(run.missed_since),
                "raised": run.raised,
                "raised_at": instant(run.raised_at),
                "by": run.by,
                "reference": run.reference,
                "outcome": outcome(run),
            }
            for run in line.runs
        ],
    }
