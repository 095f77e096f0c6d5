"""The pages on which the catalogue is changed: for its owners alone, with every fault at its line, and nothing lost."""

import re
import time
from collections.abc import Mapping
from html import unescape
from types import MappingProxyType

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from catalog.document import shipped
from catalog.dump import COMMON, new_service
from catalog.pack_schema import pack_schema
from catalog.sources import shipped_sources
from catalog.yaml_text import LARGEST
from spoc.intake.catalogue import newest_version, publish
from spoc.intake.drafts import read_draft, save
from spoc.intake.publishing import publish_draft
from spoc.intake.sources import sources_at
from spoc.intake.versions import one_version
from tests.world import World

PAY = "pay.yaml"
PAGE = f"/catalogue/edit/files/{PAY}"
PLANT = new_service("plant", "my-place-of-work", "office")
SCRIPT = {"HX-Request": "true"}
PAGES = (
    "/catalogue/edit",
    "/catalogue/parking/edit",
    PAGE,
    f"{PAGE}/clash",
    "/catalogue/edit/publish",
    f"/catalogue/versions/1/files/{PAY}",
)
ACTS = (
    *("/catalogue/edit/new", PAGE, f"{PAGE}/discard", f"{PAGE}/remove", "/catalogue/edit/discard"),
    *("/catalogue/edit/publish", "/catalogue/versions/1/restore"),
)


@pytest.fixture
def owner(client: TestClient, world: World) -> TestClient:
    world.sign_in(client, "owner")
    return client


def text_of(file: str = PAY, old: str = "summary: ", new: str = "summary: Now ") -> str:
    return shipped_sources()[file].replace(old, new, 1)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send(
    client: TestClient,
    text: str,
    page: str = PAGE,
    changed: Mapping[str, str] = MappingProxyType({}),
    *,
    script: bool = False,
) -> Response:
    """Save the text as the page would that is shown now, its hidden fields changed where named."""
    fields = {**hidden(client.get(page).text), "draft": text.replace("\n", "\r\n"), **changed}
    headers = SCRIPT if script else {}
    return client.post(page, headers=headers, files={name: (None, value) for name, value in fields.items()})


def put_in_force(world: World, who: str, file: str, text: str) -> int:
    """What somebody else publishes meanwhile."""
    session, person = world.session, world.ids[who]
    save(session, person, file, text, newest_version(session), 0, world.now)
    version = publish_draft(session, person, read_draft(session, person).mark, "Meanwhile", "", world.now)
    session.commit()
    return version


@pytest.mark.parametrize("who", ["employee", "agent.hr", "lead", "manager", "admin"])
def test_only_owners_of_services_change_the_catalogue(client: TestClient, world: World, who: str) -> None:
    world.sign_in(client, who)
    assert {client.get(page).status_code for page in PAGES} == {404}
    assert {client.post(act, data={"comment": "Mine"}).status_code for act in ACTS} == {404}


def test_the_catalogue_leads_to_its_files_and_each_to_its_text(owner: TestClient) -> None:
    assert 'href="/catalogue/edit"' in owner.get("/catalogue").text
    page = owner.get("/catalogue/edit").text
    assert all(f'href="/catalogue/edit/files/{file}"' in page for file in shipped_sources())
    shown = unescape(owner.get(PAGE).text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])
    assert shown == "\n" + shipped_sources()[PAY]


def test_a_service_leads_to_the_line_where_it_stands(owner: TestClient) -> None:
    assert 'href="/catalogue/letter-of-employment/edit"' in owner.get("/catalogue/letter-of-employment").text
    line = next(at for at, one in enumerate(shipped_sources()[PAY].splitlines(), 1) if "- key: letter-of" in one)
    assert owner.get("/catalogue/letter-of-employment/edit").headers["location"] == f"{PAGE}?line={line}"
    assert owner.get("/catalogue/none/edit").status_code == 404


def test_a_file_that_is_not_there_has_no_page(owner: TestClient) -> None:
    for page in ("none.yaml", "..%2Fpay.yaml", "pay.yaml/clash"):
        assert owner.get(f"/catalogue/edit/files/{page}").status_code == 404
    assert owner.post("/catalogue/edit/files/none.yaml/remove").status_code == 404
    assert owner.post("/catalogue/edit/files/none.yaml/discard").status_code == 404
    assert send(owner, "", "/catalogue/edit/files/none.yaml", {"base": "1", "revision": "0"}).status_code == 404


