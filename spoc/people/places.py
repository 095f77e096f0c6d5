"""The locations people work at: listed, added, changed, and removed while nothing names them."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.catalog import RoutingRuleRow
from spoc.db.people import LocationRow, PersonRow
from spoc.db.register import ItemRow
from spoc.db.tickets import AskRow
from spoc.errors import Fault, NotFound
from spoc.people.changes import What, note, note_difference
from spoc.people.errors import InvalidOrganisation, LocationInUse
from spoc.people.organisation import country_faults, key_faults, name_faults, zone_faults

log = structlog.get_logger()


@dataclass(frozen=True)
class Place:
    """`country` is two letters of ISO 3166-1 or empty."""

    key: str
    title: str
    country: str
    time_zone: str


@dataclass(frozen=True)
class ListedPlace:
    place: Place
    people: int
    in_use: bool


def list_places(session: Session) -> tuple[ListedPlace, ...]:
    """All locations by title, with how many people work there."""
    people = select(func.count()).where(PersonRow.location_key == LocationRow.key).scalar_subquery()
    statement = select(LocationRow, people.label("people"), _named().label("in_use"))
    rows = session.execute(statement.order_by(func.lower(LocationRow.title), LocationRow.id)).all()
    return tuple(ListedPlace(_from(row), number, in_use or len(rows) == 1) for row, number, in_use in rows)


def _named() -> ColumnElement[bool]:
    keys = (PersonRow.location_key, AskRow.location_key, RoutingRuleRow.location_key, ItemRow.location_key)
    one, two, three, four = (exists().where(key == LocationRow.key) for key in keys)
    return one | two | three | four


def one_place(session: Session, key: str) -> ListedPlace:
    """One of them.

    Raises:
        NotFound: no location has this key.
    """
    found = next((one for one in list_places(session) if one.place.key == key), None)
    if found is None:
        raise NotFound
    return found


def add_place(session: Session, by: Actor, wanted: Place, now: datetime) -> None:
    """Add a location.

    Raises:
        InvalidOrganisation: its values cannot be, or another one has the key.
    """
    wanted = _tidy(wanted)
    _check(wanted, key_faults(wanted.key))
    values = {**vars(wanted), "country": wanted.country or None}
    added = insert(LocationRow).values(values).on_conflict_do_nothing().returning(LocationRow.id)
    if session.scalar(added) is None:
        raise InvalidOrganisation(Fault("key", "taken", Phrase("Another location has this key.")))
    note(session, What.LOCATION_ADDED, by, now, after=vars(wanted))
    log.info("organisation.location_added", key=wanted.key, by=by.person_id)


def change_place(session: Session, by: Actor, wanted: Place, now: datetime) -> None:
    """Change all but the key, which people, requests and rules go by.

    Raises:
        InvalidOrganisation: its values cannot be.
        NotFound: no location has this key.
    """
    wanted = _tidy(wanted)
    row = session.scalar(select(LocationRow).where(LocationRow.key == wanted.key).with_for_update())
    if row is None:
        raise NotFound
    _check(wanted, [])
    before = _from(row)
    row.title, row.country, row.time_zone = wanted.title, wanted.country or None, wanted.time_zone
    session.flush()
    note_difference(session, What.LOCATION_CHANGED, by, now, before=vars(before), after=vars(wanted), key=wanted.key)
    log.info("organisation.location_changed", key=wanted.key, by=by.person_id)


def remove_place(session: Session, by: Actor, key: str, now: datetime) -> None:
    """Remove a location that nothing names.

    Raises:
        LocationInUse: somebody works there, a request or a rule names it, or it is the last one.
        NotFound: no location has this key.
    """
    # All rows, so that of two who remove the last two one waits; whoever moves a person there waits too.
    rows = session.scalars(select(LocationRow).order_by(LocationRow.id).with_for_update()).all()
    if key not in {row.key for row in rows}:
        raise NotFound
    if one_place(session, key).in_use:
        raise LocationInUse
    session.execute(delete(LocationRow).where(LocationRow.key == key))
    note(session, What.LOCATION_REMOVED, by, now, after={"key": key})
    log.info("organisation.location_removed", key=key, by=by.person_id)


def _check(wanted: Place, faults: list[Fault]) -> None:
    found = [*faults, *name_faults("title", wanted.title), *country_faults(wanted.country)]
    found += zone_faults(wanted.time_zone)
    if found:
        raise InvalidOrganisation(*found)


def _tidy(place: Place) -> Place:
    title = " ".join(place.title.split(" ")).strip()
    return Place(place.key.strip(), title, place.country.strip().upper(), place.time_zone.strip())


def _from(row: LocationRow) -> Place:
    return Place(row.key, row.title, row.country or "", row.time_zone)
