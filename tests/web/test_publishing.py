"""Publishing from the browser: what changes is shown first, and nobody overwrites what others published."""

from html import unescape

from fastapi.testclient import TestClient

from catalog.document import shipped
from catalog.dump import COMMON
from catalog.pack_schema import pack_schema
from catalog.sources import shipped_sources
from spoc.intake.catalogue import newest_version, publish
from spoc.intake.drafts import read_draft, save
from spoc.intake.sources import sources_at
from spoc.intake.versions import one_version
from tests.web.editing import PAGE, PAY, PLANT, hidden, put_in_force, send, text_of
from tests.world import World


def test_publishing_shows_first_what_changes_and_then_does_it(owner: TestClient, world: World) -> None:
    send(owner, text_of())
    page = owner.get("/catalogue/edit/publish").text
    assert "the text of summary is another." in page
    assert "<del>−     summary: " in page
    assert "<ins>+     summary: Now " in page
    assert f"All {len(shipped().tests)} tests of the packs pass." in page
    answer = owner.post("/catalogue/edit/publish", data=hidden(page) | {"comment": "Say it is now"})
    version = newest_version(world.session)
    assert answer.headers["location"] == f"/catalogue/versions/{version}"
    told = owner.get(answer.headers["location"]).text
    assert "“Say it is now”" in told
    assert f"Version {version} is in force, at once and everywhere." in told
    assert "Now " in owner.get("/ask/payslip-question").text


def test_a_draft_with_faults_has_no_button_to_publish_and_is_not_published(owner: TestClient, world: World) -> None:
    first = newest_version(world.session)
    send(owner, text_of(old="queue: hr", new="queue: hrr"))
    page = owner.get("/catalogue/edit/publish").text
    assert "Publish this draft" not in page
    mark = read_draft(world.session, world.ids["owner"]).mark
    answer = owner.post("/catalogue/edit/publish", data={"mark": mark, "comment": "All the same"})
    assert answer.status_code == 422
    assert "One fault stands in the way of publishing" in answer.text
    assert newest_version(world.session) == first


def test_a_failing_test_is_shown_and_can_be_overruled_with_a_reason(owner: TestClient, world: World) -> None:
    owner.post("/catalogue/edit/new", data={"key": "plant", "need": "my-place-of-work", "queue": "office"})
    failing = PLANT.replace("present: [do-it]", "absent: [do-it]")
    page = send(owner, failing, "/catalogue/edit/files/plant.yaml", script=True).text
    assert "A test of the packs expects something else:" in page
    assert "&#39;do-it&#39; is in the plan" in page
    sent = hidden(owner.get("/catalogue/edit/publish").text) | {"comment": "Plants"}
    refused = owner.post("/catalogue/edit/publish", data=sent)
    assert refused.status_code == 422
    assert "One test of the packs fails. Mend it, or say why you publish all the same." in refused.text
    assert 'value="Plants"' in refused.text
    told = owner.post("/catalogue/edit/publish", data=sent | {"overruled": "The test is old"})
    assert "“The test is old”" in owner.get(told.headers["location"]).text


def test_without_a_comment_nothing_is_published(owner: TestClient, world: World) -> None:
    send(owner, text_of())
    refused = owner.post("/catalogue/edit/publish", data=hidden(owner.get("/catalogue/edit/publish").text))
    assert refused.status_code == 422
    assert "Say in a sentence why" in refused.text


def test_who_published_meanwhile_is_told_and_what_they_changed_is_taken_over(owner: TestClient, world: World) -> None:
    send(owner, text_of())
    sent = hidden(owner.get("/catalogue/edit/publish").text) | {"comment": "Mine"}
    version = put_in_force(world, "admin", "it.yaml", text_of("it.yaml"))
    refused = owner.post("/catalogue/edit/publish", data=sent)
    assert refused.status_code == 409
    assert "Something was published or saved since you looked." in refused.text
    meanwhile = refused.text.partition("Published since you began")[2]
    assert f'href="/catalogue/versions/{version}"' in meanwhile
    assert "“Meanwhile”" in meanwhile
    assert "it.yaml" in meanwhile
    again = owner.post("/catalogue/edit/publish", data=hidden(refused.text) | {"comment": "Mine"})
    assert again.status_code == 303
    files = sources_at(world.session, newest_version(world.session)).files
    assert (files[PAY], files["it.yaml"]) == (text_of(), text_of("it.yaml"))


