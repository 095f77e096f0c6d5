"""The same desk as in one process, now in many: its own PostgreSQL and broker, web, dispatcher, Celery worker."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from spoc.db import migrate
from spoc.db.session import make_engine, make_sessions, transaction
from spoc.people.tokens import create_token
from spoc.settings import Settings
from tests.cli import SPOC
from tests.conftest import fresh_database
from tests.jobs.test_mail import Inbox
from tests.spoc.cli.test_up import free_port
from tests.world import AGENTS, World

pytestmark = [pytest.mark.external, pytest.mark.xdist_group("broker")]

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"
REDIS = "redis://127.0.0.1:6379/9"
CELERY = (sys.executable, "-m", "celery", "-A", "spoc.jobs.external", "worker", "--concurrency", "2")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Production:
    """A running desk: a client without credentials, a token by person, and what was mailed."""

    http: httpx.Client
    tokens: dict[str, str]
    inbox: Inbox

    def ask(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, path, json=body, headers={"Authorization": f"Bearer {self.tokens[who]}"})

    def submit(self, service: str, answers: dict[str, Any]) -> str:
        answer = self.ask("employee", "POST", "/intake", {"service": service, "answers": answers})
        assert answer.status_code == 201, answer.text
        reference: str = answer.json()["reference"]
        return reference

    def work_off(self, reference: str) -> int:
        """Let each agent claim and finish what is ready, until nothing is; how many tasks were finished."""
        finished = 0
        while True:
            ready = [(who, task) for who in AGENTS for task in self.ready(who, reference)]
            if not ready:
                return finished
            who, task = ready[0]
            assert self.ask(who, "POST", f"/api/tasks/{task}/claim", {}).status_code == 200
            assert self.ask(who, "POST", f"/api/tasks/{task}/finish", {"result": "Done."}).status_code == 200
            finished += 1

    def ready(self, who: str, reference: str) -> list[str]:
        answer = self.ask(who, "GET", f"/api/tickets/{reference}")
        if answer.status_code == 404:
            return []
        tasks = answer.json()["tasks"]
        return [task["id"] for task in tasks if task.get("queue") == AGENTS[who] and task.get("state") == "ready"]


def require(service: str, port: int) -> None:
    """Skip on a laptop where the service does not run; fail in CI, where it must."""
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
    except OSError:
        if os.environ.get("CI"):
            pytest.fail(f"{service} does not listen on port {port}")
        pytest.skip(f"{service} does not run here")


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether it becomes so within the patience of a person."""
    for _ in range(PATIENCE_SECONDS * 10):
        if is_so():
            return True
        threading.Event().wait(0.1)
    return False


@contextmanager
def process(*command: str, **environment: str) -> Iterator[None]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SPOC_")}
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(command, env=bare | environment, cwd="/", stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        running.terminate()
        running.wait(30)


@contextmanager
def production(broker: str) -> Iterator[Production]:
    inbox, port = Inbox(), free_port()
    with ExitStack() as stack:
        database = stack.enter_context(fresh_database(POSTGRESQL))
        migrate.upgrade(database)
        tokens = people(database)
        post = Controller(inbox, hostname="127.0.0.1", port=free_port())
        post.start()
        stack.callback(post.stop)
        environment = {
            "SPOC_DATABASE_URL": database,
            "SPOC_BROKER_URL": broker,
            "SPOC_SMTP_URL": f"smtp://127.0.0.1:{post.port}",
            "SPOC_BASE_URL": f"http://127.0.0.1:{port}",
        }
        stack.enter_context(process(*SPOC, "web", "--port", str(port), **environment))
        stack.enter_context(process(*SPOC, "dispatcher", **environment))
        stack.enter_context(process(*CELERY, **environment))
        http = stack.enter_context(httpx.Client(base_url=environment["SPOC_BASE_URL"], timeout=30, trust_env=False))
        assert soon(lambda: is_ready(http)), "the web process, its dispatcher and its worker never were ready together"
        yield Production(http, tokens, inbox)


def is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def people(database: str) -> dict[str, str]:
    """Furnish the database with the organisation of the tests; a token by person."""
    engine = make_engine(database, Settings())
    sessions, now = make_sessions(engine), datetime.now(UTC)
    with sessions() as session:
        ids = World.create(session, now).ids
    with transaction(sessions) as session:
        tokens = {key: create_token(session, person_id, "story", now) for key, person_id in ids.items()}
    engine.dispose()
    return tokens


def test_one_ask_through_two_departments_on_rabbitmq() -> None:
    require("PostgreSQL", 5432)
    require("RabbitMQ", 5672)
    fault = {"symptom": "dead", "description": "It does not start.", "cannot_work": True}
    with production(RABBITMQ) as desk:
        reference = desk.submit("laptop-fault", fault)
        finished = desk.work_off(reference)
        told_twice = soon(lambda: len(desk.inbox.mails) == 2)
        ticket = desk.ask("employee", "GET", f"/api/tickets/{reference}").json()

    assert finished >= 2
    assert ticket["state"] == "resolved"
    assert told_twice
    assert all(mail.rcpt_tos == ["employee@demo.example"] for mail in desk.inbox.mails)
    assert all(reference in desk.inbox.text(place) for place in (0, 1))


def test_a_short_one_on_redis() -> None:
    require("PostgreSQL", 5432)
    require("Redis", 6379)
    with production(REDIS) as desk:
        reference = desk.submit("password-access", {"problem": "password", "system": "Mail", "description": "Gone."})
        told = soon(lambda: len(desk.inbox.mails) == 1)

    assert told
    assert reference in desk.inbox.text(0)
