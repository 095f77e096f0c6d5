"""Handing one mail to a mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from routing.phrase import marked
from spoc.errors import Misconfigured
from spoc.jobs.tools import Hopeless

TIMEOUT_SECONDS = 10
REFUSED_FOR_GOOD = 500
PORTS = {"smtp": 25, "smtps": 465}


class Unsendable(Hopeless):
    """No mail can be made of this: an address or subject with a line break, or one the server refuses for good."""

    code = "unsendable"


@dataclass(frozen=True)
class Server:
    """Where mail goes. TLS from the start with `smtps`; with `smtp` as soon as the server offers it."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool


def server(url: str) -> Server:
    """Read smtp://user:password@host:port.

    Raises:
        Misconfigured: it is not such an address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise Misconfigured(marked("SPOC_SMTP_URL is not an address like smtp://user:password@host:587.")) from None
    if not parts.hostname:
        raise Misconfigured(marked("SPOC_SMTP_URL names no host."))
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return Server(parts.hostname, port, user, password, parts.scheme == "smtps")


def message(
    sender: str, to: tuple[str, str], subject: str, body: str, message_id: str, at: datetime, calendar: str = ""
) -> EmailMessage:
    """A plain text mail to (name, address). A repeat has the same Message-ID, so that receivers can drop it.

    `calendar` is an iCalendar file that goes with it.

    Raises:
        Unsendable: a header would break its line, or the address is none.
    """
    made = EmailMessage(SMTP)
    name, address = to
    try:
        made["From"] = sender
        made["To"] = Address(name, addr_spec=address)
        made["Subject"] = subject
        made["Message-ID"] = message_id
    except (ValueError, HeaderParseError, IndexError) as error:
        raise Unsendable(marked("No mail can be made of this: %(why)s."), why=error) from error
    made["Date"] = format_datetime(at)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(body)
    if calendar:
        method = "CANCEL" if "METHOD:CANCEL" in calendar else "REQUEST"
        given = {"method": method}
        made.add_attachment(calendar, subtype="calendar", filename="appointment.ics", params=given)
    return made


def send(where: Server, mail: EmailMessage) -> None:
    """Send it, or raise what smtplib raises; OSError where the server is away.

    Raises:
        Unsendable: the server refuses it for good (5xx); another try would be refused too.
    """
    kind = smtplib.SMTP_SSL if where.tls else smtplib.SMTP
    with kind(where.host, where.port, timeout=TIMEOUT_SECONDS) as smtp:
        if not where.tls and smtp.ehlo() and smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
        if where.user:
            smtp.login(where.user, where.password or "")
        try:
            smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            _refused(min(error.recipients.values()), error)
        except smtplib.SMTPResponseException as error:
            _refused((error.smtp_code, error.smtp_error), error)


def _refused(answer: tuple[int, bytes | str], error: smtplib.SMTPException) -> NoReturn:
    code, said = answer
    if code >= REFUSED_FOR_GOOD:
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        raise Unsendable(marked("The mail server refuses it: %(code)s %(words)s"), code=code, words=text) from error
    raise error
