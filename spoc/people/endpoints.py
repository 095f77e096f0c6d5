"""Other systems that steps of the catalogue call: their addresses and secrets, which only administrators see."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import Final
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.calls import EndpointRow
from spoc.errors import Fault, NotFound
from spoc.people.changes import What, note, note_difference
from spoc.people.errors import InvalidOrganisation
from spoc.people.organisation import key_faults, name_faults

LONGEST_URL: Final = 500
MOST_NETWORKS: Final = 20

log = structlog.get_logger()


@dataclass(frozen=True)
class Endpoint:
    """`networks` are ranges such as 10.1.0.0/16, within which its address may lie though they are not public."""

    key: str
    title: str
    url: str
    networks: tuple[str, ...] = ()


def list_endpoints(session: Session) -> tuple[Endpoint, ...]:
    """All of them by title."""
    rows = session.scalars(select(EndpointRow).order_by(func.lower(EndpointRow.title), EndpointRow.id))
    return tuple(Endpoint(row.key, row.title, row.url, tuple(row.networks)) for row in rows)


def one_endpoint(session: Session, key: str) -> Endpoint:
    """Raises:
    NotFound: none has this key.
    """
    found = next((one for one in list_endpoints(session) if one.key == key), None)
    if found is None:
        raise NotFound
    return found


def add_endpoint(session: Session, by: Actor, wanted: Endpoint, now: datetime) -> str:
    """Add one; gives its secret, which is never told again.

    Raises:
        InvalidOrganisation: its values cannot be, or another one has the key.
    """
    tidy = _tidy(wanted)
    _check(tidy, key_faults(tidy.key))
    secret = secrets.token_urlsafe(32)
    values = {**_values(tidy), "secret": secret}
    if session.scalar(insert(EndpointRow).values(values).on_conflict_do_nothing().returning(EndpointRow.id)) is None:
        raise InvalidOrganisation(Fault("key", "taken", Phrase("Another system has this key.")))
    note(session, What.ENDPOINT_ADDED, by, now, after=_values(tidy))
    log.info("organisation.endpoint_added", key=tidy.key, by=by.person_id)
    return secret


def change_endpoint(session: Session, by: Actor, wanted: Endpoint, now: datetime) -> None:
    """Change all but its key and secret.

    Raises:
        NotFound: none has this key.
        InvalidOrganisation: its values cannot be.
    """
    before, tidy = one_endpoint(session, wanted.key), _tidy(wanted)
    _check(tidy, [])
    session.execute(update(EndpointRow).where(EndpointRow.key == tidy.key).values(_values(tidy)))
    was, now_is = _values(before), _values(tidy)
    note_difference(session, What.ENDPOINT_CHANGED, by, now, before=was, after=now_is, key=tidy.key)
    log.info("organisation.endpoint_changed", key=tidy.key, by=by.person_id)


def renew_secret(session: Session, by: Actor, key: str, now: datetime) -> str:
    """Give it another secret; what is sent from now on is signed with this one.

    Raises:
        NotFound: none has this key.
    """
    one_endpoint(session, key)
    secret = secrets.token_urlsafe(32)
    session.execute(update(EndpointRow).where(EndpointRow.key == key).values(secret=secret))
    note(session, What.ENDPOINT_SECRET, by, now, after={"key": key})
    log.info("organisation.endpoint_secret", key=key, by=by.person_id)
    return secret


def remove_endpoint(session: Session, by: Actor, key: str, now: datetime) -> None:
    """Remove it; steps that would call it go to people.

    Raises:
        NotFound: none has this key.
    """
    one_endpoint(session, key)
    session.execute(delete(EndpointRow).where(EndpointRow.key == key))
    note(session, What.ENDPOINT_REMOVED, by, now, after={"key": key})
    log.info("organisation.endpoint_removed", key=key, by=by.person_id)


def _tidy(wanted: Endpoint) -> Endpoint:
    networks = dict.fromkeys(one.strip() for one in wanted.networks if one.strip())
    return Endpoint(wanted.key.strip(), " ".join(wanted.title.split()), wanted.url.strip(), tuple(networks))


def _values(endpoint: Endpoint) -> dict[str, str | list[str]]:
    return {"key": endpoint.key, "title": endpoint.title, "url": endpoint.url, "networks": [*endpoint.networks]}


def _check(wanted: Endpoint, faults: list[Fault]) -> None:
    found = [*faults, *name_faults("title", wanted.title), *_url_faults(wanted.url), *_network_faults(wanted.networks)]
    if found:
        raise InvalidOrganisation(*found)


def _url_faults(url: str) -> list[Fault]:
    try:
        parts = urlsplit(url)
        is_right = parts.scheme == "https" and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return [_url_fault()]
    odd = parts.username or parts.password or parts.fragment or len(url) > LONGEST_URL
    return [_url_fault()] if odd or not is_right or not (url.isascii() and url.isprintable() and " " not in url) else []


def _url_fault() -> Fault:
    return Fault("url", "url", Phrase("This must be an address such as https://doors.example.org/orders."))


def _network_faults(networks: tuple[str, ...]) -> list[Fault]:
    if len(networks) > MOST_NETWORKS or not all(map(_is_network, networks)):
        return [Fault("networks", "network", Phrase("Write networks such as 10.1.0.0/16, up to 20, one a line."))]
    return []


def _is_network(text: str) -> bool:
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False
