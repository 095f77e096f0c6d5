"""What keeps a task from being finished straight away: a question, a supplier, another queue; and what is noted."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeAlias

from sqlalchemy.orm import Session

from routing.work import DESK, Channel, HoldReason
from spoc.demo.stage import Case, Player, Stage
from spoc.demo.stories import Question
from spoc.demo.tasks import Ready
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold
from spoc.desk.contacts import Touch, log_contact
from spoc.desk.messages import send_message

GoOn: TypeAlias = Callable[[datetime], None]
"""Called with the instant from which work on the task can go on."""


def write_note(stage: Stage, case: Case, agent: Player, session: Session, at: datetime) -> None:
    body = stage.words.fill(stage.random, stage.random.choice(case.chapter.notes))
    send_message(session, agent.actor, case.reference, at, body=body, channel=Channel.WEB, internal=True)


def write_progress(stage: Stage, case: Case, agent: Player, session: Session, at: datetime) -> None:
    body = stage.words.say(stage.random, "progress")
    send_message(session, agent.actor, case.reference, at, body=body, channel=Channel.EMAIL)


def pass_on(stage: Stage, case: Case, task: Ready, agent: Player, session: Session, at: datetime) -> None:
    """Hand it over with what was tried; now and then while the requester is there."""
    options = [one for one in case.chapter.handoffs if one.to != task.queue]
    chosen = stage.random.choice(options)
    know = f"{chosen.know} {stage.words.say(stage.random, 'promised')}"
    warm = stage.happens(0.1)
    # What the desk passes on came to it to be placed; a team that does so got what was never theirs.
    misplaced = task.queue != DESK
    hand_over(
        session, agent.actor, task.id, at, to=chosen.to, why=chosen.why, know=know, warm=warm, misplaced=misplaced
    )


def ask_back(stage: Stage, case: Case, task: Ready, agent: Player, go_on: GoOn, session: Session, at: datetime) -> None:
    """Ask the requester, and stop the clock until they answer."""
    question = stage.random.choice(case.chapter.questions)
    body = stage.words.fill(stage.random, question.ask)
    hold(session, agent.actor, task.id, at, reason=HoldReason.REQUESTER, note=body)
    answer_at = stage.later(at, 20, 700)
    stage.agenda.add(answer_at, partial(_answer, stage, case, question, go_on))


def _answer(stage: Stage, case: Case, question: Question, go_on: GoOn, session: Session, at: datetime) -> None:
    words = stage.words.fill(stage.random, question.answer)
    if is_open_to_desk(stage, case) and stage.happens(0.25):
        minutes = stage.random.randint(2, 5)
        touch = Touch(Channel.PHONE, minutes=minutes, note=words)
        log_contact(session, stage.agent(DESK, at).actor, case.reference, touch, at)
    else:
        send_message(session, case.requester.actor, case.reference, at, body=words, channel=Channel.WEB)
    go_on(at)


def wait_for_vendor(
    stage: Stage, case: Case, task: Ready, agent: Player, go_on: GoOn, session: Session, at: datetime
) -> None:
    """Stop until a supplier has delivered; the sweep of that hour takes it up again."""
    note = stage.words.say(stage.random, "vendor")
    until = _full_hour(stage.later(at, 300, 1_900, task.queue))
    hold(session, agent.actor, task.id, at, reason=HoldReason.VENDOR, note=note, until=until)
    if stage.happens(0.5):
        write_progress(stage, case, agent, session, at)
    go_on(until)


def _full_hour(at: datetime) -> datetime:
    """The one before: sweeps come at full hours, and the work day has begun by then."""
    return at.replace(minute=0, second=0)


def is_open_to_desk(stage: Stage, case: Case) -> bool:
    """Whether the desk's agents see such a ticket at all."""
    service = stage.facts.catalogue.service(case.chapter.service)
    return not (service.secret or service.confidential_to)
