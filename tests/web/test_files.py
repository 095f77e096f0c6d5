"""Files by page and program: sent, kept through faults, and handed out only to those who may read what they are of."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

from catalog.approval import Approval
from catalog.document import shipped
from catalog.evidence import Evidence, EvidenceKind
from catalog.field import Field, FieldKind
from catalog.files import FileType
from catalog.service import Service
from spoc.app import create_app
from spoc.db.tickets import AttachmentRow
from spoc.intake.catalogue import publish
from spoc.settings import Settings
from spoc.web.runtime import Runtime
from tests.sample_files import JPEG, PDF, PNG, PROGRAM, TEXT
from tests.spoc.approvals.approving import follow
from tests.world import World

PHOTO = Field(
    key="photo", label="Photo", kind=FieldKind.FILE, help="What it looks like.", max_files=2, types=(FileType.IMAGE,)
)
CLOSED = Field(key="closed", label="Diagnosis", kind=FieldKind.FILE, help="For HR.", confidential_to=("hr",))
SERVICE = "laptop-fault"
CHECKED = "Looked at"


@pytest.fixture
def asking(world: World) -> World:
    """The shipped catalogue, its laptop fault with a photo, a confidential file, and a first step that needs a file."""

    def changed(service: Service) -> Service:
        if service.key != SERVICE:
            return service
        first, *rest = service.steps
        receipt = Evidence(required=EvidenceKind.FILE, label="Signed receipt")
        proven = first.model_copy(update={"evidence": receipt, "checklist": (CHECKED,)})
        return service.model_copy(update={"form": (*service.form, PHOTO, CLOSED), "steps": (proven, *rest)})

    services = tuple(map(changed, shipped().services))
    publish(world.session, shipped().model_copy(update={"services": services}), None, "with files", world.now)
    world.session.commit()
    return world


def upload(client: TestClient, name: str = "light.png", content: bytes = PNG) -> dict[str, Any]:
    answer = client.post("/api/files", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ask(client: TestClient, **answers: Any) -> str:
    example = dict(shipped().service(SERVICE).example)
    answer = client.post("/intake", json={"service": SERVICE, "answers": {**example, **answers}})
    assert answer.status_code == 201, answer.text
    reference: str = answer.json()["reference"]
    return reference


def form(**given: str) -> dict[str, str]:
    example = {f"answers.{key}": str(value).lower() for key, value in shipped().service(SERVICE).example.items()}
    return {"service": SERVICE, **example, **given}


def test_a_file_is_answered_with_its_kind_by_content_and_kept_under_a_random_name_for_the_program_alone(
    client: TestClient, world: World, files_folder: Path
) -> None:
    world.sign_in(client, "employee")
    found = upload(client, "../../etc/li\u202eght.txt", PNG)
    assert (found["name"], found["type"], found["size"]) == ("light.txt.png", "image/png", len(PNG))
    stored = world.session.scalars(select(AttachmentRow.stored_as)).one()
    path = files_folder / stored
    assert len(stored) == 32
    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (0o600, PNG)


def test_an_upload_is_its_senders_alone_until_it_is_given(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "employee")
    mine = upload(client)
    answer = client.get(mine["url"])
    assert answer.content == PNG
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''light.png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-store"
    asking.sign_in(client, "colleague")
    assert client.get(mine["url"]).status_code == 404
    refused = client.post(
        "/intake", json={"service": SERVICE, "answers": {**shipped().service(SERVICE).example, "photo": [mine["id"]]}}
    )
    assert [(one["field"], one["code"]) for one in refused.json()["faults"]] == [("photo", "no_file")]


def test_an_answers_file_is_read_by_those_who_read_the_answer(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "employee")
    photo, closed = upload(client, "open.png"), upload(client, "closed.pdf", PDF)
    reference = ask(client, photo=[photo["id"]], closed=[closed["id"]])
    reads = {}
    for who in ("employee", "colleague", "agent.desk", "agent.facilities", "admin"):
        asking.sign_in(client, who)
        page = client.get(f"/tickets/{reference}")
        reads[who] = (
            *(client.get(one["url"]).status_code for one in (photo, closed)),
            "open.png" in page.text,
            "closed.pdf" in page.text,
        )
    assert reads["employee"] == (200, 200, True, True)
    assert reads["agent.desk"] == (200, 404, True, False)
    assert reads["colleague"] == reads["admin"] == reads["agent.facilities"] == (404, 404, False, False)


def test_a_file_given_once_cannot_be_given_again(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "employee")
    photo = upload(client)
    ask(client, photo=[photo["id"]])
    again = client.post(
        "/intake", json={"service": SERVICE, "answers": {**shipped().service(SERVICE).example, "photo": [photo["id"]]}}
    )
    assert [one["code"] for one in again.json()["faults"]] == ["no_file"]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"photo": "all"}, "too_many_files"),
        ({"photo": "pdf"}, "file_type"),
        ({"photo": [7]}, "type_files"),
        ({"photo": {"id": 1}}, "type_files"),
        ({"photo": ["\x00"]}, "no_file"),
    ],
)
def test_what_a_question_does_not_take_is_refused(
    client: TestClient, asking: World, answers: dict[str, Any], code: str
) -> None:
    asking.sign_in(client, "employee")
    named = {"all": [(f"{at}.png", PNG) for at in range(3)], "pdf": [("a.pdf", PDF)]}.get(str(answers["photo"]), [])
    given = [upload(client, *one)["id"] for one in named] or answers["photo"]
    body = {"service": SERVICE, "answers": {**shipped().service(SERVICE).example, "photo": given}}
    refused = client.post("/intake", json=body)
    assert (refused.status_code, [one["code"] for one in refused.json()["faults"]]) == (422, [code])


def test_a_form_with_faults_comes_back_with_its_files_and_nobody_sends_them_twice(
    client: TestClient, asking: World
) -> None:
    asking.sign_in(client, "employee")
    files = [("files.photo", ("light.jpg", JPEG)), ("files.photo", ("run.exe", PROGRAM))]
    sent = {key: value for key, value in form(once="a").items() if key != "answers.symptom"}
    refused = client.post("/intake", data=sent, files=files)
    assert refused.status_code == 422
    kept = asking.session.scalars(select(AttachmentRow)).one()
    assert f'value="{kept.public_id}" checked' in refused.text
    assert "run.exe" in refused.text
    assert "Please answer this." in refused.text
    opened = client.post("/intake", data=form(once="b", **{"answers.photo": str(kept.public_id)}))
    assert opened.status_code == 303, opened.text
    asking.session.refresh(kept)
    assert (kept.field_key, kept.ticket_id is not None) == ("photo", True)


@pytest.mark.parametrize(
    ("field", "code"),
    [("files.symptom", "option"), ("files.nothing", "unknown"), ("answers.photo", "file"), ("x", "file")],
)
def test_a_file_where_none_is_asked_for_is_refused(client: TestClient, asking: World, field: str, code: str) -> None:
    asking.sign_in(client, "employee")
    refused = client.post("/intake", data=form(once="a"), files=[(field, ("light.jpg", JPEG))])
    assert refused.status_code == 422
    said = {"option": "This must be a text.", "unknown": "This form has no such field.", "file": "takes no files"}
    assert said[code] in refused.text


def test_a_foreign_id_in_a_form_shows_no_name(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "colleague")
    foreign = upload(client, "canary-word.png")
    asking.sign_in(client, "employee")
    page = client.post(f"/ask/{SERVICE}", data=form(**{"answers.photo": foreign["id"]}))
    assert page.status_code == 200
    assert "canary-word" not in page.text


def test_a_change_of_mind_keeps_replaces_and_leaves_out_files(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "employee")
    first = upload(client, "first.png")
    reference = ask(client, photo=[first["id"]])
    ticket = client.get(f"/api/tickets/{reference}").json()
    path = f"/api/tickets/{reference}/asks/{ticket['asks'][0]['id']}/amend"
    second = upload(client, "second.png")
    changed = client.post(path, json={"answers": {"photo": [first["id"], second["id"]]}})
    assert changed.status_code == 200, changed.text
    names = [one["name"] for one in client.get(f"/api/tickets/{reference}").json()["asks"][0]["files"]]
    assert names == ["first.png", "second.png"]
    client.post(path, json={"answers": {"photo": None}})
    assert client.get(f"/api/tickets/{reference}").json()["asks"][0]["files"] == []
    page = client.get(f"/tickets/{reference}").text
    assert "first.png, second.png → nothing" in page


def test_a_page_of_change_takes_a_file_and_shows_it_before_anything_changes(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "employee")
    reference = ask(client)
    ask_id = client.get(f"/api/tickets/{reference}").json()["asks"][0]["id"]
    base = f"/tickets/{reference}/asks/{ask_id}"
    assert 'enctype="multipart/form-data"' in client.get(f"{base}/change").text
    shown = client.post(f"{base}/difference", data={"asked": "photo"}, files=[("files.photo", ("new.png", PNG))])
    kept = asking.session.scalars(select(AttachmentRow)).one()
    assert (shown.status_code, "nothing → new.png" in shown.text) == (200, True)
    assert f'name="files.photo" value="{kept.public_id}"' in shown.text
    done = client.post(f"{base}/amend", data={"asked": "photo", "files.photo": str(kept.public_id)})
    assert done.status_code == 303
    assert [one["name"] for one in client.get(f"/api/tickets/{reference}").json()["asks"][0]["files"]] == ["new.png"]


def test_words_with_a_file_are_read_by_whom_they_are_for(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "employee")
    reference = ask(client)
    said = client.post(f"/tickets/{reference}/messages", data={"body": ""}, files=[("files", ("log.txt", TEXT))])
    assert said.status_code == 303, said.text
    asking.sign_in(client, "agent.desk")
    note = upload(client, "note.pdf", PDF)
    answer = client.post(
        f"/api/tickets/{reference}/messages", json={"body": "Look.", "internal": True, "files": [note["id"]]}
    )
    assert answer.status_code == 201, answer.text
    messages = client.get(f"/api/tickets/{reference}").json()["messages"]
    assert [[one["name"] for one in message["files"]] for message in messages] == [["log.txt"], ["note.pdf"]]
    assert client.get(messages[0]["files"][0]["url"]).content == TEXT
    asking.sign_in(client, "employee")
    assert client.get(note["url"]).status_code == 404
    assert "note.pdf" not in client.get(f"/tickets/{reference}").text


def test_words_whose_file_is_not_taken_are_not_lost(client: TestClient, asking: World) -> None:
    asking.sign_in(client, "employee")
    reference = ask(client)
    path, given = f"/tickets/{reference}/messages", {"body": "It beeps.", "once": "a"}
    refused = client.post(path, data=given, files=[("files", ("run.exe", PROGRAM))])
    assert (refused.status_code, ">It beeps.</textarea>" in refused.text) == (422, True)
    assert "“run.exe” is not taken." in refused.text
    assert client.post(path, data=given).status_code == 303
    messages = client.get(f"/api/tickets/{reference}").json()["messages"]
    assert [(one["body"], one["files"]) for one in messages] == [("It beeps.", [])]


def first_task(client: TestClient, asking: World) -> tuple[str, str]:
    """A new ticket and its first task, with the desk's agent in front of them."""
    asking.sign_in(client, "employee")
    reference = ask(client)
    asking.sign_in(client, "agent.desk")
    return reference, str(client.get(f"/api/tickets/{reference}").json()["tasks"][0]["id"])


