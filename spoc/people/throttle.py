"""Wrong passwords are counted, by address of the account and by where they come from, in the database.

So the limit holds over all processes. Times are the database's, not those of a machine whose clock may be wrong.
"""

from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from spoc.db.access import LoginFailureRow
from spoc.people.errors import TooManyAttempts

WINDOW: Final = timedelta(minutes=15)
MOST_FOR_MAIL: Final = 5
MOST_FROM_PLACE: Final = 20
LONGEST_SUBJECT: Final = 300
TAKE_LOCK: Final = text(
    "SELECT slot FROM generate_series(1, :left) AS slot"
    " WHERE pg_try_advisory_xact_lock(hashtextextended(:subject, slot)) LIMIT 1"
)
PROVIDER_BITS: Final = 64  # one subscriber of IPv6 has a whole /64 to come from


def subject_of_mail(mail: str) -> str:
    return f"mail:{mail.strip().lower()[:LONGEST_SUBJECT]}"


def subject_of_place(address: str) -> str:
    """The network address that counts as one place: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"from:{address[:LONGEST_SUBJECT]}"
    return f"from:{parsed if parsed.version == 4 else ip_network((parsed, PROVIDER_BITS), strict=False)}"  # noqa: PLR2004 - IPv4


def hold_back(session: Session, mail: str, address: str) -> None:
    """Let an attempt pass that the account and the place still have left.

    Attempts in parallel each take one of the account's locks until they are counted, and nobody waits for one: a
    queue of guesses must not take all connections. All at once, nine may pass instead of five.

    Raises:
        TooManyAttempts: the account or the place has had its share in the last quarter of an hour.
    """
    by_mail, by_place = subject_of_mail(mail), subject_of_place(address)
    left = MOST_FOR_MAIL - _failures(session, by_mail)
    if _failures(session, by_place) >= MOST_FROM_PLACE or not _takes_lock(session, by_mail, left):
        raise TooManyAttempts(int(WINDOW.total_seconds()))


def _takes_lock(session: Session, subject: str, left: int) -> bool:
    return session.scalar(TAKE_LOCK, {"subject": subject, "left": left}) is not None


def _failures(session: Session, subject: str) -> int:
    recent = LoginFailureRow.at > func.now() - WINDOW
    counted = select(func.count()).where(LoginFailureRow.subject == subject, recent)
    return session.scalars(counted).one()


def count_failure(session: Session, mail: str, address: str) -> None:
    subjects = (subject_of_mail(mail), subject_of_place(address))
    session.add_all(LoginFailureRow(subject=subject, at=text("clock_timestamp()")) for subject in subjects)
    session.flush()


def forgive(session: Session, mail: str) -> None:
    """Forget what was counted for an account once its owner has shown the password."""
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.subject == subject_of_mail(mail)))
