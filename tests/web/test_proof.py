"""A task with a checklist and evidence is done when both are there, and they are shown to its readers."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from catalog.document import shipped
from catalog.evidence import Evidence
from catalog.service import PersonExpression, Service
from routing.work import TaskState
from spoc.db.tickets import AskRow, EventRow, TaskRow
from spoc.intake.catalogue import publish
from spoc.intake.write import Accepted
from tests.world import World

ITEMS = ("Laptop and charger", "Telephone")
RECEIPT = Evidence.model_validate({"required": "reference", "label": "Number of the receipt", "pattern": "R-[0-9]+"})


def asking(world: World, **changed: Any) -> None:
    """Publish the catalogue with a checklist and evidence at the one step of a suspicious mail."""

    def with_proof(one: Service) -> Service:
        if one.key != "suspicious-mail":
            return one
        parts = {"checklist": ITEMS, "evidence": RECEIPT, **changed}
        return one.model_copy(update={"steps": tuple(step.model_copy(update=parts) for step in one.steps)})

    services = tuple(map(with_proof, shipped().services))
    publish(world.session, shipped().model_copy(update={"services": services}), None, "with proof", world.now)
    world.session.commit()


def opened(world: World, **changed: Any) -> tuple[Accepted, str]:
    asking(world, **changed)
    ticket = world.submit("suspicious-mail")
    return ticket, str(ticket.tasks[0].id)


def task(world: World) -> TaskRow:
    return world.session.scalars(select(TaskRow).execution_options(populate_existing=True)).one()


def test_what_is_missing_is_named_and_nothing_written_is_lost(client: TestClient, world: World) -> None:
    _, task_id = opened(world)
    world.sign_in(client, "agent.it")
    page = client.post(
        f"/desk/tasks/{task_id}/finish",
        data={"result": "All back but one.", "ticked": ITEMS[0], "evidence": "number 7"},
    )
    assert page.status_code == 422
    assert "“Telephone” is not ticked." in page.text
    assert "“Number of the receipt” is not as it must be." in page.text
    assert "All back but one." in page.text
    assert 'value="number 7"' in page.text
    assert page.text.count(" checked") == 1
    assert (task(world).state, task(world).checklist[0]) == (TaskState.READY, {"label": ITEMS[0]})


def test_with_everything_there_it_is_done_and_shown(client: TestClient, world: World) -> None:
    ticket, task_id = opened(world)
    world.sign_in(client, "agent.it")
    done = client.post(
        f"/desk/tasks/{task_id}/finish", data={"ticked": list(ITEMS), "evidence": " R-1042 ", "result": "Back."}
    )
    assert done.status_code == 303
    row = task(world)
    assert (row.state, row.evidence) == (TaskState.DONE, "R-1042")
    assert [(one["label"], one["by"]) for one in row.checklist] == [(one, world.ids["agent.it"]) for one in ITEMS]
    for reader in ("agent.it", "employee"):
        world.sign_in(client, reader)
        page = client.get(f"/tickets/{ticket.reference}").text
        assert "Number of the receipt: R-1042" in page
        assert "Lea Brandt" in page


def test_ticks_are_kept_on_the_way_and_told_to_agents_only(client: TestClient, world: World) -> None:
    ticket, task_id = opened(world)
    world.sign_in(client, "agent.it")
    path = f"/desk/tasks/{task_id}/proof"
    assert client.post(path, data={"ticked": list(ITEMS), "evidence": "R-1"}).status_code == 303
    assert client.post(path, data={"ticked": ITEMS[1], "evidence": "R-1"}).status_code == 303
    assert [one.get("by") for one in task(world).checklist] == [None, world.ids["agent.it"]]
    assert (task(world).state, task(world).evidence) == (TaskState.READY, "R-1")
    events = world.session.scalars(select(EventRow).where(EventRow.kind.in_(("ticked", "unticked"))))
    assert sorted((one.kind, one.public, tuple(one.what["items"])) for one in events) == [
        ("ticked", False, ITEMS),
        ("unticked", False, ITEMS[:1]),
    ]
    world.sign_in(client, "lead")
    assert "Lea Brandt ticked at" in client.get(f"/tickets/{ticket.reference}").text


def test_programs_are_refused_the_same_way_and_may_do_it_in_steps(client: TestClient, world: World) -> None:
    _, task_id = opened(world)
    world.sign_in(client, "agent.it")
    path = f"/api/tasks/{task_id}"
    refused = client.post(f"{path}/finish", json={"result": "Done."})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_proven")
    assert [fault["code"] for fault in refused.json()["faults"]] == ["unticked", "unticked", "evidence"]
    half = client.post(f"{path}/proof", json={"ticked": [ITEMS[0]]}).json()
    assert [bool(one["at"]) for one in half["checklist"]] == [True, False]
    assert half["evidence"] == {"required": "reference", "label": "Number of the receipt", "given": ""}
    assert client.post(f"{path}/proof", json={"evidence": "R-7"}).json()["checklist"] == half["checklist"]
    done = client.post(f"{path}/finish", json={"ticked": list(ITEMS)})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert done.json()["evidence"]["given"] == "R-7"


def test_an_item_that_is_on_no_list_is_refused(client: TestClient, world: World) -> None:
    _, task_id = opened(world)
    world.sign_in(client, "agent.it")
    refused = client.post(f"/api/tasks/{task_id}/proof", json={"ticked": ["Bicycle"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_such_item")


@pytest.mark.parametrize("path", ["/desk/tasks/{}/proof", "/api/tasks/{}/proof"])
def test_nobody_ticks_for_another_queue(client: TestClient, world: World, path: str) -> None:
    _, task_id = opened(world)
    world.sign_in(client, "agent.facilities")
    given: dict[str, Any] = {"json": {"ticked": []}} if path.startswith("/api") else {"data": {"ticked": ITEMS[0]}}
    assert client.post(path.format(task_id), **given).status_code in {403, 404}
    assert task(world).checklist[0] == {"label": ITEMS[0]}


def test_what_is_over_is_not_ticked_any_more(client: TestClient, world: World) -> None:
    _, task_id = opened(world)
    world.session.execute(update(TaskRow).values(state=TaskState.DONE, done_at=world.now))
    world.session.commit()
    world.sign_in(client, "agent.it")
    assert client.post(f"/api/tasks/{task_id}/proof", json={"ticked": list(ITEMS)}).status_code == 409


def test_a_person_proves_their_own_step_on_their_page(client: TestClient, world: World) -> None:
    words = Evidence.model_validate({"required": "text", "label": "What you decided"})
    ticket, task_id = opened(world, queue=None, person=PersonExpression.REQUESTER, evidence=words)
    world.sign_in(client, "employee")
    path = f"/tickets/{ticket.reference}/steps/{task_id}"
    assert 'name="ticked"' in client.get(f"/tickets/{ticket.reference}").text
    refused = client.post(f"{path}/finish", data={"ticked": ITEMS[0], "evidence": "To keep it."})
    assert refused.status_code == 422
    assert "To keep it." in refused.text
    assert client.post(f"{path}/proof", data={"ticked": ITEMS[0], "evidence": "To keep it."}).status_code == 303
    assert task(world).evidence == "To keep it."
    assert client.post(f"{path}/finish", data={"ticked": list(ITEMS), "evidence": "To keep it."}).status_code == 303
    assert task(world).state is TaskState.DONE


def test_a_call_is_not_solved_by_a_word_where_proof_is_needed(client: TestClient, world: World) -> None:
    asking(world, queue="desk")
    world.sign_in(client, "agent.desk")
    call = {"person": "employee@demo.example", "channel": "phone", "service": "suspicious-mail", "minutes": "5"}
    given = {**call, "text": "A mail", "answers.what": "mail", "answers.description": "A mail", "solved": "Gone."}
    assert client.post("/desk/log", data=given).status_code == 303
    assert task(world).state is TaskState.CLAIMED


def test_taken_up_again_it_has_its_ticks_still(client: TestClient, world: World) -> None:
    _, task_id = opened(world)
    world.sign_in(client, "agent.it")
    client.post(f"/api/tasks/{task_id}/finish", json={"ticked": list(ITEMS), "evidence": "R-7"})
    again = client.post(f"/api/tasks/{task_id}/reopen", json={"why": "One was another's."}).json()
    assert all(one["at"] for one in again["checklist"])


def test_a_step_that_a_change_of_mind_adds_asks_for_its_proof_too(client: TestClient, world: World) -> None:
    asking(world)
    ticket = world.submit("suspicious-mail", what="mail")
    ask = world.session.scalars(select(AskRow)).one()
    world.sign_in(client, "employee")
    path = f"/api/tickets/{ticket.reference}/asks/{ask.public_id}/amend"
    assert client.post(path, json={"answers": {"what": "clicked"}}).status_code == 200
    added = world.session.scalars(select(TaskRow).where(TaskRow.key == "contain")).one()
    assert [one["label"] for one in added.checklist] == list(ITEMS)
    assert added.evidence_asked == {"kind": "reference", "label": "Number of the receipt", "pattern": "R-[0-9]+"}
