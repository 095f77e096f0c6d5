"""The migration of reasons: sentences of before stay readable, and values become sentences for the version before."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, NullPool, create_engine, text

from routing.why import Kind
from spoc.db import migrate
from spoc.db.session import driver_url
from spoc.intake.write import Accepted
from tests.conftest import fresh_database

BEFORE, AFTER = "2026_11_22_secret_steps", "2026_11_22_why_as_values"
LATER = ("assign.", "approval.", "finds_its_people", "call.", "undecided", "appointment.")
"""Reasons that came after this migration: going down, they are one that the version before does not know."""
OLD = ["IT: the catalogue names this queue", "Waits for: Sign “the” contract", "Due on 1 September 2026"]


@pytest.fixture
def database(server_url: str) -> Iterator[Connection]:
    """One at the version before, to be moved by hand."""
    with fresh_database(server_url) as url:
        migrate.upgrade(url, BEFORE)
        with create_engine(driver_url(url), poolclass=NullPool).connect() as connection:
            # A task alone, without the ticket, person and catalogue that it belongs to.
            connection.execute(text("SET session_replication_role = replica"))
            yield connection


def move(connection: Connection, to: str) -> None:
    config = migrate.config()
    config.attributes["connection"] = connection
    (command.upgrade if to == AFTER else command.downgrade)(config, to)
    connection.commit()


def plant(connection: Connection, key: str, why: list[str], needs: list[str]) -> None:
    connection.execute(
        text(
            "INSERT INTO task (public_id, ticket_id, ask_id, key, title, queue_id, state, needs, why)"
            " VALUES (gen_random_uuid(), 1, 1, :key, 'Set up', 1, 'waiting', :needs, :why)"
        ),
        {"key": key, "needs": needs, "why": why},
    )


def stored(connection: Connection) -> dict[str, Any]:
    return {row.key: row.why for row in connection.execute(text("SELECT key, why FROM task"))}


def write(connection: Connection, *reasons: dict[str, Any]) -> None:
    connection.execute(text("UPDATE task SET why = CAST(:why AS jsonb)"), {"why": json.dumps(reasons)})


def test_old_sentences_stay_and_what_is_waited_for_becomes_the_needs(database: Connection) -> None:
    plant(database, "laptop", OLD, ["contract", "badge"])
    plant(database, "alone", ["Waits for: somebody, as an operator wrote"], [])
    plant(database, "bare", [], [])

    move(database, AFTER)

    assert stored(database) == {
        "laptop": [
            {"kind": "said", "given": {"sentence": OLD[0]}},
            {"kind": "waits", "given": {"tasks": ["contract", "badge"]}},
            {"kind": "said", "given": {"sentence": OLD[2]}},
        ],
        "alone": [{"kind": "said", "given": {"sentence": "Waits for: somebody, as an operator wrote"}}],
        "bare": [],
    }


def test_old_sentences_come_back_but_for_titles_that_are_not_for_everybody(database: Connection) -> None:
    plant(database, "laptop", OLD, ["contract"])

    move(database, AFTER)
    move(database, BEFORE)

    assert stored(database) == {"laptop": [OLD[0], "Waits for earlier work", OLD[2]]}


DAY = {"unit": "days", "anchor_on": "2026-09-01"}
VALUES: dict[Kind, tuple[dict[str, Any], str]] = {
    Kind.RULE_SAID: ({"queue": "IT", "said": "Ours {all}"}, "IT: Ours {all}"),
    Kind.READ_AS: ({"service": "Move", "words": ["desk", "new"]}, "Read as “Move” from the words “desk”, “new”"),
    Kind.OPENS: (DAY | {"amount": -1, "at": "12:00"}, "Opens 1 day before 1 September 2026, at 12:00"),
    Kind.DUE: ({"amount": 0, "unit": "days"}, "Due on the day of submission"),
    Kind.DUE_DAY_WITHOUT_WORK: (
        {"day_on": "2026-09-06"},
        "Nobody works on 6 September 2026, so it is due the working day before",
    ),
    Kind.DUE_AFTER_SUBMISSION: (
        {"amount": 2, "unit": "working_days"},
        "Due 2 working days after submission, as nothing else is said",
    ),
}


@pytest.mark.parametrize("kind", VALUES)
def test_values_become_english_sentences_for_the_version_before(database: Connection, kind: Kind) -> None:
    given, sentence = VALUES[kind]
    plant(database, "laptop", [], [])
    move(database, AFTER)
    at = {"kind": "due", "given": {"amount": 1, "unit": "hours", "anchor_at": "2026-09-01T12:30:00+00:00"}}
    write(database, {"kind": kind, "given": given}, at)

    move(database, BEFORE)

    assert stored(database) == {"laptop": [sentence, "Due 1 hour after 1 September 2026, 12:30"]}


def test_every_kind_has_a_sentence_for_the_version_before(database: Connection) -> None:
    plant(database, "laptop", [], [])
    move(database, AFTER)
    names = ("sentence", "queue", "said", "named", "person", "calendar", "service", "services", "words", "party")
    given = dict.fromkeys(names, "x") | DAY | {"amount": 1, "day_on": "2026-09-06"}
    kinds = [kind for kind in Kind if not kind.startswith(LATER)]
    write(database, *({"kind": kind, "given": given} for kind in kinds), {"kind": "of_next_year", "given": {}})

    move(database, BEFORE)

    *told, later = stored(database)["laptop"]
    assert later == "A reason that this version does not know"
    assert later not in told
    assert len(told) == len(kinds)


ANSWER = {
    "reference": "T-000001",
    "ticket_id": 1,
    "title": "Laptop fault",
    "state": "open",
    "service_key": "laptop-fault",
    "requester_id": 1,
    "subject_id": None,
    "secret": False,
    "confidential_to": [],
}
TASK: dict[str, Any] = {
    "id": "01990000-0000-7000-8000-000000000000",
    "key": "look",
    "title": "Look at it",
    "queue": "it",
    "person_id": None,
    "state": "ready",
    "opens_at": None,
    "due_at": None,
    "needs": [],
    "confidential_to": [],
}


def test_an_answer_to_be_given_again_is_read_by_both_versions(database: Connection) -> None:
    move(database, AFTER)
    reasons = ["Due soon", {"kind": "due.past", "given": {}}]
    body = {**ANSWER, "tasks": [{**TASK, "why": reasons}]}
    database.execute(
        text(
            "INSERT INTO remembered_answer (person_id, route, key, fingerprint, status, body)"
            " VALUES (1, 'POST /intake', 'k', '', 201, CAST(:body AS jsonb)), (1, 'other', 'k', '', 303, '{}')"
        ),
        {"body": json.dumps(body)},
    )
    assert [why.kind for why in Accepted.from_json(json.dumps(body)).tasks[0].why] == [Kind.SAID, Kind.DUE_PAST]

    move(database, BEFORE)

    found = database.execute(text("SELECT body FROM remembered_answer WHERE route = 'POST /intake'")).scalar_one()
    assert found["tasks"][0]["why"] == ["Due soon", "That was already past when the ask came in"]
