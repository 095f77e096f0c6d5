"""People who want to know where it stands, and others who have something to say while work goes on."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from routing.work import DESK, Channel, ContactKind, RepeatCause
from spoc.demo.detours import is_open_to_desk
from spoc.demo.stage import Case, Stage
from spoc.desk.contacts import Touch, ask_for_news, log_contact
from spoc.desk.messages import send_message

WHEN_LATE = 0.6
WHEN_LONG = 0.15


def may_chase(stage: Stage, case: Case, now: datetime, finish_at: datetime, due_at: datetime | None) -> None:
    """Perhaps somebody asks before it is finished; more likely where the time has passed."""
    late = due_at is not None and finish_at > due_at
    chase_at = stage.later(due_at if late and due_at and due_at > now else now, 40, 900)
    if chase_at < finish_at and stage.happens(WHEN_LATE if late else WHEN_LONG):
        stage.agenda.add(chase_at, partial(_chase, stage, case))
    if chase_at < finish_at and is_open_to_desk(stage, case) and stage.happens(0.05):
        stage.agenda.add(stage.later(now, 30, 400), partial(_other, stage, case))


def _chase(stage: Stage, case: Case, session: Session, at: datetime) -> None:
    way = stage.weighed({"call": 45.0, "button": 35.0, "message": 20.0})
    if way == "call" and is_open_to_desk(stage, case):
        touch = Touch(
            stage.random.choice((Channel.PHONE, Channel.PHONE, Channel.WALK_IN)),
            ContactKind.REPEAT,
            RepeatCause.LOST_IN_HANDOFF if case.steps_done == 0 and stage.happens(0.15) else RepeatCause.CHASED,
            minutes=stage.random.randint(2, 6),
            note=stage.words.say(stage.random, "chased"),
        )
        log_contact(session, stage.agent(DESK, at).actor, case.reference, touch, at)
    elif way == "message":
        body = stage.words.say(stage.random, "chased_by_message")
        send_message(session, case.requester.actor, case.reference, at, body=body, channel=Channel.WEB)
    else:
        ask_for_news(session, case.requester.actor, case.reference, at, channel=Channel.WEB)


def _other(stage: Stage, case: Case, session: Session, at: datetime) -> None:
    touch = Touch(Channel.EMAIL, ContactKind.OTHER, minutes=1, note=stage.words.say(stage.random, "others"))
    log_contact(session, stage.agent(DESK, at).actor, case.reference, touch, at)
