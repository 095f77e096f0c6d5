"""`kill -9` of the whole desk while people ask: nothing acknowledged is lost, nothing is done twice (I1 to I4).

The database is asked afterwards, not the program.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import NullPool, Row, create_engine, text

from spoc import clock
from spoc.db import embedded
from spoc.db.session import driver_url, make_engine, make_sessions
from spoc.people.directory import find_person
from spoc.people.tokens import create_token
from spoc.settings import Settings
from tests.spoc.cli.test_up import Desk, up  # noqa: F401 - a fixture

pytestmark = pytest.mark.faults
ROUNDS = int(os.environ.get("SPOC_FAULT_ROUNDS", "1"))
CLIENTS = 4

TICKETS = "SELECT reference FROM ticket ORDER BY id"
UNEVEN = """
SELECT ticket.reference, count(DISTINCT task.id), count(DISTINCT task.key), count(DISTINCT event.id),
       min(event.number), max(event.number), ticket.event_count
  FROM ticket
  LEFT JOIN task ON task.ticket_id = ticket.id
  LEFT JOIN event ON event.ticket_id = ticket.id
 GROUP BY ticket.id
HAVING count(DISTINCT task.id) <> :tasks OR count(DISTINCT task.key) <> :tasks
    OR count(DISTINCT event.id) <> max(event.number) OR min(event.number) <> 1
    OR max(event.number) <> ticket.event_count
"""
UNSENT = """
SELECT ticket.reference, count(mail.id)
  FROM ticket LEFT JOIN mail ON mail.ticket_id = ticket.id AND mail.kind = 'mail.ticket_opened'
 GROUP BY ticket.id HAVING count(mail.id) <> 1
"""
UNDONE = "SELECT id FROM job WHERE kind LIKE 'mail.%' AND state <> 'done'"


def token_in(folder: Path) -> str:
    server = embedded.start(folder)
    try:
        engine = make_engine(server.url, Settings())
        with make_sessions(engine).begin() as session:
            person = find_person(session, "admin@localhost.localdomain")
            assert person is not None
            return create_token(session, person.id, "load", clock.now())
    finally:
        engine.dispose()
        server.stop()


@contextmanager
def asking(url: str, token: str, example: dict[str, Any], sent: dict[str, str | None]) -> Iterator[None]:
    """Clients that ask without a pause until the block ends; `sent` holds each key with its acknowledged reference."""
    stop = threading.Event()

    def ask(number: int) -> None:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
            while not stop.is_set():
                key = f"{number}-{len(sent)}-{threading.get_ident()}"
                sent[key] = None
                sent[key] = reference_of(client, key, example)

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        stop.set()
        for client in clients:
            client.join()


def reference_of(client: httpx.Client, key: str, example: dict[str, Any]) -> str | None:
    """The reference that the desk acknowledged, or None if the connection broke."""
    body = {"service": "new-starter", "answers": example}
    try:
        answer = client.post("/intake", json=body, headers={"Idempotency-Key": key})
    except httpx.TransportError:
        return None
    assert answer.status_code in {201, 503}, answer.text
    return str(answer.json()["reference"]) if answer.status_code == 201 else None


def rows(folder: Path, query: str, **given: object) -> list[Row[Any]]:
    server = embedded.start(folder)
    try:
        with create_engine(driver_url(server.url), poolclass=NullPool).connect() as connection:
            return list(connection.execute(text(query), given))
    finally:
        server.stop()


def kill(desk: Desk, *, database: Path | None) -> None:
    """The program, and the database's first process where its folder is given, at once and without warning."""
    if database is not None:
        os.kill(int((database / "pg" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    desk.running.kill()
    desk.running.communicate()


@pytest.mark.parametrize("with_database", [False, True], ids=["the program", "the program and its database"])
def test_what_was_acknowledged_survives_and_nothing_is_done_twice(
    tmp_path: Path,
    up: Callable[..., Desk],  # noqa: F811 - the fixture
    *,
    with_database: bool,
) -> None:
    folder = tmp_path / "desk"
    sent: dict[str, str | None] = {}
    desk = up(folder)
    desk.until_open()
    token = token_in(folder)
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(ROUNDS):
        url = f"http://127.0.0.1:{desk.port}"
        example = httpx.get(f"{url}/api/services/new-starter", headers=headers).json()["example"]
        with asking(url, token, example, sent):
            threading.Event().wait(1.5)
            kill(desk, database=folder if with_database else None)
        desk = up(folder)
        desk.until_open()
    url = f"http://127.0.0.1:{desk.port}"
    with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
        again = {key: reference_of(client, key, example) for key in sent}
        tasks = len(client.get(f"/api/tickets/{next(iter(again.values()))}").json()["tasks"])
    acknowledged = {key: reference for key, reference in sent.items() if reference}
    assert acknowledged, "the load never got through"
    assert {key: again[key] for key in acknowledged} == acknowledged
    assert sorted(row.reference for row in rows(folder, TICKETS)) == sorted({one for one in again.values() if one})
    assert len(set(again.values())) == len(sent)
    hidden = rows(folder, "SELECT count(*) AS n FROM task WHERE confidential_to <> '{}'")[0].n // len(sent)
    assert rows(folder, UNEVEN, tasks=tasks + hidden) == []
    for _ in range(300):
        if not rows(folder, UNDONE):
            break
        threading.Event().wait(0.2)
    assert rows(folder, UNDONE) == []
    assert rows(folder, UNSENT) == []
    assert desk.stop() == 0
