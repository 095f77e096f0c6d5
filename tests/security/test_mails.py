"""The canary sweep of mail (cases 11, 17): every kind of mail there is, about every ticket, for everybody."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.jobs import JobRow, JobState, MailRow
from spoc.db.outbox import try_all_again
from spoc.db.queueing import enqueue
from spoc.db.session import transaction
from spoc.db.tickets import TicketRow
from spoc.jobs.letters import APPROVER_KINDS, ESCALATED, KINDS
from spoc.jobs.run import HANDLERS
from spoc.jobs.tools import Tools
from tests.security.post import run_mail_jobs, said_too_much, tools_of
from tests.security.seed import ASKER, HR, NAMED, Planter, plant_confidential, plant_names, plant_shared, seeded
from tests.security.test_sweep import STRANGERS, enter, everything
from tests.world import World


@pytest.fixture
def tools(sessions: sessionmaker[Session], world: World) -> Tools:
    return tools_of(sessions, world.now)


@pytest.fixture
def planter(world: World) -> Planter:
    """A world with confidential tickets whose very titles are words."""
    made = Planter()
    payslip, leaver = plant_confidential(world, made)
    plant_names(world, made, payslip, HR | {ASKER})
    plant_names(world, made, leaver, NAMED | {ASKER})
    seeded(world, [payslip, leaver, plant_shared(world, made)], made)
    return made


def write_every_mail(world: World, tools: Tools) -> None:
    """As if everybody were to be told of everything, and told again."""
    with transaction(tools.sessions) as session:
        for ticket_id in session.scalars(select(TicketRow.id)):
            for kind in KINDS:
                for key, person_id in world.ids.items():
                    enqueue(session, kind, {"ticket_id": ticket_id, "cause": key, "person_id": person_id})
    run_mail_jobs(tools)
    with transaction(tools.sessions) as session:
        for mail_id in session.scalars(select(MailRow.id)):
            enqueue(session, "mail.again", {"mail_id": mail_id})
    run_mail_jobs(tools)


def test_every_kind_of_mail_has_its_words_and_its_job() -> None:
    assert {*KINDS, *APPROVER_KINDS, ESCALATED, "mail.again"} == {kind for kind in HANDLERS if kind.startswith("mail.")}


def test_no_mail_says_what_its_reader_may_not_know(world: World, tools: Tools, planter: Planter) -> None:
    write_every_mail(world, tools)

    assert list(said_too_much(tools, world, planter.words)) == []
    with tools.sessions() as session:
        assert set(session.scalars(select(MailRow.kind).where(MailRow.person_id == world.ids[ASKER]))) == set(KINDS)
        left = select(func.count()).where(JobRow.kind.startswith("mail."), JobRow.state != JobState.DONE)
        assert session.scalar(left) == 0


def test_the_outbox_tells_an_administrator_no_word_of_what_is_confidential(
    client: TestClient, world: World, tools: Tools, planter: Planter
) -> None:
    write_every_mail(world, tools)
    enter(client, world, "admin")
    page = client.get("/outbox").text

    assert [word for word, readers in planter.words.items() if "admin" not in readers and word in page] == []


@pytest.mark.parametrize("who", [one for one in STRANGERS if one != "nobody"])
def test_mails_and_lost_jobs_tell_strangers_nothing(client: TestClient, world: World, tools: Tools, who: str) -> None:
    world.submit("laptop-fault", by="employee")
    run_mail_jobs(tools)
    enter(client, world, who)
    before = everything(client)
    plant_confidential(world, Planter())
    world.session.commit()
    run_mail_jobs(tools)
    lose_jobs(tools)
    after = everything(client)

    assert [key for key in before if before[key] != after[key]] == []


def lose_jobs(tools: Tools) -> None:
    """A job is given up for every confidential ticket and its mail."""
    tickets = select(TicketRow.id).where(func.cardinality(TicketRow.confidential_to.expression) > 0)
    with transaction(tools.sessions) as session:
        lost = [{"ticket_id": one} for one in session.scalars(tickets)]
        lost += [{"mail_id": one} for one in session.scalars(select(MailRow.id).where(MailRow.ticket_id.in_(tickets)))]
        session.add_all(JobRow(kind="mail.message", payload=one, state=JobState.PARKED, error="Lost.") for one in lost)


def test_trying_all_jobs_again_reaches_those_in_nobodys_list(world: World, tools: Tools) -> None:
    plant_confidential(world, Planter())
    world.session.commit()
    run_mail_jobs(tools)
    lose_jobs(tools)
    with transaction(tools.sessions) as session:
        try_all_again(session)

    with tools.sessions() as session:
        assert session.scalar(select(func.count()).where(JobRow.state == JobState.PARKED)) == 0
