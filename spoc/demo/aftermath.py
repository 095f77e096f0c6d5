"""What people do once their ticket is resolved: come back, take it up again, say thanks, or nothing."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from routing.work import DESK, Channel, ContactKind
from spoc.demo.arrivals import AGAIN_COURSES, draw_course
from spoc.demo.asking import Coming, expect
from spoc.demo.detours import is_open_to_desk
from spoc.demo.stage import Case, Stage
from spoc.demo.tasks import is_resolved
from spoc.demo.work import plan_again
from spoc.desk.actions.finishing import reopen_ticket
from spoc.desk.contacts import Touch, log_contact

AGAIN = 0.058
STILL = 0.032
THANKS = 0.07
AUTOMATIC = 0.015


def follow_up(stage: Stage, case: Case, _session: Session, at: datetime) -> None:
    """Decide it, once for each time the ticket is resolved; who has come back once does not again."""
    comes_back = not case.is_again
    if comes_back and case.chapter.again and stage.happens(AGAIN):
        _expect_again(stage, case, at)
    elif comes_back and case.chapter.still and stage.happens(STILL):
        case.is_again = True
        stage.agenda.add(_later(stage, at, 6), partial(_reopen, stage, case))
    elif is_open_to_desk(stage, case) and stage.happens(THANKS):
        stage.agenda.add(_later(stage, at, 2), partial(_tell, stage, case, ContactKind.THANKS, "thanks"))
    elif is_open_to_desk(stage, case) and stage.happens(AUTOMATIC):
        stage.agenda.add(at + timedelta(seconds=40), partial(_tell, stage, case, ContactKind.AUTOMATIC, "automatic"))


def _later(stage: Stage, at: datetime, days: int) -> datetime:
    """During working time, so many days of 24 hours later at most, weekends aside."""
    back = at + timedelta(minutes=stage.random.randrange(60, days * 24 * 60 - 200))
    return stage.later(back, 1, 120)


def _expect_again(stage: Stage, case: Case, at: datetime) -> None:
    channel = case.channel if stage.happens(0.6) else Channel.PHONE
    say = stage.random.choice(case.chapter.again)
    course = draw_course(stage, case.chapter, AGAIN_COURSES)
    coming = Coming(case.requester, case.chapter, case.story, channel, course, say=say, is_again=True)
    expect(stage, coming, _later(stage, at, 5))


def _reopen(stage: Stage, case: Case, session: Session, at: datetime) -> None:
    why = stage.words.fill(stage.random, stage.random.choice(case.chapter.still))
    reopen_ticket(session, case.requester.actor, case.reference, at, why=why, channel=Channel.WEB)
    plan_again(stage, case, session, at)


def _tell(stage: Stage, case: Case, kind: ContactKind, occasion: str, session: Session, at: datetime) -> None:
    if is_resolved(session, case.ticket_id):
        note = stage.words.say(stage.random, occasion)
        channel = (
            Channel.EMAIL if kind is ContactKind.AUTOMATIC else stage.random.choice((Channel.EMAIL, Channel.PHONE))
        )
        touch = Touch(channel, kind, minutes=0 if kind is ContactKind.AUTOMATIC else 1, note=note)
        log_contact(session, stage.agent(DESK, at).actor, case.reference, touch, at)