def test_a_file_that_came_with_a_refused_finish_is_kept_for_the_next(client: TestClient, asking: World) -> None:
    reference, task_id = first_task(client, asking)
    path = f"/desk/tasks/{task_id}/finish"
    assert "“Signed receipt” is missing." in client.post(path, data={"ticked": CHECKED}).text
    half = client.post(path, data={"result": "Done."}, files=[("evidence_file", ("receipt.pdf", PDF))])
    kept = asking.session.scalars(select(AttachmentRow)).one()
    assert (half.status_code, kept.task_id) == (422, None)
    assert f'name="evidence" value="{kept.public_id}"' in half.text
    done = client.post(path, data={"ticked": CHECKED, "evidence": str(kept.public_id)})
    assert done.status_code == 303, done.text
    asking.sign_in(client, "employee")
    given = client.get(f"/api/tickets/{reference}").json()["tasks"][0]["evidence"]
    assert given["file"]["name"] == "receipt.pdf"
    assert client.get(given["file"]["url"]).content == PDF


@pytest.mark.parametrize("act", ["finish", "proof"])
def test_words_beside_evidence_that_is_not_taken_are_not_lost(client: TestClient, asking: World, act: str) -> None:
    _, task_id = first_task(client, asking)
    given = {"result": "A long story.", "ticked": CHECKED}
    refused = client.post(f"/desk/tasks/{task_id}/{act}", data=given, files=[("evidence_file", ("run.exe", PROGRAM))])
    assert (refused.status_code, ">A long story.</textarea>" in refused.text) == (422, True)
    assert "“run.exe” is not taken." in refused.text
    assert re.search(rf'value="{CHECKED}" checked', refused.text)
    assert not asking.session.scalars(select(AttachmentRow)).all()


