"""The same rules at every door: what is not asked, or not on offer, is refused and said by page, API and text alike."""

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from spoc.db.people import OrganisationRow
from spoc.db.tickets import AskRow, TicketRow
from tests.web.test_intake import example_of
from tests.world import World

STORY = {"description": "A mail that looks wrong"}


def tickets(world: World) -> int:
    world.session.expire_all()
    return world.session.scalar(select(func.count()).select_from(TicketRow)) or 0


def test_the_api_refuses_an_answer_to_a_question_that_is_not_asked(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    answers = {"what": "mail", "device": "HO-1042", **STORY}
    problem = client.post("/intake", json={"service": "suspicious-mail", "answers": answers})
    assert problem.status_code == 422
    assert [fault["code"] for fault in problem.json()["faults"]] == ["hidden"]
    assert tickets(world) == 0


def test_the_page_refuses_it_says_so_and_can_be_sent_again(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    form = {"service": "suspicious-mail", "answers.what": "mail", "answers.description": "A mail that looks wrong"}
    page = client.post("/intake", data={**form, "answers.device": "HO-1042"})
    assert page.status_code == 422
    assert "“Number on the device” is not asked with your other answers" in page.text
    assert 'name="answers.device"' not in page.text
    assert "A mail that looks wrong" in page.text
    assert tickets(world) == 0
    assert client.post("/intake", data=form).status_code == 303


def test_a_logged_call_refuses_it_too(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")
    call = {"person": "employee@demo.example", "channel": "phone", "service": "suspicious-mail", "text": "A mail"}
    answer = client.post("/desk/log", data={**call, "answers.what": "mail", "answers.device": "HO-1042"})
    assert answer.status_code == 422
    assert "“Number on the device” is not asked" in answer.text
    assert tickets(world) == 0


def test_a_change_of_mind_refuses_it_too(client: TestClient, world: World) -> None:
    ticket = world.submit("suspicious-mail")
    ask = world.session.scalars(select(AskRow)).one()
    path = f"/tickets/{ticket.reference}/asks/{ask.public_id}"
    world.sign_in(client, "employee")
    refused = client.post(f"/api{path}/amend", json={"answers": {"device": "HO-1042"}})
    assert (refused.status_code, refused.json()["faults"][0]["code"]) == (422, "hidden")
    page = client.post(f"{path}/difference", data={"answers.device": "HO-1042"})
    assert page.status_code == 422
    assert "“Number on the device” is not asked" in page.text


def test_a_text_that_answers_a_question_that_is_not_asked_goes_to_the_desk(client: TestClient, world: World) -> None:
    """What was read into a text was nobody's answer: nothing of it is kept silently, the desk reads the whole text."""
    world.sign_in(client, "employee")
    text = "The wifi is down at my home office, I usually sit in Berlin"
    answer = client.post("/intake", json={"text": text})
    assert answer.status_code == 201
    ask = world.session.scalars(select(AskRow)).one()
    assert ask.text == text
    assert "location" not in ask.answers or ask.service_key == "something-else"


def test_an_option_that_is_not_on_offer_is_refused_by_page_and_api(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    answers = {**example_of(client, "new-starter"), "laptop": "none", "equipment": ["dock"]}
    problem = client.post("/intake", json={"service": "new-starter", "answers": answers})
    assert problem.status_code == 422
    assert problem.json()["faults"][0] == {
        "field": "equipment",
        "code": "not_offered",
        "message": "This option is not on offer with your other answers.",
    }
    form = {f"answers.{key}": value for key, value in answers.items() if isinstance(value, str | list)}
    page = client.post("/intake", data={"service": "new-starter", **form})
    assert page.status_code == 422
    assert "This option is not on offer with your other answers." in page.text
    assert "Docking station" not in page.text


def test_the_form_without_scripts_offers_what_goes_with_the_answers(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    with_laptop = client.post("/ask/new-starter", data={"service": "new-starter", "answers.laptop": "mac"}).text
    without = client.post(
        "/ask/new-starter", data={"service": "new-starter", "answers.laptop": "none", "answers.equipment": "dock"}
    ).text
    assert 'data-offer="screen headset phone dock"' in with_laptop
    assert 'data-offer="screen headset phone"' in without
    assert "Show the questions that follow from this" in without


def test_money_is_of_the_organisations_currency_and_shown_as_money(client: TestClient, world: World) -> None:
    world.session.scalars(select(OrganisationRow)).one().currency = "EUR"
    world.session.commit()
    world.sign_in(client, "employee")
    page = client.post("/ask/software-licence", data={"service": "software-licence", "answers.wish": "licence"}).text
    assert 'name="answers.price.currency"' in page
    assert 'value="EUR"' in page
    answers = {"program": "Lens designer", "wish": "licence", "why": "For the new lens series."}
    answers |= {"price": "1240,5"}
    sent = client.post(
        "/intake", data={"service": "software-licence"} | {f"answers.{k}": v for k, v in answers.items()}
    )
    assert sent.status_code == 303, sent.text
    ask = world.session.scalars(select(AskRow)).one()
    assert ask.answers["price"] == {"amount": "1240.50", "currency": "EUR"}
    assert "1,240.50\N{NO-BREAK SPACE}EUR" in client.get(sent.headers["location"]).text
    change = client.get(f"{sent.headers['location']}/asks/{ask.public_id}/change").text
    assert 'value="1240.50"' in change


def test_headings_and_notes_stand_in_the_form(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    leaver = client.get("/ask/leaver").text
    assert "Four weeks after the last day the account is deleted" in leaver
    software = client.post("/ask/software-licence", data={"service": "software-licence", "answers.wish": "new"}).text
    assert "New programs are checked before they are bought." in software
    assert 'name="answers.first_checked"' not in software