def test_who_changed_the_same_file_is_shown_beside_it_and_both_are_put_together(
    owner: TestClient, world: World
) -> None:
    send(owner, text_of())
    theirs = text_of(new="summary: Here ")
    put_in_force(world, "admin", PAY, theirs)
    assert "Somebody has published another text of this file since you began." in owner.get(PAGE).text
    assert "Published otherwise meanwhile" in owner.get("/catalogue/edit").text
    review = owner.get("/catalogue/edit/publish").text
    assert "Publish this draft" not in review
    both = owner.get(f"{PAGE}/clash").text
    assert "summary: Now " in both
    assert "summary: Here " in both
    owner.post(PAGE, data=hidden(both) | {"draft": text_of(new="summary: Here and now ")})
    sent = hidden(owner.get("/catalogue/edit/publish").text) | {"comment": "Both"}
    assert owner.post("/catalogue/edit/publish", data=sent).status_code == 303


def test_who_else_has_a_draft_of_the_file_is_told(owner: TestClient, world: World) -> None:
    save(world.session, world.ids["admin"], PAY, text_of(), newest_version(world.session), 0, world.now)
    world.session.commit()
    assert f"{world.person('admin').name} has a draft of this file too" in owner.get(PAGE).text


def test_a_draft_that_changes_nothing_is_not_published(owner: TestClient) -> None:
    assert "Your draft changes nothing." in owner.get("/catalogue/edit/publish").text
    assert owner.post("/catalogue/edit/publish", data={"mark": "x", "comment": "Nothing"}).status_code == 409


def test_the_files_of_a_version_can_be_read(owner: TestClient, world: World) -> None:
    first = newest_version(world.session)
    assert f'href="/catalogue/versions/{first}/files/{PAY}"' in owner.get(f"/catalogue/versions/{first}").text
    page = unescape(owner.get(f"/catalogue/versions/{first}/files/{PAY}").text)
    assert all(f"<code>{line}</code>" in page for line in shipped_sources()[PAY].splitlines())
    assert owner.get(f"/catalogue/versions/{first}/files/none.yaml").status_code == 404
    assert owner.get(f"/catalogue/versions/{first + 99}/files/{PAY}").status_code == 404


def test_a_version_without_its_files_is_shown_and_changed_as_it_is_written_anew(
    owner: TestClient, world: World
) -> None:
    bare = shipped().model_copy(update={"tests": ()})
    version = publish(world.session, bare, None, "without files", world.now)
    world.session.commit()
    assert "The files of this version were not kept." in owner.get(f"/catalogue/versions/{version}").text
    assert "comments are gone" in owner.get("/catalogue/edit").text
    page = "/catalogue/edit/files/parking.yaml"
    assert "There is no fault." in owner.get(page).text
    assert send(owner, "# Mine\n", page).status_code == 303
    assert owner.get(f"/catalogue/versions/{version}/files/{COMMON}").status_code == 200


def test_an_older_version_is_brought_back_with_a_comment(owner: TestClient, world: World) -> None:
    first = newest_version(world.session)
    put_in_force(world, "admin", PAY, text_of())
    assert "Bring this version back" in owner.get(f"/catalogue/versions/{first}").text
    answer = owner.post(f"/catalogue/versions/{first}/restore", data={"comment": "It was better"})
    version = newest_version(world.session)
    assert answer.headers["location"] == f"/catalogue/versions/{version}"
    assert one_version(world.session, version).comment == "It was better"
    assert "Bring this version back" not in owner.get(f"/catalogue/versions/{version}").text
    assert owner.post(f"/catalogue/versions/{first}/restore", data={"comment": "Again"}).status_code == 409
    assert owner.post(f"/catalogue/versions/{first}/restore", data={"comment": " "}).status_code == 422


def test_what_was_typed_is_tried_on_real_requests(owner: TestClient, world: World) -> None:
    world.submit("payslip-question", by="owner")
    page = owner.get(PAGE).text
    assert 'formaction="/catalogue/payslip-question/replay"' in page
    sent = {name: (None, value) for name, value in (hidden(page) | {"draft": text_of(), "n": "50"}).items()}
    answer = owner.post("/catalogue/payslip-question/replay", files=sent)
    assert answer.status_code == 200
    assert "Of 1 request:" in answer.text


def test_the_schema_of_packs_is_for_every_editor(client: TestClient) -> None:
    answer = client.get("/api/catalogue/schema")
    assert answer.status_code == 200
    assert answer.json() == pack_schema()


def test_the_line_for_editors_names_the_address_of_the_schema(owner: TestClient) -> None:
    assert "# yaml-language-server: $schema=http://testserver/api/catalogue/schema" in owner.get("/catalogue/edit").text
