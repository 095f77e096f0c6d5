"""Sending to another system: signed, to one address that its name may lead to, and never farther than that."""

import hmac
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from routing.phrase import marked
from spoc.errors import SpocError

CONNECT_SECONDS: Final = 5
TOTAL_SECONDS: Final = 15
_NAT64: Final = ip_network("64:ff9b::/96")

Address: TypeAlias = IPv4Address | IPv6Address


class AddressNotAllowed(SpocError):
    """The name of an endpoint leads to an address that it may not lead to."""

    code = "address_not_allowed"
    template = marked("The address is not a public one, nor in a network that was allowed.")


class Unreachable(SpocError):
    """The other system does not answer as one should: not found, refused, broken off, or too slow."""

    code = "unreachable"
    template = marked("It cannot be reached: %(why)s")


@dataclass(frozen=True)
class Letter:
    """What is sent. `delivery` stays the same however often it is."""

    url: str
    body: bytes
    delivery: str
    secret: str
    networks: Sequence[str]


def signature(secret: str, timestamp: int, delivery: str, body: bytes) -> str:
    """HMAC-SHA256 over time, delivery and body, so that none of them can be another's."""
    signed = f"{timestamp}.{delivery}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), signed, sha256).hexdigest()


def post(letter: Letter, timestamp: int, ca: Path | None = None) -> int:
    """The status of the answer; its body is not read, and a redirect not followed. `ca`: certificates to trust, too.

    Raises:
        AddressNotAllowed: its name leads to an address that it may not lead to.
        Unreachable: there is no answer.
    """
    parts = urlsplit(letter.url)
    host, port = parts.hostname or "", parts.port or 443
    address = _address(host, port, letter.networks)
    pool = urllib3.HTTPSConnectionPool(
        str(address),
        port,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=_context(ca),
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, total=TOTAL_SECONDS),
        retries=False,
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with pool:
            answer = pool.urlopen(
                "POST",
                target,
                letter.body,
                _headers(letter, parts.netloc, timestamp),
                redirect=False,
                preload_content=False,
            )
            answer.close()
    except (HTTPError, OSError) as error:
        raise Unreachable(why=type(error).__name__) from error
    return int(answer.status)


def _headers(letter: Letter, host: str, timestamp: int) -> dict[str, str]:
    return {
        "Host": host,
        "Content-Type": "application/json",
        "User-Agent": "spoc",
        "Spoc-Delivery": letter.delivery,
        "Spoc-Timestamp": str(timestamp),
        "Spoc-Signature": signature(letter.secret, timestamp, letter.delivery, letter.body),
    }


def _context(ca: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(ca)
    return context


def _address(host: str, port: int, networks: Sequence[str]) -> Address:
    """The address to connect to: asked for once, so that what was checked is what is used."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(why=type(error).__name__) from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses or not all(may_reach(address, networks) for address in addresses):
        raise AddressNotAllowed
    return addresses[0]


def may_reach(address: Address, networks: Sequence[str]) -> bool:
    """Whether it is an address of the open internet, or in one of the networks that were allowed."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    plain = inner or address
    if any(plain in ip_network(network) for network in networks):
        return True
    tunnelled = isinstance(plain, IPv6Address) and (plain.sixtofour or plain.teredo or plain in _NAT64)
    return plain.is_global and not plain.is_multicast and not tunnelled
