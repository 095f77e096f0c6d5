"""The page on which somebody fills in their part, and the same for programs."""

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from catalog.document import shipped
from catalog.field import Field, FieldKind
from catalog.form_step import FormPart
from catalog.service import Service
from routing.work import TaskKind
from spoc.db.tickets import AskRow, TaskRow
from spoc.intake.catalogue import publish
from spoc.intake.write import Accepted
from tests.spoc.desk.test_filling import answer, put_chain
from tests.world import World, mail_of


def moving(world: World, **answers: Any) -> tuple[Accepted, str]:
    """A colleague moves; their manager is to choose the equipment. Gives the form's task too."""
    ticket = world.submit("move", person=mail_of("colleague"), move_on="2026-10-06", **answers)
    wanted = select(TaskRow.public_id).where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.kind == TaskKind.FORM)
    return ticket, str(world.session.scalars(wanted).one())


def given(world: World, ticket: Accepted) -> dict[str, Any]:
    ask = select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)
    return world.session.scalars(ask.execution_options(populate_existing=True)).one().answers


def test_whoever_asks_does_not_see_the_question(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    assert "Equipment at the new place" not in client.get("/ask/move").text
    assert "new_equipment" not in client.get("/api/services/move").json()["schema"]["properties"]
    told = client.post("/intake", json={"service": "move", "answers": {"new_equipment": ["screen"]}}).json()
    assert {
        "field": "new_equipment",
        "code": "later",
        "message": "Somebody else is asked this later; leave it out.",
    } in (told["faults"])


def test_the_manager_finds_the_questions_and_answers_them(client: TestClient, world: World) -> None:
    ticket, task_id = moving(world)
    path = f"/tickets/{ticket.reference}/steps/{task_id}"
    world.sign_in(client, "manager")

    status = client.get(f"/tickets/{ticket.reference}").text
    assert f'href="{path}/form"' in status
    assert "What you have decided" not in status
    assert "if it is needed" in status
    page = client.get(f"{path}/form").text
    assert "Choose the equipment" in page
    assert 'name="answers.new_equipment"' in page
    assert "New department" not in page
    done = client.post(f"{path}/answers", data={"asked": "new_equipment", "answers.new_equipment": ["screen", "dock"]})

    assert (done.status_code, done.headers["location"]) == (303, f"/tickets/{ticket.reference}")
    assert given(world, ticket)["new_equipment"] == ["screen", "dock"]
    after = client.get(f"/tickets/{ticket.reference}").text
    assert "You filled in “Choose the equipment”." in after
    assert "if it is needed" not in after
    assert "Equipment at the new place: Second screen, Docking station" in after
    assert client.get(f"{path}/form").status_code == 409


def test_notes_between_the_questions_and_what_is_in_stock_are_shown(client: TestClient, world: World) -> None:
    def changed(service: Service) -> Service:
        if service.key != "move":
            return service
        at = next(at for at, field in enumerate(service.form) if field.key == "new_equipment")
        more = (
            Field(key="hint", label="Docks are short", kind=FieldKind.NOTE),
            Field(key="why_so", label="Why so", kind=FieldKind.TEXT),
            Field(key="end_note", label="Nothing to do with it", kind=FieldKind.NOTE),
        )
        asked = service.form[at]
        options = tuple(one.model_copy(update={"item": "screen"}) for one in asked.options if one.value == "screen")
        form = (*service.form[:at], asked.model_copy(update={"options": options}), *more, *service.form[at + 1 :])
        steps = tuple(
            one.model_copy(update={"form": FormPart(fields=(*one.form.fields, "why_so"))}) if one.form else one
            for one in service.steps
        )
        return service.model_copy(update={"form": form, "steps": steps})

    services = tuple(map(changed, shipped().services))
    publish(world.session, shipped().model_copy(update={"services": services}), None, "with notes", world.now)
    world.sign_in(client, "agent.it")
    client.post("/api/register/import", json={"csv": "kind,tag,model,location,quantity\nscreen,,,lyon,2\n"})
    ticket, task_id = moving(world)
    world.sign_in(client, "manager")

    page = client.get(f"/tickets/{ticket.reference}/steps/{task_id}/form").text

    assert "Docks are short" in page
    assert "Nothing to do with it" not in page
    assert "2 in Lyon" in page


def test_a_wrong_answer_comes_back_beside_its_question(client: TestClient, world: World) -> None:
    ticket, task_id = moving(world)
    world.sign_in(client, "manager")
    path = f"/tickets/{ticket.reference}/steps/{task_id}"
    page = client.post(f"{path}/answers", data={"asked": "new_equipment", "answers.new_equipment": "boat"})
    assert page.status_code == 422
    assert "This is none of the options." in page.text
    assert client.post(f"{path}/form", data={"answers.new_equipment": "dock"}).status_code == 200


def test_a_program_reads_the_questions_and_answers_them(client: TestClient, world: World) -> None:
    ticket, task_id = moving(world)
    world.sign_in(client, "manager")

    form = client.get(f"/api/tasks/{task_id}/form").json()
    assert (form["reference"], list(form["schema"]["properties"])) == (ticket.reference, ["new_equipment"])
    refused = client.post(f"/api/tasks/{task_id}/answers", json={"answers": {"person": "x", "new_equipment": []}})
    assert [fault["field"] for fault in refused.json()["faults"]] == ["person"]
    early = client.post(f"/tickets/{ticket.reference}/steps/{task_id}/finish", data={})
    assert early.status_code == 409
    done = client.post(f"/api/tasks/{task_id}/answers", json={"answers": {"new_equipment": []}}).json()
    assert (done["kind"], done["state"]) == ("form", "done")
    timeline = client.get(f"/api/tickets/{ticket.reference}").json()["timeline"]
    assert {"filled_in", "task_cancelled"} <= {event["kind"] for event in timeline}


def test_others_find_no_form(client: TestClient, world: World) -> None:
    ticket, task_id = moving(world)
    other, _ = moving(world)
    for who, status in (("owner", 404), ("employee", 403), ("agent.it", 403)):
        world.sign_in(client, who)
        assert client.get(f"/api/tasks/{task_id}/form").status_code == status
        assert client.get(f"/tickets/{ticket.reference}/steps/{task_id}/form").status_code == status
    world.sign_in(client, "manager")
    assert client.get(f"/tickets/{other.reference}/steps/{task_id}/form").status_code == 404


def test_the_change_of_mind_does_not_ask_it_before_it_is_answered(client: TestClient, world: World) -> None:
    ticket, task_id = moving(world)
    public_id = world.session.scalar(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id))
    change = f"/tickets/{ticket.reference}/asks/{public_id}/change"
    world.sign_in(client, "employee")
    assert "Equipment at the new place" not in client.get(change).text
    world.sign_in(client, "manager")
    client.post(f"/api/tasks/{task_id}/answers", json={"answers": {"new_equipment": ["dock"]}})
    world.sign_in(client, "employee")
    assert "Equipment at the new place" in client.get(change).text


