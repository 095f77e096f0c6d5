"""The machine's time zone, by its IANA name: what a new desk keeps until an administrator says otherwise."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

UNKNOWN: Final = "UTC"
DATABASE: Final = "zoneinfo/"


def machine_zone(environment: Mapping[str, str], root: Path = Path("/")) -> str:
    """The first known zone of what TZ, /etc/timezone and the link /etc/localtime say; UTC without one."""
    known = {name for name in available_timezones() if "/" in name or name == UNKNOWN}
    return next((name for name in _said(environment, root / "etc") if name in known), UNKNOWN)


def _said(environment: Mapping[str, str], etc: Path) -> Iterator[str]:
    yield _name(environment.get("TZ", ""))
    with suppress(OSError, UnicodeDecodeError):
        yield _name((etc / "timezone").read_text(encoding="utf-8"))
    with suppress(OSError):  # not there, or a copy and no link
        yield _name(str((etc / "localtime").readlink()))


def _name(text: str) -> str:
    """Without the colon that TZ may begin with, and without the folder that zones lie in."""
    return text.strip().removeprefix(":").rpartition(DATABASE)[2]
