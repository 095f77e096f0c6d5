"""Mails about appointments: the free times to whoever chooses, and what is booked, with a calendar file, to both."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date
from sqlalchemy.orm import Session

from spoc.db.appointments import AppointmentRow
from spoc.db.tickets import TaskRow
from spoc.desk.appointments.calendar_file import Entry, calendar_file
from spoc.desk.appointments.meeting import meeting_of
from spoc.desk.appointments.offering import first_few
from spoc.desk.appointments.telling import CALLED_OFF, LOST, OFFERED
from spoc.intake.catalogue import service_at
from spoc.jobs import mail
from spoc.jobs.letters import News
from spoc.jobs.tools import Work
from spoc.people.directory import Visit, visit_of
from spoc.words import known_locale

FEW: Final = 6
ENDS: Final = frozenset({CALLED_OFF, LOST})


def tell(work: Work) -> None:
    """Write the mail and send it; to nobody who may not see the appointment any more."""
    mail.tell_requester(work, _about)


def _about(session: Session, work: Work, news: News) -> News:
    payload = work.job.payload
    task = session.get(TaskRow, payload.get("task_id", 0))
    if task is None:
        return news
    named = replace(news, step=task.title, neutral=news.neutral or bool(task.confidential_to))
    reader = visit_of(session, payload["person_id"])
    if news.kind == OFFERED:
        return replace(named, text="" if named.neutral else _free(session, work, reader))
    return _dated(session, work, named, reader) if "starts_at" in payload else named


def _dated(session: Session, work: Work, news: News, reader: Visit) -> News:
    """With time and place, and the file; of something confidential the file has only when, and where to look."""
    payload = work.job.payload
    starts_at, ends_at = (datetime.fromisoformat(payload[name]) for name in ("starts_at", "ends_at"))
    row = session.get_one(AppointmentRow, payload["appointment_id"])
    place = "" if news.neutral else row.place
    entry = Entry(
        uid=str(row.public_id),
        sequence=payload["sequence"],
        starts_at=starts_at,
        ends_at=ends_at,
        summary=news.reference if news.neutral else f"{news.step} ({news.reference})",
        place=place,
        link=news.link,
        sender=work.tools.settings.mail_from,
        to=(reader.name, reader.mail),
        written_at=work.now,
        cancelled=news.kind in ENDS,
    )
    told = (_time(starts_at, reader, ends_at), place)
    return replace(news, text=", ".join(one for one in told if one), calendar=calendar_file(entry))


def _free(session: Session, work: Work, reader: Visit) -> str:
    """The first few free times, a line each; none if they are all gone since."""
    found = meeting_of(session, work.job.payload["task_id"], partial(service_at, session))
    times = first_few(session, found, work.now, FEW) if found is not None else []
    return "\n".join(f"- {_time(one, reader)}" for one in times)


def _time(starts_at: datetime, reader: Visit, ends_at: datetime | None = None) -> str:
    """“Tuesday 1 September 2026, 09:00–09:30 (Europe/Berlin)”."""
    zone, locale = _zone(reader), known_locale(reader.locale)
    local = starts_at.astimezone(zone)
    day = format_date(local, "EEEE d MMMM y" if locale.language == "en" else "full", locale=locale)
    end = f"–{ends_at.astimezone(zone):%H:%M}" if ends_at else ""
    return f"{day}, {local:%H:%M}{end} ({zone.key})"


def _zone(reader: Visit) -> ZoneInfo:
    """UTC where a setting names none: a mail that tells the time in another zone is better than none."""
    try:
        return ZoneInfo(reader.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