def test_owners_see_who_is_asked_what_and_try_both(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    page = client.get("/catalogue/move").text
    assert "Asks for: Equipment at the new place" in page
    assert "later, in “Choose the equipment”" in page
    assert "Whether it is needed depends on the answers to: Choose the equipment" in (
        client.get("/catalogue/move/simulate").text
    )


def test_pages_promise_no_end_while_a_date_is_still_to_come(client: TestClient, world: World) -> None:
    ticket = put_chain(world)
    path = f"/tickets/{ticket.reference}"
    world.sign_in(client, "employee")
    status = client.get(path).text
    assert "Everything by" not in status
    assert "None" not in status
    world.sign_in(client, "agent.desk")
    page, queue = client.get(path).text, client.get("/desk/queues/desk").text
    assert "<dt>Promised</dt><dd>–</dd>" in page
    assert "None" not in page + queue
    world.sign_in(client, "owner")
    tried = client.get("/catalogue/kit/simulate").text
    assert "When the last step is due depends on answers that are still to come." in tried

    answer(world, ticket, world.now, last_on="2026-12-01", keep=True)

    world.sign_in(client, "agent.desk")
    assert "Due – → Tue 1 Dec." in client.get(path).text
    world.sign_in(client, "employee")
    assert "<dt>Everything by</dt><dd>Thu 3 Dec</dd>" in client.get(path).text
