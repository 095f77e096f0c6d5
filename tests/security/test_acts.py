"""The canary sweep of acts (cases 1, 11, 13): every route that changes something, as every role, with a valid body.

Neither the answer, nor the page it leads to, nor the mail that follows may hold a word that is not the reader's; and
where they have no right the answer is that for what does not exist, and nothing has changed.

Each run does every act on one ticket or task that the reader knows and on one that they do not, drawn anew from all
there are (the seed of the run draws the same again); with `--every-act`, on all.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import cycle

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.tickets import TicketRow
from spoc.jobs.tools import Tools
from tests.security.acts import OF, ON_TICKET, Act, Ground, acts, ground_of, unsafe_routes
from tests.security.bodies import BODIES
from tests.security.doing import (
    CHANGING,
    do,
    elsewhere,
    fingerprint,
    followed,
    make_possible,
    newest_mail,
    undone,
)
from tests.security.post import run_mail_jobs, said_too_much, tools_of
from tests.security.seed import ASKER, Planter, plant_approval, plant_confidential, plant_shared, seeded
from tests.security.test_sweep import ANONYMOUS, EVERYBODY, app_of, enter
from tests.spoc.desk.meeting import ready_to_fit
from tests.world import World, mail_of

REFUSED = 400
BROKEN = 500
# What no database keeps, the last instant there is, and several of what no column holds.
HOSTILE = ("a\0\u202eb\r\n{0.__class__}", "9999-12-31T23:59:59-14:00", ["9" * 400, "-1", ""])


@dataclass(frozen=True)
class Stage:
    """A planted world and one person in it."""

    client: TestClient
    world: World
    connection: Connection
    tools: Tools
    words: Mapping[str, frozenset[str]]
    ground: Ground
    who: str
    told: dict[tuple[object, ...], tuple[int, list[str]]] = field(default_factory=dict)

    @property
    def person_id(self) -> int | None:
        return self.world.ids.get(self.who)

    def known(self) -> set[str]:
        """References and ids that the person is shown by the documents of tickets."""
        references = [parts["reference"][0] for parts in self.ground.tickets]
        found = [self.client.get(f"/api/tickets/{reference}") for reference in references]
        found.append(self.client.get("/api/approvals"))  # to be asked shows an approval, and not its ticket
        return {name for answer in found if answer.status_code < REFUSED for name in CHANGING.findall(answer.text)}

    def session(self) -> Session:
        return self.tools.sessions()

    def nowhere(self, act: Act) -> tuple[int, list[str]]:
        """The answer to an act about what nobody has, which is asked for once: nothing about it ever changes."""
        key = (act.path, id(act.body), *act.about.values())
        if key not in self.told:
            self.told[key] = do(self.client, act).masked(act)
        return self.told[key]


@pytest.fixture
def planted(client: TestClient, world: World) -> Mapping[str, frozenset[str]]:
    planter = Planter()
    tickets = [*plant_confidential(world, planter), plant_shared(world, planter), plant_approval(world, planter)]
    return seeded(world, tickets, planter).words


def stage(
    client: TestClient,
    world: World,
    connection: Connection,
    sessions: sessionmaker[Session],
    words: Mapping[str, frozenset[str]],
    who: str,
) -> Stage:
    tools = tools_of(sessions, world.now)
    run_mail_jobs(tools)
    ground = ground_of(world, "employee" if who == ANONYMOUS else who)
    enter(client, world, who)
    return Stage(client, world, connection, tools, words, ground, who)


def test_every_route_that_changes_something_has_a_body_here(client: TestClient) -> None:
    assert {("POST", template) for template in BODIES} == unsafe_routes(app_of(client))


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_act_tells_a_word_that_is_not_theirs(
    client: TestClient,
    world: World,
    connection: Connection,
    sessions: sessionmaker[Session],
    planted: Mapping[str, frozenset[str]],
    who: str,
    request: pytest.FixtureRequest,
) -> None:
    on = stage(client, world, connection, sessions, planted, who)
    known = on.known()
    all_there_are = [(act, unknown_in(act, on, known)) for act in acts(on.ground)]
    tried = all_there_are if request.config.getoption("--every-act") else drawn(all_there_are)
    wrong = [(act.path, dict(act.body.given), fault) for act, unknown in tried for fault in faults_of(on, act, unknown)]
    assert wrong == []


def unknown_in(act: Act, on: Stage, known: set[str]) -> frozenset[str]:
    """What the act names of tickets, tasks, asks and contacts that the reader is not shown."""
    named = {value for name, value in act.about.items() if name in {*ON_TICKET, OF}}
    used = named if "reference" in act.template or "@reference" in act.body.given.values() else named - references(on)
    return frozenset(used - known)


def drawn(all_there_are: list[tuple[Act, frozenset[str]]]) -> list[tuple[Act, frozenset[str]]]:
    """Of each act one about what the reader knows, and one about what they do not."""
    alike = defaultdict(list)
    for act, unknown in all_there_are:
        alike[act.template, id(act.body), bool(unknown)].append((act, unknown))
    return [random.choice(each) for each in alike.values()]  # noqa: S311 - a sample, and no secret


def faults_of(on: Stage, act: Act, unknown: frozenset[str]) -> Iterator[str]:
    """What is wrong with how the act is answered and with what follows; all of it is undone."""
    with undone(on.connection, on.client):
        with on.session() as session, session.begin():
            make_possible(session, act, on.person_id, on.world.now)
            mail, before = newest_mail(session), fingerprint(session) if unknown else frozenset()
        answer = do(on.client, act)
        if unknown:
            with on.session() as session:
                changed = sorted({name for name, *_ in fingerprint(session) ^ before})
            yield from [f"it changed {', '.join(changed)}: {answer}"] * bool(changed)
            lost = elsewhere(act, unknown)
            yield from [f"it is told apart: {answer}"] * (answer.masked(act) != on.nowhere(lost))
        received = followed(on.client, answer)
        yield from (word for word, readers in on.words.items() if on.who not in readers and word in received)
        if answer.status < REFUSED or not unknown:  # else nothing has changed, and nothing follows
            run_mail_jobs(on.tools)
            yield from said_too_much(on.tools, on.world, on.words, mail)


def references(on: Stage) -> set[str]:
    return {parts["reference"][0] for parts in on.ground.tickets}


def test_each_body_here_is_taken_from_somebody_and_no_hostile_one_breaks_its_door(
    client: TestClient,
    world: World,
    connection: Connection,
    sessions: sessionmaker[Session],
    planted: Mapping[str, frozenset[str]],
) -> None:
    """Else the sweep would only see refusals, and what harms stays at doors that are shut."""
    broken: list[str] = []
    left = {(template, place) for template, bodies in BODIES.items() for place in range(len(bodies))}
    left -= {("/sign-in", 0)}  # a right password would make somebody else of who asks
    left -= {("/api/calls/{call_id}/callback", 0)}  # taken from whoever signs it, and from nobody else
    world.submit("move", by=ASKER, person=mail_of("colleague"))  # with a form for the manager
    world.submit("laptop-fault", by=ASKER)  # as open to all as the new starter: the two may be said to be the same
    ready_to_fit(world)
    for who in ("colleague", "admin", "agent.hr", "agent.it", "lead", "manager", "owner"):
        on = stage(client, world, connection, sessions, planted, who)
        for act in acts(on.ground):
            one = (act.template, BODIES[act.template].index(act.body))
            if one in left and is_taken(on, act):
                left.discard(one)
                broken += [act.template] * breaks(on, act)
    assert (left, broken) == (set(), [])


def is_taken(on: Stage, act: Act) -> bool:
    with undone(on.connection, on.client):
        with on.session() as session, session.begin():
            make_possible(session, act, on.person_id, on.world.now)
        return do(on.client, act).status < REFUSED


def breaks(on: Stage, act: Act) -> bool:
    """Whether the door falls over hostile values in its fields, instead of refusing or taking them."""
    given = dict(zip(act.body.given, cycle(HOSTILE), strict=False))
    with undone(on.connection, on.client):
        with on.session() as session, session.begin():
            make_possible(session, act, on.person_id, on.world.now)
        return do(on.client, Act(act.template, replace(act.body, given=given), act.about)).status >= BROKEN


def test_a_fingerprint_tells_a_change_from_a_lock(world: World) -> None:
    session = world.session
    world.submit("laptop-fault")
    before = fingerprint(session)
    session.execute(select(TicketRow.id).with_for_update())
    assert fingerprint(session) == before
    session.execute(update(TicketRow).values(title=TicketRow.title))
    assert {name for name, *_ in fingerprint(session) ^ before} == {"ticket"}
