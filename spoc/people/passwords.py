"""Passwords: the rule, the hash, and a comparison that takes as long for people who do not exist."""

from functools import cache
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from routing.phrase import Phrase
from spoc.errors import Fault
from spoc.people.errors import InvalidAccount
from spoc.people.secrets import new_secret

SHORTEST: Final = 10
LONGEST: Final = 200

_argon2: Final = PasswordHash.recommended()
_AT_ONCE: Final = BoundedSemaphore(4)  # each takes 64 MB: a burst of sign-ins must not take all memory


def check_password(password: str, mail: str) -> None:
    """Hold that a new password is long enough and not the mail address; which characters it has is its owner's affair.

    Raises:
        InvalidAccount: it is not.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        given = {"shortest": SHORTEST, "longest": LONGEST}
        length = Phrase("A password has %(shortest)s to %(longest)s characters.", given)
        raise InvalidAccount(Fault("password", "length", length))
    if password.strip().lower() == mail.lower():
        raise InvalidAccount(Fault("password", "guessable", Phrase("The mail address is not a password.")))


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _argon2.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password. Without one to compare with it takes the same time and is not."""
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            right = _argon2.verify(password, kept or _nobodys())
        except UnknownHashError:
            return False
    return right and kept is not None


@cache
def _nobodys() -> str:
    """The hash of a secret that nobody knows."""
    return _argon2.hash(new_secret())
