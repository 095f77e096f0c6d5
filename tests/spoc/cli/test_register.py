"""`spoc register import`: a file into the register from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli import said, spoc
from tests.conftest import fresh_database

HEAD = "kind,tag,location,quantity\n"


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        spoc("migrate", SPOC_DATABASE_URL=url)
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute("INSERT INTO location (key, title, time_zone) VALUES ('berlin', 'Berlin', 'Europe/Berlin')")
        yield url


def test_a_file_is_taken_whole_and_only_once(tmp_path: Path, database: str) -> None:
    file = tmp_path / "laptops.csv"
    file.write_text(f"{HEAD}laptop-windows,HO-1,berlin,\nscreen,,berlin,3\n", "utf-8")
    tried = spoc("register", "import", str(file), "--dry-run", SPOC_DATABASE_URL=database)
    assert "Changes that would be made: 2, from 2 lines." in tried.stdout, tried.stderr
    done = spoc("register", "import", str(file), "--json", SPOC_DATABASE_URL=database)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["changes"]) == 2
    again = spoc("register", "import", str(file), SPOC_DATABASE_URL=database)
    assert again.stdout.strip() == "Changes made: 0, from 2 lines."


def test_faults_are_told_by_line_and_nothing_is_taken(tmp_path: Path, database: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(f"{HEAD}sofa,HO-1,berlin,\n", "utf-8")
    done = spoc("register", "import", str(file), SPOC_DATABASE_URL=database)
    assert done.returncode == 1
    assert "lines.2.kind: There is no kind “sofa”" in done.stdout


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, database: str) -> None:
    assert "cannot be read: Is a directory" in said(
        spoc("register", "import", str(tmp_path), SPOC_DATABASE_URL=database)
    )
