"""The command line as people and programs use it, from any folder."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from spoc.cli import app
from spoc.db import migrate
from tests.cli import said, spoc
from tests.conftest import fresh_database


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[str]:
    """Address of a database that `spoc migrate` made ready, with one administrator."""
    with fresh_database(server_url) as url:
        spoc("migrate", SPOC_DATABASE_URL=url)
        spoc(
            "user",
            "add",
            "--mail",
            "ada@example.org",
            "--name",
            "Ada King",
            "--role",
            "administrator",
            SPOC_DATABASE_URL=url,
        )
        yield url


def rows(url: str, sql: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def test_help_names_every_command_in_a_sentence() -> None:
    text = CliRunner().invoke(app, ["--help"]).output

    for command in ("up", "web", "worker", "dispatcher", "migrate", "catalog", "user", "token", "report", "version"):
        assert f" {command} " in text


def test_an_unknown_option_is_a_usage_error() -> None:
    assert spoc("version", "--nonsense").returncode == 2


def test_version_is_printed_alone() -> None:
    assert CliRunner().invoke(app, ["version"]).output == "0.1.0\n"


def test_version_for_programs_names_the_database_too() -> None:
    assert json.loads(CliRunner().invoke(app, ["version", "--json"]).output)["database"] == migrate.head()


def test_migrating_again_changes_nothing(database: str) -> None:
    done = spoc("migrate", "--json", SPOC_DATABASE_URL=database)

    assert json.loads(done.stdout) == {"before": migrate.head(), "now": migrate.head()}


def test_a_new_organisation_keeps_the_machines_time_and_says_where_to_change_it(server_url: str) -> None:
    with fresh_database(server_url) as url:
        first = spoc("migrate", SPOC_DATABASE_URL=url, TZ="Europe/Berlin")
        second = spoc("migrate", SPOC_DATABASE_URL=url, TZ="Asia/Tokyo")

        assert "The desk keeps the time of Europe/Berlin." in first.stdout
        assert "/organisation" in first.stdout
        assert "keeps the time" not in second.stdout
        assert rows(url, "SELECT time_zone FROM organisation") == [("Europe/Berlin",)]


@pytest.mark.parametrize("arguments", [("--help",), ("version",), ("report", "--help"), ("user", "add", "--help")])
def test_help_and_version_load_neither_database_nor_web_nor_jobs(arguments: tuple[str, ...]) -> None:
    code = f"import sys; from spoc.cli import app; app({list(arguments)!r}, standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    heavy = {
        "alembic",
        "celery",
        "fastapi",
        "holidays",
        "kombu",
        "pydantic_settings",
        "sqlalchemy",
        "starlette",
        "structlog",
    }

    assert heavy & set(done.stdout.split()) == set()


def test_an_empty_database_gets_the_catalogue_that_ships(database: str) -> None:
    shown = json.loads(spoc("catalog", "show", "--json", SPOC_DATABASE_URL=database).stdout)

    assert shown["version"] == 1
    assert "new-starter" in {service["key"] for service in shown["services"]}


def test_publishing_what_is_in_force_makes_no_new_version(database: str) -> None:
    done = spoc("catalog", "publish", "--json", "--by", "ada@example.org", SPOC_DATABASE_URL=database)

    assert json.loads(done.stdout)["version"] == 1


def test_a_new_person_gets_a_link_to_set_a_password(database: str) -> None:
    add = ("user", "add", "--mail", "bo@example.org", "--name", "Bo Lind", "--queue", "it", "--lead", "desk")
    done = spoc(*add, SPOC_DATABASE_URL=database, SPOC_BASE_URL="https://desk.example")
    members = "SELECT queue.key, is_lead FROM queue_member JOIN queue ON queue.id = queue_id ORDER BY 1"

    assert "https://desk.example/set-password?token=" in done.stdout
    assert rows(database, members) == [("desk", True), ("it", False)]


def test_a_password_can_come_from_standard_input(database: str) -> None:
    add = ("user", "add", "--mail", "cy@example.org", "--name", "Cy Roe", "--password-from-stdin", "--json")
    done = spoc(*add, given="correct horse battery staple\n", SPOC_DATABASE_URL=database)
    kept = rows(database, "SELECT password_hash FROM person WHERE mail = 'cy@example.org'")

    assert json.loads(done.stdout) == {"mail": "cy@example.org", "link": None}
    assert kept[0][0].startswith("$argon2id$")


def test_a_mail_address_that_is_taken_is_told(database: str) -> None:
    done = spoc("user", "add", "--mail", "ADA@example.org", "--name", "Another", SPOC_DATABASE_URL=database)

    assert said(done).startswith("mail: Somebody in the directory has this address already.")


def test_a_token_is_printed_alone_and_kept_hashed(database: str) -> None:
    done = spoc("token", "create", "--user", "ada@example.org", "--raise-for-others", SPOC_DATABASE_URL=database)
    token = done.stdout.removesuffix("\n")
    kept = rows(database, "SELECT may_raise_for_others, secret_hash FROM api_token")

    assert token.startswith("spoc_")
    assert token.isprintable()
    assert kept[0][0] is True
    assert token.encode() not in kept[0][1]


def test_a_token_for_nobody_is_refused(database: str) -> None:
    said(spoc("token", "create", "--user", "nobody@example.org", SPOC_DATABASE_URL=database))


def test_the_report_is_there_for_people_and_for_programs(database: str) -> None:
    period = ("--from", "2026-07-01", "--to", "2026-07-31")
    shown = spoc("report", "fcr", *period, SPOC_DATABASE_URL=database)
    for_programs = json.loads(
        spoc("report", "fcr", *period, "--by", "service", "--json", SPOC_DATABASE_URL=database).stdout
    )

    assert "First contact resolution, 2026-07-01" in shown.stdout
    assert "–" in shown.stdout
    assert isinstance(for_programs, dict)


def test_a_date_that_is_none_is_told(database: str) -> None:
    assert said(spoc("report", "fcr", "--from", "July", SPOC_DATABASE_URL=database)).startswith("from: Give a date")


def test_a_database_nobody_answers_for_is_told_without_its_password() -> None:
    sentence = said(spoc("migrate", SPOC_DATABASE_URL="postgresql://me:secret@127.0.0.1:1/x"))

    assert sentence.startswith("The database at postgresql://me:***@127.0.0.1:1/x does not answer: ")


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/name"])
def test_an_address_that_is_no_postgresql_is_told(address: str) -> None:
    assert said(spoc("migrate", SPOC_DATABASE_URL=address)).startswith("SPOC_DATABASE_URL is not an address like ")


def test_a_setting_that_cannot_be_used_is_told() -> None:
    assert said(spoc("migrate", SPOC_POOL_SIZE="many")).startswith(
        "SPOC_POOL_SIZE cannot be used. This must be a whole number"
    )


def test_two_databases_at_once_are_refused(tmp_path: Path, database: str) -> None:
    done = spoc("migrate", "--data", str(tmp_path), SPOC_DATABASE_URL=database)

    assert said(done) == "Both --data and SPOC_DATABASE_URL name a database: give one of them."


def test_a_database_that_is_newer_is_refused_by_every_command(server_url: str, migrated: str) -> None:
    with fresh_database(server_url, make_url(migrated).database) as url:
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '2099_01_01_later'")
        for command in (("migrate",), ("catalog", "show"), ("up", "--port", "18999")):
            assert said(spoc(*command, SPOC_DATABASE_URL=url)).startswith("The database is newer than this program")


def test_a_database_that_is_older_asks_to_be_migrated(server_url: str) -> None:
    with fresh_database(server_url) as url:
        assert said(spoc("catalog", "show", SPOC_DATABASE_URL=url)).endswith("run `spoc migrate` first.")


def test_a_worker_of_its_own_needs_a_database_and_a_broker(database: str) -> None:
    assert said(spoc("worker")) == "A worker of its own needs SPOC_DATABASE_URL."
    assert "SPOC_BROKER_URL" in said(spoc("worker", SPOC_DATABASE_URL=database))
    assert "SPOC_BROKER_URL" in said(spoc("dispatcher", SPOC_DATABASE_URL=database))


def test_a_mistyped_folder_makes_no_desk(tmp_path: Path) -> None:
    typo = tmp_path / "typo"
    refused = spoc("report", "fcr", "--data", str(typo))
    assert refused.returncode == 1
    assert "There is no desk in" in refused.stderr
    assert not typo.exists()
