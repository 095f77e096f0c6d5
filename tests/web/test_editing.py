"""The pages on which the catalogue is changed: for its owners alone, with every fault at its line, and nothing lost."""

import re
import time
from collections.abc import Mapping
from html import unescape

import pytest
from fastapi.testclient import TestClient

from catalog.sources import shipped_sources
from catalog.yaml_text import LARGEST
from spoc.intake.drafts import read_draft
from tests.web.editing import PAGE, PAY, PLANT, hidden, send, text_of
from tests.world import World

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
    "a key that no key can be": PLANT.replace("    expect:", "    answers: {'Start.[on]': 1}\n    expect:"),
    "a schedule beside a broken condition": PLANT.replace(
        "        help: What", "        visible_when: (\n        help: What"
    ).replace(
        "    example:",
        "    schedules: [{key: a, title: A, requester: office.lead, every: 1 day, from_on: 2026-09-01}]\n    example:",
    ),
    "parts of a rule": PLANT.replace(
        "due: 2 working days after submission", "due: {anchor: submission, amount: 900000000}"
    ),
    "many ways": PLANT.replace("required: true", f"pattern: '{'a?' * 50}{'a' * 50}'\n        default: {'a' * 50}"),
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
