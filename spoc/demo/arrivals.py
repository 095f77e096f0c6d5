"""How many ask on a day, when, by which channel and about what."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from catalog.service import FirstContact
from routing.calendars import add_working_days, is_working_day
from routing.work import Channel
from spoc.demo.asking import Coming, expect
from spoc.demo.stage import Course, Player, Stage
from spoc.demo.stories import Chapter

A_DAY: Final = 27
WEEKDAYS: Final = (1.28, 1.06, 1.0, 0.95, 0.8)
"""Against an average day: what broke over the weekend is asked for on Monday."""

BUSY: Final = {8: 11, 9: 17, 10: 14, 11: 11, 12: 5, 13: 11, 14: 12, 15: 10, 16: 7, 17: 2}
"""Asks by hour of the day, relative."""

COURSES: Final = {Course.AT_ONCE: 87.0, Course.LATER: 5.0, Course.PASSED_ON: 5.0, Course.ASKED_BACK: 3.0}
LATELY: Final = {Course.AT_ONCE: 62.0, Course.LATER: 22.0, Course.PASSED_ON: 8.0, Course.ASKED_BACK: 8.0}
"""Of the last days more is still open: what takes long is not over yet, and there must be something to look at."""

LAST_DAYS: Final = timedelta(days=3)
AGAIN_COURSES: Final = {Course.AT_ONCE: 45.0, Course.LATER: 20.0, Course.PASSED_ON: 35.0}
APART: Final = timedelta(days=12)
"""The same person asks for the same only after so long, unless the story is that it did not last."""

EIGHT_WEEKS: Final = timedelta(weeks=8)

_ABOUT_THE_TEAM: Final = frozenset({"new-starter", "several-starters", "move"})


def draw_seldom(stage: Stage) -> None:
    """Put what is rare on the agenda: as often as it should come, on any working days."""
    length = stage.ends_at - stage.begins_at
    for chapter in stage.chapters.values():
        for _ in range(round(chapter.seldom * (length / EIGHT_WEEKS))):
            day = stage.today(stage.begins_at + length * stage.random.random())
            _draw(stage, _busy_instant(stage, add_working_days(stage.calendar, day, -1)), chapter)


def draw_day(stage: Stage, day: date) -> None:
    """Put a day's asks on the agenda."""
    working = is_working_day(stage.calendar, day)
    busy = A_DAY * WEEKDAYS[day.weekday()] * stage.random.uniform(0.86, 1.14) if working else 0
    for _ in range(round(busy)):
        _draw(stage, _busy_instant(stage, day), _any_chapter(stage))
    for _ in range(stage.random.choice((0, 0, 1))):
        _draw(stage, _evening_instant(stage, day), _any_chapter(stage), Channel.WEB)


def _busy_instant(stage: Stage, day: date) -> datetime:
    hour = stage.weighed(BUSY)
    at = time(hour, stage.random.randrange(60), stage.random.randrange(60))
    return datetime.combine(day, at, stage.facts.zone)


def _evening_instant(stage: Stage, day: date) -> datetime:
    at = time(stage.random.randrange(19, 23), stage.random.randrange(60), stage.random.randrange(60))
    return datetime.combine(day, at, stage.facts.zone)


def _any_chapter(stage: Stage) -> Chapter:
    return stage.random.choices(list(stage.chapters.values()), [one.share for one in stage.chapters.values()])[0]


def _draw(stage: Stage, at: datetime, chapter: Chapter, channel: Channel | None = None) -> None:
    coming = draw(stage, chapter, at, channel)
    if coming is not None and at > stage.begins_at:
        expect(stage, coming, at)


def draw(stage: Stage, chapter: Chapter, at: datetime, channel: Channel | None = None) -> Coming | None:
    """An ask about this; None if everybody who could ask has only just done so."""
    requester = _requester(stage, chapter, at)
    leaver = _leaver(stage, at) if chapter.service == "leaver" else None
    if requester is None or (chapter.service == "leaver" and leaver is None):
        return None
    stage.last_asked[requester.member.account, chapter.service] = at
    story = stage.random.choices(chapter.asked, [one.chance for one in chapter.asked])[0]
    return Coming(
        requester=requester,
        chapter=chapter,
        story=story,
        channel=channel or _channel(stage, chapter),
        course=draw_course(stage, chapter, LATELY if stage.ends_at - at < LAST_DAYS else COURSES),
        leaver=leaver,
    )


def _channel(stage: Stage, chapter: Chapter) -> Channel:
    return stage.weighed({one: float(weight) for one, weight in chapter.channels.items()})


def draw_course(stage: Stage, chapter: Chapter, courses: Mapping[Course, float]) -> Course:
    """At once only where the catalogue says that it can be; passed on only where there is somebody to take it."""
    possible = stage.facts.catalogue.service(chapter.service).first_contact is FirstContact.POSSIBLE
    course = stage.weighed(courses) if possible else Course.LATER
    if course is Course.PASSED_ON and not chapter.handoffs:
        return Course.LATER
    return Course.LATER if course is Course.ASKED_BACK and not chapter.questions else course


def _requester(stage: Stage, chapter: Chapter, at: datetime) -> Player | None:
    able = [one for one in stage.players.values() if _may_ask(stage, one, chapter, at)]
    return stage.random.choice(able) if able else None


def _may_ask(stage: Stage, player: Player, chapter: Chapter, at: datetime) -> bool:
    """Those who serve a queue ask each other; only HR asks for a leaver, and only who leads people for a starter."""
    member, today = player.member, stage.today(at)
    if member.account == "employee" or player.is_away(today) or stage.gone.get(member.account, date.max) <= today:
        return False
    if chapter.service == "leaver":
        return "hr" in member.queues
    if member.queues or _asked_lately(stage, player, chapter, at):
        return False
    return chapter.service not in _ABOUT_THE_TEAM or _leads_people(stage, player)


def _asked_lately(stage: Stage, player: Player, chapter: Chapter, at: datetime) -> bool:
    last = stage.last_asked.get((player.member.account, chapter.service))
    return last is not None and at - last < APART


def _leads_people(stage: Stage, player: Player) -> bool:
    return any(one.member.manager == player.member.account for one in stage.players.values())


def _leaver(stage: Stage, at: datetime) -> Player | None:
    """Somebody without a team, a queue or a sign-in of the demo; from six weeks on they ask for nothing more."""
    able = [
        one
        for one in stage.players.values()
        if not (one.member.queues or one.member.roles or one.member.account == "employee")
        and one.member.account not in stage.gone
        and not _leads_people(stage, one)
    ]
    if not able:
        return None
    leaver = stage.random.choice(able)
    stage.gone[leaver.member.account] = stage.today(at) + timedelta(weeks=6)
    return leaver
