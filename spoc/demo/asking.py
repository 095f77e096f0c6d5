"""Somebody asks: the submission goes in by the one entrance, and the ticket is followed from then on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from routing.work import DESK, Channel
from spoc.demo.answers import Asking, fill_in
from spoc.demo.stage import LIVE, Case, Course, Pace, Player, Stage
from spoc.demo.stories import Chapter, Story
from spoc.demo.tasks import ready_of
from spoc.demo.work import plan_tasks
from spoc.intake.accept import accept
from spoc.intake.submission import Submission


@dataclass(frozen=True)
class Coming:
    """An ask that will come in. `say` is said instead of the story's words, by somebody who asks again."""

    requester: Player
    chapter: Chapter
    story: Story
    channel: Channel
    course: Course
    say: str | None = None
    leaver: Player | None = None
    paces: Mapping[str, Pace] | None = None
    is_again: bool = False


def ask(stage: Stage, coming: Coming, session: Session, at: datetime) -> Case:
    """Take it down: by an agent during the call, else by the person. What is ready is planned at once."""
    words = stage.words.fill(stage.random, coming.say or coming.story.say)
    taken_by = stage.agent(DESK, at) if coming.channel in LIVE else None
    minutes = stage.random.randint(*coming.chapter.minutes) if taken_by else 0
    ends_at = at + timedelta(minutes=minutes, seconds=stage.random.randrange(40))
    answers = fill_in(Asking(stage, coming.requester, at, coming.leaver), coming.story)
    submission = _submission(stage, coming, answers, words, at, ends_at if taken_by else None)
    logged_at = ends_at if taken_by else at  # a call is written down when it is over
    accepted = accept(session, submission, (taken_by or coming.requester).actor, stage.facts, logged_at).accepted
    case = Case(
        ticket_id=accepted.ticket_id,
        reference=accepted.reference,
        requester=coming.requester,
        chapter=coming.chapter,
        story=coming.story,
        channel=coming.channel,
        opened_at=at,
        ended_at=ends_at,
        taken_by=taken_by,
        course=coming.course,
        paces=coming.paces,
        is_again=coming.is_again,
    )
    stage.cases[case.ticket_id] = case
    stage.last_asked[coming.requester.member.account, coming.chapter.service] = at
    plan_tasks(stage, case, ready_of(accepted), at)
    return case


def _submission(
    stage: Stage, coming: Coming, answers: dict[str, Any], words: str, at: datetime, ends_at: datetime | None
) -> Submission:
    """Words go where the form has room for them; a form without leaves them on the ticket."""
    form = stage.facts.catalogue.service(coming.chapter.service).fields
    told = {"description": words} if words and "description" in form else {}
    return Submission(
        service=coming.chapter.service,
        answers=told | answers,
        text="" if told else words,
        requester_mail=coming.requester.member.mail if ends_at else None,
        channel=coming.channel,
        started_at=at if ends_at else None,
        ended_at=ends_at,
        handling_minutes=round((ends_at - at) / timedelta(minutes=1), 1) if ends_at else None,
    )


def expect(stage: Stage, coming: Coming, at: datetime) -> None:
    """Note that somebody will ask. A call that would still be going on at the end has not come in yet."""
    talk = timedelta(minutes=coming.chapter.minutes[1] + 1 if coming.channel in LIVE else 0)
    if at + talk <= stage.ends_at:
        stage.agenda.add(at, partial(ask, stage, coming))
