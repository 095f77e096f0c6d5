"""Calls to other systems against a real server on this machine: signed, tried again, answered, and given to people."""

import hmac
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from routing.why import Kind, Why
from routing.work import TaskKind, TaskState, TicketState
from spoc.db.calls import CallRow, CallState
from spoc.db.jobs import JobRow, JobState
from spoc.db.tickets import EventRow
from spoc.desk.actions.finishing import finish
from spoc.desk.steps.calls import begin_call, call_failed, expire_calls
from spoc.desk.steps.filling import fill_in
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed
from spoc.intake.catalogue import service_at
from spoc.intake.write import Accepted
from spoc.jobs.outside import AddressNotAllowed, Letter, Unreachable, may_reach, post, signature
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.people.endpoints import Endpoint, add_endpoint
from spoc.settings import Settings
from tests.catalog.factories import step
from tests.spoc.desk.test_filling import answers as answers_of
from tests.spoc.desk.test_filling import ask, planner, put, rows
from tests.world import World

ORDER = step("order", title="Order a badge", queue="it", call={"endpoint": "doors", "answers": ["name"]})
NUMBER = {**ORDER, "call": {"endpoint": "doors", "answers": ["name"], "takes": ["size"], "within": "4 hours"}}
AFTER = step("hand-out", title="Hand it out", queue="desk", needs=["order"])


