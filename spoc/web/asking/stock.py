"""Whether there is one of what an option stands for, in words, at the place that the form names."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.booking import asked_kinds
from catalog.service import FieldKind, Service
from catalog.stock import Availability
from spoc.db.people import PersonRow
from spoc.intake.desk_facts import DeskFacts
from spoc.people.directory import Visit
from spoc.register.reading import stock
from spoc.web.formats import View
from spoc.web.pages import view_of
from spoc.words import gettext


def stock_notes(
    session: Session, service: Service, answers: Mapping[str, object], visit: Visit, desk: DeskFacts, now: datetime
) -> dict[str, dict[str, str]]:
    """By field and option, for options that name a kind of which there is anything.

    The place is the first location that was answered, else where whoever asks works.
    """
    kinds = asked_kinds(service)
    if not kinds:
        return {}
    location = _answered(service, answers) or session.scalar(
        select(PersonRow.location_key).where(PersonRow.id == visit.actor.person_id)
    )
    found = stock(session, kinds, location, now.astimezone(desk.zone).date())
    view = view_of(visit, now)
    notes: dict[str, dict[str, str]] = {}
    for field in service.form:
        for option in field.options:
            if option.item and option.item in found:
                notes.setdefault(field.key, {})[option.value] = said(found[option.item], location, desk.locations, view)
    return notes


def _answered(service: Service, answers: Mapping[str, object]) -> str | None:
    places = (answers.get(field.key) for field in service.form if field.kind is FieldKind.LOCATION)
    return next((place for place in places if isinstance(place, str) and place), None)


def said(found: Availability, location: str | None, titles: Mapping[str, str], view: View) -> str:
    """“In stock in Berlin”, “Not in Berlin; 2 in Lyon”, “All taken until 14 September”."""
    place = titles.get(location or "", "")
    if found.here:
        return gettext("In stock in %(place)s") % {"place": place}
    if found.elsewhere:
        others = ", ".join(
            gettext("%(number)s in %(place)s") % {"number": number, "place": titles.get(key, key)}
            for key, number in found.elsewhere.items()
        )
        return gettext("None in %(place)s; %(others)s") % {"place": place, "others": others} if place else others
    if found.until:
        return gettext("All taken until %(day)s") % {"day": view.day(found.until)}
    return gettext("All taken")
