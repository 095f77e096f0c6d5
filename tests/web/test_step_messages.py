"""What the plan itself says, on the pages of the request and for programs."""

from functools import partial

from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.work import TaskKind, TaskState
from spoc.db.tickets import TaskRow
from spoc.desk.steps.messages import send_step_message
from spoc.intake.catalogue import service_at
from tests.world import World, mail_of


def test_a_message_of_the_plan_stands_on_the_page_of_all_who_may_read_it(client: TestClient, world: World) -> None:
    ticket = world.submit("move", person=mail_of("colleague"), move_on="2026-10-06")
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.kind == TaskKind.MESSAGE)
    task = world.session.scalars(wanted).one()
    task.state = TaskState.READY
    world.session.flush()
    send_step_message(world.session, task.id, partial(service_at, world.session), world.now)
    world.session.commit()

    for who in ("employee", "colleague", "agent.it"):
        world.sign_in(client, who)
        page = client.get(f"/tickets/{ticket.reference}").text
        assert "Sent by itself" in page, who
        assert "Your move is on 6 October 2026." in page, who
        assert "What you have decided" not in page or who != "colleague"
    told = client.get(f"/api/tickets/{ticket.reference}").json()
    assert [message["author"] for message in told["messages"]] == [None]
    assert "“How to pack for the move” was sent." in {event["text"] for event in told["timeline"]}


def test_whoever_gets_a_message_is_not_told_that_it_is_their_turn(client: TestClient, world: World) -> None:
    ticket = world.submit("move", person=mail_of("colleague"), move_on="2026-10-06")
    world.sign_in(client, "colleague")
    assert "Your turn" not in client.get(f"/tickets/{ticket.reference}").text
    assert "Your turn" not in client.get("/requests").text


def test_owners_read_what_is_sent(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    assert "Sends: Your move is on {move_on}." in client.get("/catalogue/move").text