def test_without_a_script_a_fault_is_told_after_saving_with_its_line_and_advice(owner: TestClient) -> None:
    text = text_of(old="queue: hr", new="queue: hrr")
    answer = send(owner, text)
    assert answer.status_code == 303
    page = owner.get(answer.headers["location"]).text
    line = next(at for at, one in enumerate(text.splitlines(), 1) if "queue: hrr" in one)
    told = page.partition(f'data-line="{line}"')[2].partition("</li>")[0]
    assert "there is no queue &#39;hrr&#39;" in told
    assert "did you mean hr?" in told
    assert "queue: hrr" in told.partition("<code>")[2]
    assert f"Fault, line {line}" in page


def test_a_script_is_given_the_part_of_the_page_that_changes(owner: TestClient, world: World) -> None:
    answer = send(owner, text_of(), script=True)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="edit-side" id="checked"')
    assert 'data-revision="1"' in answer.text
    assert "the text of summary is another." in answer.text
    assert read_draft(world.session, world.ids["owner"]).text(PAY) == text_of()


def test_every_preview_is_shown_of_the_service_at_the_line(owner: TestClient) -> None:
    text = shipped_sources()[PAY]
    titles = {
        at: one.partition("title: ")[2] for at, one in enumerate(text.splitlines(), 1) if one.startswith("    title: ")
    }
    for line, title in titles.items():
        for show in ("graph", "form", "dates"):
            page = owner.get(PAGE, params={"show": show, "line": str(line)}).text
            assert f'id="preview-title">{title}</h2>' in page
            assert page.count('role="img"') == (0 if show == "form" else 1)
            assert page.count('<fieldset class="edit-form stack" disabled>') == (show == "form")


def test_the_form_is_shown_as_employees_get_it_with_what_hangs_on_answers_below(owner: TestClient) -> None:
    page = owner.get("/catalogue/edit/files/it.yaml", params={"show": "form"}).text
    first, _, later = page.partition("Asked as well, depending on the answers")
    assert 'name="answers.problem"' in first
    assert 'name="answers.same_as"' in later
    assert "problem == &#34;access&#34;" in later


def test_a_service_of_another_shape_is_named_and_not_shown(owner: TestClient) -> None:
    page = send(owner, text_of(old="summary:", new="sumary:"), script=True).text
    assert "This service cannot be shown before its faults are mended." in page


def test_a_circle_of_steps_is_a_fault_and_not_drawn(owner: TestClient) -> None:
    steps = "steps: [{key: a, title: A, queue: hr, needs: [b]}, {key: b, title: B, queue: hr, needs: [a]}]"
    text = re.sub(r"steps:\n(?:      .*\n)+", f"{steps}\n", shipped_sources()[PAY], count=1)
    page = send(owner, text, script=True).text
    assert "There is nothing to draw" in page
    assert "stand in the way of publishing" in page


def test_faults_of_other_files_are_told_with_a_way_there(owner: TestClient) -> None:
    send(owner, text_of(old="queue: hr", new="queue: hrr"))
    page = owner.get("/catalogue/edit/files/it.yaml").text
    assert "There is no fault here, and in another file of your draft there is." in page
    assert f'href="{PAGE}?line=' in page


def test_lines_end_in_the_draft_as_in_files(owner: TestClient, world: World) -> None:
    send(owner, shipped_sources()[PAY])
    assert read_draft(world.session, world.ids["owner"]).changed == ()


def test_two_windows_lose_nothing(owner: TestClient, world: World) -> None:
    first = hidden(owner.get(PAGE).text)
    assert send(owner, "# of the one window").status_code == 303
    answer = send(owner, "# of the other", changed=first)
    assert answer.status_code == 409
    assert "# of the one window" in answer.text
    assert "# of the other" in answer.text
    assert read_draft(world.session, world.ids["owner"]).text(PAY) == "# of the one window"
    chosen = owner.post(PAGE, data=hidden(answer.text) | {"draft": "# of both"})
    assert chosen.status_code == 303
    assert read_draft(world.session, world.ids["owner"]).text(PAY) == "# of both"


def test_a_script_hears_that_another_window_was_faster_and_of_the_way_to_both_texts(owner: TestClient) -> None:
    first = hidden(owner.get(PAGE).text)
    send(owner, "# of the one window")
    answer = send(owner, "# of the other", changed=first, script=True)
    assert answer.status_code == 409
    assert "was saved in another window meanwhile" in answer.text
    assert 'form="edit"' in answer.text


def test_a_window_that_saves_after_the_draft_was_published_sees_both_texts(owner: TestClient, world: World) -> None:
    send(owner, text_of())
    before = hidden(owner.get(PAGE).text)
    mark = hidden(owner.get("/catalogue/edit/publish").text)["mark"]
    owner.post("/catalogue/edit/publish", data={"mark": mark, "comment": "It was time"})
    answer = send(owner, "# typed on", changed=before)
    assert answer.status_code == 409
    assert "summary: Now" in answer.text
    assert owner.post(PAGE, data=hidden(answer.text) | {"draft": "# typed on"}).status_code == 303


