"""Every text that people read goes through gettext: each page in a made-up language, where all of them have brackets.

What stands outside them must be something the organisation wrote: a name, a title, an answer, a date, a number.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from catalog.dump import COMMON
from catalog.examples import example_here
from routing.work import TaskKind
from spoc.app import create_app
from spoc.db.register import ItemRow
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.intake.catalogue import newest_version
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.drafts import save
from spoc.intake.ruling.stored import list_rules, version_of
from spoc.intake.simulate import simulate
from spoc.jobs.tools import Tools
from spoc.people.links import make_link
from spoc.settings import Settings
from spoc.web.help import GUIDES
from spoc.web.runtime import Runtime
from tests.security.acts import acts, ground_of
from tests.security.bodies import BODIES, SHEET
from tests.security.doing import do, make_possible
from tests.security.post import run_mail_jobs
from tests.security.routes import routes
from tests.spoc.approvals.approving import follow
from tests.spoc.desk.meeting import ready_to_fit
from tests.texts import MADE_UP, bracketed, extracted, write_language
from tests.web.known import Known
from tests.web.reading import unsaid
from tests.world import World, mail_of

READERS = ("employee", "colleague", "agent.desk", "agent.it", "agent.hr", "lead", "manager", "owner", "admin")
SERVICES = ("new-starter", "leaver", "payslip-question", "laptop-fault", "move")
ENDING = ("/sign", "/set-password", "/profile/password", "/profile/sessions", "/people/{public_id}/", "/theme")
"""Acts that would end who acts, or make somebody else of them."""

BEGUN = "Do what was asked for"
"""The step with which a new service begins. It is its owner's from then on, and is given up before pages are read."""

REFUSED, SEE_OTHER = 400, 303
PERIOD = {"from": "2026-06-01", "to": "2026-12-31"}
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "/": ({}, {"text": "my laptop is slow"}),
    "/ask": ({"text": "new starter on 1 September"}, {"text": "zq"}),
    "/ask/{key}": ({},),
    "/catalogue/edit/files/{file}": ({}, {"show": "form"}, {"show": "dates"}),
    "/desk/log": ({}, {"person": mail_of("employee")}, {"person": mail_of("employee"), "service": "new-starter"}),
    "/desk": ({}, {"state": "on_hold"}, {"who": "mine"}),
    "/tickets/{reference}": ({}, {"view": "desk"}),
    "/reports": ({}, {**PERIOD, "by": "queue"}, {**PERIOD, "by": "month"}),
    "/reports/repeat": ({}, {**PERIOD, "by": "channel"}),
    "/reports/openings": tuple({**PERIOD, "of": of} for of in ("net", "gross", "excluded", "contacts", "one_contact")),
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    return write_language(folder, extracted(folder), bracketed)


@pytest.fixture
def stranger(runtime: Runtime, world: World, texts: Path) -> Iterator[TestClient]:
    """A browser whose owner reads the made-up language."""
    world.session.commit()
    app = create_app(replace(runtime, texts=texts))
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as browser:
        browser.headers.update({"Sec-Fetch-Site": "same-origin", "Accept-Language": MADE_UP})
        yield browser


def test_a_text_without_brackets_is_found_wherever_it_is_read() -> None:
    page = """<html lang="eo"><title>Out</title><p aria-label="Bare">⟦In <b>here</b>⟧ <i title="⟦In⟧ 3">7 – T-0</i></p>
    <input type="submit" value="Go"><input value="typed"><img alt="Face"><pre>code</pre><article lang="en">Own</article>
    <p>⟦Deep ⟦er⟧ still in⟧ then out<td data-label="Cell"></td><option>Pick</option></html>"""
    assert unsaid(page) == ["Out", "Bare", "7 – T-0", "Go", "Face", "then out", "Cell", "Pick"]


def test_every_text_of_every_page_is_translated(
    stranger: TestClient, world: World, sessions: sessionmaker[Session]
) -> None:
    read = [*life(stranger, world, sessions)]
    every = [*asked(stranger, world)]
    for who in READERS:
        world.sign_in(stranger, who)
        read += [(f"{who} {path}", page) for path, page in pages(stranger, every)]
    queries = (query["text"] for queries in QUERIES.values() for query in queries if "text" in query)
    texts = (str(body.given["text"]) for bodies in BODIES.values() for body in bodies if "text" in body.given)
    typed = (*queries, *texts)
    sheet = " ".join(SHEET.split())  # a file for the register comes back in its field
    known = Known(world, (*typed, sheet, *tried(world), BEGUN))
    found = {piece: path for path, page in reversed(read) for piece in unsaid(page) if not known.has(piece)}
    assert found == {}


