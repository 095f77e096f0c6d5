"""`spoc catalog simulate` and `replay` as people and programs use them."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from catalog.document import shipped
from catalog.service import Catalogue
from spoc.db.session import make_engine
from spoc.settings import Settings
from tests.cli import said, spoc
from tests.conftest import fresh_database
from tests.world import World, mail_of

NOW = datetime.fromisoformat("2026-08-13T09:00:00+00:00")


@pytest.fixture(scope="module")
def desk(server_url: str, migrated: str) -> Iterator[str]:
    """Address of a desk with one open question of each kind of confidence."""
    with fresh_database(server_url, migrated.rpartition("/")[2].partition("?")[0]) as url:
        engine = make_engine(url, Settings())
        with Session(engine) as session:
            world = World.create(session, NOW)
            world.submit("parking")
            world.submit("payslip-question")
        engine.dispose()
        yield url


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    given = dict(shipped().service("new-starter").example) | {"manager": mail_of("manager"), "location": "berlin"}
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(given))
    return file


def pack(folder: Path, text: str) -> str:
    (folder / "draft.yaml").write_text(text)
    return str(folder / "draft.yaml")


def shorter(key: str) -> str:
    """A pack in which the service has only its last step."""
    service = shipped().service(key)
    last = service.steps[-1].model_copy(update={"needs": (), "condition": None})
    part = service.model_copy(update={"steps": (last,)}).model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"services": [part]})


def test_a_dry_run_shows_tasks_the_critical_path_and_gaps(desk: str, answers: Path) -> None:
    options = ("--answers", str(answers), "--requester", mail_of("employee"), "--on", "2026-08-13")
    done = spoc("catalog", "simulate", "new-starter", *options, SPOC_DATABASE_URL=desk)
    assert done.returncode == 0, done.stderr
    assert "Asked by Jonas Weber on Thu 13 Aug" in done.stdout
    assert "* Prepare the contract and have it signed" in done.stdout
    assert "The critical path: Prepare the contract and have it signed, Create the accounts" in done.stdout
    assert "No gaps." in done.stdout


def test_a_dry_run_for_programs_names_steps_by_key(desk: str, answers: Path) -> None:
    late = json.loads(answers.read_text()) | {"start_on": "2026-08-17"}
    answers.write_text(json.dumps(late))
    options = ("--answers", str(answers), "--requester", mail_of("employee"), "--on", "2026-08-13", "--json")
    found = json.loads(spoc("catalog", "simulate", "new-starter", *options, SPOC_DATABASE_URL=desk).stdout)
    assert found["critical_path"][-1] == "sign-in-help"
    assert ("contract", "due_past") in {(gap["step"], gap["kind"]) for gap in found["gaps"]}
    plan = next(task for task in found["tasks"] if task["key"] == "first-week-plan")
    assert (plan["queue"], plan["assignee"]) == (None, "Jonas Weber")
    assert "lead-rights" in {one["key"] for one in found["skipped"]}


def test_without_answers_the_example_is_tried(desk: str, tmp_path: Path) -> None:
    done = spoc("catalog", "simulate", "parking", "--pack", pack(tmp_path, shorter("parking")), SPOC_DATABASE_URL=desk)
    assert done.returncode == 0, done.stderr
    assert shipped().service("parking").steps[-1].title in done.stdout


@pytest.mark.parametrize(
    ("text", "told"), [("a: [b", "holds no answers: answers.yaml:"), ("[1, 2]", "it must be a map")]
)
def test_a_file_that_holds_no_answers_is_said(desk: str, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "answers.yaml").write_text(text)
    options = ("--answers", str(tmp_path / "answers.yaml"))
    assert told in said(spoc("catalog", "simulate", "parking", *options, SPOC_DATABASE_URL=desk))


@pytest.mark.parametrize("option", ["--answers", "--pack"])
def test_a_file_that_cannot_be_read_is_said(desk: str, tmp_path: Path, option: str) -> None:
    missing = str(tmp_path / "none.yaml")
    done = spoc("catalog", "simulate", "parking", option, missing, SPOC_DATABASE_URL=desk)
    assert "none.yaml cannot be read" in said(done)


def test_a_replay_counts_and_names_what_would_have_been_different(desk: str, tmp_path: Path) -> None:
    same = spoc("catalog", "replay", "parking", SPOC_DATABASE_URL=desk)
    assert "1 request. 1 would be the same." in same.stdout
    options = ("--last", "5", "--pack", pack(tmp_path, shorter("new-starter")), "--json")
    found = json.loads(spoc("catalog", "replay", "parking", *options, SPOC_DATABASE_URL=desk).stdout)
    assert (found["requests"], found["same"], found["different"]) == (1, 1, [])


def test_a_replay_leaves_confidential_requests_out_unless_somebody_may_read_them(desk: str, tmp_path: Path) -> None:
    options = ("--pack", pack(tmp_path, shorter("payslip-question")), "--json")
    plain = json.loads(spoc("catalog", "replay", "payslip-question", *options, SPOC_DATABASE_URL=desk).stdout)
    assert plain["requests"] == 0
    as_hr = spoc("catalog", "replay", "payslip-question", "--as", mail_of("agent.hr"), *options, SPOC_DATABASE_URL=desk)
    found = json.loads(as_hr.stdout)
    assert found["requests"] == 1
    assert [each["kind"] for each in found["different"][0]["differences"]] == ["added", "gone"]
    told = spoc(
        "catalog", "replay", "payslip-question", "--as", mail_of("agent.hr"), *options[:2], SPOC_DATABASE_URL=desk
    )
    assert re.search(r"^T-000002: .*Gone: “", told.stdout, re.MULTILINE)


def test_a_folder_of_packs_is_a_whole_catalogue(desk: str, tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(json.dumps(Catalogue.model_dump(shipped(), mode="json", exclude_defaults=True)))
    done = spoc("catalog", "replay", "parking", "--pack", str(tmp_path), SPOC_DATABASE_URL=desk)
    assert "1 would be the same." in done.stdout, done.stderr
