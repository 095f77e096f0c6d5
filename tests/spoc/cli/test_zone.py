"""The machine's time zone: what an operator set, else what the system says, else UTC."""

from pathlib import Path

import pytest

from spoc.cli.zone import machine_zone


def machine(root: Path, *, timezone: bytes | None = None, localtime: str | None = None) -> Path:
    etc = root / "etc"
    etc.mkdir()
    if timezone is not None:
        (etc / "timezone").write_bytes(timezone)
    if localtime is not None:
        (etc / "localtime").symlink_to(localtime)
    return root


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":Europe/Berlin", "Europe/Berlin"),
        ("/usr/share/zoneinfo/America/Sao_Paulo", "America/Sao_Paulo"),
        ("UTC", "UTC"),
        ("", "Asia/Tokyo"),
        ("CET-1CEST", "Asia/Tokyo"),
        ("Mars/Olympus", "Asia/Tokyo"),
        ("../../etc/passwd", "Asia/Tokyo"),
    ],
)
def test_what_is_set_counts_before_what_the_system_says(tmp_path: Path, said: str, zone: str) -> None:
    assert machine_zone({"TZ": said}, machine(tmp_path, timezone=b"Asia/Tokyo\n")) == zone


def test_a_link_counts_where_there_is_no_name(tmp_path: Path) -> None:
    assert machine_zone({}, machine(tmp_path, localtime="/usr/share/zoneinfo/Europe/Paris")) == "Europe/Paris"


@pytest.mark.parametrize("timezone", [None, b"", b"\xff\xfe", b"Nowhere/At_All"])
def test_a_machine_that_says_nothing_known_keeps_utc(tmp_path: Path, timezone: bytes | None) -> None:
    assert machine_zone({}, machine(tmp_path, timezone=timezone)) == "UTC"


def test_a_localtime_that_is_no_link_says_nothing(tmp_path: Path) -> None:
    root = machine(tmp_path)
    (root / "etc" / "localtime").write_bytes(b"TZif2")

    assert machine_zone({}, root) == "UTC"
