"""Whose desk this is: its name, clock, currency and telephone, and the checks that its places share."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import available_timezones

import structlog
from babel import Locale
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.people import OrganisationRow
from spoc.errors import Fault
from spoc.people.changes import What, note_difference
from spoc.people.directory import organisation_of
from spoc.people.errors import InvalidOrganisation, name_fault

log = structlog.get_logger()

LONGEST_NAME: Final = 80
PHONE: Final = re.compile(r"(?=(?:\D*\d){3})[0-9A-Za-z+()./ -]{3,40}", re.ASCII)
NO_COUNTRIES: Final = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}  # unions and placeholders that share the alphabet
NEW: Final = "new"  # the address of an empty form, where a key would stand
KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)


@dataclass(frozen=True)
class Letterhead:
    """`time_zone` is an IANA name, `currency` a code of ISO 4217; `desk_phone` may be empty."""

    name: str
    time_zone: str
    currency: str
    desk_phone: str = ""


def letterhead_of(session: Session) -> Letterhead:
    now = organisation_of(session)
    return Letterhead(now.name, now.time_zone, now.currency, now.desk_phone)


def set_organisation(session: Session, by: Actor, wanted: Letterhead, now: datetime) -> None:
    """Write these in place of what was there.

    Raises:
        InvalidOrganisation: no name, or no such time zone, currency or telephone number.
    """
    tidy = Letterhead(
        " ".join(wanted.name.split(" ")).strip(),
        wanted.time_zone.strip(),
        wanted.currency.strip().upper(),
        wanted.desk_phone.strip(),
    )
    _check(tidy)
    before = letterhead_of(session)
    written = insert(OrganisationRow).values(id=1, **vars(tidy))
    session.execute(written.on_conflict_do_update(index_elements=["id"], set_=vars(tidy)))
    session.expire_all()
    note_difference(session, What.ORGANISATION, by, now, before=vars(before), after=vars(tidy))
    log.info("organisation.set", by=by.person_id)


def _check(wanted: Letterhead) -> None:
    faults = [*name_faults("name", wanted.name), *zone_faults(wanted.time_zone)]
    if wanted.currency not in currencies():
        faults.append(Fault("currency", "unknown", Phrase("This is not the code of a currency, such as EUR.")))
    if wanted.desk_phone and PHONE.fullmatch(wanted.desk_phone) is None:
        faults.append(Fault("desk_phone", "phone", Phrase("This is not a telephone number.")))
    if faults:
        raise InvalidOrganisation(*faults)


def name_faults(field: str, name: str) -> list[Fault]:
    if 0 < len(name) <= LONGEST_NAME and name.isprintable():
        return []
    return [name_fault(field, LONGEST_NAME)]


def zone_faults(zone: str) -> list[Fault]:
    if zone in time_zones():
        return []
    return [Fault("time_zone", "unknown", Phrase("There is no such time zone. Names are like Europe/Berlin."))]


def country_faults(country: str) -> list[Fault]:
    if not country or country in countries():
        return []
    return [Fault("country", "unknown", Phrase("This is not the two letters of a country, such as DE."))]


def key_faults(key: str) -> list[Fault]:
    if KEY.fullmatch(key) and key != NEW:
        return []
    return [
        Fault("key", "key", Phrase("A key has up to 40 small letters, digits and hyphens, and begins with a letter."))
    ]


@cache
def time_zones() -> frozenset[str]:
    """IANA names as people choose them: a place after its region, or UTC."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


@cache
def currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


@cache
def countries() -> dict[str, str]:
    """Names in English by the two letters of ISO 3166-1, in the order of names."""
    known = Locale("en").territories.items()
    named = {code: name for code, name in known if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES}  # noqa: PLR2004 - letters
    return dict(sorted(named.items(), key=lambda one: one[1]))