def asked(client: TestClient, world: World) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of every page there is, with its questions."""
    app: Any = client.app
    for method, template in routes(app):
        if method == "GET" and not template.startswith(("/api/", "/health/")):
            yield from product(addresses(world, template), QUERIES.get(template, ({},)))


def pages(client: TestClient, every: Iterable[tuple[str, dict[str, str]]]) -> Iterator[tuple[str, str]]:
    """Those of the pages that the reader may open."""
    for path, query in every:
        answer = client.get(path, params=query)
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            yield f"{path} {query}", answer.text


def addresses(world: World, template: str) -> list[str]:
    places = {
        "/ask/{key}": SERVICES,
        "/catalogue/{key}": SERVICES,
        "/catalogue/versions/{number}": [str(newest_version(world.session))],
        "/catalogue/versions/{number}/files/{file}": [f"{newest_version(world.session)}/files/{COMMON}"],
        "/catalogue/edit/files/{file}": (COMMON, "new-starter.yaml", "payslip-question.yaml"),
        "/catalogue/edit/files/{file}/clash": (COMMON,),
        "/catalogue/{key}/edit": SERVICES,
        "/catalogue/{key}/simulate": SERVICES,
        "/catalogue/{key}/replay": SERVICES,
        "/desk/{key}": ("desk", "it", "hr"),
        "/desk/{key}/team": ("desk", "it", "hr"),
        "/help/{guide}": tuple(GUIDES),
        "/people/{public_id}": [str(world.person(key).public_id) for key in ("employee", "lead", "admin")],
        "/register/items/{item_id}": items(world),
        "/register/people/{public_id}": [str(world.person("employee").public_id)],
        "/files/{file_id}/{name}": (),
        "/tickets/{reference}": references(world),
        "/tickets/{reference}/asks/{ask_id}/change": asks(world),
        "/tickets/{reference}/steps/{task_id}/form": steps(world, TaskKind.FORM),
        "/tickets/{reference}/steps/{task_id}/appointment": steps(world, TaskKind.APPOINTMENT),
        "/tickets/{reference}/steps/{task_id}/appointment.ics": steps(world, TaskKind.APPOINTMENT),
        "/organisation/locations/{key}": ("berlin",),
        "/organisation/calendars/{key}": ("office",),
        "/routing/rules/{rule_id}": [str(one.id) for one in list_rules(world.session)],
        "/approvals/{task_id}": approvals(world),
        "/organisation/systems/{key}": ("doors",),
    }
    if "{" not in template:
        return [template]
    return [re.sub(r"\{.*\}", value, template) for value in places[template]]


def tried(world: World) -> Iterator[str]:
    """The titles of the dry runs that the pages begin with: no request of theirs is in the database."""
    desk = read_desk_facts(world.session)
    for service in (desk.catalogue.service(key) for key in SERVICES):
        answers = example_here(service, world.now.date(), mail_of("owner"), desk.locations)
        yield simulate(world.session, service, answers, mail_of("owner"), desk, world.now).title


def references(world: World) -> list[str]:
    return list(world.session.scalars(select(TicketRow.reference).order_by(TicketRow.id)))


def items(world: World) -> list[str]:
    return [str(one) for one in world.session.scalars(select(ItemRow.public_id).limit(5))]


def asks(world: World) -> list[str]:
    """Each ask with its ticket, as they stand in an address."""
    rows = world.session.execute(select(TicketRow.reference, AskRow.public_id).join(AskRow))
    return [f"{reference}/asks/{public_id}" for reference, public_id in rows]


def approvals(world: World) -> list[str]:
    wanted = select(TaskRow.public_id).where(TaskRow.kind == TaskKind.APPROVAL)
    return [str(one) for one in world.session.scalars(wanted)]


def steps(world: World, kind: TaskKind) -> list[str]:
    """Each step of that kind with its ticket, as they stand in an address."""
    rows = world.session.execute(
        select(TicketRow.reference, TaskRow.public_id).join(TaskRow).where(TaskRow.kind == kind)
    )
    return [f"{reference}/steps/{public_id}" for reference, public_id in rows]


def life(client: TestClient, world: World, sessions: sessionmaker[Session]) -> Iterator[tuple[str, str]]:
    """Make the world one that has been lived in, by every act there is; gives the pages that these lead to."""
    for service in SERVICES:
        world.submit(service, by="colleague")
        world.submit(service, at=world.now - timedelta(days=20))
    world.submit("software-licence", by="colleague", wish="licence", why="For the lens series.", price=400)
    follow(world.session, world.now)
    ready_to_fit(world)
    left = {template for template in BODIES if not template.startswith(ENDING)}
    for who in ("agent.it", "agent.hr", "agent.desk", "colleague", "admin", "owner"):
        ground = ground_of(world, who)
        world.sign_in(client, who)
        for act in acts(ground):
            if act.template in left:
                make_possible(world.session, act, world.ids[who], world.now)
                world.session.commit()
                answer = do(client, replace(act, about={**act.about, "version": str(version_of(world.session))}))
                left -= {act.template} if answer.status < REFUSED else set()
                if answer.status == SEE_OTHER:
                    yield f"{who} {act.path}", client.get(answer.headers["location"]).text
                elif answer.status < REFUSED and answer.headers["content-type"].startswith("text/html"):
                    yield f"{who} {act.path}", answer.text
    begun = newest_version(world.session)
    world.add_secret_step("parking")  # a version that has something to tell
    save(
        world.session,
        world.ids["owner"],
        COMMON,
        "queues: [{key: desk, title: Desk, department: Desk}]",
        begun,
        0,
        world.now,
    )
    link = make_link(world.session, world.ids["employee"], world.now)
    world.session.commit()
    for path in (f"/set-password?token={link}", "/no-such-page"):
        yield path, client.get(path, headers={"Accept": "text/html"}).text
    run_mail_jobs(Tools(Settings(), sessions, lambda: world.now))