@dataclass
class System:
    """The other system: what it got, and what it answers."""

    url: str
    ca: Path
    status: int = 202
    location: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    tool = shutil.which("openssl")
    if tool is None and os.environ.get("CI"):
        pytest.fail("CI has no openssl, which makes the certificate of the server")
    if tool is None:
        pytest.skip("openssl makes the certificate of the server")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([tool, *made, *names], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def system(certificate: tuple[Path, Path]) -> Iterator[System]:
    cert, key = certificate

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            other.got.append((dict(self.headers), body))
            self.send_response(other.status)
            if other.location:
                self.send_header("Location", other.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *given: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    other = System(f"https://localhost:{server.server_port}/orders?from=spoc", cert)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield other
    server.shutdown()
    server.server_close()
    thread.join()


def known(world: World, system: System, *networks: str) -> str:
    admin = world.actor("admin")
    secret = add_endpoint(world.session, admin, Endpoint("doors", "Door system", system.url, networks), world.now)
    world.session.commit()
    return secret


def tools_of(sessions: sessionmaker[Session], system: System, at: datetime) -> Tools:
    return Tools(Settings(base_url="https://desk.example", calls_ca=system.ca), sessions, lambda: at)


def due(session: Session) -> JobRow:
    session.commit()
    row = select(JobRow).where(JobRow.kind == "turn.call").order_by(JobRow.id.desc()).limit(1)
    return session.scalars(row.execution_options(populate_existing=True)).one()


def send(session: Session, tools: Tools) -> JobState:
    """Run the job that is due, as often as it takes: how it stands then."""
    job = due(session)
    session.execute(update(JobRow).where(JobRow.id == job.id).values(run_at=func.now()))
    session.commit()
    run(job.id, tools)
    return due(session).state


def calls(session: Session) -> list[CallRow]:
    return list(session.scalars(select(CallRow).order_by(CallRow.id).execution_options(populate_existing=True)))


def events(session: Session, ticket: Accepted) -> list[str]:
    wanted = select(EventRow.kind).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind.startswith("call_"))
    return list(session.scalars(wanted.order_by(EventRow.number)))


def whys(session: Session, ticket: Accepted) -> set[str]:
    return {why["kind"] for why in rows(session, ticket)["order"].why}


def begun(world: World, system: System, *steps: dict[str, object], **answers: Any) -> tuple[Accepted, str]:
    secret = known(world, system, "127.0.0.0/8")
    put(world, *(steps or (ORDER, AFTER)))
    return ask(world, **({"laptop": "none"} | answers)), secret


def callback(client: TestClient, sent: bytes, said: dict[str, Any], at: datetime, *, secret: str | None = None) -> Any:
    about = json.loads(sent)
    body, stamp = json.dumps(said).encode(), str(int(at.timestamp()))
    key = (secret or about["callback"]["secret"]).encode()
    signed = hmac.new(key, f"{stamp}.{about['delivery']}.".encode() + body, sha256).hexdigest()
    headers = {"Spoc-Timestamp": stamp, "Spoc-Signature": f"sha256={signed}", "Content-Type": "application/json"}
    path = about["callback"]["url"].removeprefix("https://desk.example")
    return client.post(path, content=body, headers=headers)


def test_it_is_sent_signed_with_the_answers_it_names_and_then_waits(
    world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    ticket, secret = begun(world, system)
    assert send(session, tools_of(sessions, system, now)) is JobState.DONE

    ((headers, body),) = system.got
    sent = json.loads(body)
    assert (sent["reference"], sent["answers"], sent["step"]) == (ticket.reference, {"name": "Kim"}, "order")
    assert sent["callback"]["url"] == f"https://desk.example/api/calls/{sent['delivery']}/callback"
    stamp = int(headers["Spoc-Timestamp"])
    assert headers["Spoc-Signature"] == signature(secret, stamp, sent["delivery"], body)
    assert (headers["Spoc-Delivery"], stamp) == (sent["delivery"], int(now.timestamp()))
    assert headers["Host"].startswith("localhost:")
    assert secret not in body.decode()
    assert rows(session, ticket)["order"].state is TaskState.ON_HOLD
    assert rows(session, ticket)["hand-out"].state is TaskState.WAITING
    assert (events(session, ticket), [call.state for call in calls(session)]) == (["call_made"], [CallState.OPEN])


def test_its_answer_ends_the_step_once(
    client: TestClient, world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    ticket, _ = begun(world, system, NUMBER, AFTER, laptop="mac")
    send(session, tools_of(sessions, system, now))
    sent = system.got[0][1]

    wrong = callback(client, sent, {"answers": {"size": "large"}}, now)
    assert (wrong.status_code, wrong.json()["faults"][0]["code"]) == (422, "type_number")
    for _ in range(2):
        said = callback(client, sent, {"result": "Badge 17.", "answers": {"size": 17}}, now)
        assert (said.status_code, said.json()["state"]) == (200, "done"), said.text

    order = rows(session, ticket)["order"]
    assert (order.state, order.result) == (TaskState.DONE, "Badge 17.")
    assert rows(session, ticket)["hand-out"].state is TaskState.READY
    assert answers_of(session, ticket)["size"] == 17
    assert events(session, ticket) == ["call_made", "call_done"]
    page = read_ticket(session, world.actor("employee"), ticket.reference, now, partial(service_at, session))
    assert {"call_done", "filled_in"} <= {event.kind for event in page.events}


def test_a_callback_without_answers_is_enough_where_none_are_taken(
    client: TestClient, world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    ticket, _ = begun(world, system, ORDER)
    send(session, tools_of(sessions, system, now))
    assert callback(client, system.got[0][1], {}, now).status_code == 200
    page = read_ticket(session, world.actor("employee"), ticket.reference, now, partial(service_at, session))
    assert page.state is TicketState.RESOLVED


def test_a_callback_that_is_not_signed_right_is_answered_as_if_there_were_no_call(
    client: TestClient, world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    _, secret = begun(world, system)
    send(session, tools_of(sessions, system, now))
    sent = system.got[0][1]

    answers = [
        callback(client, sent, {}, now, secret="another"),
        callback(client, sent, {}, now, secret=secret),
        callback(client, sent, {}, now - timedelta(minutes=6)),
        client.post(json.loads(sent)["callback"]["url"].removeprefix("https://desk.example"), json={}),
        client.post("/api/calls/00000000-0000-7000-8000-000000000000/callback", json={}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert [call.state for call in calls(session)] == [CallState.OPEN]
    malformed = callback(client, sent, {"state": "perhaps"}, now)
    assert malformed.status_code == 422


def test_what_the_other_system_cannot_do_people_do(
    client: TestClient, world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    ticket, _ = begun(world, system, NUMBER, AFTER, laptop="mac")
    send(session, tools_of(sessions, system, now))
    with pytest.raises(NotAllowed):
        finish(session, world.actor("agent.it"), rows(session, ticket)["order"].public_id, now)

    for _ in range(2):
        said = callback(client, system.got[0][1], {"state": "failed", "result": "No badges left."}, now)
        assert (said.status_code, said.json()["state"]) == (200, "failed")
    assert callback(client, system.got[0][1], {"state": "done"}, now).json()["code"] == "call_over"

    order = rows(session, ticket)["order"]
    assert (order.state, order.kind) == (TaskState.READY, TaskKind.FORM)
    assert {"endpoint": "doors", "said": "No badges left."} in [why["given"] for why in order.why]
    assert events(session, ticket) == ["call_made", "call_failed"]
    fill_in(session, world.actor("agent.it"), order.public_id, {"size": 3}, now, planner=planner(session, now))
    assert rows(session, ticket)["hand-out"].state is TaskState.READY
    assert answers_of(session, ticket)["size"] == 3


def test_what_is_not_answered_in_time_people_do(
    world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    ticket, _ = begun(world, system, {**ORDER, "call": {"endpoint": "doors", "within": "4 hours"}}, AFTER)
    send(session, tools_of(sessions, system, now))
    services = partial(service_at, session)

    assert expire_calls(session, services, now + timedelta(hours=4, seconds=-1)) == 0
    assert expire_calls(session, services, now + timedelta(hours=4)) == 1
    assert expire_calls(session, services, now + timedelta(hours=5)) == 0

    order = rows(session, ticket)["order"]
    assert (order.state, order.kind, order.hold_reason) == (TaskState.READY, TaskKind.TASK, None)
    assert ("call.late" in whys(session, ticket), events(session, ticket)) == (True, ["call_made", "call_late"])
    finish(session, world.actor("agent.it"), order.public_id, now + timedelta(hours=5))
    assert rows(session, ticket)["hand-out"].state is TaskState.READY


@pytest.mark.parametrize(("status", "tries"), [(500, 5), (503, 5), (429, 5), (400, 1), (302, 1), (404, 1)])
def test_it_is_tried_again_where_that_may_help_and_then_people_do_it(
    world: World,
    session: Session,
    sessions: sessionmaker[Session],
    system: System,
    now: datetime,
    status: int,
    tries: int,
) -> None:
    ticket, _ = begun(world, system)
    system.status, system.location = status, "https://localhost:1/elsewhere"
    tools = tools_of(sessions, system, now)

    states = [send(session, tools) for _ in range(tries)]

    assert states == [JobState.READY] * (tries - 1) + [JobState.DONE]
    assert len({headers["Spoc-Delivery"] for headers, _ in system.got}) == 1
    assert len(system.got) == tries
    assert rows(session, ticket)["order"].kind is TaskKind.TASK
    assert ("call.refused" in whys(session, ticket), events(session, ticket)) == (True, ["call_failed"])


def test_an_address_inside_is_called_only_if_it_was_allowed(
    world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    known(world, system)
    put(world, ORDER, AFTER)
    ticket = ask(world, laptop="none")
    send(session, tools_of(sessions, system, now))
    assert system.got == []
    assert "call.not_allowed" in whys(session, ticket)


def test_a_system_that_nobody_knows_goes_to_people_at_once(
    world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    put(world, ORDER, AFTER)
    ticket = ask(world, laptop="none")
    send(session, tools_of(sessions, system, now))
    assert (rows(session, ticket)["order"].kind, calls(session)) == (TaskKind.TASK, [])
    assert "call.unknown" in whys(session, ticket)


def test_what_is_over_is_not_sent_and_fails_for_nobody(
    world: World, session: Session, sessions: sessionmaker[Session], system: System, now: datetime
) -> None:
    ticket, _ = begun(world, system)
    services = partial(service_at, session)
    task = rows(session, ticket)["order"]
    cause = due(session).payload["cause"]
    outgoing = begin_call(session, task.id, cause, services, now)
    assert outgoing is not None
    again = begin_call(session, task.id, cause, services, now)
    assert again is not None
    assert again.delivery == outgoing.delivery
    rows(session, ticket)["order"].state = TaskState.CANCELLED
    session.flush()

    call_failed(session, outgoing.call_id, Why(Kind.CALL_LATE), services, now)
    assert rows(session, ticket)["order"].state is TaskState.CANCELLED
    assert begin_call(session, task.id, cause, services, now) is None
    assert begin_call(session, 0, cause, services, now) is None
    assert begin_call(session, rows(session, ticket)["hand-out"].id, cause, services, now) is None


def test_whoever_does_not_prove_to_be_the_host_is_not_sent_anything(system: System) -> None:
    letter = Letter(system.url, b"{}", "1", "secret", ["127.0.0.0/8"])
    with pytest.raises(Unreachable):
        post(letter, 0, None)
    with pytest.raises(Unreachable):
        post(Letter("https://127.0.0.1:1/", b"{}", "1", "secret", ["127.0.0.0/8"]), 0, system.ca)
    with pytest.raises(Unreachable):
        post(Letter("https://no-such-host.invalid/", b"{}", "1", "secret", []), 0, None)
    with pytest.raises(AddressNotAllowed):
        post(Letter("https://169.254.169.254/latest", b"{}", "1", "secret", ["10.0.0.0/8"]), 0, None)
    assert system.got == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.1", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:0:7f00:1::"),
    ],
)
def test_addresses_that_are_not_public_are_closed(address: str) -> None:
    assert not may_reach(ip_address(address), [])


def test_public_addresses_and_allowed_networks_are_open() -> None:
    assert may_reach(ip_address("93.184.215.14"), [])
    assert may_reach(ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"), [])
    assert may_reach(ip_address("10.1.2.3"), ["10.1.0.0/16"])
    assert may_reach(ip_address("::ffff:10.1.2.3"), ["10.1.0.0/16"])
    assert not may_reach(ip_address("10.2.2.3"), ["10.1.0.0/16"])


@for_all(st.binary(), st.text(min_size=1), st.integers(0, 2**31), st.booleans())
def test_a_signature_is_of_this_time_and_body_alone(body: bytes, secret: str, at: int, later: bool) -> None:
    secret = secret.encode("utf-8", "ignore").decode() or "x"
    other = signature(secret, at + 1, "d", body) if later else signature(secret, at, "d", body + b"x")
    assert signature(secret, at, "d", body) == signature(secret, at, "d", body) != other
