"""Appointments by jobs: offered, told with calendar files, and looked after by the minute."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.jobs import JobRow, JobState, MailRow
from spoc.db.people import AbsenceRow
from spoc.db.queueing import enqueue
from spoc.jobs import schedule, smtp
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.settings import Settings
from tests.spoc.desk.meeting import ask, choose, fitting, put, row_of, times
from tests.world import World

FRIDAY = datetime(2026, 8, 14, 7, 0, tzinfo=UTC)  # 09:00 in Berlin
HOUR = timedelta(hours=1)


@pytest.fixture
def tools(sessions: sessionmaker[Session], now: datetime) -> Tools:
    return Tools(Settings(base_url="https://desk.example"), sessions, lambda: now)


def work_off(session: Session, tools: Tools) -> list[MailRow]:
    """Run the jobs that follow from each other; gives all mails about appointments that were written."""
    ours = JobRow.kind.like("%appointment%"), JobRow.state == JobState.READY
    while (job_id := session.scalar(select(JobRow.id).where(*ours).order_by(JobRow.id).limit(1))) is not None:
        session.commit()
        run(job_id, tools)
        session.expire_all()
    return list(session.scalars(select(MailRow).where(MailRow.kind.like("%appointment%")).order_by(MailRow.id)))


def test_its_turn_is_told_with_the_first_free_times(world: World, session: Session, tools: Tools) -> None:
    put(world, fitting("5 working days after submission"))
    ticket = ask(world)
    (mail,) = work_off(session, tools)
    assert mail.subject == f"{ticket.reference} Fit the chair: choose a time"
    assert "- Thursday 13 August 2026, 12:00 (Europe/Berlin)\n" in mail.body
    assert mail.body.count("\n- ") == 6
    assert mail.calendar == ""


def test_both_get_the_file_and_the_next_one_replaces_or_ends_it(world: World, session: Session, tools: Tools) -> None:
    put(world, fitting("5 working days after submission", person="requester.manager"))
    ticket = ask(world)
    work_off(session, tools)
    choose(session, world.actor("employee"), ticket, FRIDAY, world.now)
    choose(session, world.actor("employee"), ticket, FRIDAY + HOUR, world.now)
    session.add(AbsenceRow(person_id=world.ids["manager"], from_on=FRIDAY.date(), until_on=FRIDAY.date()))
    enqueue(session, schedule.APPOINTMENTS, {})
    session.commit()

    mails = work_off(session, tools)[1:]

    events = [(mail.person_id, Calendar.from_ical(mail.calendar)) for mail in mails]
    for who in ("employee", "manager"):
        files = [file for person_id, file in events if person_id == world.ids[who]]
        assert [file["method"] for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
        assert [file.events[0]["sequence"] for file in files] == [0, 1, 2]
        assert {file.events[0]["uid"] for file in files} == {str(row_of(session, ticket).public_id)}
    assert "Friday 14 August 2026, 10:00–11:00 (Europe/Berlin), IT counter" in mails[-1].body
    assert FRIDAY not in times(session, ticket, world.now)


def test_of_something_confidential_the_mail_and_its_file_say_only_when(
    world: World, session: Session, tools: Tools
) -> None:
    put(world, {**fitting("5 working days after submission"), "queue": "hr"}, confidential_to=["hr"])
    ticket = ask(world)
    work_off(session, tools)
    choose(session, world.actor("employee"), ticket, FRIDAY, world.now)
    for mail in work_off(session, tools):
        assert "chair" not in mail.subject + mail.body + mail.calendar
        assert "counter" not in mail.subject + mail.body + mail.calendar


def test_the_file_goes_with_the_mail(now: datetime) -> None:
    text = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"
    made = smtp.message("Desk <d@example.org>", ("Kim", "k@example.org"), "Off", "It is off.", "<1@x>", now, text)
    read = message_from_bytes(made.as_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    (file,) = read.iter_attachments()
    assert (file.get_content_type(), file.get_param("method"), file.get_filename()) == (
        "text/calendar",
        "CANCEL",
        "appointment.ics",
    )
