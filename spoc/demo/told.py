"""Requests told beforehand in `told.yaml`: those of the employee one can sign in as, and what each agent works on.

Every instant there is [working days before the end of the history, time of day], so that "yesterday" stays yesterday.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from importlib.resources import files
from typing import Any, Final, Literal
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import Channel, HoldReason, TaskState
from spoc.db.tickets import TaskRow
from spoc.demo.asking import Coming, ask
from spoc.demo.pace import A_MOMENT
from spoc.demo.stage import Case, Course, Pace, Player, Stage
from spoc.demo.stories import Story
from spoc.demo.work import plan_again
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold
from spoc.desk.contacts import ask_for_news
from spoc.desk.messages import send_message

A_WAIT: Final = timedelta(minutes=30)

EMPLOYEE: Final = "employee"


@dataclass(frozen=True)
class Turn:
    """Something that somebody does on the ticket; `step` is the task it is about."""

    at: Sequence[Any]
    by: str
    does: Literal["says", "notes", "asks", "waits", "hands_over", "chases"]
    words: str = ""
    step: str = ""
    to: str = ""
    know: str = ""


@dataclass(frozen=True)
class Told:
    """One request. `steps` are paces by step, or by step and queue where it was handed over; others stay untouched.

    An approval is decided where it has no pace of its own, and stays open where that names no end.
    """

    service: str
    channel: Channel
    at: Sequence[Any]
    answers: Mapping[str, Any]
    steps: Mapping[str, Mapping[str, Any]]
    say: str = ""
    turns: tuple[Turn, ...] = ()
    by: str = EMPLOYEE


def expect_told(stage: Stage) -> None:
    """Put all of it on the agenda; what lies before the history begins comes with its beginning."""
    for told in _read():
        stage.agenda.add(_instant(stage, told.at), partial(_ask, stage, told))


def _read() -> tuple[Told, ...]:
    given = yaml.safe_load(files("spoc.demo").joinpath("told.yaml").read_text("utf-8"))
    return tuple(
        Told(
            **{**one, "channel": Channel(one["channel"]), "turns": tuple(Turn(**turn) for turn in one.get("turns", ()))}
        )
        for one in given
    )


def _instant(stage: Stage, at: Sequence[Any]) -> datetime:
    days, clock = at
    return stage.on(-days, time.fromisoformat(clock))


def _ask(stage: Stage, told: Told, session: Session, at: datetime) -> None:
    coming = Coming(
        requester=stage.players[told.by],
        chapter=stage.chapters[told.service],
        story=Story(told.say, told.answers),
        channel=told.channel,
        course=Course.AT_ONCE,
        paces={key: _pace(stage, given) for key, given in told.steps.items()},
    )
    case = ask(stage, coming, session, at)
    for turn in told.turns:
        stage.agenda.add(max(_instant(stage, turn.at), at + 2 * A_MOMENT), partial(_take_turn, stage, case, turn))


def _pace(stage: Stage, given: Mapping[str, Any]) -> Pace:
    claimed, finish = given.get("claim"), given.get("finish")
    return Pace(
        claim_at=_instant(stage, claimed) if claimed else None,
        finish_at=_instant(stage, finish) if finish else None,
        result=given.get("result"),
        who=given.get("who"),
    )


def _take_turn(stage: Stage, case: Case, turn: Turn, session: Session, at: datetime) -> None:
    who = stage.players[turn.by]
    if turn.step and _waits(session, case, turn.step):
        stage.agenda.add(at + A_WAIT, partial(_take_turn, stage, case, turn))
        return
    match turn.does:
        case "says" | "notes":
            _write(case, who, turn, session, at)
        case "chases":
            ask_for_news(session, who.actor, case.reference, at, channel=Channel.WEB)
        case "asks":
            hold(session, who.actor, _task(session, case, turn.step), at, reason=HoldReason.REQUESTER, note=turn.words)
        case "waits":
            hold(session, who.actor, _task(session, case, turn.step), at, reason=HoldReason.VENDOR, note=turn.words)
        case "hands_over":
            task_id = _task(session, case, turn.step)
            hand_over(session, who.actor, task_id, at, to=turn.to, why=turn.words, know=turn.know)
            plan_again(stage, case, session, at)


def _write(case: Case, who: Player, turn: Turn, session: Session, at: datetime) -> None:
    internal = turn.does == "notes"
    channel = Channel.WEB if internal or who is case.requester else Channel.EMAIL
    send_message(session, who.actor, case.reference, at, body=turn.words, channel=channel, internal=internal)


def _waits(session: Session, case: Case, step: str) -> bool:
    """In a short history all is told at its beginning, and what a step needs may not be done yet."""
    state = select(TaskRow.state).where(TaskRow.ticket_id == case.ticket_id, TaskRow.key == step)
    return session.scalar(state) == TaskState.WAITING


def _task(session: Session, case: Case, step: str) -> UUID:
    tasks = select(TaskRow.public_id).where(TaskRow.ticket_id == case.ticket_id, TaskRow.key == step)
    return session.execute(tasks).scalar_one()