def test_a_database_that_is_away_is_no_reason_to_sign_in_again(world: World, tmp_path: Path) -> None:
    nowhere = sessionmaker(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    with TestClient(create_app(Runtime(Settings(files=tmp_path), nowhere))) as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        world.sign_in(browser, "employee")
        assert browser.post("/api/files", files={"file": ("a.png", PNG)}).status_code == 503


def test_a_program_names_the_file_that_proves_a_task(client: TestClient, asking: World) -> None:
    _, task_id = first_task(client, asking)
    path = f"/api/tasks/{task_id}/finish"
    assert client.post(path, json={"evidence": "x"}).json()["code"] == "no_such_file"
    proof = upload(client, "receipt.pdf", PDF)
    done = client.post(path, json={"evidence": proof["id"], "ticked": [CHECKED]})
    assert (done.status_code, done.json()["evidence"]["file"]) == (200, proof)


def test_nobody_sends_a_file_unknown_and_nothing_of_it_is_left(runtime: Runtime, world: World, tmp_path: Path) -> None:
    settings = Settings(files=tmp_path / "new")
    with TestClient(create_app(Runtime(settings, runtime.sessions, clock=runtime.clock))) as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        assert browser.post("/api/files", files={"file": ("a.png", PNG)}).status_code == 401
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_too_large_or_none_is_refused_and_nothing_of_it_is_left(
    runtime: Runtime, world: World, tmp_path: Path
) -> None:
    settings = Settings(files=tmp_path / "new", max_file_bytes=2_000, max_body_bytes=3_000)
    with TestClient(create_app(Runtime(settings, runtime.sessions, clock=runtime.clock))) as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        world.sign_in(browser, "employee")
        large = browser.post("/api/files", files={"file": ("a.png", PNG + b"0" * 2_500)})
        huge = browser.post("/api/files", files={"file": ("a.png", PNG + b"0" * 9_000)})
        none = browser.post("/api/files", files={"file": ("a.exe", PROGRAM)})
        empty = browser.post("/api/files", files={"file": ("a.txt", b"")})
        broken = browser.post("/api/files", content=b"x", headers={"content-type": "multipart/form-data; boundary=a"})
        cut = b'--a\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PNG
        short = browser.post("/api/files", content=cut, headers={"content-type": "multipart/form-data; boundary=a"})
        two = browser.post("/api/files", files=[("file", ("a.png", PNG)), ("file", ("b.png", PNG))])
        many = browser.post("/api/files", files=[("file", (f"{at}.png", b"")) for at in range(21)])
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    assert huge.status_code == 413
    assert (none.json()["code"], empty.json()["code"], broken.json()["code"]) == (
        "file_refused",
        "file_empty",
        "unreadable",
    )
    assert (two.status_code, many.status_code, short.status_code) == (422, 422, 422)
    assert list((tmp_path / "new").iterdir()) == []
    assert world.session.scalar(select(func.count()).select_from(AttachmentRow)) == 0


def test_who_decides_has_the_file_they_decide_by(client: TestClient, world: World) -> None:
    offer = Field(key="offer", label="Offer", kind=FieldKind.FILE, help="The price.")
    other = Field(key="other", label="Other", kind=FieldKind.FILE, help="For IT.")

    def changed(service: Service) -> Service:
        if service.key != "software-licence":
            return service
        steps = tuple(one.model_copy(update={"approval": _showing(one.approval, "offer")}) for one in service.steps)
        return service.model_copy(update={"form": (*service.form, offer, other), "steps": steps})

    services = tuple(map(changed, shipped().services))
    publish(world.session, shipped().model_copy(update={"services": services}), None, "with an offer", world.now)
    world.sign_in(client, "employee")
    shown, kept = upload(client, "offer.pdf", PDF), upload(client, "kept.pdf", PDF)
    world.submit(
        "software-licence", wish="licence", price=400, why="For the drawings.", offer=[shown["id"]], other=[kept["id"]]
    )
    follow(world.session, world.now)
    world.session.commit()
    world.sign_in(client, "manager")
    approval = client.get("/api/approvals").json()["approvals"][0]["id"]
    page = client.get(f"/approvals/{approval}").text
    assert (shown["url"] in page, kept["url"] in page) == (True, False)
    assert [client.get(one["url"]).status_code for one in (shown, kept)] == [200, 404]
    world.sign_in(client, "owner")
    assert client.get(shown["url"]).status_code == 404


def _showing(approval: Approval | None, key: str) -> Approval | None:
    return approval and approval.model_copy(update={"shows": (*approval.shows, key)})