@pytest.mark.parametrize("script", [True, False])
def test_a_text_that_no_pack_may_be_is_refused_and_comes_back(owner: TestClient, script: bool) -> None:
    answer = send(owner, "# " + "x" * LARGEST, script=script)
    assert answer.status_code == 422
    assert "Split it into two files." in answer.text
    assert script or "xxxxxxxxxx" in answer.text


@pytest.mark.parametrize("field", ["base", "revision"])
@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 40, "²"])
def test_a_page_that_was_tampered_with_is_no_page(owner: TestClient, field: str, value: str) -> None:
    assert send(owner, "# x", changed={field: value}).status_code == 404


def with_condition(text: str) -> str:
    return PLANT.replace("        due: 2 working", f"        condition: '{text}'\n        due: 2 working")


HOSTILE: Mapping[str, str] = {
    "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nservices: [*b, *b]\n",
    "deep": "[" * 20_000,
    "deep by indentation": "".join(" " * at + "a:\n" for at in range(600)),
    "many lines": "\n" * (LARGEST // 2),
    "many services": "services:\n" + "  - {key: a, title: T}\n" * 8_000,
    "tags": "services: !!python/object/apply:os.system ['true']\n",
    "markup": "services:\n  - {key: x, title: '</textarea><script>alert(1)</script>'}\n",
    "condition": PLANT.replace(
        "        due: 2 working",
        '        condition: \'description.matches("(a+)+$") || ' + "(" * 3_000 + "'\n        due: 2 working",
    ),
    "lists in a condition": with_condition("[1,2,3,4,5,6,7,8,9].all(x, " * 9 + "true" + ")" * 9),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_answered_within_the_caps(owner: TestClient, text: str) -> None:
    begun = time.monotonic()
    answer = send(owner, text, script=True)
    assert answer.status_code == 200
    assert time.monotonic() - begun < 8
    assert "<script>alert" not in answer.text
    page = owner.get(PAGE)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert owner.get("/catalogue/edit/publish").status_code == 200


def test_of_very_many_faults_the_first_are_told_and_the_rest_counted(owner: TestClient) -> None:
    page = send(owner, "services:\n" + "  - {key: a}\n" * 40, script=True).text
    assert "120 faults stand in the way of publishing." in page
    assert page.count('class="edit-late"') == 50
    assert "And 70 more." in page


def test_a_character_that_cannot_be_kept_is_refused(owner: TestClient) -> None:
    assert send(owner, "needs: ['\0']").status_code == 422


def test_a_new_service_is_begun_from_one_that_works(owner: TestClient, world: World) -> None:
    answer = owner.post("/catalogue/edit/new", data={"key": "plant", "need": "my-place-of-work", "queue": "office"})
    assert answer.headers["location"] == "/catalogue/edit/files/plant.yaml"
    page = owner.get(answer.headers["location"]).text
    assert "There is no fault." in page
    assert "New service “Plant”." in page
    assert "Begin this service" in owner.get("/catalogue/edit").text
    assert read_draft(world.session, world.ids["owner"]).changed == ("plant.yaml",)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"key": "Plant pots"}, "cannot be the name of a file"),
        ({"key": "pay"}, "There is a file pay.yaml already."),
        ({"need": "none"}, "Choose one of the list."),
        ({"queue": ""}, "Choose one of the list."),
    ],
)
def test_a_service_that_cannot_be_begun_says_at_the_field_why(
    owner: TestClient, wrong: Mapping[str, str], told: str
) -> None:
    sent = {"key": "plant", "need": "my-place-of-work", "queue": "office", **wrong}
    answer = owner.post("/catalogue/edit/new", data=sent)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{sent["key"]}"' in answer.text


def test_a_file_is_taken_out_and_brought_back(owner: TestClient) -> None:
    assert owner.post(f"{PAGE}/remove").status_code == 303
    assert owner.get(PAGE).status_code == 404
    assert "Taken out" in owner.get("/catalogue/edit").text
    assert "Service “Payslip question” is gone" in owner.get("/catalogue/edit/publish").text
    assert owner.post(f"{PAGE}/discard").status_code == 303
    assert owner.get(PAGE).status_code == 200


def test_a_file_that_was_never_published_is_taken_out_without_a_trace(owner: TestClient, world: World) -> None:
    owner.post("/catalogue/edit/new", data={"key": "plant", "need": "my-place-of-work", "queue": "office"})
    owner.post("/catalogue/edit/files/plant.yaml/remove")
    assert read_draft(world.session, world.ids["owner"]).mine == {}


def test_all_changes_are_given_up_at_once(owner: TestClient, world: World) -> None:
    send(owner, text_of())
    owner.post("/catalogue/edit/discard")
    assert read_draft(world.session, world.ids["owner"]).mine == {}


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
