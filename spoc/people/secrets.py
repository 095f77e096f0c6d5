"""Random secrets: 256 bits, kept only as their SHA-256, refused by form before any query."""

import re
import secrets
from hashlib import sha256

SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_secret() -> str:
    """256 random bits in 43 characters that are safe in an address and a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str, prefix: str = "") -> bytes | None:
    """What is stored for a secret; None for a text that can be no secret (empty, odd, too long)."""
    body = secret.removeprefix(prefix)
    if not secret.startswith(prefix) or SECRET.fullmatch(body) is None:
        return None
    return sha256(body.encode()).digest()
